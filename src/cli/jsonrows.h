/*
 * jsonrows.h - rows out of the text of a file of JSON objects, one after the
 * other or in an array.
 *
 * Thread: one at a time. Reading waits.
 */
#ifndef GN_CLI_JSONROWS_H
#define GN_CLI_JSONROWS_H

#include <stdbool.h>

#include "cli/intake.h"
#include "cli/objects.h"
#include "cli/scroll.h"

/* All zero, but for what object says of nested ones, is one at the start. */
struct gn_jsonrows {
    bool in_array;
    bool is_over;
    bool had_one; /* so that a comma goes before the next */
    struct gn_object object;
};

void gn_jsonrows_fini(struct gn_jsonrows *r);

/* As gn_intake_next. */
enum garner_code gn_jsonrows_next(struct gn_jsonrows *r, struct gn_scroll *s,
                                  struct gn_intake_row *row,
                                  struct garner_error *err);

#endif
