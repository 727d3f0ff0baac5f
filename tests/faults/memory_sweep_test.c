/* memory_sweep_test.c - every allocation fails in turn, garner's own and
 * SQLite's, once or for good: see life.h for what must hold all the same. */
#include "store/fixture_test.h"

#include "faults/memory.h"
#include "faults/start.h"

static bool in_memory;

enum kind { OURS, SQLITES, SQLITES_FOR_GOOD };

static const char *const names[] = {"garner's, once", "SQLite's, once",
                                    "SQLite's, for good"};

static bool is_of_memory(enum garner_code code)
{
    return code == GARNER_NOMEM;
}

static unsigned stop(void)
{
    gn_mem_fail_at(0);
    return memory_stop();
}

static void heal(void)
{
    (void)stop();
}

static void ignore(void *context, const char *line)
{
    (void)context;
    (void)line;
}

/* One life with the nth allocation failing; false: there were not so many. */
static bool live_with(enum kind kind, unsigned nth, const struct start *start)
{
    struct life life;
    bool whole;

    start_life(start, fixture.db, &life);
    if (in_memory)
        life.path = ":memory:";
    life.allows = is_of_memory;
    life.heals = heal;
    if (kind == OURS)
        gn_mem_fail_at(nth);
    else
        memory_fail_at(nth, kind == SQLITES_FOR_GOOD);
    whole = life_run(&life);
    if (stop() > 0)
        whole = false;
    if (in_memory ? life.complaint[0] != '\0' : !life_audit(&life))
        fail_msg("allocation %u (%s) failing, from %s: %s", nth, names[kind],
                 start->name, life.complaint);
    return !whole;
}

static void sweep(enum kind kind, const struct start *start)
{
    const unsigned first = kind == OURS ? 1000 : 0;
    unsigned failed = 0;
    int missed = 0;

    for (unsigned nth = 1; missed < 3; nth = sweep_next(nth, first, 23)) {
        if (live_with(kind, nth, start)) {
            failed++;
            missed = 0;
        } else {
            missed++;
        }
    }
    print_message("faults: allocations, %s, from %s: %u\n", names[kind],
                  start->name, failed);
}

static void sweep_all(enum kind kind)
{
    struct start start;

    garner_set_log(ignore, NULL);
    start_empty(&start);
    sweep(kind, &start);
    start_crashed(&start, fixture.db);
    sweep(kind, &start);
    start_free(&start);
    start_empty(&start);
    start.name = "a database in memory";
    in_memory = true;
    sweep(kind, &start);
    in_memory = false;
    garner_set_log(NULL, NULL);
}

static void no_lost_memory_of_garners_is_more_than_an_error(void **state)
{
    (void)state;
    sweep_all(OURS);
}

static void nor_is_sqlites(void **state)
{
    (void)state;
    sweep_all(SQLITES);
}

static void nor_is_sqlites_when_none_is_left(void **state)
{
    (void)state;
    sweep_all(SQLITES_FOR_GOOD);
}

static struct garner_batch *batch_of(const char *second, unsigned nth)
{
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(
        garner_batch_add(batch, "create index i on t(a)", NULL, 0, NULL),
        GARNER_OK);
    assert_int_equal(garner_batch_add(batch, second, NULL, 0, NULL), GARNER_OK);
    assert_int_equal(garner_batch_add(batch, "insert into t values (?)",
                                      GARNER_ARGS(garner_integer(nth)), NULL),
                     GARNER_OK);
    return batch;
}

/* A change of the schema that is undone has every statement of the connection
 * prepared anew, those that end a transaction too. Returns whether the batch
 * that comes next was acknowledged. */
static bool write_with(struct garner_store *store, unsigned nth, bool for_good)
{
    struct garner_batch *bad = batch_of("insert into t values (null)", nth);
    struct garner_batch *good = batch_of("drop index i", nth);
    struct garner_error err;
    enum garner_code code;

    assert_int_equal(garner_write(store, bad, NULL, NULL), GARNER_CONSTRAINT);
    memory_fail_at(nth, for_good);
    code = garner_write(store, good, NULL, &err);
    (void)memory_stop();
    if (code != GARNER_OK && code != GARNER_NOMEM)
        fail_msg("%s", err.message);
    garner_batch_free(bad);
    garner_batch_free(good);
    return code == GARNER_OK;
}

static void a_batch_stays_whole_at_each_allocation(void **state)
{
    struct garner_store *store;
    struct life life;

    (void)state;
    garner_set_log(ignore, NULL);
    life_init(&life, fixture.db);
    life.options.ack = GARNER_COMMITTED;
    assert_int_equal(garner_open(fixture.db, &life.options, &store, NULL),
                     GARNER_OK);
    assert_int_equal(
        garner_exec(store, "create table t (a not null)", NULL, 0, NULL, NULL),
        GARNER_OK);
    for (int for_good = 0; for_good <= 1; for_good++) {
        unsigned failed = 0;

        for (unsigned nth = 1, well = 0; well < 50; nth++) {
            sqlite3 *db;
            char sql[64];
            const bool kept = write_with(store, nth, for_good);

            snprintf(sql, sizeof sql, "select count(*) from t where a = %u",
                     nth);
            db = foreign_open();
            assert_int_equal(foreign_number(db, sql), kept);
            foreign_close(db);
            failed += !kept;
            well = kept ? well + 1 : 0;
        }
        assert_true(failed > 20);
        assert_int_equal(
            garner_exec(store, "delete from t", NULL, 0, NULL, NULL),
            GARNER_OK);
        print_message("faults: allocations of one batch, %s: %u\n",
                      for_good ? "for good" : "once", failed);
    }
    garner_close(store);
    garner_set_log(NULL, NULL);
}

/* A value that SQLite makes only when it is asked for, as zeroblob() is. */
static void a_value_that_is_lost_is_told(void **state)
{
    struct garner_store *store;
    unsigned lost = 0;
    struct life life;

    (void)state;
    life_init(&life, fixture.db);
    assert_int_equal(garner_open(fixture.db, &life.options, &store, NULL),
                     GARNER_OK);
    for (unsigned nth = 1, well = 0; well < 50; nth++) {
        struct garner_rows *rows;
        struct garner_value value = {0};
        struct garner_error err = {0};
        enum garner_code code;

        memory_fail_at(nth, false);
        code = garner_query(store, "select zeroblob(5000) union all select 1",
                            NULL, 0, &rows, &err);
        if (code == GARNER_OK && (code = garner_next(rows, &err)) == GARNER_ROW)
            value = garner_column(rows, 0);
        while (code == GARNER_ROW)
            code = garner_next(rows, &err);
        (void)memory_stop();
        garner_rows_close(rows);
        if (code == GARNER_DONE) {
            assert_int_equal(value.bytes.size, 5000);
            well++;
        } else {
            assert_int_equal(code, GARNER_NOMEM);
            lost++;
        }
    }
    assert_true(lost > 0);
    garner_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_lost_memory_of_garners_is_more_than_an_error),
        TEST(nor_is_sqlites),
        TEST(nor_is_sqlites_when_none_is_left),
        TEST(a_batch_stays_whole_at_each_allocation),
        TEST(a_value_that_is_lost_is_told),
    };

    memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
