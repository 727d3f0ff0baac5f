/*
 * visit.h - a source's own URL, fetched here and now as a run would fetch it:
 * not where robots.txt forbids it, if the source obeys that, and by redirects
 * neither out of its crawl nor to private addresses. Nothing is written.
 *
 * Thread: one at a time. It waits.
 */
#ifndef GN_CLI_VISIT_H
#define GN_CLI_VISIT_H

#include "cli/one.h"
#include "config/config.h"
#include "garner/error.h"
#include "garner/store.h"

/* Fills *one; gn_one_fini frees it, after an error, too. What may not be asked
 * is a failure, with the sentence of a run's. store: what it knows of
 * robots.txt is used as long as it is fresh; NULL: nothing. jar: as for
 * gn_one_fetch. Errors: INVALID (the request, a pattern), NOMEM, IO, those of
 * the store. */
enum garner_code gn_visit(const struct gn_source *source,
                          struct garner_store *store, const char *jar,
                          struct gn_one *one, struct garner_error *err);

#endif
