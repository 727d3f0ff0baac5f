/* doctor_sql_test.c - settings as they are, damage as it is. */
#include "store/upkeep/finding_test.h"

#include <fcntl.h>

#include "store/upkeep/doctor_sql.h"

static struct gn_sqlite *c;
static struct garner_error err;

static int with_database(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    forget();
    c = open_writer();
    run(c, "create table t(a)");
    return 0;
}

static int without_database(void **state)
{
    gn_sqlite_close(c);
    return fixture_down(state);
}

static enum garner_code look(bool check)
{
    struct gn_sqlite *reader = open_reader();
    enum garner_code code;

    forget();
    code = gn_doctor_sql(reader, check, &teller, &err);
    gn_sqlite_close(reader);
    return code;
}

static void the_settings_are_read_back(void **state)
{
    (void)state;
    assert_int_equal(look(false), GARNER_OK);
    assert_string_equal(value_of("sqlite"), sqlite3_libversion());
    assert_string_equal(value_of("journal_mode"), "wal");
    assert_string_equal(value_of("locking_mode"), "normal");
    assert_string_equal(value_of("page_size"), "4096");
    assert_string_equal(value_of("wal_autocheckpoint"), "0");
    assert_string_equal(value_of("foreign_keys"), "off");
    assert_string_equal(value_of("temp_store"), "default");
    assert_string_equal(value_of("auto_vacuum"), "none");
    assert_string_equal(value_of("encoding"), "UTF-8");
    assert_string_equal(value_of("unused"), "0 B of it");
    assert_true(is_told("synchronous") && is_told("cache_size") &&
                is_told("mmap_size") && is_told("secure_delete"));
    assert_false(is_told("integrity"));
}

/* Of those that the version has, garner keeps clear: no reason to worry. */
static void defects_are_told(void **state)
{
    (void)state;
    assert_int_equal(look(false), GARNER_OK);
    if (sqlite3_libversion_number() < 3044006)
        assert_non_null(strstr(value_of("defect"), "checkpoint"));
    assert_int_equal(worst(), GARNER_FINE);
}

static void without_a_log_it_is_said_so(void **state)
{
    sqlite3 *db;

    (void)state;
    gn_sqlite_close(c);
    c = NULL;
    db = foreign_open();
    foreign_run(db, "pragma journal_mode=truncate");
    foreign_close(db);
    assert_int_equal(look(false), GARNER_OK);
    assert_string_equal(value_of("journal_mode"), "delete");
    assert_int_equal(worst(), GARNER_FINE);
}

static void what_is_unused_is_told(void **state)
{
    (void)state;
    run(c, "insert into t values (zeroblob(110000000))");
    run(c, "delete from t");
    assert_int_equal(look(false), GARNER_OK);
    assert_int_equal(grade_of("unused"), GARNER_WARNING);
    assert_string_equal(value_of("unused"), "105 MiB of it");
}

static void a_whole_database_is_ok(void **state)
{
    (void)state;
    assert_int_equal(look(true), GARNER_OK);
    assert_string_equal(value_of("integrity"), "ok");
    assert_int_equal(grade_of("integrity"), GARNER_FINE);
}

static void damage_is_a_problem(void **state)
{
    static const char rubbish[4096] = {1, 2, 3};
    int file;

    (void)state;
    run(c, "create table u(a)");
    run(c, "insert into u values (1)");
    gn_sqlite_close(c);
    c = NULL;
    file = open(fixture.db, O_WRONLY);
    assert_int_equal(pwrite(file, rubbish, sizeof rubbish, 8192), 4096);
    assert_int_equal(close(file), 0);
    if (look(true) != GARNER_OK)
        fail_msg("%s", err.message);
    assert_int_equal(grade_of("integrity"), GARNER_PROBLEM);
    assert_true(strlen(value_of("integrity")) > 10);
}

#define WITH(f)                                                                \
    cmocka_unit_test_setup_teardown(f, with_database, without_database)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(the_settings_are_read_back),  WITH(defects_are_told),
        WITH(without_a_log_it_is_said_so), WITH(what_is_unused_is_told),
        WITH(a_whole_database_is_ok),      WITH(damage_is_a_problem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
