/*
 * door_test.h - what the tests of the public calls share: a store, and short
 * forms of what they do all the time. Tests only.
 */
#ifndef GN_STORE_DOOR_TEST_H
#define GN_STORE_DOOR_TEST_H

#include "store/fixture_test.h"

#include "garner/garner.h"

static struct garner_store *store;
static struct garner_options options;

static UNUSED enum garner_code open_with(const char *url)
{
    return garner_open(url, &options, &store, NULL);
}

static UNUSED int with_options(void **state)
{
    garner_options_init(&options);
    options.timeout_ms = 20000;
    store = NULL;
    return fixture_up(state);
}

static UNUSED int with_store(void **state)
{
    return with_options(state) == 0 && open_with(fixture.db) == GARNER_OK ? 0
                                                                          : -1;
}

static UNUSED int with_memory(void **state)
{
    return with_options(state) == 0 && open_with(":memory:") == GARNER_OK ? 0
                                                                          : -1;
}

static UNUSED int without_store(void **state)
{
    garner_close(store);
    garner_set_log(NULL, NULL);
    return fixture_down(state);
}

static UNUSED void exec(const char *sql)
{
    struct garner_error err;

    if (garner_exec(store, sql, NULL, 0, NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

/* The first column of the first row. */
static UNUSED int64_t number(const char *sql)
{
    struct garner_rows *rows;
    struct garner_error err;
    int64_t n;

    if (garner_query(store, sql, NULL, 0, &rows, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    n = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    return n;
}

static UNUSED void write_fails(const char *sql, enum garner_code code,
                               const char *words)
{
    struct garner_result result = {5, 5};
    struct garner_error err;

    assert_int_equal(garner_exec(store, sql, NULL, 0, &result, &err), code);
    assert_int_equal(err.code, code);
    assert_int_equal(result.changes, 0);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

#define WITH(f, up) cmocka_unit_test_setup_teardown(f, up, without_store)

#endif
