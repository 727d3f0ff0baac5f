/*
 * pen.h - where the statements that write rows go: into a batch, which commits
 * as a whole or not at all; or at once into a transaction, to find out which
 * rows a table refuses.
 *
 * Thread: one at a time.
 */
#ifndef GN_ENGINE_TABLE_PEN_H
#define GN_ENGINE_TABLE_PEN_H

#include <stddef.h>

#include "garner/tx.h"
#include "garner/write.h"

/* A row (from 0) was refused, and why. */
typedef void gn_refused(void *context, size_t row, const char *why);

/* batch or tx, borrowed; the rest is for a transaction. */
struct gn_pen {
    struct garner_batch *batch;
    struct garner_tx *tx;
    gn_refused *refused; /* NULL: the first row that is refused ends it */
    void *context;
};

/* Errors: NOMEM; those of garner_tx_exec. */
enum garner_code gn_pen_write(const struct gn_pen *pen, const char *sql,
                              const struct garner_value *args, size_t count,
                              struct garner_error *err);

/* The number, from 1, that the next statement of a batch has. */
size_t gn_pen_next(const struct gn_pen *pen);

/* Before the statements of a row ... */
enum garner_code gn_pen_begin_row(const struct gn_pen *pen,
                                  struct garner_error *err);
/* ... and behind them, of which code is what became: one that was refused has
 * left no trace, and OK is returned if that is told. */
enum garner_code gn_pen_end_row(const struct gn_pen *pen, size_t row,
                                enum garner_code code,
                                struct garner_error *err);

#endif
