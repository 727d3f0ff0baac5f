/*
 * ddl.h - what a CREATE TABLE says of its foreign keys and no PRAGMA
 * tells: whether their check may wait for the end of the transaction
 * (https://sqlite.org/foreignkeys.html section 4.2). Pure.
 */
#ifndef GN_STORE_UNIT_DDL_H
#define GN_STORE_UNIT_DDL_H

#include <stddef.h>

enum gn_deferral {
    GN_NOT_DEFERRABLE, /* checked after each statement */
    GN_DEFERRABLE,     /* so too, unless PRAGMA defer_foreign_keys is on */
    GN_DEFERRED,       /* checked at the commit */
};

/* Reads the text of a CREATE TABLE that SQLite accepted. Puts what it says of
 * its foreign keys, in the order in which they are written, into deferrals[],
 * room at most; returns how many there are. */
size_t gn_unit_ddl_deferrals(const char *sql, enum gn_deferral *deferrals,
                             size_t room);

#endif
