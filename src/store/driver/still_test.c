/* still_test.c - a folder in which nothing may be written, and what others may
 * do there all the same. */
#include "store/fixture_test.h"

#include <sys/stat.h>
#include <utime.h>

#include "garner/garner.h"
#include "store/driver/still.h"

/* Reads as somebody else, whose folder it is not. */
static struct garner_store *open_there(enum garner_code expected,
                                       struct garner_error *err)
{
    const bool root = geteuid() == 0;
    struct garner_options options;
    struct garner_store *store;

    garner_options_init(&options);
    options.read_only = true;
    assert_int_equal(chmod(fixture.folder, 0555), 0);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    assert_int_equal(garner_open(fixture.db, &options, &store, err), expected);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(fixture.folder, 0755), 0);
    return store;
}

static enum garner_code count(struct garner_store *store, int64_t *n,
                              struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store, "select count(*) from t", NULL, 0, &rows, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    *n = code == GARNER_ROW ? garner_column(rows, 0).integer : -1;
    if (code == GARNER_ROW)
        code = garner_next(rows, err);
    garner_rows_close(rows);
    return code;
}

/* A database in WAL mode, closed by its last connection. */
static void make(void)
{
    struct gn_sqlite *c = open_writer();

    run(c, "create table t(a)");
    run(c, "insert into t values (1), (2)");
    gn_sqlite_close(c);
}

/* From now on the fixture's database is that of the name ".copy". */
static void look_at_copy(void)
{
    const size_t size = strlen(fixture.db);

    snprintf(fixture.db + size, sizeof fixture.db - size, ".copy");
}

static void copy(const char *from_suffix, const char *to_suffix)
{
    char command[300];

    snprintf(command, sizeof command, "cp %s%s %s%s", fixture.db, from_suffix,
             fixture.db, to_suffix);
    assert_int_equal(system(command), 0); /* NOLINT: tests only, our names */
}

static void what_nobody_writes_is_read(void **state)
{
    struct garner_store *store;
    struct garner_error err;
    int64_t n = 0;

    (void)state;
    /* Characters that mean something in a URI. */
    snprintf(fixture.db, sizeof fixture.db, "%s/t?mode=%%rw#.db",
             fixture.folder);
    make();
    store = open_there(GARNER_OK, &err);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(count(store, &n, &err), GARNER_DONE);
        assert_int_equal(n, 2);
    }
    garner_close(store);
}

static void a_log_that_cannot_be_read_is_told(void **state)
{
    struct gn_sqlite *c;
    struct garner_error err;

    (void)state;
    make();
    c = open_writer();
    run(c, "insert into t values (3)");
    copy("", ".copy");
    copy("-wal", ".copy-wal");
    gn_sqlite_close(c);
    look_at_copy();
    assert_null(open_there(GARNER_IO, &err));
    assert_non_null(strstr(err.message, ".copy: its log (-wal)"));
    assert_non_null(strstr(err.message, "copy both"));
}

static void an_unfinished_transaction_is_told(void **state)
{
    sqlite3 *db = foreign_open();
    struct garner_error err;

    (void)state;
    foreign_run(db, "create table t(a); insert into t values (1);"
                    "pragma cache_size=1; begin; update t set a = 2;"
                    "insert into t select zeroblob(9000) from t, t, t;"
                    "insert into t select zeroblob(90000) from t");
    copy("", ".copy");
    copy("-journal", ".copy-journal");
    foreign_close(db);
    look_at_copy();
    assert_null(open_there(GARNER_IO, &err));
    if (strstr(err.message, "unfinished transaction (-journal)") == NULL)
        fail_msg("%s", err.message);
}

