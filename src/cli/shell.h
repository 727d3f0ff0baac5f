/*
 * shell.h - what garner shell has at hand: an answer, perhaps a database that
 * it reads, and the SQL that is run over both.
 *
 * Thread: one at a time; gn_interrupt_mark ends what waits or works.
 */
#ifndef GN_CLI_SHELL_H
#define GN_CLI_SHELL_H

#include <stdbool.h>

#include "base/buf.h"
#include "cli/ask.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/script.h"
#include "cli/specimen.h"
#include "cli/storage.h"
#include "cli/words.h"
#include "extract/console.h"
#include "garner/sqlite.h"

struct gn_shell {
    /* constant; borrowed */
    const struct gn_ask_flags *ask;
    const struct gn_texts *params; /* of -p */
    const struct gn_storage_flags *storage;
    bool person; /* sits at a terminal */

    struct gn_format_flags format;
    struct gn_script_place place; /* where what is done stands in a script */
    struct gn_specimen page;
    struct garner_store *store; /* NULL: no database is open */
    struct garner_loan *loan;
    struct gn_console *console;
    struct gn_words words;
    bool words_are_old;
    struct gn_buf last; /* the statement that was run last */
};

/* All of these complain about what goes wrong, and give the exit status. */

/* With neither an answer nor a database. gn_shell_close even if it failed. */
enum gn_exit gn_shell_open(struct gn_shell *s);
void gn_shell_close(struct gn_shell *s);

/* Takes up a URL, which is fetched, a database (a file of SQLite's, or sqlite:
 * and its path), or any other file as an answer. What there was of that kind
 * before goes; if it fails, it stays. */
enum gn_exit gn_shell_take(struct gn_shell *s, const char *what);

/* Runs a statement and prints its rows. */
enum gn_exit gn_shell_run(struct gn_shell *s, const char *sql);

/* The same with the rows to output. */
enum gn_exit gn_shell_run_to(struct gn_shell *s, const char *sql,
                             struct gn_output *output);

/* Complains, in a script behind the place where it happened. */
enum gn_exit gn_shell_fail(const struct gn_shell *s,
                           const struct garner_error *err);

/* Fills words, unless they are up to date, with all but the dot commands;
 * true: it did, and they are not sorted yet. */
bool gn_shell_words(struct gn_shell *s);

#endif
