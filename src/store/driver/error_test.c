/* error_test.c - codes, and messages that say what, where and what to do. */
#include "store/fixture_test.h"

#include "store/driver/error.h"

static void each_result_has_its_code(void **state)
{
    static const struct {
        int rc;
        enum garner_code code;
    } cases[] = {
        {SQLITE_OK, GARNER_OK},
        {SQLITE_NOMEM, GARNER_NOMEM},
        {SQLITE_IOERR_NOMEM, GARNER_NOMEM},
        {SQLITE_BUSY, GARNER_BUSY},
        {SQLITE_BUSY_SNAPSHOT, GARNER_BUSY},
        {SQLITE_LOCKED, GARNER_SQL},
        {SQLITE_PROTOCOL, GARNER_BUSY},
        {SQLITE_FULL, GARNER_IO},
        {SQLITE_IOERR_FSYNC, GARNER_IO},
        {SQLITE_CANTOPEN_ISDIR, GARNER_IO},
        {SQLITE_READONLY_DBMOVED, GARNER_IO},
        {SQLITE_PERM, GARNER_IO},
        {SQLITE_CORRUPT_INDEX, GARNER_CORRUPT},
        {SQLITE_NOTADB, GARNER_CORRUPT},
        {SQLITE_CONSTRAINT_FOREIGNKEY, GARNER_CONSTRAINT},
        {SQLITE_MISMATCH, GARNER_CONSTRAINT},
        {SQLITE_INTERRUPT, GARNER_TIMEOUT},
        {SQLITE_MISUSE, GARNER_MISUSE},
        {SQLITE_ERROR, GARNER_SQL},
        {SQLITE_TOOBIG, GARNER_SQL},
        {SQLITE_RANGE, GARNER_SQL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_sqlite_code(cases[i].rc), cases[i].code);
}

/* Prepares and steps sql, which fails, and describes it. */
static enum garner_code describe(sqlite3 *db, const char *sql,
                                 struct garner_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    enum garner_code code;

    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    code = gn_sqlite_fail(db, rc, sql, err);
    sqlite3_finalize(stmt);
    return code;
}

static void a_message_points_at_the_place(void **state)
{
    sqlite3 *db = foreign_open();
    struct garner_error err;

    (void)state;
    assert_int_equal(describe(db, "select 1 fro t", &err), GARNER_SQL);
    assert_string_equal(err.message, "near \"t\": syntax error, at: t");
    assert_int_equal(err.native, SQLITE_ERROR);
    assert_int_equal(describe(db, "select * from missing", &err), GARNER_SQL);
    assert_non_null(strstr(err.message, "no such table: missing"));
    foreign_close(db);
}

static void a_constraint_names_its_column_but_no_file(void **state)
{
    sqlite3 *db = foreign_open();
    struct garner_error err;

    (void)state;
    foreign_run(db, "create table t(a not null)");
    sqlite3_extended_result_codes(db, 1);
    assert_int_equal(describe(db, "insert into t values (null)", &err),
                     GARNER_CONSTRAINT);
    assert_string_equal(err.message, "NOT NULL constraint failed: t.a, in: "
                                     "insert into t values (null)");
    assert_int_equal(err.native, SQLITE_CONSTRAINT_NOTNULL);
    foreign_close(db);
}

static void a_lock_names_the_file_and_what_to_do(void **state)
{
    sqlite3 *holder = foreign_open();
    sqlite3 *db = foreign_open();
    struct garner_error err;

    (void)state;
    foreign_run(holder, "create table t(a); begin exclusive");
    assert_int_equal(describe(db, "insert into t values (1)", &err),
                     GARNER_BUSY);
    assert_memory_equal(err.message, fixture.db, strlen(fixture.db));
    assert_non_null(strstr(err.message, "end its transaction"));
    foreign_run(holder, "rollback");
    foreign_close(db);
    foreign_close(holder);
}

static void long_statements_are_cut(void **state)
{
    sqlite3 *db = foreign_open();
    struct garner_error err;
    char sql[400];

    (void)state;
    snprintf(sql, sizeof sql, "select nothing, '%0300d'", 1);
    assert_int_equal(describe(db, sql, &err), GARNER_SQL);
    assert_non_null(strstr(err.message, "..."));
    assert_int_equal(gn_sqlite_fail(db, SQLITE_FULL, NULL, NULL), GARNER_IO);
    foreign_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_result_has_its_code),
        TEST(a_message_points_at_the_place),
        TEST(a_constraint_names_its_column_but_no_file),
        TEST(a_lock_names_the_file_and_what_to_do),
        TEST(long_statements_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
