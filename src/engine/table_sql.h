/*
 * table_sql.h - the SQL that makes, widens and fills a user's table, as text.
 * Pure; a failed allocation shows in gn_buf_failed.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_TABLE_SQL_H
#define GN_ENGINE_TABLE_SQL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "config/config.h"
#include "extract/rowset.h"

/* Whether spec's key holds column; SQLite's names differ by more than case. */
bool gn_table_sql_is_key(const struct gn_rows_spec *spec, const char *column);

/* create table if not exists: the columns of rows, each with the affinity
 * (https://sqlite.org/datatype3.html) of its first value that is not NULL, and
 * the key as primary key. */
void gn_table_sql_create(struct gn_buf *sql, const struct gn_rows_spec *spec,
                         const struct gn_rowset *rows);

/* alter table add column: that column of rows. strict: the table is STRICT,
 * where a column must have a type. */
void gn_table_sql_widen(struct gn_buf *sql, const struct gn_rows_spec *spec,
                        const struct gn_rowset *rows, size_t column,
                        bool strict);

/* create unique index: over the key. */
void gn_table_sql_index(struct gn_buf *sql, const struct gn_rows_spec *spec);

/* insert of one row with the columns of rows as parameters; where there is a
 * key, an upsert, or what spec's conflict says. */
void gn_table_sql_insert(struct gn_buf *sql, const struct gn_rows_spec *spec,
                         const struct gn_rowset *rows);

#endif
