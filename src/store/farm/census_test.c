/* census_test.c - every row is seen exactly once, whatever is on its way. */
#include "store/farm/fixture_test.h"

#include "store/farm/census.h"
#include "store/farm/mend.h"

static struct garner_error err;

static int with_rows(void **state)
{
    if (with_farm(state) != 0)
        return -1;
    exec_all(FARM_TABLE);
    add_keys(0, 100);
    return garner_farm_key(store, "t", "k", NULL) == GARNER_OK ? 0 : -1;
}

static enum garner_code query(struct garner_store *on, const char *sql)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(on, sql, NULL, 0, &rows, &err);

    garner_rows_close(rows);
    return code;
}

static void says(const char *words)
{
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

/* This process holds the moves, so that nobody mends. */
static void with_a_slot_in_two_shards_there_is_no_answer(void **state)
{
    const unsigned here = gn_fleet_route(fleet_of(store), 5);
    const unsigned there = (here + 1) % 4;

    (void)state;
    garner_close(store);
    options.timeout_ms = 50;
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    assert_int_equal(gn_moves_begin(fleet_of(store)->moves, 0, NULL),
                     GARNER_OK);
    set_slot(here, 5, GN_SLOT_LEAVING, there);
    assert_int_equal(sum_of(store, "select count(*) from t"), 100);
    set_slot(there, 5, GN_SLOT_ARRIVING, here);
    assert_int_equal(query(store, "select 1"), GARNER_BUSY);
    says("on their way");
    set_slot(here, 5, GN_SLOT_GONE, there);
    assert_int_equal(sum_of(store, "select count(*) from t"), 100);
    set_slot(there, 5, GN_SLOT_GONE, here);
    assert_int_equal(query(store, "select 1"), GARNER_BUSY);
    set_slot(here, 5, GN_SLOT_HERE, 0);
    assert_int_equal(sum_of(store, "select count(*) from t"), 100);
    gn_moves_end(fleet_of(store)->moves);
}

/* Nobody moves it any more: the reader sees to it. */
static void what_a_dead_mover_left_is_mended(void **state)
{
    const unsigned here = gn_fleet_route(fleet_of(store), 5);

    (void)state;
    set_slot(here, 5, GN_SLOT_LEAVING, (here + 1) % 4);
    set_slot((here + 1) % 4, 5, GN_SLOT_ARRIVING, here);
    assert_int_equal(sum_of(store, "select count(*) from t"), 100);
    assert_int_equal(state_of(here, 5), GN_SLOT_GONE);
}

/* A handle that knows nothing of the moves of another. */
static void an_old_route_is_followed_to_its_end(void **state)
{
    struct garner_store *old;
    struct garner_store *mover = store;

    (void)state;
    assert_int_equal(garner_open(fixture.folder, &options, &old, NULL),
                     GARNER_OK);
    for (unsigned n = 1; n < 8; n += 3) {
        assert_int_equal(garner_farm_resize(mover, n, &err), GARNER_OK);
        store = old;
        for (int k = 0; k < 100; k++) {
            char sql[64];

            snprintf(sql, sizeof sql, "select n from t where n = %d", k);
            assert_int_equal(sum_of(shard_of_key(k), sql), k);
        }
        store = mover;
        assert_int_equal(sum_of(old, "select count(*) from t"), 100);
    }
    garner_close(old);
}

static void a_store_for_reading_alone_follows_too(void **state)
{
    struct garner_store *reader;

    (void)state;
    options.read_only = true;
    assert_int_equal(garner_open(fixture.folder, &options, &reader, NULL),
                     GARNER_OK);
    assert_int_equal(garner_farm_resize(store, 6, &err), GARNER_OK);
    assert_int_equal(sum_of(reader, "select count(*) from t"), 100);
    assert_int_equal(garner_shard_count(reader), 6);
    assert_int_equal(
        sum_of(garner_shard(reader, "key 7", 5), "select n from t where n = 7"),
        7);
    assert_int_equal(garner_exec(garner_shard(reader, "x", 1), "select 1", NULL,
                                 0, NULL, &err),
                     GARNER_UNSUPPORTED);
    garner_close(reader);
}

static void a_slot_that_nobody_ever_had_is_damage(void **state)
{
    const unsigned here = gn_fleet_route(fleet_of(store), 5);
    char sql[64];

    (void)state;
    snprintf(sql, sizeof sql, "delete from garner_slot where slot = 5");
    assert_int_equal(
        garner_exec(garner_shard_at(store, here), sql, NULL, 0, NULL, NULL),
        GARNER_OK);
    set_slot(here, 6, GN_SLOT_HERE, 0); /* so that it is looked at */
    assert_int_equal(query(gn_handle_slot(store, 5), "select 1"),
                     GARNER_CORRUPT);
    says("slot 5");
    set_slot(here, 5, GN_SLOT_HERE, 0);
}

static void errors_name_the_shard(void **state)
{
    (void)state;
    assert_int_equal(query(store, "select * from none"), GARNER_SQL);
    says("shard 0 (");
    assert_int_equal(garner_exec(garner_shard_at(store, 2), "drop table t",
                                 NULL, 0, NULL, NULL),
                     GARNER_OK);
    assert_int_equal(query(store, "select * from t"), GARNER_SQL);
    says("shard 2 (");
    says("no such table: t");
}

static void a_snapshot_lasts_as_long_as_its_cursor(void **state)
{
    struct garner_rows *rows;
    int64_t seen = 0;

    (void)state;
    assert_int_equal(
        garner_query(store, "select n from t", NULL, 0, &rows, NULL),
        GARNER_OK);
    assert_int_equal(garner_farm_resize(store, 2, &err), GARNER_OK);
    add_keys(100, 120);
    while (garner_next(rows, NULL) == GARNER_ROW)
        seen++;
    assert_int_equal(seen, 100);
    garner_rows_close(rows);
    assert_int_equal(sum_of(store, "select count(*) from t"), 120);
}

/* It was told to stop before, and says so after. */
static void a_cursor_outlives_its_farm(void **state)
{
    struct garner_rows *rows;

    (void)state;
    assert_int_equal(
        garner_query(store, "select n from t", NULL, 0, &rows, NULL),
        GARNER_OK);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    garner_rows_cancel(rows);
    garner_close(store);
    store = NULL;
    assert_int_equal(garner_next(rows, &err), GARNER_CANCELED);
    says("shard 0 (");
    says(fixture.folder);
    garner_rows_close(rows);
}

static void lost_memory_is_an_error(void **state)
{
    struct garner_store *on[] = {store, shard_of_key(7)};

    (void)state;
    for (int i = 0; i < 2; i++)
        for (unsigned n = 1; n < 60; n++) {
            enum garner_code code;

            gn_mem_fail_at(n);
            code = query(on[i], "select n from t");
            gn_mem_fail_at(0);
            assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(with_a_slot_in_two_shards_there_is_no_answer, with_rows),
        WITH(what_a_dead_mover_left_is_mended, with_rows),
        WITH(an_old_route_is_followed_to_its_end, with_rows),
        WITH(a_store_for_reading_alone_follows_too, with_rows),
        WITH(a_slot_that_nobody_ever_had_is_damage, with_rows),
        WITH(errors_name_the_shard, with_rows),
        WITH(a_snapshot_lasts_as_long_as_its_cursor, with_rows),
        WITH(a_cursor_outlives_its_farm, with_rows),
        WITH(lost_memory_is_an_error, with_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
