/*
 * past.h - what a run got, out of the store.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_PAST_H
#define GN_CLI_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/outcome.h"
#include "garner/error.h"
#include "garner/store.h"

/* A run with its body. All zero is none. */
struct gn_past {
    int64_t run;      /* garner_run.id */
    int64_t body;     /* garner_body.id */
    char started[32]; /* "2026-08-01 12:00:00.123", UTC */
    char *source;     /* its name; owned */
    char *data;       /* size bytes; owned */
    size_t size;
};

void gn_past_fini(struct gn_past *past);

/* Gives in *past the run of that number. Errors: NOTFOUND (no such run, or it
 * got no body), those of the store, NOMEM. */
enum garner_code gn_past_run(struct garner_store *store, int64_t run,
                             struct gn_past *past, struct garner_error *err);

/* Gives the last run of source that was started at until_us or before and went
 * well as far as its body goes, with another body than other (0: any). Errors:
 * NOTFOUND (none, or no source of that name), those of the store, NOMEM. */
enum garner_code gn_past_at(struct garner_store *store, const char *source,
                            int64_t until_us, int64_t other,
                            struct gn_past *past, struct garner_error *err);

/* As gn_past_at, the first one of all. */
enum garner_code gn_past_first(struct garner_store *store, const char *source,
                               struct gn_past *past, struct garner_error *err);

/* Complains with err's message and returns the exit status for it: FAILED where
 * there is no such run. */
enum gn_exit gn_past_failed(const struct garner_error *err);

/* Reads the number of a run. false: text is none. */
bool gn_past_number(const char *text, int64_t *number);

/* The moment that text stands for, in microseconds since 1970: "2026-08-01",
 * "2026-08-01 12:00" (UTC), or so long before now_us: "2d". Errors: INVALID,
 * those of the store, whose SQL reads it. */
enum garner_code gn_past_moment(struct garner_store *store, const char *text,
                                int64_t now_us, int64_t *us,
                                struct garner_error *err);

#endif
