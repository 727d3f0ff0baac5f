/* log_test.c - room on the disk ahead of the log's frames harms nobody. */
#include "store/fixture_test.h"

#include <sys/stat.h>

#include "store/driver/log.h"

#define KIB ((size_t)1024)

static struct gn_sqlite *c;

static int with_writer(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    c = open_writer();
    assert_int_equal(gn_sqlite_set_sync(c, true, NULL), GARNER_OK);
    run(c, "create table t(a)");
    return 0;
}

static int without_writer(void **state)
{
    gn_sqlite_close(c);
    return fixture_down(state);
}

static size_t file_bytes(const char *suffix)
{
    char path[128];
    struct stat st;

    snprintf(path, sizeof path, "%s%s", fixture.db, suffix);
    return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

static void insert(int rows)
{
    for (int i = 0; i < rows; i++)
        run(c, "insert into t values (hex(randomblob(500)))");
}

static void the_file_grows_by_doubling_up_to_its_limit(void **state)
{
    size_t sizes = 0;
    size_t last = 0;

    (void)state;
    for (int i = 0; i < 400 && gn_sqlite_log_bytes(c) < 1000 * KIB; i++) {
        insert(1);
        if (file_bytes("-wal") != last)
            sizes++;
        last = file_bytes("-wal");
        assert_true(last >= gn_sqlite_log_bytes(c));
    }
    assert_true(gn_sqlite_log_bytes(c) > 900 * KIB);
    assert_int_equal(last, 1024 * KIB);
    assert_in_range(sizes, 4, 8); /* not one a commit */
    insert(50); /* past its limit it grows by its frames alone */
    assert_true(file_bytes("-wal") < 1024 * KIB + 60 * (size_t)8400);
}

static void commits_that_do_not_sync_ask_for_none(void **state)
{
    (void)state;
    assert_int_equal(gn_sqlite_set_sync(c, false, NULL), GARNER_OK);
    for (int i = 0; i < 40; i++) {
        const size_t before = file_bytes("-wal");

        insert(1);
        if (before >= 128 * KIB)
            assert_true(file_bytes("-wal") - before < (size_t)21000);
    }
    assert_true(file_bytes("-wal") > 128 * KIB);
}

static void copy(const char *suffix, const char *to)
{
    char command[300];

    snprintf(command, sizeof command, "cp %s%s %s%s", fixture.db, suffix, to,
             suffix);
    assert_int_equal(system(command), 0);
}

static void recovery_ends_where_the_zeros_begin(void **state)
{
    char to[128];
    sqlite3 *db;

    (void)state;
    insert(20);
    snprintf(to, sizeof to, "%s/copy", fixture.folder);
    copy("", to); /* as after a crash: no -shm, so the log is read anew */
    copy("-wal", to);
    assert_true(file_bytes("-wal") > gn_sqlite_log_bytes(c) + 8 * KIB);
    assert_int_equal(sqlite3_open(to, &db), SQLITE_OK);
    assert_int_equal(foreign_number(db, "select count(*) from t"), 20);
    foreign_run(db, "insert into t values (1)");
    assert_int_equal(
        foreign_number(db, "select count(*) from t, "
                           "pragma_integrity_check where integrity_check='ok'"),
        21);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Their frames lie where ours does not expect them. */
static void foreign_frames_are_never_written_over(void **state)
{
    sqlite3 *foreign = foreign_open();

    (void)state;
    foreign_run(foreign, "pragma wal_autocheckpoint=0");
    for (int i = 0; i < 60; i++) {
        insert(1);
        foreign_run(foreign,
                    "insert into t values (hex(randomblob(20000))), (1)");
    }
    assert_int_equal(foreign_number(foreign, "select count(*) from t"), 180);
    foreign_run(foreign, "pragma wal_checkpoint(truncate)");
    assert_int_equal(file_bytes("-wal"), 0);
    insert(60);
    assert_string_equal(foreign_text("pragma integrity_check"), "ok");
    assert_int_equal(foreign_number(foreign, "select count(*) from t"), 240);
    foreign_close(foreign);
}

static void what_is_in_the_log_is_counted(void **state)
{
    struct gn_log l = {.page_bytes = 4096};

    (void)state;
    assert_int_equal(gn_log_bytes(&l), 0);
    gn_log_committed(&l, 3, true);
    assert_int_equal(gn_log_bytes(&l), 3 * 4096);
    assert_false(l.unsynced);
    l.file_bytes = 65536;
    gn_log_committed(&l, 4, false);
    assert_true(l.unsynced);
    assert_int_equal(l.file_bytes, 65536);
    gn_log_committed(&l, 1, true); /* anew */
    assert_int_equal(l.file_bytes, 0);
    assert_int_equal(gn_log_sync(&l, NULL), GARNER_OK);
}

static char *bytes_of_log(size_t *size)
{
    char path[128];
    char *bytes;
    FILE *file;

    snprintf(path, sizeof path, "%s-wal", fixture.db);
    *size = file_bytes("-wal");
    bytes = malloc(*size + 1);
    file = fopen(path, "r");
    assert_true(bytes != NULL && file != NULL);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void a_log_that_is_repaired_holds_the_same(void **state)
{
    struct gn_log l = {.page_bytes = 4096, .unsynced = true};
    size_t size;
    size_t size_after;
    char *before;
    char *after;

    (void)state;
    insert(100);
    before = bytes_of_log(&size);
    assert_true(size > 100 * KIB);
    l.db = foreign_open();
    foreign_run(l.db, "select count(*) from t; begin immediate");
    gn_log_note(&l, SQLITE_FULL);
    assert_false(l.suspect);
    assert_int_equal(l.failures, 0);
    gn_log_note(&l, SQLITE_IOERR_FSYNC);
    assert_true(l.suspect);
    assert_int_equal(l.failures, 1);
    gn_mem_fail_at(1);
    assert_int_equal(gn_log_repair(&l, NULL), GARNER_NOMEM);
    assert_true(l.suspect && l.unsynced);
    assert_int_equal(gn_log_repair(&l, NULL), GARNER_OK);
    assert_false(l.suspect || l.unsynced || l.leftover);
    foreign_run(l.db, "rollback");
    foreign_close(l.db);
    after = bytes_of_log(&size_after);
    assert_int_equal(size_after, size);
    assert_memory_equal(after, before, size);
    free(before);
    free(after);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_writer, without_writer)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(the_file_grows_by_doubling_up_to_its_limit),
        WITH(commits_that_do_not_sync_ask_for_none),
        WITH(recovery_ends_where_the_zeros_begin),
        WITH(foreign_frames_are_never_written_over),
        WITH(a_log_that_is_repaired_holds_the_same),
        cmocka_unit_test(what_is_in_the_log_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
