/*
 * grid.h - rows as a table for people: columns as wide as what is in them,
 * judged by the first rows, so that a long result needs no more memory than a
 * short one. Numbers stand to the right. Where the terminal is too narrow,
 * texts are cut, numbers never; where that does not do, each value has a line
 * of its own, behind its column's name.
 *
 * Thread: one at a time. Out of memory shows in gn_buf_failed(out) and in the
 * results.
 */
#ifndef GN_CLI_GRID_H
#define GN_CLI_GRID_H

#include <stdbool.h>

#include "base/buf.h"
#include "garner/error.h"
#include "garner/value.h"

struct gn_grid;

/* width: the terminal's columns, 0: no bound. Copies names. Errors: NOMEM. */
enum garner_code gn_grid_new(const char *const *names, size_t count,
                             size_t width, bool color, struct gn_grid **out,
                             struct garner_error *err);
void gn_grid_free(struct gn_grid *t);

/* Appends what can be written of a row of values to out. Errors: NOMEM. */
enum garner_code gn_grid_row(struct gn_grid *t,
                             const struct garner_value *values,
                             struct gn_buf *out, struct garner_error *err);

/* Appends what is still held. */
void gn_grid_end(struct gn_grid *t, struct gn_buf *out);

#endif
