#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/dot.h"
#include "cli/edit.h"
#include "cli/interrupt.h"
#include "cli/shell.h"
#include "cli/typed.h"

struct settings {
    struct gn_ask_flags ask;
    struct gn_format_flags format;
    struct gn_storage_flags storage;
    struct gn_texts params;
    const char *command;
};

/* What is typed, line by line. */
struct input {
    struct gn_shell *shell;
    struct gn_buf pending;        /* the beginning of a statement */
    struct gn_script_place place; /* of pending, in a script */
    bool script;                  /* they come from one, whose lines count */
    bool leave;
};

static enum gn_exit no_memory(void)
{
    gn_complain("out of memory");
    return GN_EXIT_STORE;
}

/* Runs size bytes of pending; in a script behind as many lines and columns as
 * there are before them, so that what is said of a place means the script's. */
static enum gn_exit run_statement(struct input *in, size_t size)
{
    struct gn_buf sql = {0};
    enum gn_exit status = GN_EXIT_OK;

    for (size_t i = 1; in->script && i < in->place.line; i++)
        gn_buf_byte(&sql, '\n');
    for (size_t i = 1; in->script && i < in->place.column; i++)
        gn_buf_byte(&sql, ' ');
    gn_buf_append(&sql, in->pending.data, size);
    if (gn_buf_failed(&sql))
        status = no_memory();
    else if (!gn_script_is_blank(in->pending.data, size))
        status = gn_shell_run(in->shell, gn_buf_cstr(&sql));
    gn_buf_fini(&sql);
    return status;
}

/* size bytes of pending are done with. */
static void drop(struct input *in, size_t size)
{
    struct gn_buf rest = {0};

    gn_script_pass(&in->place, gn_buf_cstr(&in->pending), size);
    gn_buf_append(&rest, gn_buf_cstr(&in->pending) + size,
                  in->pending.size - size);
    gn_buf_fini(&in->pending);
    in->pending = rest;
}

/* Runs what is complete; at the end, what is not, too. */
static enum gn_exit drain(struct input *in, bool end)
{
    enum gn_exit status = GN_EXIT_OK;

    while (status == GN_EXIT_OK && in->pending.size > 0) {
        const char *text = gn_buf_cstr(&in->pending);
        size_t size = gn_script_statement(text, in->pending.size);

        if (size == 0 && (end || gn_script_is_blank(text, in->pending.size)))
            size = in->pending.size;
        if (size == 0)
            break;
        if (in->script)
            in->shell->place = in->place;
        status = run_statement(in, size);
        drop(in, size);
    }
    return status;
}

/* Takes a line of size bytes, its end with it. */
static enum gn_exit feed(struct input *in, const char *line, size_t size)
{
    enum gn_exit status;
    char *command;

    if (memchr(line, '\0', size) != NULL) {
        gn_complain("line %zu: a NUL byte, which SQL cannot hold",
                    in->place.line);
        return GN_EXIT_USAGE;
    }
    if (in->pending.size > 0 || line[0] != '.') {
        gn_buf_append(&in->pending, line, size);
        return gn_buf_failed(&in->pending) ? no_memory() : drain(in, false);
    }
    command = gn_memdup(line, strcspn(line, "\r\n"));
    if (in->script)
        in->shell->place = in->place;
    status =
        command != NULL ? gn_dot(in->shell, command, &in->leave) : no_memory();
    gn_free(command);
    gn_script_pass(&in->place, line, size);
    return status;
}

/* --- where lines come from ------------------------------------------------*/

/* The first error ends it. */
static enum gn_exit run_text(struct input *in, const char *text)
{
    enum gn_exit status = GN_EXIT_OK;

    while (*text != '\0' && status == GN_EXIT_OK && !in->leave) {
        const char *end = strchrnul(text, '\n');
        const size_t size = (size_t)(end - text) + (*end == '\n' ? 1 : 0);

        status = feed(in, text, size);
        text += size;
    }
    return status == GN_EXIT_OK ? drain(in, true) : status;
}

static enum gn_exit run_script(struct input *in)
{
    enum gn_exit status = GN_EXIT_OK;
    char *line = NULL;
    size_t room = 0;
    ssize_t size;

    in->script = true;
    in->place = (struct gn_script_place){1, 1};
    while (status == GN_EXIT_OK && !in->leave &&
           (size = getline(&line, &room, stdin)) > 0)
        status = feed(in, line, (size_t)size);
    free(line);
    if (status == GN_EXIT_OK && ferror(stdin) != 0) {
        gn_complain("cannot read standard input: %s", strerrordesc_np(errno));
        status = GN_EXIT_FAILED;
    }
    return status == GN_EXIT_OK ? drain(in, true) : status;
}

static void take_line(struct input *in, const char *line)
{
    struct gn_buf text = {0};

    gn_buf_printf(&text, "%s\n", line);
    if (gn_buf_failed(&text) ||
        feed(in, gn_buf_cstr(&text), text.size) != GN_EXIT_OK)
        gn_buf_clear(&in->pending); /* the rest was meant to follow */
    gn_buf_fini(&text);
}

