/*
 * verbs.h - what a running collector is asked at its desk, and its answers.
 *
 *   status                      /status.json of docs/http.md, all sources
 *   pause SOURCE...             a name a line
 *   resume SOURCE...
 *   trigger SOURCE...
 *   ask ever|whole SOURCE...    "NAME <tab> NUMBER" a line: see gn_engine_ask
 *   asked NAME                  a line: gn_verbs_read_asked
 *   look NAME                   "key <tab> value" lines for people
 *   reload                      what has changed, a line for people
 *
 * Thread: the desk's.
 */
#ifndef GN_CLI_VERBS_H
#define GN_CLI_VERBS_H

#include "base/buf.h"
#include "cli/renew.h"
#include "engine/engine.h"

struct gn_verbs {
    struct gn_engine *engine;
    const struct gn_renew *renew; /* NULL: there is no file */
};

/* For struct gn_desk_calls; context is a struct gn_verbs. */
enum garner_code gn_verbs_answer(void *context, const char *const *words,
                                 size_t count, struct gn_buf *out,
                                 struct garner_error *err);

/* Reads the answer to asked. false: it is none. */
bool gn_verbs_read_asked(const char *answer, struct gn_asked *asked);

#endif
