/* rowlines.h - rows as JSON lines, and a number that tells their sets apart.
 * Pure. */
#ifndef GN_ENGINE_TELL_ROWLINES_H
#define GN_ENGINE_TELL_ROWLINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "extract/rowset.h"

/* Appends each row as an object and a line feed, for as long as out stays
 * within most bytes: how many rows that were. table: the object is {"table":
 * table, "row": the row}; NULL: the row alone. Blobs become hexadecimal text.
 */
size_t gn_rowlines_append(struct gn_buf *out, const struct gn_rowset *rows,
                          const char *table, size_t most);

/* A hash of the rows, whatever their order is: that of several sets is the sum
 * of theirs. */
uint64_t gn_rowlines_hash(const struct gn_rowset *rows);

#endif
