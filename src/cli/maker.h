/*
 * maker.h - makes the rows of a source's answers here and now, as a run would,
 * and says what was not expected of them. Nothing is written.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_MAKER_H
#define GN_CLI_MAKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/one.h"
#include "config/config.h"
#include "engine/expect/expect.h"
#include "extract/extractor.h"
#include "extract/onward.h"
#include "garner/error.h"

struct gn_maker {
    const struct gn_source *source; /* borrowed */
    struct gn_target *target;
    struct gn_patterns patterns;
    struct gn_extractor *extractor;
    bool wants_next;  /* set it if rows are not all that is asked for */
    bool wants_links; /* the same, of a crawl's page */

    pthread_mutex_t lock;
    pthread_cond_t changed;

    /* guarded by lock */
    bool done; /* the worker is done with what it was given */
};

/* The rows of an answer, one set for each of source->rows. */
struct gn_made {
    struct gn_arena arena;
    struct gn_extraction extraction;
    const char *next; /* page, as SQL says it, if that is asked for; NULL: none
                       */
    struct gn_onward onward; /* where a crawl's page leads to, if that is asked
                                for */
};

/* Errors: INVALID, NOMEM, IO; nothing is left to close then. */
enum garner_code gn_maker_open(struct gn_maker *m,
                               const struct gn_source *source,
                               struct garner_error *err);
void gn_maker_close(struct gn_maker *m);

/* Runs the SQL over answer, borrowed until gn_made_fini, which is called after
 * an error, too. Errors: those of gn_extraction. */
enum garner_code gn_maker_run(struct gn_maker *m, const struct gn_one *answer,
                              struct gn_made *made, struct garner_error *err);
void gn_made_fini(struct gn_made *made);

/* Appends a line to broken for each rule that answer breaks, and its rows
 * (made; NULL: there are none). before: how many rows each set had in the last
 * good run, below 0: not known; NULL: none is. Errors: NOMEM. */
enum garner_code gn_maker_judge(struct gn_maker *m, const struct gn_one *answer,
                                const struct gn_made *made,
                                const int64_t before[], struct gn_buf *broken,
                                struct garner_error *err);

#endif
