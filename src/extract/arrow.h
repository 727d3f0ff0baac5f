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

/* A name and its value in an object's text. */
struct gn_arrow_member {
    const char *name; /* without its quotes; no escapes in it */
    size_t name_size;
    const char *value, *end;
};

/* All zero, but for db. */
struct gn_arrow {
    sqlite3 *db;
    bool is_guest;     /* db is closed without asking: own is not kept */
    sqlite3_stmt *own; /* SQLite's own ->>; NULL: not needed yet */
    const char *text;  /* what is known to be JSON; NULL: nothing */
    size_t size;
    bool listed;  /* members are its */
    bool escaped; /* a name has escapes: there are no members */
    struct gn_arrow_member *members;
    size_t count, room;
};

/* Before db is closed. */
void gn_arrow_fini(struct gn_arrow *a);

/* The bytes at text, a value that was just given to SQLite, are an object or an
 * array, and stay as they are until forget, or until something else is known.
 */
void gn_arrow_know(struct gn_arrow *a, const char *text, size_t size);
void gn_arrow_forget(struct gn_arrow *a);

/* Right after know, who wrote the text may list its members, all of them and in
 * their order, none with escapes in its name. */
void gn_arrow_list(struct gn_arrow *a);
void gn_arrow_add(struct gn_arrow *a, struct gn_arrow_member member);

/* For xFindFunction (https://sqlite.org/vtab.html): true if function of name is
 * one for the columns of a table whose every object and array gn_arrow_know
 * hears of; what SQLite is to call with a is *function. */
bool gn_arrow_overload(const char *name, int args,
                       void (**function)(sqlite3_context *, int,
                                         sqlite3_value **));

#endif
