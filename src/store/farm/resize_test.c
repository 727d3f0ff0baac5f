/* resize_test.c - a farm comes to have another number of shards. */
#include "store/farm/fixture_test.h"

#include "store/farm/placement.h"

static struct garner_error err;

static void resize(unsigned shards)
{
    if (garner_farm_resize(store, shards, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static int with_rows(void **state)
{
    if (with_options(state) != 0 || open_farm(2, NULL) != GARNER_OK)
        return -1;
    exec_all(FARM_TABLE);
    exec_all("create table free(a)");
    add_keys(0, 500);
    return garner_farm_key(store, "t", "k", NULL) == GARNER_OK ? 0 : -1;
}

/* Every slot, and every row, is where the rule says. */
static void is_placed(unsigned shards)
{
    static struct gn_slots slots;

    for (unsigned n = 0; n < garner_shard_count(store); n++) {
        assert_int_equal(gn_fleet_do(fleet_of(store), n, read_all_slots, &slots,
                                     SECONDS(20), NULL),
                         GARNER_OK);
        for (unsigned i = 0; i < GARNER_SLOTS; i++)
            assert_int_equal(slots.state[i] == GN_SLOT_HERE,
                             gn_placement_shard(i, shards) == n);
        assert_int_equal(
            sum_of(garner_shard_at(store, n),
                   "select count(*) from t where garner_slot(k) not in (select "
                   "slot from garner_slot where state = 1)"),
            0);
        assert_int_equal(sum_of(garner_shard_at(store, n),
                                "select count(*) from sqlite_schema where name "
                                "glob 'garner_slot_of_*'"),
                         0);
    }
    assert_int_equal(sum_of(store, "select count(*) from t"), 500);
    assert_int_equal(sum_of(store, "select n from t"), 499 * 250);
}

static void it_grows_and_shrinks(void **state)
{
    static const unsigned numbers[] = {3, 8, 5, 1, 1, 4};

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        resize(numbers[i]);
        is_placed(numbers[i]);
        assert_int_equal(
            sum_of(garner_shard_at(store, 0), "select shards from garner_farm"),
            numbers[i]);
    }
    assert_int_equal(
        sum_of(garner_shard_at(store, 0), "select before from garner_farm"), 0);
}

static void tables_without_a_key_stay(void **state)
{
    (void)state;
    assert_int_equal(garner_exec(garner_shard_at(store, 1),
                                 "insert into free values (7)", NULL, 0, NULL,
                                 NULL),
                     GARNER_OK);
    exec_all("insert into t values (null, 0)");
    resize(1);
    assert_int_equal(sum_of(garner_shard_at(store, 1), "select a from free"),
                     7);
    /* so does a row whose key is NULL: it has no slot */
    assert_int_equal(sum_of(garner_shard_at(store, 1),
                            "select count(*) from t where k is null"),
                     1);
    assert_int_equal(sum_of(store, "select count(*) from t"), 502);
}

static void new_shards_have_all_tables(void **state)
{
    (void)state;
    exec_all("create view v as select a from free");
    resize(6);
    assert_int_equal(sum_of(store, "select count(*) from v"), 0);
    assert_int_equal(garner_shard_count(store), 6);
    exec_all("insert into free values (1)");
    assert_int_equal(sum_of(store, "select a from v"), 6);
}

/* Foreign keys and triggers of the user's are no obstacle. */
static void what_hangs_together_moves_together(void **state)
{
    (void)state;
    garner_close(store);
    options.foreign_keys = true;
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    exec_all("create table child(k text references t(k) on delete cascade, x)");
    exec_all("create table log(a)");
    exec_all("create trigger gone after delete on t begin insert into log "
             "values (old.n); end");
    assert_int_equal(garner_farm_key(store, "child", "k", NULL), GARNER_OK);
    for (int n = 0; n < 100; n++) {
        char key[32];

        snprintf(key, sizeof key, "key %d", n);
        assert_int_equal(
            garner_exec(shard_of_key(n), "insert into child values (?, ?)",
                        GARNER_ARGS(garner_text(key), garner_integer(n)), NULL,
                        NULL),
            GARNER_OK);
    }
    resize(3);
    assert_int_equal(sum_of(store, "select x from child"), 4950);
    assert_true(sum_of(store, "select count(*) from log") > 0);
    assert_int_equal(sum_of(store, "select count(*) from child left join t "
                                   "using (k) where n is null"),
                     0);
    assert_int_equal(garner_exec(shard_of_key(1),
                                 "insert into child values ('none', 1)", NULL,
                                 0, NULL, NULL),
                     GARNER_CONSTRAINT); /* they are enforced again */
}

static void what_cannot_be_done_says_why(void **state)
{
    struct garner_store *plain;
    struct garner_store *farm = store;

    (void)state;
    assert_int_equal(garner_farm_resize(store, 0, &err), GARNER_MISUSE);
    assert_int_equal(garner_farm_resize(store, 257, &err), GARNER_MISUSE);
    assert_int_equal(garner_farm_resize(NULL, 2, &err), GARNER_MISUSE);
    assert_int_equal(garner_farm_resize(garner_shard_at(store, 0), 2, &err),
                     GARNER_MISUSE);
    assert_int_equal(garner_open(fixture.db, &options, &plain, NULL),
                     GARNER_OK);
    assert_int_equal(garner_farm_resize(plain, 2, &err), GARNER_MISUSE);
    garner_close(plain);
    options.timeout_ms = 20;
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    assert_int_equal(gn_moves_begin(fleet_of(farm)->moves, 0, NULL), GARNER_OK);
    assert_int_equal(garner_farm_resize(store, 3, &err), GARNER_BUSY);
    gn_moves_end(fleet_of(farm)->moves);
    garner_close(store);
    options.read_only = true;
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    assert_int_equal(garner_farm_resize(store, 3, &err), GARNER_UNSUPPORTED);
    assert_int_equal(garner_farm_key(store, "t", "k", &err),
                     GARNER_UNSUPPORTED);
    garner_close(store);
    store = farm;
}

/* What was done by then stays done, and the next one does the rest. */
static void one_that_fails_can_be_repeated(void **state)
{
    unsigned failures = 0;
    enum garner_code code;

    (void)state;
    exec_all("create table ids(id integer primary key, k text)");
    for (int n = 0; n < 60; n++) {
        char key[32];

        snprintf(key, sizeof key, "key %d", n);
        assert_int_equal(garner_exec(shard_of_key(n),
                                     "insert into ids(k) values (?)",
                                     GARNER_ARGS(garner_text(key)), NULL, NULL),
                         GARNER_OK);
    }
    assert_int_equal(garner_farm_key(store, "ids", "k", NULL), GARNER_OK);
    assert_int_equal(garner_farm_resize(store, 1, &err), GARNER_CONSTRAINT);
    assert_non_null(strstr(err.message, "table ids"));
    assert_int_equal(sum_of(garner_shard_at(store, 0),
                            "select before * 10 + shards from garner_farm"),
                     21);
    assert_int_equal(sum_of(store, "select count(*) from ids"), 60);
    exec_all("update ids set id = id + 1000 * (select number from "
             "garner_shard)");
    for (unsigned n = 1; n < 300; n += 1 + n / 8) {
        gn_mem_fail_at(n);
        code = garner_farm_resize(store, 1 + n % 2, &err);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        failures += code != GARNER_OK;
    }
    assert_true(failures > 10);
    resize(1);
    is_placed(1);
    assert_int_equal(sum_of(store, "select count(*) from ids"), 60);
}

static atomic_int reminders;

static void count_reminder(void *context, const char *line)
{
    (void)context;
    if (strstr(line, "was not finished; 'garner resize ") != NULL)
        atomic_fetch_add(&reminders, 1);
}

/* It is opened by both numbers until it is done. */
static void while_it_is_moved_both_numbers_open_it(void **state)
{
    struct garner_store *first = store;

    (void)state;
    assert_int_equal(
        garner_exec(garner_shard_at(store, 0),
                    "update garner_farm set shards = 3, before = 2", NULL, 0,
                    NULL, NULL),
        GARNER_OK);
    garner_set_log(count_reminder, NULL);
    for (unsigned n = 2; n <= 3; n++) {
        assert_int_equal(open_farm(n, NULL), GARNER_OK);
        garner_close(store);
    }
    assert_int_equal(atomic_load(&reminders), 2);
    assert_int_equal(open_farm(4, NULL), GARNER_UNSUPPORTED);
    store = first;
    resize(3);
    is_placed(3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(it_grows_and_shrinks, with_rows),
        WITH(tables_without_a_key_stay, with_rows),
        WITH(new_shards_have_all_tables, with_rows),
        WITH(what_hangs_together_moves_together, with_rows),
        WITH(what_cannot_be_done_says_why, with_rows),
        WITH(one_that_fails_can_be_repeated, with_rows),
        WITH(while_it_is_moved_both_numbers_open_it, with_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
