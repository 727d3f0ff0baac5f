/*
 * inputs.h - what the SQL of a source gets to see of an answer: its parameters.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_INPUTS_H
#define GN_ENGINE_INPUTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"
#include "extract/extractor.h"
#include "garner/error.h"

/* An answer; all is borrowed. */
struct gn_inputs {
    const char *body;
    size_t body_size;
    const char *url; /* without what may not be told */
    const char *final_url;
    const char *content_type; /* NULL: none */
    const char *headers;      /* lines "name: value\n"; NULL: not asked for */
    int status;
    int depth;          /* of a crawl's page */
    int64_t fetched_us; /* the wall's clock */
    int page;           /* 1, 2 ...; 0: it has one */
    bool wants_next;    /* where the next one is asked, too, if SQL says that:
                           gn_inputs_take_next */
};

/* Makes extraction ready to be submitted: the parameters and SQL of source, in
 * the arena, beside what in borrows. Errors: NOMEM. */
enum garner_code gn_inputs_fill(const struct gn_inputs *in,
                                const struct gn_source *source,
                                struct gn_arena *arena,
                                struct gn_extraction *extraction,
                                struct garner_error *err);

/* Takes what says where the next page is out of extraction, which is done, and
 * was filled with wants_next for a source with such SQL: *next, in the arena;
 * NULL: there is none. If it gave no text, extraction fails: INVALID. */
void gn_inputs_take_next(struct gn_extraction *extraction,
                         struct gn_arena *arena, const char **next);

#endif
