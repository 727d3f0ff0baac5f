/* console_test.c - statements one after the other, in a sandbox and on a
 * database; what stops them, and the words they are written with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/mem.h"
#include "extract/console.h"

static atomic_bool stop;

/* What came, and when there has been enough. */
struct sink {
    struct gn_buf text;
    size_t columns;
    size_t rows;
    size_t most; /* 0: no bound */
    size_t stop; /* at this row; 0: never */
};

static enum garner_code take_columns(void *context, const char *const *names,
                                     size_t count, struct garner_error *err)
{
    struct sink *s = context;

    (void)err;
    s->columns = count;
    for (size_t i = 0; i < count; i++)
        gn_buf_printf(&s->text, "%s%s", i > 0 ? "|" : "", names[i]);
    gn_buf_byte(&s->text, '\n');
    return GARNER_OK;
}

static enum garner_code take_row(void *context,
                                 const struct garner_value *values,
                                 struct garner_error *err)
{
    struct sink *s = context;

    (void)err;
    s->rows++;
    for (size_t i = 0; i < s->columns; i++) {
        gn_buf_text(&s->text, i > 0 ? "|" : "");
        if (values[i].type == GARNER_TEXT)
            gn_buf_append(&s->text, values[i].bytes.data, values[i].bytes.size);
        else if (values[i].type == GARNER_INTEGER)
            gn_buf_printf(&s->text, "%d", (int)values[i].integer);
        else
            gn_buf_text(&s->text, "~");
    }
    gn_buf_byte(&s->text, '\n');
    if (s->rows == s->stop)
        atomic_store(&stop, true);
    return s->rows == s->most ? GARNER_DONE : GARNER_OK;
}

static const char page[] = "<h1>A</h1><p>b<p>c";

static enum garner_code ask(struct gn_console *c, const char *sql,
                            struct sink *s, struct garner_error *err)
{
    const struct gn_param params[] = {{"body", garner_text(page)},
                                      {"status", garner_integer(200)}};
    const struct gn_console_calls calls = {s, take_columns, take_row};
    struct gn_input in;
    enum garner_code code = gn_input_make(&in, params, 2, NULL, err);

    if (code == GARNER_OK)
        code = gn_console_run(c, sql, &in, &calls, err);
    gn_input_fini(&in);
    return code;
}

static void assert_rows(struct gn_console *c, const char *sql,
                        const char *expected)
{
    struct garner_error err = {0};
    struct sink s = {.most = 0};

    assert_int_equal(ask(c, sql, &s, &err), GARNER_OK);
    assert_string_equal(gn_buf_cstr(&s.text), expected);
    gn_buf_fini(&s.text);
}

static void assert_refused(struct gn_console *c, const char *sql,
                           enum garner_code code, const char *words)
{
    struct garner_error err = {0};
    struct sink s = {.most = 0};

    assert_int_equal(ask(c, sql, &s, &err), code);
    if (strstr(err.message, words) == NULL)
        fail_msg("%s: %s", sql, err.message);
    gn_buf_fini(&s.text);
}

static void statements_follow_each_other(void **state)
{
    struct gn_console *c;
    struct sink s = {.most = 2};

    (void)state;
    assert_int_equal(gn_console_new(NULL, &stop, &c, NULL), GARNER_OK);
    assert_rows(c, "select html_text(:body, 'h1') t, :status as s, null n",
                "t|s|n\nA|200|~\n");
    assert_refused(c, "select\n html_txt(:body)", GARNER_SQL,
                   "SQL line 2, column 2: no such function: html_txt");
    assert_refused(c, "insert into t values (1)", GARNER_SQL, "only a SELECT");
    assert_refused(c, "select * from t", GARNER_SQL, "no such table");
    assert_refused(c, "select :nope as n", GARNER_SQL, ":body :status");
    assert_refused(c, "attach 'x' as y", GARNER_SQL, "only a SELECT");
    assert_rows(c, "select i, text from html_each(:body, 'p')",
                "i|text\n1|b\n2|c\n");
    assert_int_equal(ask(c, "select value from json_each('[1,2,3]')", &s, NULL),
                     GARNER_OK);
    assert_int_equal(s.rows, 2); /* it wanted no more */
    gn_buf_fini(&s.text);
    gn_console_free(c);
}

static sqlite3 *open_database(struct gn_console **c)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(
            db,
            "create table t(a, bee); insert into t values(1,'<b>x</b>');"
            "create view seen as select a as sea from t;"
            "pragma query_only = on",
            NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(gn_console_new(db, &stop, c, NULL), GARNER_OK);
    sqlite3_progress_handler(db, 100, gn_console_look, *c);
    return db;
}