/* Errors end statements, not the conversation. */
static void converse(struct input *in, struct gn_edit *edit)
{
    struct gn_shell *s = in->shell;
    enum garner_code code = GARNER_OK;

    while (code != GARNER_DONE && !in->leave) {
        struct garner_error err = {0};
        const char *line = NULL;

        if (gn_shell_words(s)) {
            gn_dot_words(&s->words);
            gn_words_sort(&s->words);
        }
        code = gn_edit_line(
            edit, in->pending.size == 0 ? "garner> " : "   ...> ", &line, &err);
        if (code == GARNER_CANCELED)
            gn_buf_clear(&in->pending);
        else if (code != GARNER_OK && code != GARNER_DONE)
            gn_complain("%s", err.message);
        if (code == GARNER_DONE)
            (void)fputc('\n', stderr);
        else if (line != NULL)
            take_line(in, line);
    }
}

static enum gn_exit talk(struct input *in)
{
    /* NOLINTBEGIN(concurrency-mt-unsafe): nothing sets the environment */
    char *history = gn_typed_path(getenv("XDG_STATE_HOME"), getenv("HOME"));
    /* NOLINTEND(concurrency-mt-unsafe) */
    struct gn_edit *edit = NULL;
    struct garner_error err = {0};
    enum garner_code code =
        gn_edit_new(&in->shell->words, history, &edit, &err);

    gn_free(history);
    if (edit == NULL)
        return gn_exit_error(&err);
    if (code != GARNER_OK)
        gn_complain("%s", err.message);
    fprintf(stderr, "garner " GN_VERSION "; .help says what there is\n");
    converse(in, edit);
    gn_edit_free(edit);
    return GN_EXIT_OK;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct gn_shell shell = {.ask = &s->ask,
                             .params = &s->params,
                             .storage = &s->storage,
                             .format = s->format,
                             .person = s->command == NULL &&
                                       isatty(STDIN_FILENO) == 1};
    struct input in = {.shell = &shell};
    enum gn_exit status = gn_shell_open(&shell);

    if (shell.person)
        gn_interrupt_catch();
    for (size_t i = 0; i < call->count && status == GN_EXIT_OK; i++)
        status = gn_shell_take(&shell, call->items[i]);
    if (status == GN_EXIT_OK && s->command != NULL)
        status = run_text(&in, s->command);
    else if (status == GN_EXIT_OK)
        status = shell.person ? talk(&in) : run_script(&in);
    gn_buf_fini(&in.pending);
    gn_shell_close(&shell);
    return status;
}

static const struct gn_option options[] = {
    {"command", 'c', GN_OPTION_TEXT, "SQL", offsetof(struct settings, command),
     "run this and leave; several statements have ; between them", NULL},
    {"param", 'p', GN_OPTION_LIST, "NAME=VALUE",
     offsetof(struct settings, params),
     "the value of :NAME in the SQL and {NAME} in the URL; may be repeated",
     NULL},
    GN_FORMAT_OPTIONS(struct settings),
    GN_ASK_OPTIONS(struct settings),
    GN_ASK_PRIVATE_OPTION(struct settings),
    {"max-time", 'm', GN_OPTION_SECONDS, "TIME",
     offsetof(struct settings, ask.total_ms), "longest time for a fetch (60s)",
     NULL},
    GN_STORAGE_READ_OPTION(struct settings),
};

const struct gn_command gn_cmd_shell = {
    .name = "shell",
    .operands = "[URL|DB|FILE]...",
    .summary = "try SQL on a page or a database, line by line",
    .text =
        "Fetches the URL, or takes a FILE for its answer, and runs the SQL "
        "that is typed over it: :body, :url, :final_url, :status, :headers, "
        ":content_type and :fetched_at are bound as they are for a source, and "
        "all functions of docs/sql.md are there. A DB, which is a file of "
        "SQLite's or sqlite: and its path, is open to be read alone; with one, "
        "its tables and the page can be in one SELECT. .open takes another of "
        "each.\n"
        "\n"
        "A statement ends with ; and may take several lines. On a terminal "
        "lines can be edited, the keys being those of Emacs (or as ~/.editrc "
        "says), Tab completes the names of functions, tables, columns and "
        "parameters, and the arrows bring back what was typed before, which is "
        "kept in ~/.local/state/garner/history (or in XDG_STATE_HOME) unless "
        "the line begins with a space. Ctrl-C ends a statement or a fetch and "
        "not the shell, Ctrl-D ends that. .help lists its own commands: .open "
        ".body .headers .links .tables .save .mode .quit.\n"
        "\n"
        "Without a DB, SQL is held to what it may do in a source: one SELECT "
        "that sees nothing but its parameters; only its time and the number of "
        "its rows have no bounds here. With a DB, any statement that only "
        "reads will do, EXPLAIN and PRAGMA among them.\n"
        "\n"
        "Where standard input is no terminal, it is a script: rows are printed "
        "as by query, and the first error ends it with its exit status and the "
        "line it is in.",
    .examples =
        "garner shell https://example.org/rates.html\n"
        "garner shell page.html -c \"select text from html_each(:body, "
        "'h2')\"\n"
        "garner shell data.db https://example.org/x.json < compare.sql\n"
        "garner shell data.db -c \"select id, html_text(body_of(id), 'title') "
        "as title\n"
        "  from garner_body\" --csv\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 0,
    .most = 2,
    .run = run,
};
