/* sql.h - what kind of statement a text is, as far as its first words tell.
 * Pure. */
#ifndef GP_SQL_H
#define GP_SQL_H

#include <stdbool.h>
#include <stddef.h>

enum gp_kind {
    GP_SELECT, /* SELECT, VALUES, EXPLAIN, WITH: likely only reads */
    GP_DML,    /* INSERT, UPDATE, DELETE, REPLACE: a transaction begins */
    GP_TELLS,  /* a PRAGMA that tells of the schema */
    GP_OTHER,
};

enum gp_kind gp_sql_kind(const char *sql);

/* true: once it has run, the connection it ran on has what others have not
 * (TEMP tables, attached databases, settings). */
bool gp_sql_pins(const char *sql);

/* true: sql sets what a store with a file keeps as it is (garner/sqlite.h); as
 * SQLite does where a setting cannot be had, it is to be told instead: by
 * another statement. milliseconds: of busy_timeout; below 0: it is not that. */
bool gp_sql_tells_instead(const char *sql, char *instead, size_t room,
                          int *milliseconds);

#endif
