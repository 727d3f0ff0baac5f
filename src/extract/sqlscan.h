/*
 * sqlscan.h - the words of SQL that SQLite has taken. Pure.
 */
#ifndef GN_EXTRACT_SQLSCAN_H
#define GN_EXTRACT_SQLSCAN_H

#include <stdbool.h>
#include <stddef.h>

enum gn_sql_kind {
    GN_SQL_WORD,   /* a name, a keyword, a parameter with its colon, a number */
    GN_SQL_STRING, /* with its quotes */
    GN_SQL_SIGN,   /* one byte; or -> and ->> */
};

struct gn_sql_token {
    enum gn_sql_kind kind;
    const char *text; /* size bytes, in the SQL */
    size_t size;
};

/* Behind the white space and comments at at, and, with ends, the ends of
 * statements. */
const char *gn_sqlscan_skip(const char *at, bool ends);

/* The token at *at or after it; *at is behind it then. false: there is none. */
bool gn_sqlscan_next(const char **at, struct gn_sql_token *token);

/* Whether token is text, which is in lower case, in letters of any case. */
bool gn_sqlscan_is(const struct gn_sql_token *token, const char *text);

enum { GN_SQLSCAN_DEPTH = 32 }; /* of brackets, beyond which none is seen */

/* Goes through what functions are called with. Begin with {.at = sql}. */
struct gn_sqlscan {
    const char *at;
    struct gn_sql_token before;
    size_t depth;
    struct {
        struct gn_sql_token function; /* size 0: brackets of another kind */
        int place;                    /* of the argument that is read, from 0 */
    } calls[GN_SQLSCAN_DEPTH];
};

/* The next argument that is one string: *function is called with *string, its
 * argument *place. false: there is none. */
bool gn_sqlscan_constant(struct gn_sqlscan *s, struct gn_sql_token *function,
                         int *place, struct gn_sql_token *string);

#endif
