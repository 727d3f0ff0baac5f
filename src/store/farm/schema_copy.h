/*
 * schema_copy.h - makes tables in a database as they are in another, with their
 * indexes, triggers and views.
 *
 * Thread: that of both connections.
 */
#ifndef GN_STORE_FARM_SCHEMA_COPY_H
#define GN_STORE_FARM_SCHEMA_COPY_H

#include "store/driver/sqlite.h"

/* In a transaction of the caller's on to: makes what from has and to has not,
 * but for what is garner's own. table: only that, with its indexes. Errors:
 * those of reading from, and of writing to. */
enum garner_code gn_schema_copy(struct gn_sqlite *from, struct gn_sqlite *to,
                                const char *table, struct garner_error *err);

#endif
