/* writer_test.h - a connection that writes, for the tests of what is run on
 * one. Tests only. */
#ifndef GN_STORE_WRITER_TEST_H
#define GN_STORE_WRITER_TEST_H

#include "store/fixture_test.h"

#include "store/driver/cursor.h"
#include "store/driver/sql.h"

static struct gn_sqlite *c;
static struct garner_error err;

static UNUSED int with_writer(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    c = open_writer();
    return 0;
}

static UNUSED int without_writer(void **state)
{
    gn_mem_fail_at(0);
    gn_sqlite_close(c);
    return fixture_down(state);
}

static UNUSED int64_t number(const char *sql)
{
    int64_t n;

    if (gn_sql_integer(c, sql, NULL, 0, &n, &err) != GARNER_OK)
        fail_msg("%s: %s", sql, err.message);
    return n;
}

static UNUSED struct gn_cursor *cursor_on(struct gn_sqlite *on, const char *sql)
{
    struct gn_statement s;
    struct gn_cursor *cursor;

    gn_statement_init(&s, sql, NULL, 0);
    if (gn_cursor_open(on, &s, &cursor, &err) != GARNER_OK)
        fail_msg("%s: %s", sql, err.message);
    return cursor;
}

static UNUSED void works(enum garner_code code)
{
    if (code != GARNER_OK)
        fail_msg("%s: %s", garner_code_name(code), err.message);
}

static UNUSED void says(const char *words)
{
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_writer, without_writer)

/* Runs call, an enum garner_code, with the nth allocation failing, until none
 * does. */
#define SWEEP(call)                                                            \
    do {                                                                       \
        enum garner_code swept;                                                \
        unsigned nth = 1;                                                      \
                                                                               \
        do {                                                                   \
            gn_mem_fail_at(nth++);                                             \
            swept = (call);                                                    \
            gn_mem_fail_at(0);                                                 \
            assert_true(swept == GARNER_OK || swept == GARNER_NOMEM);          \
        } while (swept != GARNER_OK);                                          \
        assert_true(nth > 2);                                                  \
    } while (0)

#endif
