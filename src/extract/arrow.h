/*
 * arrow.h - SQLite's ->> where its left side is the object of a row of
 * json_rows or csv_each: answered without parsing that object anew. What is not
 * quite simple (paths beyond names and numbers, escapes, nested results) is
 * left to SQLite's own, so that all that it gives is the same; and so is ->> on
 * every other text, by SQLite itself.
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_ARROW_H
#define GN_EXTRACT_ARROW_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

/* A name and its value in an object. */
struct gn_arrow_member {
    const char *name; /* without its quotes; no escapes in it */
    size_t name_size;
    bool is_label;           /* if it is bare: a path may be the name alone, and
                                it is the first of that name */
    const char *value, *end; /* as JSON; or, if it is bare, a text itself */
};

/* All zero, but for db. */
struct gn_arrow {
    sqlite3 *db;
    bool is_guest;     /* db is closed without asking: own is not kept */
    sqlite3_stmt *own; /* SQLite's own ->>; NULL: not needed yet */
    bool alone;        /* in the statement that runs, rows go to functions
                          called ->> and nowhere else: see hand */
    bool handed;       /* since alone was set */
    const char *text;  /* what is known to be JSON; NULL: nothing */
    size_t size;
    bool stays;   /* what the values lie in stays until the end of the job */
    bool bare;    /* values are texts themselves */
    bool escaped; /* a name has escapes: there are no members */
    const struct gn_arrow_member *members; /* its; NULL: not listed yet */
    size_t count;
    size_t next; /* the one behind the last that was asked for, if bare */
    struct gn_arrow_member *listed; /* memory for those of a text */
    size_t room;
};

/* Before db is closed. */
void gn_arrow_fini(struct gn_arrow *a);

/* The bytes at text, a value that was just given to SQLite, are an object or an
 * array, and stay as they are until forget, or until something else is known;
 * stays: until the end of the job. */
void gn_arrow_know(struct gn_arrow *a, const char *text, size_t size,
                   bool stays);
void gn_arrow_forget(struct gn_arrow *a);

/* Right after know, or before hand: says what the members are, all of them and
 * in their order, bare ones, none with escapes in its name. They stay
 * as they are until unlist; stays: and their values to the end of the job. */
void gn_arrow_list(struct gn_arrow *a, const struct gn_arrow_member *members,
                   size_t count, bool stays);

/* For alone: gives a stand-in for the object of the members that are listed,
 * without making its text. Where it meets SQLite's own ->>, or a path that is
 * not quite simple, that fails, and says "malformed JSON": then the statement
 * is to be run again, not alone. */
void gn_arrow_hand(struct gn_arrow *a, sqlite3_context *to);

/* The members will be others: what has these is forgotten. */
void gn_arrow_unlist(struct gn_arrow *a, const struct gn_arrow_member *members);

/* Whether a name may stand without quotes in a path, and means itself in every
 * version of SQLite. */
bool gn_arrow_is_label(const char *name, size_t size);

/* For xFindFunction (https://sqlite.org/vtab.html): true if function of name is
 * one for the columns of a table whose every object and array gn_arrow_know
 * hears of; what SQLite is to call with a is *function. */
bool gn_arrow_overload(const char *name, int args,
                       void (**function)(sqlite3_context *, int,
                                         sqlite3_value **));

#endif
