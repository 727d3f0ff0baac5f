/* farm_test.c - several databases as one store: the public calls. */
#include "store/farm/fixture_test.h"

static struct garner_error err;

static void says(const char *words)
{
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

static void keys_are_spread_and_found_again(void **state)
{
    (void)state;
    exec_all(FARM_TABLE);
    add_keys(0, 200);
    assert_int_equal(garner_shard_count(store), 4);
    assert_int_equal(sum_of(store, "select count(*) from t"), 200);
    for (size_t i = 0; i < 4; i++) {
        struct garner_store *shard = garner_shard_at(store, i);

        assert_in_range(sum_of(shard, "select count(*) from t"), 25, 75);
        assert_int_equal(
            sum_of(shard, "select count(*) from t where garner_slot(k) not in "
                          "(select slot from garner_slot where state = 1)"),
            0);
    }
    for (int n = 0; n < 200; n++) {
        char sql[64];

        snprintf(sql, sizeof sql, "select n from t where k = 'key %d'", n);
        assert_int_equal(sum_of(shard_of_key(n), sql), n);
    }
    assert_null(garner_shard_at(store, 4));
    assert_ptr_equal(garner_shard_integer(store, -17),
                     garner_shard(store, "-17", 3));
    assert_ptr_equal(garner_shard_integer(store, INT64_MIN),
                     garner_shard(store, "-9223372036854775808", 20));
}

static void batches_go_to_their_key(void **state)
{
    struct garner_batch *batch;
    struct garner_result result;

    (void)state;
    exec_all(FARM_TABLE);
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(
        garner_batch_add(batch, "insert into t values ('a', 1)", NULL, 0, NULL),
        GARNER_OK);
    assert_int_equal(
        garner_batch_add(batch, "update t set n = n + 1", NULL, 0, NULL),
        GARNER_OK);
    assert_int_equal(
        garner_write(garner_shard(store, "a", 1), batch, &result, &err),
        GARNER_OK);
    assert_int_equal(result.changes, 2);
    assert_int_equal(
        garner_submit(garner_shard(store, "b", 1), batch, NULL, NULL, &err),
        GARNER_OK);
    assert_int_equal(garner_flush(store, NULL), GARNER_OK);
    assert_int_equal(sum_of(garner_shard(store, "a", 1), "select n from t"), 2);
    assert_int_equal(sum_of(store, "select n from t"), 4);
}

static void the_farm_itself_is_not_written(void **state)
{
    struct garner_batch *batch;

    (void)state;
    assert_int_equal(garner_exec(store, "select 1", NULL, 0, NULL, &err),
                     GARNER_MISUSE);
    says("is a farm of 4 databases: choose one with garner_shard");
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(garner_write(store, batch, NULL, &err), GARNER_MISUSE);
    says("a farm of 4");
    assert_int_equal(garner_submit(store, batch, NULL, NULL, &err),
                     GARNER_MISUSE);
    says("a farm of 4");
    garner_batch_free(batch);
}

static void a_statement_may_run_on_all(void **state)
{
    struct garner_result result;

    (void)state;
    exec_all("create table t(a unique)");
    assert_int_equal(
        garner_exec_all(store, "insert into t values (?), (?)",
                        GARNER_ARGS(garner_integer(1), garner_integer(2)),
                        &result, &err),
        GARNER_OK);
    assert_int_equal(result.changes, 8);
    assert_int_equal(garner_exec(garner_shard_at(store, 2),
                                 "insert into t values (3)", NULL, 0, NULL,
                                 NULL),
                     GARNER_OK);
    assert_int_equal(garner_exec_all(store, "insert into t values (3)", NULL, 0,
                                     &result, &err),
                     GARNER_CONSTRAINT);
    says("shard 2 (");
    says("UNIQUE");
    assert_int_equal(result.changes, 0);
    assert_int_equal(sum_of(store, "select count(*) from t where a = 3"), 3);
    assert_int_equal(garner_exec_all(NULL, "x", NULL, 0, NULL, &err),
                     GARNER_MISUSE);
}

static void rows_of_all_shards_can_be_merged(void **state)
{
    const struct garner_sort sort = {.column = 1, .descending = true};
    struct garner_rows *rows;
    int expected = 199;

    (void)state;
    exec_all(FARM_TABLE);
    add_keys(0, 200);
    assert_int_equal(garner_query_merged(store,
                                         "select k, n from t where n >= ? "
                                         "order by n desc",
                                         GARNER_ARGS(garner_integer(50)), &sort,
                                         &rows, &err),
                     GARNER_OK);
    assert_int_equal(garner_columns(rows), 2);
    assert_string_equal(garner_column_name(rows, 1), "n");
    while (garner_next(rows, NULL) == GARNER_ROW)
        assert_int_equal(garner_column(rows, 1).integer, expected--);
    assert_int_equal(expected, 49);
    garner_rows_close(rows);
    assert_int_equal(garner_query_merged(store, "select 1", NULL, 0,
                                         &(struct garner_sort){.column = 1},
                                         &rows, &err),
                     GARNER_MISUSE);
    assert_null(rows);
    assert_int_equal(
        garner_query_merged(store, NULL, NULL, 0, NULL, &rows, &err),
        GARNER_MISUSE);
    assert_int_equal(garner_query_merged(NULL, "x", NULL, 0, NULL, &rows, &err),
                     GARNER_MISUSE);
}

static void on_a_plain_store_all_of_it_is_that_store(void **state)
{
    const struct garner_sort sort = {.column = 0};
    struct garner_rows *rows;

    (void)state;
    assert_ptr_equal(garner_shard(store, "a", 1), store);
    assert_ptr_equal(garner_shard_integer(store, 5), store);
    assert_int_equal(garner_shard_count(store), 1);
    assert_ptr_equal(garner_shard_at(store, 0), store);
    assert_null(garner_shard_at(store, 1));
    exec_all("create table t(n)");
    exec("insert into t values (1), (2)");
    assert_int_equal(garner_query_merged(store, "select n from t order by n",
                                         NULL, 0, &sort, &rows, &err),
                     GARNER_OK);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    garner_rows_close(rows);
    assert_int_equal(garner_farm_key(store, "t", "n", &err), GARNER_MISUSE);
    assert_null(garner_shard(NULL, "a", 1));
    assert_null(garner_shard_at(NULL, 0));
    assert_int_equal(garner_shard_count(NULL), 0);
}

/* What is borrowed cannot be closed, and has nothing under it. */
static void handles_of_a_farm_are_borrowed(void **state)
{
    struct garner_store *key = garner_shard(store, "a", 1);
    struct garner_store *shard = garner_shard_at(store, 2);
    struct garner_options of;

    (void)state;
    garner_close(key);
    garner_close(shard);
    assert_int_equal(sum_of(store, "select 1"), 4);
    assert_ptr_equal(garner_shard(key, "b", 1), key);
    assert_ptr_equal(garner_shard_at(shard, 0), shard);
    assert_int_equal(garner_shard_count(shard), 1);
    garner_options_of(key, &of);
    assert_int_equal(of.timeout_ms, options.timeout_ms);
}

static void a_key_has_to_be_a_column(void **state)
{
    (void)state;
    exec_all("create table T(\"The Key\", n)");
    assert_int_equal(garner_farm_key(store, "t", "the key", &err), GARNER_OK);
    assert_int_equal(garner_farm_key(store, "t", "none", &err),
                     GARNER_NOTFOUND);
    says("no column none");
    assert_int_equal(garner_farm_key(store, "none", "n", &err),
                     GARNER_NOTFOUND);
    assert_int_equal(garner_farm_key(store, NULL, "n", &err), GARNER_MISUSE);
    assert_int_equal(garner_farm_key(store, "Garner_slot", "slot", &err),
                     GARNER_MISUSE);
    assert_int_equal(sum_of(garner_shard_at(store, 0),
                            "select count(*) from garner_farm_key where name = "
                            "'T' and key = 'the key'"),
                     1);
    assert_int_equal(garner_farm_key(store, "t", NULL, &err), GARNER_OK);
    assert_int_equal(sum_of(garner_shard_at(store, 0),
                            "select count(*) from garner_farm_key"),
                     0);
}

static void urls_choose(void **state)
{
    char url[160];

    (void)state;
    garner_close(store);
    snprintf(url, sizeof url, "sqlite://%s/sub?shards=2", fixture.folder);
    assert_int_equal(garner_open(url, &options, &store, &err), GARNER_OK);
    assert_int_equal(garner_shard_count(store), 2);
    garner_close(store);
    snprintf(url, sizeof url, "sqlite:%s/sub", fixture.folder);
    assert_int_equal(garner_open(url, &options, &store, &err), GARNER_OK);
    garner_close(store);
    snprintf(url, sizeof url, "%s/sub?shards=3", fixture.folder);
    assert_int_equal(garner_open(url, &options, &store, &err),
                     GARNER_UNSUPPORTED);
    says("is a farm of 2 shards, not 3");
    snprintf(url, sizeof url, "%s/sub?shard=3", fixture.folder);
    assert_int_equal(garner_open(url, &options, &store, &err),
                     GARNER_UNSUPPORTED);
    says("no option 'shard=3'");
    assert_null(store);
    snprintf(url, sizeof url, "rm -r '%s/sub'", fixture.folder);
    assert_int_equal(system(url), 0);
}

/* A shard's file by itself is a store, too: it is let in as a whole shard is.
 */
static void a_shard_s_file_can_be_opened_by_itself(void **state)
{
    struct garner_store *alone;
    struct garner_batch *batch;
    unsigned slot = 0;
    char path[128];

    (void)state;
    while (gn_fleet_route(fleet_of(store), slot) != 1)
        slot++;
    exec_all(FARM_TABLE);
    snprintf(path, sizeof path, "%s/001.db", fixture.folder);
    options.timeout_ms = 30;
    assert_int_equal(garner_open(path, &options, &alone, NULL), GARNER_OK);
    assert_int_equal(garner_exec(alone, "insert into t values ('x', 1)", NULL,
                                 0, NULL, &err),
                     GARNER_OK);
    assert_int_equal(gn_moves_begin(fleet_of(store)->moves, 0, NULL),
                     GARNER_OK);
    set_slot(1, slot, GN_SLOT_LEAVING, 2);
    assert_int_equal(garner_exec(alone, "insert into t values ('y', 1)", NULL,
                                 0, NULL, &err),
                     GARNER_BUSY);
    says("being moved");
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(
        garner_batch_add(batch, "insert into t values ('z', 1)", NULL, 0, NULL),
        GARNER_OK);
    assert_int_equal(garner_submit(alone, batch, NULL, NULL, NULL), GARNER_OK);
    assert_int_equal(garner_flush(alone, &err), GARNER_BUSY);
    set_slot(1, slot, GN_SLOT_HERE, 0);
    gn_moves_end(fleet_of(store)->moves);
    assert_int_equal(garner_exec(alone, "insert into t values ('y', 1)", NULL,
                                 0, NULL, &err),
                     GARNER_OK);
    garner_close(alone);
    assert_int_equal(sum_of(store, "select count(*) from t"), 2);
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    exec_all(FARM_TABLE);
    assert_int_equal(garner_farm_key(store, "t", "k", NULL), GARNER_OK);
    for (unsigned n = 1;; n++) {
        enum garner_code code;

        gn_mem_fail_at(n);
        code = garner_farm_key(store, "t", "n", &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
    }
    for (unsigned n = 1;; n++) {
        enum garner_code code;

        gn_mem_fail_at(n);
        code = add_key(store, 1, &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
    }
}

static void closed_it_ends_its_cursors(void **state)
{
    struct garner_rows *rows;

    (void)state;
    exec_all(FARM_TABLE);
    add_keys(0, 20);
    assert_int_equal(
        garner_query(store, "select n from t", NULL, 0, &rows, NULL),
        GARNER_OK);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    garner_close(store);
    store = NULL;
    assert_int_equal(garner_column(rows, 0).type, GARNER_INTEGER);
    assert_int_equal(garner_next(rows, &err), GARNER_CLOSED);
    garner_rows_close(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(keys_are_spread_and_found_again, with_farm),
        WITH(batches_go_to_their_key, with_farm),
        WITH(the_farm_itself_is_not_written, with_farm),
        WITH(a_statement_may_run_on_all, with_farm),
        WITH(rows_of_all_shards_can_be_merged, with_farm),
        WITH(on_a_plain_store_all_of_it_is_that_store, with_store),
        WITH(handles_of_a_farm_are_borrowed, with_farm),
        WITH(a_key_has_to_be_a_column, with_farm),
        WITH(urls_choose, with_farm),
        WITH(a_shard_s_file_can_be_opened_by_itself, with_farm),
        WITH(closed_it_ends_its_cursors, with_farm),
        WITH(lost_memory_is_an_error, with_farm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
