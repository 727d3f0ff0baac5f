/*
 * tx_fixture_test.h - what the tests of transactions share: a table, one
 * transaction, and short forms of what they do in it. Tests only.
 */
#ifndef GN_STORE_TX_FIXTURE_TEST_H
#define GN_STORE_TX_FIXTURE_TEST_H

#include "store/door_test.h"

#include <sched.h>

static UNUSED void reopen(void)
{
    garner_close(store);
    assert_int_equal(open_with(fixture.db), GARNER_OK);
}

static struct garner_tx *tx;
static struct garner_tx_options terms; /* of begin() */

static UNUSED int with_table(void **state)
{
    if (with_store(state) != 0)
        return -1;
    garner_tx_options_init(&terms);
    exec("create table t(a integer primary key, b text)");
    return 0;
}

static UNUSED int with_table_in_memory(void **state)
{
    if (with_memory(state) != 0)
        return -1;
    garner_tx_options_init(&terms);
    exec("create table t(a integer primary key, b text)");
    return 0;
}

static UNUSED void begin(void)
{
    struct garner_error err;

    if (garner_begin(store, &terms, &tx, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static UNUSED enum garner_code try_in(const char *sql)
{
    return garner_tx_exec(tx, sql, NULL, 0, NULL, NULL);
}

static UNUSED void run_in(const char *sql)
{
    struct garner_error err;

    if (garner_tx_exec(tx, sql, NULL, 0, NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static UNUSED void fails_in(const char *sql, enum garner_code code,
                            const char *words)
{
    struct garner_result result = {5, 5};
    struct garner_error err;

    assert_int_equal(garner_tx_exec(tx, sql, NULL, 0, &result, &err), code);
    assert_int_equal(err.code, code);
    assert_int_equal(result.changes, 0);
    assert_int_equal(result.last_rowid, 0);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

static UNUSED struct garner_rows *query_in(const char *sql)
{
    struct garner_rows *rows;
    struct garner_error err;

    if (garner_tx_query(tx, sql, NULL, 0, &rows, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return rows;
}

static UNUSED int64_t number_in(const char *sql)
{
    struct garner_rows *rows = query_in(sql);
    int64_t n;

    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    n = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    return n;
}

static UNUSED void commit(void)
{
    struct garner_error err;

    if (garner_commit(tx, NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static UNUSED void end_of_it(void)
{
    garner_rollback(tx);
    tx = NULL;
}

static UNUSED void await_queued(size_t batches)
{
    struct garner_stats stats;

    do {
        sched_yield();
        garner_stats(store, &stats);
    } while (stats.queued_batches != batches);
}

/* --- a thread that writes --------------------------------------------------
 */

struct writer {
    pthread_t thread;
    const char *sql;
    int timeout_ms;
    enum garner_code code;
    struct garner_error err;
};

static UNUSED void *write_it(void *argument)
{
    struct writer *w = argument;
    struct garner_batch *b;

    if (garner_batch_new(&b, NULL) != GARNER_OK ||
        garner_batch_add(b, w->sql, NULL, 0, NULL) != GARNER_OK)
        return NULL;
    garner_batch_set_timeout(b, w->timeout_ms);
    w->code = garner_write(store, b, NULL, &w->err);
    garner_batch_free(b);
    return NULL;
}

static UNUSED void start(struct writer *w, const char *sql, int timeout_ms)
{
    *w = (struct writer){
        .sql = sql, .timeout_ms = timeout_ms, .code = GARNER_NOMEM};
    assert_int_equal(gn_thread_start(&w->thread, write_it, w, NULL), 0);
}

static UNUSED enum garner_code join(struct writer *w)
{
    gn_thread_join(w->thread);
    return w->code;
}

#define ENDLESS                                                                \
    "with recursive n(i) as (select 1 union all select i + 1 from n) "

#define TABLE(f)  WITH(f, with_table)
#define MEMORY(f) WITH(f, with_table_in_memory)

#endif
