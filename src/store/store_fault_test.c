/* store_fault_test.c - foreign locks, a full disk, lost memory: each is an
 * error that says so, and the store works on when it is over. */
#include "store/fixture_test.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "garner/garner.h"

static struct garner_store *store;
static struct garner_options options;
static sqlite3 *foreign;
static char disk[100]; /* a file system of its own; "": there is none */

static void open_store(void)
{
    struct garner_error err;

    if (garner_open(fixture.db, &options, &store, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static int with_store(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    garner_options_init(&options);
    options.timeout_ms = 20000;
    open_store();
    foreign = foreign_open();
    return garner_exec(store, "create table t(a integer primary key, b)", NULL,
                       0, NULL, NULL) == GARNER_OK
               ? 0
               : -1;
}

static int without_store(void **state)
{
    foreign_close(foreign);
    garner_close(store);
    store = NULL;
    garner_set_log(NULL, NULL);
    if (disk[0] != '\0') {
        (void)umount2(disk, MNT_DETACH);
        (void)rmdir(disk);
        disk[0] = '\0';
    }
    return fixture_down(state);
}

static enum garner_code insert(int64_t a, struct garner_error *err)
{
    return garner_exec(store, "insert into t values (?, 0)",
                       GARNER_ARGS(garner_integer(a)), NULL, err);
}

static struct garner_batch *batch_of(int64_t a, int timeout_ms)
{
    struct garner_batch *b;

    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_batch_add(b, "insert into t values (?, 0)",
                                      GARNER_ARGS(garner_integer(a)), NULL),
                     GARNER_OK);
    garner_batch_set_timeout(b, timeout_ms);
    return b;
}

static void note_code(void *context, const struct garner_result *result,
                      const struct garner_error *err)
{
    (void)result;
    atomic_store((atomic_int *)context,
                 (int)(err != NULL ? err->code : GARNER_OK));
}

/* --- foreign locks
 * ------------------------------------------------------------ */

/* On a slow machine its time may be up before anybody has met the lock. */
static enum garner_code write_again(struct garner_batch *b,
                                    struct garner_error *err)
{
    enum garner_code code;

    do
        code = garner_write(store, b, NULL, err);
    while (code == GARNER_TIMEOUT);
    return code;
}

static void a_foreign_lock_is_busy_for_waiters_only(void **state)
{
    struct garner_error err;
    atomic_int code = -1;
    struct garner_batch *b = batch_of(1, 30);

    (void)state;
    foreign_run(foreign, "begin immediate; insert into t values (100, 0)");
    assert_int_equal(
        garner_submit(store, batch_of(2, 30), note_code, &code, NULL),
        GARNER_OK);
    assert_int_equal(write_again(b, &err), GARNER_BUSY);
    assert_non_null(strstr(err.message, "not garner's"));
    assert_int_equal(write_again(b, &err), GARNER_BUSY);
    assert_int_equal(atomic_load(&code), -1); /* waits on */
    foreign_run(foreign, "commit");
    garner_batch_set_timeout(b, 20000);
    assert_int_equal(garner_write(store, b, NULL, NULL), GARNER_OK);
    assert_int_equal(garner_flush(store, NULL), GARNER_OK);
    while (atomic_load(&code) == -1)
        sched_yield();
    assert_int_equal(atomic_load(&code), GARNER_OK);
    garner_batch_free(b);
    assert_string_equal(foreign_text("select a from t"), "1,2,100");
}

static void closing_under_a_foreign_lock_ends(void **state)
{
    atomic_int code = -1;

    (void)state;
    garner_close(store);
    options.timeout_ms = 20;
    open_store();
    foreign_run(foreign, "begin immediate");
    assert_int_equal(
        garner_submit(store, batch_of(1, 0), note_code, &code, NULL),
        GARNER_OK);
    garner_close(store);
    store = NULL;
    assert_int_equal(atomic_load(&code), GARNER_BUSY);
    foreign_run(foreign, "commit");
    assert_string_equal(foreign_text("select count(*) from t"), "0");
}

static void opening_under_a_foreign_lock_is_busy(void **state)
{
    struct garner_store *none;
    struct garner_error err;

    (void)state;
    garner_close(store);
    store = NULL;
    foreign_run(foreign, "pragma journal_mode=delete; begin exclusive");
    options.timeout_ms = 20;
    assert_int_equal(garner_open(fixture.db, &options, &none, &err),
                     GARNER_BUSY);
    assert_null(none);
    assert_non_null(strstr(err.message, fixture.db));
    foreign_run(foreign, "commit");
    options.timeout_ms = 20000;
    open_store();
    assert_int_equal(insert(1, NULL), GARNER_OK);
}

/* --- the log
 * ------------------------------------------------------------------ */

static size_t log_size(void)
{
    char path[120];
    struct stat st;

    snprintf(path, sizeof path, "%s-wal", fixture.db);
    assert_int_equal(stat(path, &st), 0);
    return (size_t)st.st_size;
}

static void fill(int rows)
{
    for (int i = 0; i < rows; i++)
        assert_int_equal(garner_exec(store,
                                     "insert into t values (null, "
                                     "zeroblob(20000))",
                                     NULL, 0, NULL, NULL),
                         GARNER_OK);
}

static void the_log_is_cut_when_a_reader_lets_go(void **state)
{
    struct garner_rows *pin;

    (void)state;
    garner_close(store);
    options.wal_bytes = 200000;
    open_store();
    fill(200); /* 4 MB */
    assert_true(log_size() < 400000);
    assert_int_equal(
        garner_query(store, "select a from t", NULL, 0, &pin, NULL), GARNER_OK);
    assert_int_equal(garner_next(pin, NULL), GARNER_ROW);
    fill(100);
    assert_true(log_size() > 2000000); /* it has to grow */
    garner_rows_close(pin);
    fill(200);
    assert_true(log_size() < 400000);
}

/* --- a full disk
 * ---------------------------------------------------------------- */

static void a_full_disk_is_an_error_until_there_is_room(void **state)
{
    struct garner_error err = {0};
    sqlite3 *db;

    (void)state;
    garner_close(store);
    store = NULL;
    snprintf(disk, sizeof disk, "%s/disk", fixture.folder);
    assert_int_equal(mkdir(disk, 0700), 0);
    if (mount("none", disk, "tmpfs", 0, "size=1m") != 0)
        skip(); /* may not mount */
    snprintf(fixture.db, sizeof fixture.db, "%s/disk/t.db", fixture.folder);
    open_store();
    assert_int_equal(garner_exec(store,
                                 "create table t(a integer primary key, b)",
                                 NULL, 0, NULL, NULL),
                     GARNER_OK);
    assert_int_equal(insert(1, NULL), GARNER_OK);
    assert_int_equal(garner_exec(store,
                                 "insert into t values (2, zeroblob(3000000))",
                                 NULL, 0, NULL, &err),
                     GARNER_IO);
    assert_non_null(strstr(err.message, "full"));
    assert_int_equal(insert(3, &err), GARNER_OK);
    garner_close(store);
    store = NULL;
    db = foreign_open();
    assert_int_equal(foreign_number(db, "select sum(a) from t"), 4);
    foreign_close(db);
    assert_int_equal(umount(disk), 0);
}

static void a_full_database_is_an_error_too(void **state)
{
    struct garner_error err;

    (void)state;
    assert_int_equal(
        garner_exec(store, "pragma max_page_count=20", NULL, 0, NULL, NULL),
        GARNER_OK);
    assert_int_equal(garner_exec(store,
                                 "insert into t values (1, zeroblob(300000))",
                                 NULL, 0, NULL, &err),
                     GARNER_IO);
    assert_non_null(strstr(err.message, "free some space"));
    assert_int_equal(insert(2, NULL), GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "2");
}

/* --- lost memory
 * ------------------------------------------------------------------ */

static atomic_int callbacks;

static void count(void *context, const struct garner_result *result,
                  const struct garner_error *err)
{
    (void)context;
    (void)result;
    if (err == NULL || err->code == GARNER_NOMEM)
        atomic_fetch_add(&callbacks, 1);
}

/* All that a program does in a life; how many submits were taken. */
static bool live(int *taken)
{
    struct garner_options o = options;
    struct garner_store *s = NULL;
    struct garner_batch *b = NULL;
    struct garner_rows *rows = NULL;
    struct garner_error err;
    enum garner_code code = garner_open(fixture.db, &o, &s, &err);

    if (code == GARNER_OK)
        code = garner_exec(s, "insert into t(b) values (?)",
                           GARNER_ARGS(garner_text("exec")), NULL, &err);
    if (code == GARNER_OK)
        code = garner_batch_new(&b, &err);
    if (code == GARNER_OK)
        code = garner_batch_add(b, "insert into t(b) values (?)",
                                GARNER_ARGS(garner_text("batch")), &err);
    if (code == GARNER_OK)
        code = garner_write(s, b, NULL, &err);
    if (code == GARNER_OK) {
        code = garner_submit(s, b, count, NULL, &err);
        *taken += code == GARNER_OK;
        b = code == GARNER_OK ? NULL : b;
    }
    if (code == GARNER_OK)
        code = garner_flush(s, &err);
    if (code == GARNER_OK)
        code = garner_query(s, "select b from t", NULL, 0, &rows, &err);
    if (code == GARNER_OK && garner_next(rows, &err) != GARNER_ROW)
        code = err.code;
    garner_rows_close(rows);
    garner_batch_free(b);
    garner_close(s);
    if (code != GARNER_OK && code != GARNER_NOMEM)
        fail_msg("%s", err.message);
    return code == GARNER_OK;
}

static void at_no_place_is_lost_memory_more_than_an_error(void **state)
{
    int taken = 0;
    unsigned nth = 1;
    bool whole;

    (void)state;
    atomic_store(&callbacks, 0);
    do {
        gn_mem_fail_at(nth++);
        whole = live(&taken);
    } while (!whole || nth < 20);
    gn_mem_fail_at(0);
    assert_int_equal(atomic_load(&callbacks), taken);
    assert_string_equal(foreign_text("pragma integrity_check"), "ok");
}

/* SQLite goes on writing into a file that was moved, and into a log that keeps
 * the old name: what it acknowledged would be lost. */
static void a_moved_file_is_not_written_to(void **state)
{
    const char *const insert = "insert into moved values (1)";
    char elsewhere[128];
    struct garner_error err;

    (void)state;
    snprintf(elsewhere, sizeof elsewhere, "%s.moved", fixture.db);
    assert_int_equal(
        garner_exec(store, "create table moved (a)", NULL, 0, NULL, NULL),
        GARNER_OK);
    assert_int_equal(rename(fixture.db, elsewhere), 0);
    while (garner_exec(store, insert, NULL, 0, NULL, &err) == GARNER_OK)
        ; /* it is looked at every millisecond */
    assert_int_equal(err.code, GARNER_IO);
    assert_non_null(strstr(err.message, "was moved or removed"));
    assert_int_equal(rename(elsewhere, fixture.db), 0);
    while (garner_exec(store, insert, NULL, 0, NULL, &err) != GARNER_OK)
        assert_int_equal(err.code, GARNER_IO);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_store, without_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_foreign_lock_is_busy_for_waiters_only),
        WITH(closing_under_a_foreign_lock_ends),
        WITH(opening_under_a_foreign_lock_is_busy),
        WITH(the_log_is_cut_when_a_reader_lets_go),
        WITH(a_full_disk_is_an_error_until_there_is_room),
        WITH(a_full_database_is_an_error_too),
        WITH(a_moved_file_is_not_written_to),
        WITH(at_no_place_is_lost_memory_more_than_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
