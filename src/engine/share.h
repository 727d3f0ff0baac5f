/*
 * share.h - the sources of a configuration divided among event loops: those of
 * one host (scheme, host, port) work on one loop, which limits it.
 *
 * A source whose URLs come from a list works on one loop, too, by its name: the
 * hosts of those URLs are known there apart from what other loops know of them,
 * and so are those that redirects, links and next pages lead to.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_SHARE_H
#define GN_ENGINE_SHARE_H

#include "config/config.h"
#include "garner/error.h"

/* Which of count loops works on source. Errors: NOMEM. */
enum garner_code gn_share_of(const struct gn_source *source, size_t count,
                             size_t *loop, struct garner_error *err);

/* Whether its sources can work beside one another, on whatever loops: their
 * names differ, and each table is written in one way. Errors: INVALID (the
 * message names the source), NOMEM. */
enum garner_code gn_shares_check(const struct gn_config *config,
                                 struct garner_error *err);

/* Makes shares[0] to [count - 1] of whole (borrowed by them). Free each with
 * gn_config_fini. Errors: NOMEM; then there are none. */
enum garner_code gn_shares_make(const struct gn_config *whole, size_t count,
                                struct gn_config *shares,
                                struct garner_error *err);

#endif
