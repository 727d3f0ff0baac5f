/* vfs_sweep_test.c - every call on a file fails in turn, once or for good, in
 * each way it can: no call of the store does more than say so, nothing that was
 * acknowledged is lost, nothing that failed is there, and all goes on when the
 * files can be used again. */
#include "store/fixture_test.h"

#include <sched.h>

#include "faults/gates.h"
#include "faults/plan.h"
#include "faults/start.h"

static const struct plan plans[] = {
    {.op = SHIM_OPEN, .rc = SQLITE_CANTOPEN},
    {.op = SHIM_DELETE, .rc = SQLITE_IOERR_DELETE},
    {.op = SHIM_ACCESS, .rc = SQLITE_IOERR_ACCESS},
    {.op = SHIM_READ, .rc = SQLITE_IOERR_READ},
    {.op = SHIM_READ, .rc = SQLITE_IOERR_NOMEM},
    {.op = SHIM_WRITE, .rc = SQLITE_IOERR_WRITE},
    {.op = SHIM_WRITE, .rc = SQLITE_FULL},
    {.op = SHIM_WRITE, .rc = SQLITE_FULL, .half = true},
    {.op = SHIM_TRUNCATE, .rc = SQLITE_IOERR_TRUNCATE},
    {.op = SHIM_SYNC, .rc = SQLITE_IOERR_FSYNC},
    {.op = SHIM_SIZE, .rc = SQLITE_IOERR_FSTAT},
    {.op = SHIM_LOCK, .rc = SQLITE_IOERR_LOCK},
    {.op = SHIM_LOCK, .rc = SQLITE_BUSY},
    {.op = SHIM_SHM_MAP, .rc = SQLITE_IOERR_SHMMAP},
    {.op = SHIM_SHM_MAP, .rc = SQLITE_IOERR_SHMSIZE},
    {.op = SHIM_SHM_LOCK, .rc = SQLITE_IOERR_SHMLOCK},
    {.op = SHIM_SHM_LOCK, .rc = SQLITE_BUSY},
};

static bool is_of_files(enum garner_code code)
{
    return code == GARNER_IO || code == GARNER_BUSY || code == GARNER_NOMEM ||
           code == GARNER_NOTFOUND; /* there is no file, and none was made */
}

static void heal(void)
{
    (void)plan_stop();
}

/* What the log of the library is told is not looked at. */
static void ignore(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static const char *describe(const struct plan *plan, const struct start *start)
{
    static char text[200];

    snprintf(text, sizeof text, "%s %u failing %s with %s%s, from %s",
             shim_op_name(plan->op), plan->nth,
             plan->for_good ? "for good" : "once", sqlite3_errstr(plan->rc),
             plan->half ? " halfway" : "", start->name);
    return text;
}

/* One life with one fault; false: there was no such call. */
static bool live_with(const struct plan *plan, const struct start *start)
{
    struct life life;
    bool met;

    start_life(start, fixture.db, &life);
    life.allows = is_of_files;
    /* Some disks stay as they are to the end, and the store is closed so. */
    life.heals = plan->for_good && plan->nth % 2 == 0 ? NULL : heal;
    if (plan->for_good && plan->rc == SQLITE_BUSY)
        life.options.timeout_ms = 10;
    plan_start(plan);
    (void)life_run(&life);
    met = plan_stop() > 0;
    if (!life_audit(&life))
        fail_msg("%s: %s", describe(plan, start), life.complaint);
    return met;
}

static unsigned sweep(struct plan plan, const struct start *start)
{
    const unsigned step = plan.op == SHIM_SHM_LOCK ? 17 : 7;
    unsigned failed = 0;
    int missed = 0;

    /* The calls are not the same each time: threads meet in other ways. */
    for (plan.nth = 1; missed < 3; plan.nth = sweep_next(plan.nth, 20, step)) {
        if (live_with(&plan, start)) {
            failed++;
            missed = 0;
        } else {
            missed++;
        }
    }
    return failed;
}

static void sweep_all(const struct start *start)
{
    garner_set_log(ignore, NULL);
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        struct plan plan = plans[i];
        unsigned once;
        unsigned for_good;

        plan.name = "";
        once = sweep(plan, start);
        plan.for_good = true;
        for_good = plan.rc != SQLITE_BUSY ? sweep(plan, start) : 0;
        print_message("faults: %s, %s%s, from %s: %u times once, %u for good\n",
                      shim_op_name(plan.op), sqlite3_errstr(plan.rc),
                      plan.half ? " halfway" : "", start->name, once, for_good);
    }
    garner_set_log(NULL, NULL);
}

static void no_failing_call_harms_a_new_database(void **state)
{
    struct start start;

    (void)state;
    start_empty(&start);
    sweep_all(&start);
}

static void no_failing_call_harms_one_without_a_log(void **state)
{
    struct start start;

    (void)state;
    start_without_wal(&start);
    sweep_all(&start);
    shim_without_wal(false);
}

