/* tx_test.c - transactions of one thread: what they see, what stays, what is
 * refused. Failures: tx_fail_test.c; cursors: held_test.c; how they end by
 * themselves: tx_end_test.c; many at once: tx_race_test.c. */
#include "store/tx_fixture_test.h"

/* --- what is seen, what stays ---------------------------------------------
 */

static void it_sees_its_own_writes(void **state)
{
    struct garner_result result;

    (void)state;
    begin();
    assert_int_equal(
        garner_tx_exec(tx, "insert into t values (?, ?), (9, 'nine')",
                       GARNER_ARGS(garner_integer(5), garner_text("five")),
                       &result, NULL),
        GARNER_OK);
    assert_int_equal(result.changes, 2);
    assert_int_equal(result.last_rowid, 9);
    assert_int_equal(number_in("select count(*) from t"), 2);
    assert_int_equal(garner_tx_exec(tx, "update t set b = 'x' where a = 5",
                                    NULL, 0, &result, NULL),
                     GARNER_OK);
    assert_int_equal(result.changes, 1);
    assert_int_equal(result.last_rowid, 9); /* the transaction's last */
    assert_int_equal(number_in("select last_insert_rowid()"), 9);
    assert_int_equal(garner_commit(tx, &result, NULL), GARNER_OK);
    assert_int_equal(result.changes, 3);
    assert_int_equal(result.last_rowid, 9);
    assert_int_equal(number("select count(*) from t where b = 'x'"), 1);
}

static void others_see_it_once_it_is_committed(void **state)
{
    (void)state;
    begin();
    run_in("insert into t values (1, 'one')");
    assert_int_equal(number("select count(*) from t"), 0);
    commit();
    assert_int_equal(number("select count(*) from t"), 1);
    assert_string_equal(foreign_text("select b from t"), "one");
}

static void rolled_back_it_leaves_nothing(void **state)
{
    (void)state;
    begin();
    run_in("insert into t values (1, 'one')");
    run_in("create table other(a)");
    end_of_it();
    assert_int_equal(number("select count(*) from t"), 0);
    assert_int_equal(number("select count(*) from sqlite_schema"), 1);
    exec("insert into t values (1, 'one')");
    garner_rollback(NULL);
}

static void an_empty_one_commits(void **state)
{
    struct garner_result result = {5, 5};

    (void)state;
    begin();
    assert_int_equal(garner_commit(tx, &result, NULL), GARNER_OK);
    assert_int_equal(result.changes, 0);
    assert_int_equal(result.last_rowid, 0);
}

static void it_is_counted(void **state)
{
    struct garner_stats before;
    struct garner_stats after;

    (void)state;
    garner_stats(store, &before);
    begin();
    run_in("insert into t values (1, 'one')");
    run_in("insert into t values (2, 'two')");
    fails_in("insert into t values (2, 'two')", GARNER_CONSTRAINT, "UNIQUE");
    commit();
    garner_stats(store, &after);
    assert_int_equal(after.batches, before.batches + 1);
    assert_int_equal(after.statements, before.statements + 2);
    assert_int_equal(after.groups, before.groups + 1);
    assert_int_equal(after.syncs, before.syncs + 1);
    assert_int_equal(after.failed, before.failed);
    begin();
    run_in("insert into t values (3, 'three')");
    end_of_it(); /* as it was wanted */
    garner_stats(store, &before);
    assert_int_equal(after.groups, before.groups);
    assert_int_equal(after.failed, before.failed);
}

/* At each level; a store's own is the default. */
static void its_level_is_its_own_or_the_store_s(void **state)
{
    static const enum garner_ack levels[] = {GARNER_SYNCED, GARNER_COMMITTED,
                                             GARNER_QUEUED};
    struct garner_tx_options o;
    struct garner_stats before;
    struct garner_stats after;

    (void)state;
    garner_close(store);
    options.ack = GARNER_COMMITTED;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    for (int i = 0; i < 4; i++) {
        garner_stats(store, &before);
        garner_tx_options_init(&o);
        o.ack = levels[i % 3];
        assert_int_equal(garner_begin(store, i < 3 ? &o : NULL, &tx, NULL),
                         GARNER_OK);
        run_in("insert into t default values");
        commit();
        garner_stats(store, &after);
        assert_int_equal(after.syncs - before.syncs, i == 0);
        assert_int_equal(after.groups - before.groups, 1);
    }
}

