/*
 * cursor.h - a query on a connection, row by row. Several may be open on one.
 *
 * Thread: the connection's.
 */
#ifndef GN_STORE_DRIVER_CURSOR_H
#define GN_STORE_DRIVER_CURSOR_H

#include <stdatomic.h>

#include "store/driver/sqlite.h"

struct gn_cursor;

/* Prepares a query with its arguments (copied). Gives the cursor, before its
 * first row; until then it has no snapshot. Errors: SQL, NOMEM. */
enum garner_code gn_cursor_open(struct gn_sqlite *c,
                                const struct gn_statement *s,
                                struct gn_cursor **cursor,
                                struct garner_error *err);

/* Ends with TIMEOUT what works past deadline_ns (INT64_MAX: without end; the
 * connection's deadlines hold too), and as soon as it sees that *stop
 * (borrowed, set by any thread) is not 0, with TIMEOUT, or BUSY where it waits
 * for a foreign lock. */
void gn_cursor_set_deadline(struct gn_cursor *cursor, int64_t deadline_ns);
void gn_cursor_set_stop(struct gn_cursor *cursor, const atomic_uint *stop);

/* ROW; else DONE or an error, with which the query and its snapshot have
 * ended: it may not be called again. */
enum garner_code gn_cursor_next(struct gn_cursor *cursor,
                                struct garner_error *err);

/* May change at the first gn_cursor_next, and names then too, when the schema
 * did. */
size_t gn_cursor_columns(const struct gn_cursor *cursor);
const char *gn_cursor_name(const struct gn_cursor *cursor, size_t column);

/* Of the current row; its bytes are borrowed until the next step. Where there
 * was no memory to make them, it is lost. */
struct garner_value gn_cursor_value(const struct gn_cursor *cursor,
                                    size_t column);
bool gn_cursor_lost(const struct garner_value *value);

/* Ends the query and its snapshot. */
void gn_cursor_close(struct gn_cursor *cursor);

#endif