static void no_failing_call_harms_one_that_was_left_by_a_crash(void **state)
{
    struct start start;

    (void)state;
    start_crashed(&start, fixture.db);
    sweep_all(&start);
    start_free(&start);
}

/* SQLite looks whether a table that it does not know was made meanwhile. */
static void a_schema_that_cannot_be_read_is_no_missing_table(void **state)
{
    const struct plan plan = {.op = SHIM_READ,
                              .name = "",
                              .nth = 1,
                              .for_good = true,
                              .rc = SQLITE_IOERR_READ};
    struct garner_store *store;
    struct garner_rows *rows;
    struct garner_error err;
    struct life life;

    (void)state;
    life_init(&life, fixture.db);
    assert_int_equal(garner_open(fixture.db, &life.options, &store, NULL),
                     GARNER_OK);
    assert_int_equal(
        garner_exec(store, "create table t (a)", NULL, 0, NULL, NULL),
        GARNER_OK);
    plan_start(&plan);
    assert_int_equal(
        garner_query(store, "select a from t", NULL, 0, &rows, &err),
        GARNER_IO);
    assert_true(plan_stop() > 0);
    assert_non_null(strstr(err.message, "disk I/O error"));
    assert_int_equal(
        garner_query(store, "select a from t", NULL, 0, &rows, NULL),
        GARNER_OK);
    garner_rows_close(rows);
    garner_close(store);
}

/* Its frames are whole in the log, and nobody wrote over them. */
static void a_commit_that_failed_is_not_found_done_later(void **state)
{
    const struct plan plan = {.op = SHIM_SYNC,
                              .name = "-wal",
                              .nth = 1,
                              .for_good = true,
                              .rc = SQLITE_IOERR_FSYNC};
    struct garner_options options;
    struct garner_store *store;

    (void)state;
    garner_set_log(ignore, NULL);
    garner_options_init(&options);
    assert_int_equal(garner_open(fixture.db, &options, &store, NULL),
                     GARNER_OK);
    assert_int_equal(
        garner_exec(store, "create table t (a)", NULL, 0, NULL, NULL),
        GARNER_OK);
    plan_start(&plan);
    assert_int_equal(
        garner_exec(store, "insert into t values (1)", NULL, 0, NULL, NULL),
        GARNER_IO);
    garner_close(store);
    assert_true(plan_stop() > 0);
    garner_set_log(NULL, NULL);
    assert_string_equal(foreign_text("select count(*) from t"), "0");
}

static atomic_int told;

static void hear(void *context, const struct garner_result *result,
                 const struct garner_error *err)
{
    (void)context;
    (void)result;
    if (err != NULL && err->code == GARNER_IO)
        atomic_fetch_add(&told, 1);
}

/* A disk that fails may be slow to say so: a group of many may not try it once
 * for each. */
static void a_group_tries_a_failing_disk_a_few_times(void **state)
{
    enum { BATCHES = 200 };
    const struct plan plan = {.op = SHIM_WRITE,
                              .name = "-wal",
                              .nth = 1,
                              .for_good = true,
                              .rc = SQLITE_IOERR_WRITE};
    struct garner_store *store;
    struct garner_options options;
    unsigned tries;

    (void)state;
    garner_set_log(ignore, NULL);
    garner_options_init(&options);
    assert_int_equal(garner_open(fixture.db, &options, &store, NULL),
                     GARNER_OK);
    assert_int_equal(
        garner_exec(store, "create table t (a)", NULL, 0, NULL, NULL),
        GARNER_OK);
    atomic_store(&told, 0);
    gate_shut("lead.takes", 1);
    for (int i = 0; i < BATCHES; i++) {
        struct garner_batch *b;

        assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
        assert_int_equal(
            garner_batch_add(b, "insert into t values (1)", NULL, 0, NULL),
            GARNER_OK);
        assert_int_equal(garner_submit(store, b, hear, NULL, NULL), GARNER_OK);
    }
    plan_start(&plan);
    gate_open("lead.takes");
    while (atomic_load(&told) < BATCHES)
        sched_yield();
    tries = plan_stop();
    if (tries > 20)
        fail_msg("%u writes were tried", tries);
    gates_clear();
    assert_int_equal(
        garner_exec(store, "insert into t values (2)", NULL, 0, NULL, NULL),
        GARNER_OK);
    garner_close(store);
    garner_set_log(NULL, NULL);
    assert_string_equal(foreign_text("select a from t"), "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_failing_call_harms_a_new_database),
        TEST(no_failing_call_harms_one_without_a_log),
        TEST(no_failing_call_harms_one_that_was_left_by_a_crash),
        TEST(a_schema_that_cannot_be_read_is_no_missing_table),
        TEST(a_commit_that_failed_is_not_found_done_later),
        TEST(a_group_tries_a_failing_disk_a_few_times),
    };

    shim_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