/* --- savepoints ------------------------------------------------------------
 */

static void save(void)
{
    assert_int_equal(garner_tx_savepoint(tx, NULL), GARNER_OK);
}

static void savepoints_nest(void **state)
{
    struct garner_error err;

    (void)state;
    begin();
    run_in("insert into t values (1, '')");
    assert_int_equal(garner_tx_release(tx, &err), GARNER_MISUSE);
    assert_non_null(strstr(err.message, "garner_tx_savepoint"));
    assert_int_equal(garner_tx_rollback_to(tx, NULL), GARNER_MISUSE);
    save();
    run_in("insert into t values (2, '')");
    save();
    run_in("insert into t values (3, '')");
    assert_int_equal(garner_tx_rollback_to(tx, NULL), GARNER_OK); /* no 3 */
    run_in("insert into t values (4, '')");
    assert_int_equal(garner_tx_rollback_to(tx, NULL), GARNER_OK); /* no 4 */
    run_in("insert into t values (5, '')");
    assert_int_equal(garner_tx_release(tx, NULL), GARNER_OK);
    assert_string_equal(
        (number_in("select count(*) from t") == 3 ? "1,2,5" : "?"), "1,2,5");
    save();
    run_in("insert into t values (6, '')");
    assert_int_equal(garner_tx_release(tx, NULL), GARNER_OK);
    save();
    run_in("insert into t values (7, '')");
    assert_int_equal(garner_tx_rollback_to(tx, NULL), GARNER_OK);
    assert_int_equal(garner_tx_release(tx, NULL), GARNER_OK);
    save();
    run_in("insert into t values (8, '')"); /* a commit keeps it */
    commit();
    assert_string_equal(foreign_text("select a from t"), "1,2,5,6,8");
}

static void undoing_to_the_outer_one_undoes_the_inner(void **state)
{
    (void)state;
    begin();
    save();
    run_in("insert into t values (1, '')");
    save();
    run_in("insert into t values (2, '')");
    assert_int_equal(garner_tx_release(tx, NULL), GARNER_OK);
    fails_in("insert or fail into t values (3, ''), (2, '')", GARNER_CONSTRAINT,
             "UNIQUE"); /* has a savepoint of its own, which is none of these */
    assert_int_equal(number_in("select count(*) from t"), 2);
    assert_int_equal(garner_tx_rollback_to(tx, NULL), GARNER_OK);
    assert_int_equal(garner_tx_release(tx, NULL), GARNER_OK);
    assert_int_equal(garner_tx_release(tx, NULL), GARNER_MISUSE);
    commit();
    assert_string_equal(foreign_text("select a from t"), "");
}

/* --- what is refused -------------------------------------------------------
 */

