/*
 * specimen.h - the answer that SQL is tried on: fetched, or a file, or none;
 * and what SQL is given of it.
 *
 * Thread: one at a time. Fetching waits.
 */
#ifndef GN_CLI_SPECIMEN_H
#define GN_CLI_SPECIMEN_H

#include <stdatomic.h>

#include "base/arena.h"
#include "cli/ask.h"
#include "cli/one.h"
#include "cli/options.h"
#include "config/config.h"
#include "extract/input.h"
#include "garner/error.h"

/* May be moved, not copied. */
struct gn_specimen {
    const char *name;      /* URL without password, or path; NULL: none */
    struct gn_one answer;  /* as it came */
    struct gn_input input; /* what SQL is given */
    struct gn_arena arena;
};

/* Each fills *p, beside the parameters of -p, "name=value" texts (borrowed);
 * gn_specimen_fini frees it, after an error, too. Errors: INVALID, NOMEM. */

/* The answer of url to a request as ask has it. Errors: TIMEOUT, IO (it failed
 * otherwise), CANCELED (*stop was set), too. */
enum garner_code gn_specimen_fetch(struct gn_specimen *p,
                                   const struct gn_ask_flags *ask,
                                   const struct gn_texts *params,
                                   const char *url, atomic_bool *stop,
                                   struct garner_error *err);

/* What the file at path holds, as if it came with status 200, from nowhere.
 * Errors: NOTFOUND, IO, too. */
enum garner_code gn_specimen_read(struct gn_specimen *p,
                                  const struct gn_texts *params,
                                  const char *path, struct garner_error *err);

/* No answer. */
enum garner_code gn_specimen_none(struct gn_specimen *p,
                                  const struct gn_texts *params,
                                  struct garner_error *err);

void gn_specimen_fini(struct gn_specimen *p);

#endif
