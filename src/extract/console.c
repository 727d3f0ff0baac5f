#include "extract/console.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "extract/statement.h"

/* A database may have as many tables as it likes, a person not. */
enum { MOST_NAMES = 20000 };

struct gn_console {
    struct gn_sandbox sandbox;
};

enum garner_code gn_console_new(struct sqlite3 *db, atomic_bool *stop,
                                struct gn_console **out,
                                struct garner_error *err)
{
    struct gn_console *c = gn_alloc(sizeof *c);
    enum garner_code code;

    *out = NULL;
    if (c == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory to run SQL");
    code = db != NULL ? gn_sandbox_borrow(&c->sandbox, db, err)
                      : gn_sandbox_open(&c->sandbox, err);
    c->sandbox.budget.stop = stop;
    *out = c; /* even if it failed: functions may be known to db by now */
    if (code != GARNER_OK && db == NULL) {
        gn_console_free(c);
        *out = NULL;
    }
    return code;
}

void gn_console_free(struct gn_console *c)
{
    if (c == NULL)
        return;
    gn_sandbox_close(&c->sandbox);
    gn_free(c);
}

int gn_console_look(void *console)
{
    struct gn_console *c = console;

    return gn_sandbox_look(&c->sandbox);
}

const char *gn_console_path(const struct gn_console *c)
{
    const char *path = sqlite3_db_filename(c->sandbox.db, "main");

    return path != NULL ? path : "";
}

/* --- a statement ----------------------------------------------------------*/

/* A statement that runs. */
struct running {
    struct gn_console *console;
    sqlite3_stmt *stmt;
    const struct gn_input *in;
    const struct gn_console_calls *calls;
    struct garner_value *row;
};

static enum garner_code tell_columns(struct running *r,
                                     struct garner_error *err)
{
    const size_t count = (size_t)sqlite3_column_count(r->stmt);
    const char **names;
    bool complete;
    enum garner_code code;

    if (count == 0)
        return GARNER_OK;
    names = gn_alloc(count * sizeof names[0]);
    r->row = gn_alloc(count * sizeof r->row[0]);
    complete = names != NULL && r->row != NULL;
    for (size_t i = 0; complete && i < count; i++) {
        names[i] = sqlite3_column_name(r->stmt, (int)i);
        complete = names[i] != NULL;
    }
    code = complete ? r->calls->columns(r->calls->context, names, count, err)
                    : gn_fail(err, GARNER_NOMEM, "no memory for columns");
    gn_free(names);
    return code;
}

static enum garner_code tell_row(struct running *r, struct garner_error *err)
{
    const int count = sqlite3_column_count(r->stmt);

    for (int i = 0; i < count; i++)
        if (!gn_statement_value(r->stmt, i, &r->row[i]))
            return gn_fail(err, GARNER_NOMEM, "no memory to read a value");
    return r->calls->row(r->calls->context, r->row, err);
}

static enum garner_code step(struct running *r, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    while (code == GARNER_OK) {
        const int rc = sqlite3_step(r->stmt);

        if (rc == SQLITE_DONE)
            break;
        code = rc == SQLITE_ROW
                   ? tell_row(r, err)
                   : gn_statement_failed(&r->console->sandbox, r->stmt, rc,
                                         r->in->params, r->in->count, err);
    }
    return code == GARNER_DONE ? GARNER_OK : code;
}

enum garner_code gn_console_run(struct gn_console *c, const char *sql,
                                const struct gn_input *in,
                                const struct gn_console_calls *calls,
                                struct garner_error *err)
{
    struct running r = {.console = c, .in = in, .calls = calls};
    enum garner_code code;

    gn_sandbox_arm(&c->sandbox, INT64_MAX);
    gn_functions_body(&c->sandbox.functions, in->text, in->text_size);
    code = gn_statement_prepare(&c->sandbox, sql, &r.stmt, err);
    if (code == GARNER_OK)
        code = gn_statement_bind(r.stmt, in->params, in->count, err);
    if (code == GARNER_OK)
        code = tell_columns(&r, err);
    if (code == GARNER_OK)
        code = step(&r, err);
    sqlite3_finalize(r.stmt);
    gn_functions_clear(&c->sandbox.functions); /* it may be much memory */
    gn_free(r.row);
    return code;
}

/* --- words ----------------------------------------------------------------*/

/* Who is told, and of what. */
struct telling {
    struct gn_console *console;
    void (*word)(void *context, enum gn_word kind, const char *text,
                 size_t size);
    void *context;
};

/* The first column of sql is words of a kind, argument its one parameter. */
static enum garner_code tell_names(const struct telling *t, enum gn_word kind,
                                   const char *sql, const char *argument,
                                   struct garner_error *err)
{
    sqlite3_stmt *stmt = NULL;
    size_t count = 0;
    int rc = sqlite3_prepare_v2(t->console->sandbox.db, sql, -1, &stmt, NULL);

    if (rc == SQLITE_OK && argument != NULL)
        rc = sqlite3_bind_text(stmt, 1, argument, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    while (rc == SQLITE_ROW && count++ < MOST_NAMES) {
        const void *text = sqlite3_column_text(stmt, 0);

        if (text != NULL)
            t->word(t->context, kind, text,
                    (size_t)sqlite3_column_bytes(stmt, 0));
        rc = sqlite3_step(stmt);
    }
    sqlite3_finalize(stmt);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        return GARNER_OK;
    return gn_fail(err, rc == SQLITE_NOMEM ? GARNER_NOMEM : GARNER_SQL,
                   "cannot look up the names for SQL: %s",
                   sqlite3_errmsg(t->console->sandbox.db));
}

static void tell_keywords(const struct telling *t)
{
    for (int i = 0; i < sqlite3_keyword_count(); i++) {
        const char *text;
        int size;

        if (sqlite3_keyword_name(i, &text, &size) == SQLITE_OK)
            t->word(t->context, GN_WORD_KEYWORD, text, (size_t)size);
    }
}

static enum garner_code tell_function(const struct telling *t, const char *name,
                                      struct garner_error *err)
{
    t->word(t->context, GN_WORD_FUNCTION, name, strlen(name));
    return tell_names(t, GN_WORD_COLUMN,
                      "select name from pragma_table_xinfo(?)", name, err);
}

enum garner_code gn_console_words(struct gn_console *c,
                                  void (*word)(void *context, enum gn_word kind,
                                               const char *text, size_t size),
                                  void *context, struct garner_error *err)
{
    const struct telling t = {c, word, context};
    enum garner_code code;

    tell_keywords(&t);
    c->sandbox.lifted = true;
    code = tell_names(&t, GN_WORD_FUNCTION,
                      "select distinct name from pragma_function_list "
                      "where name glob '[a-z]*'",
                      NULL, err);
    for (size_t i = 0; code == GARNER_OK && gn_functions_table(i) != NULL; i++)
        code = tell_function(&t, gn_functions_table(i), err);
    if (code == GARNER_OK)
        code = tell_function(&t, "json_each", err);
    if (code == GARNER_OK)
        code = tell_function(&t, "json_tree", err);
    if (code == GARNER_OK)
        code = tell_names(&t, GN_WORD_TABLE,
                          "select name from sqlite_schema "
                          "where type in ('table', 'view')",
                          NULL, err);
    if (code == GARNER_OK)
        code = tell_names(&t, GN_WORD_COLUMN,
                          "select distinct c.name from sqlite_schema t, "
                          "pragma_table_xinfo(t.name) c "
                          "where t.type in ('table', 'view')",
                          NULL, err);
    c->sandbox.lifted = false;
    return code;
}
