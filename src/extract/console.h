/*
 * console.h - SQL as a person types it: one statement after the other over one
 * answer, in a sandbox of its own or on a connection that reads a database. Its
 * rows come as they are made, without a bound to their number or to the time;
 * instead it can be stopped.
 *
 * Thread: one at a time; what stop points to may be set from any, and in a
 * signal handler.
 */
#ifndef GN_EXTRACT_CONSOLE_H
#define GN_EXTRACT_CONSOLE_H

#include <stdatomic.h>
#include <stddef.h>

#include "extract/input.h"
#include "garner/error.h"
#include "garner/value.h"

struct sqlite3;
struct gn_console;

/* Where rows go. What is given is borrowed until the call returns. */
struct gn_console_calls {
    void *context;
    /* Once, before the rows; a statement without columns calls nothing. */
    enum garner_code (*columns)(void *context, const char *const *names,
                                size_t count, struct garner_error *err);
    /* DONE: no more are wanted. */
    enum garner_code (*row)(void *context, const struct garner_value *values,
                            struct garner_error *err);
};

enum gn_word {
    GN_WORD_KEYWORD,
    GN_WORD_FUNCTION, /* those that are tables among them */
    GN_WORD_TABLE,    /* or a view */
    GN_WORD_COLUMN,
};

/* db: a connection that somebody lends, who refuses what it may not do; NULL:
 * one in memory, in the sandbox that sources have. A statement ends when *stop
 * (borrowed) is true. Errors: NOMEM, IO; *out may be there even then, and is
 * freed as ever. */
enum garner_code gn_console_new(struct sqlite3 *db, atomic_bool *stop,
                                struct gn_console **out,
                                struct garner_error *err);

/* After a connection that was lent has been closed. NULL is fine. */
void gn_console_free(struct gn_console *c);

/* For the progress handler of a connection that is lent, with its console: not
 * 0 ends the statement. */
int gn_console_look(void *console);

/* The file of the database, borrowed; "": it is in none. */
const char *gn_console_path(const struct gn_console *c);

/* Runs one statement to its end, with in (borrowed) as its parameters. Errors:
 * SQL (it says where), INVALID (the body is not JSON), CANCELED (stop), NOMEM,
 * and what calls give back. */
enum garner_code gn_console_run(struct gn_console *c, const char *sql,
                                const struct gn_input *in,
                                const struct gn_console_calls *calls,
                                struct garner_error *err);

/* Tells the words there are to write SQL with, the database's names among them;
 * some more than once. Errors: those of SQLite, NOMEM. */
enum garner_code gn_console_words(struct gn_console *c,
                                  void (*word)(void *context, enum gn_word kind,
                                               const char *text, size_t size),
                                  void *context, struct garner_error *err);

#endif
