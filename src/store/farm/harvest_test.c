/*
 * harvest_test.c - the rows of all shards come into one database, each exactly
 * once: while others write, and whenever the harvest is killed.
 */
#include "store/farm/fixture_test.h"
#include "store/process_test.h"

static char home[128];
static struct garner_store *into;

static int with_home(void **state)
{
    if (with_farm(state) != 0)
        return -1;
    snprintf(home, sizeof home, "%s/home", fixture.folder);
    return garner_open(home, &options, &into, NULL) == GARNER_OK ? 0 : -1;
}

static int without_home(void **state)
{
    garner_close(into);
    return without_store(state);
}

static struct garner_harvested harvest(const struct garner_harvest_options *o)
{
    struct garner_harvested done;
    struct garner_error err;

    if (garner_harvest(store, into, o, &done, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return done;
}

static void refuses(const struct garner_harvest_options *o,
                    enum garner_code code, const char *words)
{
    struct garner_error err;

    assert_int_equal(garner_harvest(store, into, o, NULL, &err), code);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

static void home_has(int64_t count, int64_t sum)
{
    assert_int_equal(sum_of(into, "select count(*) from t"), count);
    assert_int_equal(sum_of(into, "select n from t"), sum);
}

static void rows_are_taken_once(void **state)
{
    const struct garner_harvest_options small = {.batch_rows = 7};
    struct garner_harvested done;

    (void)state;
    exec_all(FARM_TABLE);
    exec_all("create index by_n on t(n)");
    add_keys(0, 100);
    done = harvest(&small);
    assert_int_equal(done.rows, 100);
    assert_in_range(done.batches, 15, 20);
    home_has(100, 4950);
    assert_int_equal(sum_of(store, "select count(*) from t"), 0);
    assert_int_equal(sum_of(into, "select count(*) from sqlite_schema where "
                                  "name = 'by_n'"),
                     1);
    assert_int_equal(harvest(&small).rows, 0);
    add_keys(100, 120);
    assert_int_equal(harvest(NULL).rows, 20);
    home_has(120, 7140);
}

static void all_kinds_of_tables_can_be_taken(void **state)
{
    (void)state;
    exec_all("create table plain(a, b blob, c generated always as (a + 1))");
    exec_all("create table odd(\"a \"\"b\" text, rowid, primary key(\"a "
             "\"\"b\", rowid)) without rowid");
    exec_all("create table ids(id integer primary key autoincrement, x real)");
    exec_all("create table \"strange name\"(rowid, oid)");
    for (size_t i = 0; i < 4; i++) {
        struct garner_store *shard = garner_shard_at(store, i);
        const struct garner_value n = garner_integer((int64_t)i);

        assert_int_equal(
            garner_exec(shard, "insert into plain(a, b) values (?, x'00ff')",
                        &n, 1, NULL, NULL),
            GARNER_OK);
        assert_int_equal(garner_exec(shard, "insert into odd values ('x', ?)",
                                     &n, 1, NULL, NULL),
                         GARNER_OK);
        assert_int_equal(garner_exec(shard,
                                     "insert into ids values (10 * ?, 0.5)", &n,
                                     1, NULL, NULL),
                         GARNER_OK);
        assert_int_equal(
            garner_exec(shard, "insert into \"strange name\" values (?1, -?1)",
                        &n, 1, NULL, NULL),
            GARNER_OK);
    }
    assert_int_equal(harvest(NULL).rows, 16);
    assert_int_equal(sum_of(into, "select c from plain where b = x'00ff'"), 10);
    assert_int_equal(sum_of(into, "select rowid from odd"), 6);
    assert_int_equal(sum_of(into, "select id from ids where x = 0.5"), 60);
    assert_int_equal(sum_of(into, "select oid from \"strange name\""), -6);
}

static void ids_that_mean_nothing_are_given_anew(void **state)
{
    const struct garner_harvest_options anew = {.new_ids = true};

    (void)state;
    exec_all("create table t(id integer primary key, n integer)");
    exec_all("insert into t(n) values (1), (2)");
    refuses(NULL, GARNER_CONSTRAINT, "ask for new ids");
    refuses(NULL, GARNER_CONSTRAINT, "shard 1");
    assert_int_equal(sum_of(into, "select count(*) from t"), 2);
    assert_int_equal(harvest(&anew).rows, 6);
    home_has(8, 12);
    assert_int_equal(sum_of(into, "select count(distinct id) from t"), 8);
    /* but not where they are the key that places the rows */
    exec_all("create table u(id integer primary key)");
    assert_int_equal(garner_farm_key(store, "u", "id", NULL), GARNER_OK);
    for (int64_t id = 100; id < 110; id++)
        assert_int_equal(garner_exec(garner_shard_integer(store, id),
                                     "insert into u values (?)",
                                     GARNER_ARGS(garner_integer(id)), NULL,
                                     NULL),
                         GARNER_OK);
    assert_int_equal(harvest(&anew).rows, 10);
    assert_int_equal(sum_of(into, "select id from u"), 1045);
}

static void a_copy_is_what_the_shards_have(void **state)
{
    const struct garner_harvest_options keep = {.keep = true};
    const char *only[] = {"t"};
    const struct garner_harvest_options take = {.tables = only,
                                                .table_count = 1};

    (void)state;
    exec_all(FARM_TABLE);
    exec_all("create table w(a primary key) without rowid");
    add_keys(0, 50);
    refuses(&keep, GARNER_UNSUPPORTED, "WITHOUT ROWID");
    exec_all("drop table w");
    assert_int_equal(harvest(&keep).rows, 50);
    assert_int_equal(harvest(&keep).rows, 50);
    home_has(50, 1225);
    assert_int_equal(sum_of(store, "select count(*) from t"), 50);
    exec_all("update t set n = n + 100 where n < 10");
    exec_all("delete from t where n between 10 and 19");
    add_keys(50, 60);
    assert_int_equal(garner_exec(into, "insert into t values ('own', 7)", NULL,
                                 0, NULL, NULL),
                     GARNER_OK);
    assert_int_equal(harvest(&keep).rows, 50);
    home_has(51, sum_of(store, "select n from t") + 7);
    /* What was copied is not there twice when it is taken. */
    assert_int_equal(harvest(&take).rows, 50);
    assert_int_equal(sum_of(store, "select count(*) from t"), 0);
    assert_int_equal(sum_of(into, "select count(*) from t"), 51);
    assert_int_equal(harvest(&keep).rows, 0);
    assert_int_equal(sum_of(into, "select count(*) from t"), 51);
}

static void what_cannot_be_done_says_why(void **state)
{
    const char *none[] = {"none"};
    const struct garner_harvest_options other = {.tables = none,
                                                 .table_count = 1};
    const char *owns[] = {"garner_slot"};
    const struct garner_harvest_options own = {.tables = owns,
                                               .table_count = 1};
    const struct garner_harvest_options null = {.table_count = 1};
    struct garner_store *shard;
    char path[128];

    (void)state;
    refuses(&other, GARNER_NOTFOUND, "no table none");
    refuses(&null, GARNER_MISUSE, "NULL");
    refuses(&own, GARNER_MISUSE, "garner_slot");
    assert_int_equal(garner_harvest(into, into, NULL, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_harvest(store, store, NULL, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(
        garner_harvest(store, garner_shard_at(store, 0), NULL, NULL, NULL),
        GARNER_MISUSE);
    assert_int_equal(garner_harvest(NULL, into, NULL, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_harvest(store, NULL, NULL, NULL, NULL),
                     GARNER_MISUSE);
    snprintf(path, sizeof path, "%s/001.db", fixture.folder);
    assert_int_equal(garner_open(path, &options, &shard, NULL), GARNER_OK);
    assert_int_equal(garner_harvest(store, shard, NULL, NULL, NULL),
                     GARNER_MISUSE);
    garner_close(shard);
    exec_all(FARM_TABLE);
    exec_all("create trigger stays before delete on t begin select "
             "raise(ignore); end");
    add_keys(0, 1);
    refuses(NULL, GARNER_SQL, "trigger");
    assert_int_equal(sum_of(store, "select count(*) from t"), 1);
}

/* --- others write meanwhile ------------------------------------------------
 */

enum { ROWS = 2000, PRODUCERS = 4 };

static void *produce(void *context)
{
    const int first = *(const int *)context;
    struct garner_error err;

    for (int n = first; n < ROWS; n += PRODUCERS)
        if (add_key(store, n, &err) != GARNER_OK)
            return NULL;
    return context;
}

static void rows_that_come_meanwhile_are_not_lost(void **state)
{
    const struct garner_harvest_options small = {.batch_rows = 20};
    pthread_t threads[PRODUCERS];
    int firsts[PRODUCERS];
    uint64_t taken = 0;

    (void)state;
    exec_all(FARM_TABLE);
    for (int i = 0; i < PRODUCERS; i++) {
        firsts[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &firsts[i]),
                         0);
    }
    for (int i = 0; i < 10; i++)
        taken += harvest(&small).rows;
    for (int i = 0; i < PRODUCERS; i++) {
        void *ended;

        assert_int_equal(pthread_join(threads[i], &ended), 0);
        assert_ptr_equal(ended, &firsts[i]);
    }
    taken += harvest(&small).rows;
    assert_int_equal(taken, ROWS);
    home_has(ROWS, (int64_t)ROWS * (ROWS - 1) / 2);
    assert_int_equal(sum_of(into, "select count(distinct k) from t"), ROWS);
}

/* --- it is killed ----------------------------------------------------------
 */

static int harvest_once(const char *folder, const char *to, bool keep,
                        struct death death)
{
    const struct garner_harvest_options o = {.keep = keep, .batch_rows = 10};
    struct garner_store *farm;
    struct garner_store *target;
    struct garner_error err;
    enum garner_code code;

    if (garner_open(folder, NULL, &farm, &err) != GARNER_OK ||
        garner_open(to, NULL, &target, &err) != GARNER_OK)
        return fprintf(stderr, "%s\n", err.message), 3;
    gn_fault_set(process_die, &death);
    code = garner_harvest(farm, target, &o, NULL, &err);
    gn_fault_set(NULL, NULL);
    if (code != GARNER_OK)
        fprintf(stderr, "harvest: %s\n", err.message);
    garner_close(target);
    garner_close(farm);
    return code == GARNER_OK ? 0 : 1;
}

/* At every point there is, while rows come. */
static void kill_everywhere(const char *mode, int last)
{
    int killed = 0;
    int rows = 0;

    exec_all(FARM_TABLE);
    for (int round = 1; round <= 24; round++) {
        char number[16];
        struct process p;

        add_keys(rows, rows + 40), rows += 40;
        snprintf(number, sizeof number, "%d", 1 + round * last / 24);
        p = process_start((const char *[]){"test", mode, fixture.folder, home,
                                           "", number, NULL});
        while (process_runs(&p) && rows < 50 * round)
            add_keys(rows, rows + 1), rows++;
        killed += process_was_killed(&p);
    }
    print_message("%s: killed %d times\n", mode, killed);
    assert_true(killed >= 12);
    (void)harvest_once(fixture.folder, home, strcmp(mode, "keep") == 0,
                       (struct death){"", 0});
    home_has(rows, (int64_t)rows * (rows - 1) / 2);
    assert_int_equal(sum_of(into, "select count(distinct k) from t"), rows);
}

static void a_take_that_is_killed_is_finished_by_the_next(void **state)
{
    (void)state;
    kill_everywhere("take", 150);
    assert_int_equal(sum_of(store, "select count(*) from t"), 0);
}

static void a_copy_that_is_killed_leaves_the_last_one(void **state)
{
    (void)state;
    kill_everywhere("keep", 30);
}

static void what_was_taken_for_one_does_not_go_to_another(void **state)
{
    struct process p;
    struct garner_store *first = into;
    char other[160];

    (void)state;
    exec_all(FARM_TABLE);
    add_keys(0, 40);
    p = process_start((const char *[]){"test", "take", fixture.folder, home,
                                       "harvest.claimed", "1", NULL});
    assert_true(process_was_killed(&p));
    snprintf(other, sizeof other, "%s/other", fixture.folder);
    assert_int_equal(garner_open(other, &options, &into, NULL), GARNER_OK);
    refuses(NULL, GARNER_BUSY, home);
    garner_close(into);
    into = first;
    (void)harvest(NULL);
    home_has(40, 780);
}

#define HOME(f) cmocka_unit_test_setup_teardown(f, with_home, without_home)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        HOME(rows_are_taken_once),
        HOME(all_kinds_of_tables_can_be_taken),
        HOME(ids_that_mean_nothing_are_given_anew),
        HOME(a_copy_is_what_the_shards_have),
        HOME(what_cannot_be_done_says_why),
        HOME(rows_that_come_meanwhile_are_not_lost),
        HOME(a_take_that_is_killed_is_finished_by_the_next),
        HOME(a_copy_that_is_killed_leaves_the_last_one),
        HOME(what_was_taken_for_one_does_not_go_to_another),
    };

    if (argc == 6)
        return harvest_once(argv[2], argv[3], strcmp(argv[1], "keep") == 0,
                            (struct death){argv[4], atoi(argv[5])});
    return cmocka_run_group_tests(tests, NULL, NULL);
}
