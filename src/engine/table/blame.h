/*
 * blame.h - which row it was that the store refused.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_TABLE_BLAME_H
#define GN_ENGINE_TABLE_BLAME_H

#include "base/buf.h"
#include "engine/job.h"

/* Adds to text what message, with which the store refused job's batch, means:
 * if it tells of a statement of a row, which row and key that is; else the
 * message as it is. */
void gn_blame(const struct gn_job *job, const char *message,
              struct gn_buf *text);

/* Adds which row of rows, for the table of spec, that is and why it is refused;
 * reason NULL: one with its key is there already. */
void gn_blame_row(const struct gn_rows_spec *spec, const struct gn_rowset *rows,
                  size_t row, const char *reason, struct gn_buf *text);

#endif
