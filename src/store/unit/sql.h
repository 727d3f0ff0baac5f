/* sql.h - the statements that write rows of a shape. Pure. */
#ifndef GN_STORE_UNIT_SQL_H
#define GN_STORE_UNIT_SQL_H

#include "base/buf.h"
#include "store/unit/rows.h"

/* Appends the statement that writes rows rows of shape. Its parameters are
 * their values, in the order of the columns, row after row. More than one row:
 * of an insert that has columns, an upsert, or a delete. */
void gn_unit_sql_write(struct gn_buf *b, const struct gn_unit_shape *shape,
                       size_t rows);

#endif
