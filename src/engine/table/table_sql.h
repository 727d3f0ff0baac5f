/*
 * table_sql.h - the SQL that makes, widens and fills a user's table, as text.
 * Pure; a failed allocation shows in gn_buf_failed.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_TABLE_TABLE_SQL_H
#define GN_ENGINE_TABLE_TABLE_SQL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "config/config.h"
#include "engine/table/names.h"
#include "extract/rowset.h"

/* Whether spec's key holds column; SQLite's names differ by more than case. */
bool gn_table_sql_is_key(const struct gn_rows_spec *spec, const char *column);

/* The columns that tell the stored rows apart, and how many: the key, with
 * conflict: history since when a row is valid, too. */
size_t gn_table_sql_key_count(const struct gn_rows_spec *spec);
const char *gn_table_sql_key(const struct gn_rows_spec *spec, size_t i);

/* A name in quotes, which is never taken for a text. */
void gn_table_sql_name(struct gn_buf *sql, const char *name);

/* The columns besides those of rows that a table gets when it is made, for spec
 * says something of them: the i-th; NULL: there are no more. */
const char *gn_table_sql_more(const struct gn_rows_spec *spec,
                              const struct gn_rowset *rows, size_t i);

/* create table if not exists: the columns of rows, each with the type that spec
 * declares, else the affinity (https://sqlite.org/datatype3.html) of its first
 * value that is not NULL, those of gn_table_sql_more, and the key as primary
 * key; as spec's making says. */
void gn_table_sql_create(struct gn_buf *sql, const struct gn_rows_spec *spec,
                         const struct gn_rowset *rows);

/* alter table add column: that column of rows. strict: the table is STRICT,
 * where a column must have a type. */
void gn_table_sql_widen(struct gn_buf *sql, const struct gn_rows_spec *spec,
                        const struct gn_rowset *rows, size_t column,
                        bool strict);

/* The name of the index by which the valid row of a key is found. */
void gn_table_sql_open_name(struct gn_buf *name,
                            const struct gn_rows_spec *spec);

/* create unique index if not exists: that one. */
void gn_table_sql_open_index(struct gn_buf *sql,
                             const struct gn_rows_spec *spec);

/* delete: all rows. */
void gn_table_sql_delete(struct gn_buf *sql, const struct gn_rows_spec *spec);

/* delete: the rows of one of the parent's, with its key as parameters. */
void gn_table_sql_disown(struct gn_buf *sql, const struct gn_rows_spec *spec);

/* create unique index: over the key. */
void gn_table_sql_index(struct gn_buf *sql, const struct gn_rows_spec *spec);

/* insert of one row with those columns of rows as parameters that the table
 * has, each by its number; with a key, as spec says. Gives how many parameters
 * it has. */
size_t gn_table_sql_insert(struct gn_buf *sql, const struct gn_rows_spec *spec,
                           const struct gn_rowset *rows,
                           const struct gn_names *columns);

#endif