static void a_thread_does_not_wait_for_itself(void **state)
{
    struct garner_tx *second = (void *)1;
    struct garner_batch *batch;
    struct garner_error err;

    (void)state;
    begin();
    write_fails("insert into t values (1, '')", GARNER_MISUSE,
                "a transaction that this thread has open");
    assert_int_equal(garner_begin(store, NULL, &second, &err), GARNER_MISUSE);
    assert_null(second);
    assert_int_equal(garner_flush(store, &err), GARNER_MISUSE);
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(
        garner_batch_add(batch, "insert into t values (2, '')", NULL, 0, NULL),
        GARNER_OK);
    assert_int_equal(garner_write(store, batch, NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_submit(store, batch, NULL, NULL, &err), GARNER_OK);
    run_in("insert into t values (3, '')");
    commit();
    exec("insert into t values (4, '')");
    assert_int_equal(garner_flush(store, NULL), GARNER_OK);
    assert_int_equal(number("select count(*) from t"), 3);
}

/* The queue is full, and it empties only behind the transaction. */
static void a_thread_does_not_wait_for_room_behind_itself(void **state)
{
    struct garner_batch *batch = NULL;
    struct garner_error err;
    enum garner_code code = GARNER_OK;

    (void)state;
    garner_close(store);
    options.queue_statements = 5;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    begin();
    for (int i = 0; i < 6 && code == GARNER_OK; i++) {
        assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
        assert_int_equal(garner_batch_add(batch, "insert into t(b) values (1)",
                                          NULL, 0, NULL),
                         GARNER_OK);
        code = garner_submit(store, batch, NULL, NULL, &err);
    }
    assert_int_equal(code, GARNER_MISUSE);
    garner_batch_free(batch);
    commit();
    assert_int_equal(garner_flush(store, NULL), GARNER_OK);
    assert_int_equal(number("select count(*) from t"), 5);
}

static void a_read_only_store_has_none(void **state)
{
    (void)state;
    garner_close(store);
    options.read_only = true;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    tx = (void *)1;
    assert_int_equal(garner_begin(store, NULL, &tx, NULL), GARNER_UNSUPPORTED);
    assert_null(tx);
}

static void options_out_of_their_range_are_refused(void **state)
{
    struct garner_tx_options good;
    struct garner_tx_options bad[4];

    (void)state;
    garner_tx_options_init(&good);
    assert_int_equal(good.timeout_ms, 60000);
    assert_int_equal(good.idle_ms, 10000);
    assert_int_equal(good.ack, GARNER_SYNCED);
    for (int i = 0; i < 4; i++)
        bad[i] = good;
    bad[0].timeout_ms = 0;
    bad[1].idle_ms = 0;
    bad[2].idle_ms = -1;
    bad[3].ack = (enum garner_ack)7;
    for (int i = 0; i < 4; i++)
        assert_int_equal(garner_begin(store, &bad[i], &tx, NULL),
                         GARNER_MISUSE);
    good.timeout_ms = INT32_MAX;
    good.idle_ms = INT32_MAX;
    assert_int_equal(garner_begin(store, &good, &tx, NULL), GARNER_OK);
    end_of_it();
}

static void what_is_missing_is_misuse(void **state)
{
    struct garner_rows *rows;

    (void)state;
    assert_int_equal(garner_begin(store, NULL, NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_begin(NULL, NULL, &tx, NULL), GARNER_MISUSE);
    assert_int_equal(garner_commit(NULL, NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_tx_savepoint(NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_tx_exec(NULL, "select 1", NULL, 0, NULL, NULL),
                     GARNER_MISUSE);
    begin();
    assert_int_equal(garner_tx_exec(tx, NULL, NULL, 0, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_tx_exec(tx, "select ?", NULL, 1, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_tx_query(tx, NULL, NULL, 0, &rows, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_tx_query(tx, "select 1", NULL, 0, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(number_in("select 5"), 5);
    end_of_it();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE(it_sees_its_own_writes),
        MEMORY(it_sees_its_own_writes),
        TABLE(others_see_it_once_it_is_committed),
        TABLE(rolled_back_it_leaves_nothing),
        MEMORY(rolled_back_it_leaves_nothing),
        TABLE(an_empty_one_commits),
        MEMORY(an_empty_one_commits),
        TABLE(it_is_counted),
        TABLE(its_level_is_its_own_or_the_store_s),
        TABLE(savepoints_nest),
        TABLE(undoing_to_the_outer_one_undoes_the_inner),
        TABLE(a_thread_does_not_wait_for_itself),
        MEMORY(a_thread_does_not_wait_for_itself),
        TABLE(a_thread_does_not_wait_for_room_behind_itself),
        TABLE(a_read_only_store_has_none),
        TABLE(options_out_of_their_range_are_refused),
        TABLE(what_is_missing_is_misuse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
