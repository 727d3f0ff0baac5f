/*
 * linerows.h - rows out of a text that is no table: one of each line, or one of
 * all of it.
 *
 * Thread: one at a time. Reading waits.
 */
#ifndef GN_CLI_LINEROWS_H
#define GN_CLI_LINEROWS_H

#include <stdbool.h>

#include "cli/intake.h"
#include "cli/scroll.h"

/* All zero is one at the start. */
struct gn_linerows {
    bool is_over;
    struct garner_value value; /* of the last row */
};

/* A line, without what ends it (CR LF, LF or CR); as gn_intake_next. */
enum garner_code gn_linerows_line(struct gn_linerows *r, struct gn_scroll *s,
                                  struct gn_intake_row *row,
                                  struct garner_error *err);

/* All that there is, once; as gn_intake_next. */
enum garner_code gn_linerows_text(struct gn_linerows *r, struct gn_scroll *s,
                                  struct gn_intake_row *row,
                                  struct garner_error *err);

#endif
