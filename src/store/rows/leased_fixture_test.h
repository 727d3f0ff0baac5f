/*
 * leased_fixture_test.h - what the tests of how cursors end share: three rows,
 * a pool of two connections, a thread that steps a cursor. Tests only.
 */
#ifndef GN_STORE_ROWS_LEASED_FIXTURE_TEST_H
#define GN_STORE_ROWS_LEASED_FIXTURE_TEST_H

#include "store/fixture_test.h"

#include <sched.h>

#include "store/rows/leased.h"

#define ENDLESS                                                                \
    "with recursive n(i) as (select 1 union all select i + 1 from n) "         \
    "select count(*) from n"
#define LONG "printf('%9000d', 7)"

static struct gn_sqlite *writer;
static struct gn_pool *pool;

static UNUSED int with(void **state, const char *mode)
{
    struct gn_sqlite_options options;
    sqlite3 *foreign;

    if (fixture_up(state) != 0)
        return -1;
    foreign = foreign_open();
    foreign_run(foreign, mode);
    foreign_run(foreign, "create table t(a integer primary key, b);"
                         "insert into t values (1, 'one'), (2, 'two'), "
                         "(3, null)");
    foreign_close(foreign);
    options = writer_options();
    if (strstr(mode, "wal") != NULL &&
        gn_sqlite_open(&options, &writer, NULL) != GARNER_OK)
        return -1;
    options.writer = false;
    options.create = false;
    return gn_pool_new(&options, 2, &pool, NULL) == GARNER_OK ? 0 : -1;
}

static UNUSED int with_log(void **state)
{
    return with(state, "pragma journal_mode=wal");
}

/* Without a log readers meet the locks of writers. */
static UNUSED int with_journal(void **state)
{
    return with(state, "pragma journal_mode=delete");
}

static UNUSED int without(void **state)
{
    gn_pool_free(pool);
    gn_sqlite_close(writer);
    writer = NULL;
    return fixture_down(state);
}

static UNUSED struct garner_rows *query_within(const char *sql, int timeout_ms)
{
    struct garner_rows *rows;
    struct garner_error err;
    struct gn_statement s;

    gn_statement_init(&s, sql, NULL, 0);
    if (gn_rows_lease(pool, &s, timeout_ms, &rows, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return rows;
}

static UNUSED struct garner_rows *query(const char *sql)
{
    return query_within(sql, 20000);
}

static UNUSED int64_t next_number(struct garner_rows *rows)
{
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    return garner_column(rows, 0).integer;
}

static UNUSED void next_fails(struct garner_rows *rows, enum garner_code code,
                              const char *words)
{
    struct garner_error err;

    assert_int_equal(garner_next(rows, &err), code);
    assert_int_equal(err.code, code);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
    assert_int_equal(garner_column(rows, 0).type, GARNER_NULL);
    assert_int_equal(garner_next(rows, NULL), GARNER_MISUSE);
}

static UNUSED void nothing_is_held(void)
{
    int open;
    int leased;

    gn_pool_count(pool, &open, &leased);
    assert_int_equal(leased, 0);
    assert_true(nobody_reads());
}

/* --- another thread, which steps once ------------------------------------ */

struct reader {
    struct garner_rows *rows;
    struct garner_error err;
    enum garner_code code;
    pthread_t thread;
};

static UNUSED void *step(void *argument)
{
    struct reader *r = argument;

    r->code = garner_next(r->rows, &r->err);
    return NULL;
}

/* Starts it, and comes back when it has begun. */
static UNUSED void start(struct reader *r, const char *sql)
{
    struct gn_reader oldest;

    /* The test's own limit comes long before this one. */
    *r = (struct reader){.rows = query_within(sql, 600000)};
    assert_int_equal(gn_thread_start(&r->thread, step, r, NULL), GARNER_OK);
    while (!gn_pool_oldest(pool, &oldest))
        sched_yield();
}

static UNUSED void ended(struct reader *r, enum garner_code code,
                         const char *words)
{
    gn_thread_join(r->thread);
    assert_int_equal(r->code, code);
    if (strstr(r->err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, r->err.message);
    garner_rows_close(r->rows);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_log, without)

#endif
