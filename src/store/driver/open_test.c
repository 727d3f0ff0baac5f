/* open_test.c - how a connection is made, and what may not be. */
#include "store/fixture_test.h"

#include <sys/stat.h>

#include "store/driver/filesystem.h"
#include "store/driver/open.h"

static struct gn_sqlite_options options;
static struct gn_guard guard;

static int with_options(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    options = writer_options();
    options.deadline_ns = gn_clock_monotonic_ns() + 50 * INT64_C(1000000);
    guard = (struct gn_guard){.lifted = false};
    return 0;
}

static sqlite3 *open_it(void)
{
    struct gn_still still;
    sqlite3 *db;
    bool wal;
    struct garner_error err;

    if (gn_open_database(&options, &db, &wal, &still, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    assert_true(wal);
    return db;
}

/* With a log or without. */
static sqlite3 *open_any(void)
{
    struct gn_still still;
    struct garner_error err;
    sqlite3 *db;
    bool wal;

    if (gn_open_database(&options, &db, &wal, &still, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return db;
}

static enum garner_code refused(const char *words)
{
    struct gn_still still;
    sqlite3 *db;
    bool wal;
    struct garner_error err;
    enum garner_code code = gn_open_database(&options, &db, &wal, &still, &err);

    assert_null(db);
    assert_int_not_equal(code, GARNER_OK);
    assert_int_equal(gn_open_database(&options, &db, &wal, &still, NULL), code);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
    return code;
}

static void a_writer_makes_it_and_never_checkpoints_by_itself(void **state)
{
    sqlite3 *db;

    (void)state;
    options.foreign_keys = true;
    db = open_it();
    assert_string_equal(foreign_text("pragma journal_mode"), "wal");
    assert_int_equal(foreign_number(db, "pragma wal_autocheckpoint"), 0);
    assert_int_equal(foreign_number(db, "pragma journal_size_limit"), 1 << 20);
    assert_int_equal(foreign_number(db, "pragma foreign_keys"), 1);
    assert_int_equal(foreign_number(db, "pragma query_only"), 0);
    assert_int_equal(foreign_number(db, "select length(zstd('x')) > 0"), 1);
    foreign_close(db);
}

static void a_log_of_another_s_is_neither_cut_nor_copied(void **state)
{
    char wal[128];
    struct stat st;
    sqlite3 *db;

    (void)state;
    options.keep_log = true;
    db = open_it();
    assert_int_equal(foreign_number(db, "pragma wal_autocheckpoint"), 0);
    assert_int_equal(foreign_number(db, "pragma journal_size_limit"), -1);
    foreign_run(db, "create table t(a)");
    foreign_close(db); /* the last one */
    snprintf(wal, sizeof wal, "%s-wal", fixture.db);
    assert_int_equal(stat(wal, &st), 0);
    assert_true(st.st_size > 4096);
    assert_int_equal(stat(fixture.db, &st), 0);
    assert_true(st.st_size <= 4096); /* the mode alone */
}

static void a_reader_only_reads(void **state)
{
    sqlite3 *writer = open_it();
    sqlite3 *db;

    (void)state;
    options.writer = false;
    db = open_it();
    assert_int_equal(foreign_number(db, "pragma query_only"), 1);
    assert_int_equal(foreign_number(db, "pragma foreign_keys"), 0);
    assert_int_not_equal(
        sqlite3_exec(db, "create table t(a)", NULL, NULL, NULL), SQLITE_OK);
    foreign_close(db);
    foreign_close(writer);
}

static void what_cannot_be_opened_says_why(void **state)
{
    char path[200];

    (void)state;
    options.path = path;
    snprintf(path, sizeof path, "%s/none/t.db", fixture.folder);
    assert_int_equal(refused("none does not exist; make it"), GARNER_NOTFOUND);
    snprintf(path, sizeof path, "%s", fixture.folder);
    assert_int_equal(refused("is a folder"), GARNER_IO);
    snprintf(path, sizeof path, "%s/pipe", fixture.folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(refused("is a device, a pipe or a socket"), GARNER_IO);
    options.read_only = true; /* then opening would not even end */
    assert_int_equal(refused("is a device, a pipe or a socket"), GARNER_IO);
    options.read_only = false;
    options.create = false;
    snprintf(path, sizeof path, "%s/t.db", fixture.folder);
    assert_int_equal(refused("t.db: no such database; check the name"),
                     GARNER_NOTFOUND);
    options.path = "/garner-is-not-here.db";
    assert_int_equal(refused("no such database"), GARNER_NOTFOUND);
}

static void on_a_network_file_system_there_is_no_log(void **state)
{
    sqlite3 *db;

    (void)state;
    gn_filesystem_pretend(0x6969); /* NFS */
    assert_int_equal(refused("is on a network file system (NFS)"),
                     GARNER_UNSUPPORTED);
    assert_int_not_equal(access(fixture.db, F_OK), 0); /* nothing was made */
    options.network_fs = true;
    foreign_close(open_it());
    assert_string_equal(foreign_text("pragma journal_mode"), "wal");
    options.network_fs = false;
    options.writer = false;
    assert_int_equal(refused("NFS"), GARNER_UNSUPPORTED);
    options.read_only = true;
    assert_int_equal(refused("NFS"), GARNER_UNSUPPORTED);
    db = foreign_open();
    foreign_run(db, "pragma journal_mode=delete");
    foreign_close(db);
    foreign_close(open_any()); /* there is no log to be feared */
    gn_filesystem_pretend(0);
}

static void another_kind_of_file_is_refused(void **state)
{
    FILE *file = fopen(fixture.db, "w");

    (void)state;
    for (int i = 0; i < 100; i++)
        fputs("this is a text, not a database\n", file);
    fclose(file);
    assert_int_equal(refused("this one is not SQLite's"), GARNER_CORRUPT);
}

static void a_file_that_may_only_be_read_is_refused_at_once(void **state)
{
    const bool root = geteuid() == 0;

    (void)state;
    foreign_close(open_it());
    assert_int_equal(chmod(fixture.db, 0444), 0);
    assert_int_equal(chmod(fixture.folder, 0755), 0);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    assert_int_equal(refused("cannot be opened for writing"), GARNER_IO);
    if (root)
        assert_int_equal(seteuid(0), 0);
}

static void a_lock_is_waited_for_until_the_deadline(void **state)
{
    sqlite3 *holder = foreign_open();

    (void)state;
    foreign_run(holder, "create table t(a); begin exclusive");
    assert_int_equal(refused("end its transaction"), GARNER_BUSY);
    assert_true(gn_clock_monotonic_ns() >= options.deadline_ns);
    foreign_run(holder, "commit");
    options.deadline_ns = SECONDS(20);
    foreign_close(open_it());
    foreign_close(holder);
}

/* Prepares sql under the guard. */
static int prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    sqlite3_finalize(stmt);
    return rc;
}

static void the_guard_keeps_what_the_store_relies_on(void **state)
{
    static const char *const denied[] = {
        "begin",
        "begin exclusive",
        "commit",
        "end",
        "rollback",
        "savepoint a",
        "release a",
        "rollback to a",
        "attach ':memory:' as other",
        "detach other",
        "pragma journal_mode=delete",
        "PRAGMA main.Journal_Mode=OFF",
        "pragma synchronous=0",
        "pragma locking_mode=exclusive",
        "pragma query_only=0",
        "pragma busy_timeout=10",
        "pragma foreign_keys=0",
        "pragma journal_size_limit=10",
        "pragma wal_checkpoint",
        "pragma wal_checkpoint(truncate)",
        "pragma wal_autocheckpoint=10",
        "pragma writable_schema=1",
    };
    static const char *const allowed[] = {"pragma journal_mode",
                                          "pragma synchronous",
                                          "pragma user_version=4",
                                          "pragma table_info(t)",
                                          "create table u(a)",
                                          "insert into t values (1)",
                                          "create temp table v(a)",
                                          "drop table t",
                                          "analyze",
                                          "reindex"};
    sqlite3 *db = open_it();

    (void)state;
    foreign_run(db, "create table t(a)");
    gn_open_guard(db, &guard);
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++)
        if (prepare(db, denied[i]) != SQLITE_AUTH)
            fail_msg("passed: %s", denied[i]);
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (prepare(db, allowed[i]) != SQLITE_OK)
            fail_msg("%s: %s", allowed[i], sqlite3_errmsg(db));
    guard.lifted = true;
    assert_int_equal(prepare(db, "begin"), SQLITE_OK);
    assert_false(guard.met_trigger);
    foreign_run(db, "create view w as select * from t");
    assert_int_equal(prepare(db, "select * from w"), SQLITE_OK);
    assert_true(guard.met_trigger);
    foreign_close(db);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_options, fixture_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_writer_makes_it_and_never_checkpoints_by_itself),
        WITH(a_log_of_another_s_is_neither_cut_nor_copied),
        WITH(a_reader_only_reads),
        WITH(what_cannot_be_opened_says_why),
        WITH(on_a_network_file_system_there_is_no_log),
        WITH(another_kind_of_file_is_refused),
        WITH(a_file_that_may_only_be_read_is_refused_at_once),
        WITH(a_lock_is_waited_for_until_the_deadline),
        WITH(the_guard_keeps_what_the_store_relies_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
