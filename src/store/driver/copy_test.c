/* copy_test.c - a snapshot is copied as it was, a live database as it ends. */
#include "store/fixture_test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "store/driver/copy.h"
#include "store/driver/cursor.h"

static struct gn_sqlite *writer;
static struct gn_copy *copy;
static struct garner_error err;
static char path[128];

static int with_writer(void **state)
{
    FILE *file;

    if (fixture_up(state) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/copy", fixture.folder);
    file = fopen(path, "w");
    writer = open_writer();
    run(writer, "create table t(a, b)");
    run(writer, "with recursive n(i) as (select 1 union all select i + 1 from "
                "n limit 100) insert into t select i, zeroblob(4000) from n");
    return file != NULL ? fclose(file) : -1;
}

static int without_writer(void **state)
{
    gn_copy_end(copy);
    copy = NULL;
    gn_sqlite_close(writer);
    return fixture_down(state);
}

static void start(struct gn_sqlite *from)
{
    if (gn_copy_start(from, path, "backup.db", &copy, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static enum garner_code step(int pages, bool *again)
{
    return gn_copy_step(copy, pages, again, &err);
}

/* A number from the copy, ended or not. */
static int64_t copied(const char *sql)
{
    sqlite3 *db;
    int64_t number;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    number = foreign_number(db, sql);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return number;
}

static void a_snapshot_is_copied_whatever_is_written(void **state)
{
    struct gn_sqlite *reader = open_reader();
    struct gn_statement s;
    struct gn_cursor *snapshot;
    enum garner_code code = GARNER_OK;
    uint64_t last = 0;
    uint64_t done;
    uint64_t all;
    int steps = 0;
    bool again;

    (void)state;
    gn_statement_init(&s, "select count(*) from t", NULL, 0);
    assert_int_equal(gn_cursor_open(reader, &s, &snapshot, NULL), GARNER_OK);
    assert_int_equal(gn_cursor_next(snapshot, NULL), GARNER_ROW);
    start(reader);
    gn_copy_progress(copy, &done, &all);
    assert_int_equal(done, 0);
    for (; code == GARNER_OK; steps++) {
        run(writer, "update t set a = -1");
        code = step(10, &again);
        assert_false(again);
        gn_copy_progress(copy, &done, &all);
        assert_true(done > last);
        last = done;
    }
    assert_int_equal(code, GARNER_DONE);
    assert_int_equal(done, all);
    assert_in_range(steps, 10, 12);
    gn_copy_end(copy);
    copy = NULL;
    gn_cursor_close(snapshot);
    gn_sqlite_close(reader);
    assert_int_equal(copied("select sum(a) from t"), 5050);
}

static void a_live_database_is_copied_as_it_is_at_the_end(void **state)
{
    enum garner_code code = GARNER_OK;
    bool again;

    (void)state;
    start(writer);
    for (int i = 0; code == GARNER_OK; i++) {
        code = step(10, &again); /* its own writes are carried along */
        assert_false(again);
        if (i == 3)
            run(writer, "update t set a = 1");
    }
    assert_int_equal(code, GARNER_DONE);
    gn_copy_end(copy);
    copy = NULL;
    assert_int_equal(copied("select sum(a) from t"), 100);
}

static void others_writes_have_it_begin_anew(void **state)
{
    sqlite3 *foreign = foreign_open();
    bool again;

    (void)state;
    start(writer);
    assert_int_equal(step(10, &again), GARNER_OK);
    assert_false(again);
    foreign_run(foreign, "update t set a = 2");
    assert_int_equal(step(10, &again), GARNER_OK);
    assert_true(again);
    assert_int_equal(step(1000, &again), GARNER_DONE);
    foreign_close(foreign);
    gn_copy_end(copy);
    copy = NULL;
    assert_int_equal(copied("select sum(a) from t"), 200);
}

static int mode_bytes(void)
{
    unsigned char mode[2] = {0};
    FILE *file = fopen(path, "r");

    assert_int_equal(fseek(file, 18, SEEK_SET), 0);
    assert_int_equal(fread(mode, 1, 2, file), 2);
    assert_int_equal(fclose(file), 0);
    return mode[0] * 10 + mode[1];
}

static void the_copy_has_no_log(void **state)
{
    const int file = open(path, O_RDWR);
    bool again;

    (void)state;
    start(writer);
    assert_int_equal(step(1000, &again), GARNER_DONE);
    gn_copy_end(copy);
    copy = NULL;
    assert_int_equal(mode_bytes(), 22);
    assert_int_equal(gn_copy_unmark(file, "backup.db", &err), GARNER_OK);
    assert_int_equal(close(file), 0);
    assert_int_equal(mode_bytes(), 11);
    assert_int_equal(copied("select journal_mode = 'delete' and "
                            "integrity_check = 'ok' from pragma_journal_mode, "
                            "pragma_integrity_check"),
                     1);
    assert_int_equal(gn_copy_unmark(-1, "backup.db", &err), GARNER_IO);
    assert_non_null(strstr(err.message, "backup.db: cannot be written to"));
}

/* No file may grow past 40,000 bytes. */
static void a_copy_that_finds_no_room_says_so(void **state)
{
    struct rlimit old;
    struct rlimit small = {.rlim_cur = 40000};
    bool again;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    start(writer);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(step(1000, &again), GARNER_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_memory_equal(err.message, "backup.db: ", 11);
}

static void what_cannot_be_opened_says_so(void **state)
{
    (void)state;
    assert_int_equal(
        gn_copy_start(writer, fixture.folder, "backup.db", &copy, &err),
        GARNER_IO);
    assert_null(copy);
    gn_mem_fail_at(1);
    assert_int_equal(gn_copy_start(writer, path, "backup.db", &copy, &err),
                     GARNER_NOMEM);
    assert_null(copy);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_writer, without_writer)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_snapshot_is_copied_whatever_is_written),
        WITH(a_live_database_is_copied_as_it_is_at_the_end),
        WITH(others_writes_have_it_begin_anew),
        WITH(the_copy_has_no_log),
        WITH(a_copy_that_finds_no_room_says_so),
        WITH(what_cannot_be_opened_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
