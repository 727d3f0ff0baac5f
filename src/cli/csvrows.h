/*
 * csvrows.h - rows out of the text of a CSV file (RFC 4180): its first line
 * names the columns, all values are text, or what they look like
 * (gn_guess_value).
 *
 * Thread: one at a time. Reading waits.
 */
#ifndef GN_CLI_CSVROWS_H
#define GN_CLI_CSVROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "cli/intake.h"
#include "cli/scroll.h"
#include "extract/csv.h"

struct gn_csvrows {
    const struct gn_intake_options *options;
    struct gn_csv csv;
    struct gn_arena head; /* its names */
    const char **names;
    size_t count;
    struct garner_value *values;
    bool has_record; /* the one that csv stands on is a row still to come */
};

/* Borrows options. */
void gn_csvrows_init(struct gn_csvrows *r,
                     const struct gn_intake_options *options);
void gn_csvrows_fini(struct gn_csvrows *r);

/* Reads the columns' names, as options say, once: DONE if there is nothing;
 * errors as gn_intake_next. */
enum garner_code gn_csvrows_begin(struct gn_csvrows *r, struct gn_scroll *s,
                                  struct garner_error *err);

/* As gn_intake_next. */
enum garner_code gn_csvrows_next(struct gn_csvrows *r, struct gn_scroll *s,
                                 struct gn_intake_row *row,
                                 struct garner_error *err);

#endif