static void a_database_is_read_beside_the_answer(void **state)
{
    struct gn_console *c;
    sqlite3 *db = open_database(&c);

    (void)state;
    assert_rows(
        c, "select a, html_text(bee) x, text from t, html_each(:body, 'p')",
        "a|x|text\n1|x|b\n1|x|c\n");
    assert_string_equal(gn_console_path(c), "");
    assert_rows(c, "select a, a from t", "a|a\n1|1\n");
    assert_rows(c, "select '{\"x\":5}'->>'$.x' as x", "x\n5\n");
    assert_rows(c, "pragma table_info(t)",
                "cid|name|type|notnull|dflt_value|pk\n"
                "0|a||0|~|0\n1|bee||0|~|0\n");
    assert_refused(c, "select * from tea", GARNER_SQL,
                   "no such table: tea: select * from tea");
    assert_refused(c, "delete from t", GARNER_SQL, "to be read alone");
    assert_refused(c, " -- nothing\n", GARNER_SQL, "the SQL is empty");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    gn_console_free(c);
}

static const char endless[] =
    "with recursive n(i) as (select 1 union all select i + 1 from n) "
    "select i from n";

static void it_can_be_stopped(void **state)
{
    struct gn_console *consoles[2];
    sqlite3 *db = open_database(&consoles[0]);

    (void)state;
    assert_int_equal(gn_console_new(NULL, &stop, &consoles[1], NULL),
                     GARNER_OK);
    for (size_t i = 0; i < 2; i++) {
        struct garner_error err = {0};
        struct sink s = {.stop = 5000};

        assert_int_equal(ask(consoles[i], endless, &s, &err), GARNER_CANCELED);
        assert_string_equal(err.message, "the SQL was interrupted");
        assert_true(s.rows >= 5000);
        gn_buf_fini(&s.text);
        assert_refused(consoles[i], endless, GARNER_CANCELED, "interrupted");
        atomic_store(&stop, false);
        assert_rows(consoles[i], "select 1 as a", "a\n1\n");
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    gn_console_free(consoles[0]);
    gn_console_free(consoles[1]);
}

static void note(void *context, enum gn_word kind, const char *text,
                 size_t size)
{
    gn_buf_printf(context, "%c:%.*s\n", "kftc"[kind], (int)size, text);
}

static void assert_word(const struct gn_buf *words, const char *line, bool is)
{
    if ((strstr(gn_buf_cstr(words), line) != NULL) != is)
        fail_msg("%s", line);
}

static void words_are_known(void **state)
{
    static const char *const always[] = {
        "k:SELECT\n", "f:html_text\n", "f:upper\n",     "f:html_each\n",
        "c:attrs\n",  "c:node\n",      "f:json_each\n", "c:fullkey\n"};
    static const char *const stored[] = {"t:t\n", "c:bee\n", "t:seen\n",
                                         "c:sea\n"};
    struct gn_console *consoles[2];
    sqlite3 *db = open_database(&consoles[1]);

    (void)state;
    assert_int_equal(gn_console_new(NULL, &stop, &consoles[0], NULL),
                     GARNER_OK);
    for (size_t i = 0; i < 2; i++) {
        struct gn_buf words = {0};

        assert_int_equal(gn_console_words(consoles[i], note, &words, NULL),
                         GARNER_OK);
        for (size_t k = 0; k < sizeof always / sizeof always[0]; k++)
            assert_word(&words, always[k], true);
        for (size_t k = 0; k < sizeof stored / sizeof stored[0]; k++)
            assert_word(&words, stored[k], i == 1);
        gn_buf_fini(&words);
    }
    /* what was allowed for that is refused again */
    assert_refused(consoles[0], "select name from pragma_function_list",
                   GARNER_SQL, "may not do this");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    gn_console_free(consoles[0]);
    gn_console_free(consoles[1]);
}

static void lost_memory(void **state)
{
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code != GARNER_OK; nth++) {
        struct gn_console *c;
        struct sink s = {.most = 0};

        gn_mem_fail_at(nth);
        code = gn_console_new(NULL, &stop, &c, NULL);
        if (code == GARNER_OK)
            code = ask(c, "select text from html_each(:body, 'p')", &s, NULL);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || nth < 500);
        gn_buf_fini(&s.text);
        gn_console_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_follow_each_other),
        cmocka_unit_test(a_database_is_read_beside_the_answer),
        cmocka_unit_test(it_can_be_stopped),
        cmocka_unit_test(words_are_known),
        cmocka_unit_test(lost_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
