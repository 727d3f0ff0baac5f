/*
 * each.h - the skeleton of table-valued functions: a kind says which columns it
 * gives and how its rows are gone through; what SQLite wants beside that is
 * here. A function exists by its name alone and sees its arguments alone, so
 * it may be used wherever a table may.
 *
 * Thread: the connection's. Memory: a kind is static, a context is borrowed
 * until the connection is closed.
 */
#ifndef GN_EXTRACT_EACH_H
#define GN_EXTRACT_EACH_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#include "extract/arrow.h"

/* One use of a function, on its way through its rows. A kind's own struct
 * begins with it, and is all zero behind it when open is called. */
struct gn_each {
    sqlite3_vtab_cursor base; /* SQLite's */
    const struct gn_each_kind *kind;
    void *context;     /* as registered */
    sqlite3_int64 row; /* 1 for the first */
    bool done;         /* no row: the last one is behind, or there is none */
};

struct gn_each_kind {
    const char *name;
    const char *columns;   /* as in CREATE TABLE: "i", the number of the row;
                              others; then the arguments, each with the word
                              hidden; "surplus hidden", for what is one too
                              many; then columns that * is not to give, hidden
                              too */
    const char *signature; /* of the arguments, for messages: "doc, css" */
    int first;             /* argument's place among the columns */
    int least, most;       /* arguments */
    size_t size;           /* of its struct */

    /* Each returns SQLITE_OK or an error, best by gn_each_fail. open stands on
     * the first row, and then clears done, which is set before; an argument
     * that is not given is NULL. next stands on the row after, or sets done.
     * column is called on a row, and never for i. close frees what open
     * allocated, also when that failed; the struct is zeroed after it. */
    int (*open)(struct gn_each *e, sqlite3_value **args);
    int (*next)(struct gn_each *e);
    int (*column)(struct gn_each *e, sqlite3_context *to, int column);
    void (*close)(struct gn_each *e);

    /* What ->> asks of the columns of a context's tables; NULL: SQLite does. */
    struct gn_arrow *(*arrow)(void *context);
};

enum { GN_EACH_MOST_ARGS = 4 };

/* Makes the function known to db: SQLITE_OK or why not. */
int gn_each_register(sqlite3 *db, const struct gn_each_kind *kind,
                     void *context);

/* Says what is wrong, after the function's name. Returns SQLITE_ERROR. */
int gn_each_fail(struct gn_each *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