static void an_empty_log_is_none(void **state)
{
    struct garner_store *store;
    struct garner_error err;
    char log[120];
    int64_t n = 0;

    (void)state;
    make();
    snprintf(log, sizeof log, "%s-wal", fixture.db);
    fclose(fopen(log, "w"));
    store = open_there(GARNER_OK, &err);
    assert_int_equal(count(store, &n, &err), GARNER_DONE);
    assert_int_equal(n, 2);
    garner_close(store);
}

/* Its owner does. */
static void what_is_written_meanwhile_is_no_answer(void **state)
{
    struct garner_store *store;
    struct gn_sqlite *c;
    struct garner_error err;
    int64_t n = 0;

    (void)state;
    make();
    store = open_there(GARNER_OK, &err);
    assert_int_equal(count(store, &n, &err), GARNER_DONE);
    c = open_writer();
    run(c, "insert into t values (3)");
    assert_int_equal(count(store, &n, &err), GARNER_IO); /* there is a log */
    assert_non_null(strstr(err.message, "open it again"));
    gn_sqlite_close(c);
    assert_int_equal(count(store, &n, &err), GARNER_IO); /* it has changed */
    garner_close(store);
    store = open_there(GARNER_OK, &err);
    assert_int_equal(count(store, &n, &err), GARNER_DONE);
    assert_int_equal(n, 3);
    garner_close(store);
}

static void what_is_written_while_it_is_read_is_told_at_the_end(void **state)
{
    struct utimbuf times = {0, 0};
    struct garner_store *store;
    struct garner_rows *rows;
    struct garner_error err;

    (void)state;
    make();
    store = open_there(GARNER_OK, &err);
    assert_int_equal(
        garner_query(store, "select a from t", NULL, 0, &rows, &err),
        GARNER_OK);
    assert_int_equal(garner_next(rows, &err), GARNER_ROW);
    assert_int_equal(utime(fixture.db, &times), 0);
    assert_int_equal(garner_next(rows, &err), GARNER_ROW);
    assert_int_equal(garner_next(rows, &err), GARNER_IO);
    assert_non_null(strstr(err.message, "was written to by others"));
    garner_rows_close(rows);
    garner_close(store);
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_still still;
    struct garner_error err;
    sqlite3 *db;

    (void)state;
    make();
    db = foreign_open();
    gn_mem_fail_at(1);
    assert_int_equal(gn_still_reopen(&still, &db, &err), GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_null(db);
    assert_false(still.yes);
    db = foreign_open();
    assert_int_equal(unlink(fixture.db), 0);
    assert_int_equal(gn_still_reopen(&still, &db, &err), GARNER_IO);
    assert_null(db);
}

static void only_want_of_a_log_explains(void **state)
{
    (void)state;
    assert_true(gn_still_explains(SQLITE_CANTOPEN));
    assert_true(gn_still_explains(SQLITE_READONLY_DIRECTORY));
    assert_false(gn_still_explains(SQLITE_OK));
    assert_false(gn_still_explains(SQLITE_BUSY));
    assert_false(gn_still_explains(SQLITE_IOERR_READ));
}

static void who_has_it_open_is_seen(void **state)
{
    sqlite3 *looks; /* it has not read anything yet */
    sqlite3 *db;

    (void)state;
    make();
    looks = foreign_open();
    assert_true(gn_still_is_alone(looks));
    db = foreign_open();
    foreign_run(db,
                "insert into t values (3); pragma wal_checkpoint(truncate)");
    assert_false(gn_still_is_alone(looks)); /* though its log is empty */
    foreign_close(db);
    assert_true(gn_still_is_alone(looks));
    foreign_close(looks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_nobody_writes_is_read),
        TEST(a_log_that_cannot_be_read_is_told),
        TEST(an_unfinished_transaction_is_told),
        TEST(an_empty_log_is_none),
        TEST(what_is_written_meanwhile_is_no_answer),
        TEST(what_is_written_while_it_is_read_is_told_at_the_end),
        TEST(lost_memory_is_an_error),
        TEST(only_want_of_a_log_explains),
        TEST(who_has_it_open_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
