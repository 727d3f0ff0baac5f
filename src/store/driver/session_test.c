/* session_test.c - one snapshot for several queries; keys not enforced. */
#include "store/fixture_test.h"

#include "store/driver/session.h"
#include "store/driver/sql.h"

static struct gn_sqlite *writer;
static struct gn_sqlite *reader;

static int with_both(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    writer = open_writer();
    run(writer, "create table t(a)");
    reader = open_reader();
    return 0;
}

static int without_both(void **state)
{
    gn_sqlite_close(reader);
    gn_sqlite_close(writer);
    return fixture_down(state);
}

static int64_t count(void)
{
    int64_t n;

    assert_int_equal(
        gn_sql_integer(reader, "select count(*) from t", NULL, 0, &n, NULL),
        GARNER_OK);
    return n;
}

static void a_session_is_one_snapshot(void **state)
{
    (void)state;
    assert_int_equal(gn_session_begin(reader, NULL), GARNER_OK);
    assert_int_equal(count(), 0);
    run(writer, "insert into t values (1)");
    assert_int_equal(count(), 0);
    gn_session_end(reader);
    assert_int_equal(count(), 1);
    run(writer, "insert into t values (2)");
    assert_int_equal(count(), 2);
    gn_session_end(reader); /* of none */
    assert_int_equal(count(), 2);
}

static void a_session_in_a_session_is_refused(void **state)
{
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_session_begin(reader, NULL), GARNER_OK);
    assert_int_equal(gn_session_begin(reader, &err), GARNER_SQL);
    assert_non_null(strstr(err.message, "transaction"));
    gn_session_end(reader);
    assert_true(nobody_reads());
}

static void keys_are_enforced_as_the_option_says(void **state)
{
    struct gn_sqlite_options options = writer_options();
    struct gn_sqlite *c;

    (void)state;
    options.foreign_keys = true;
    assert_int_equal(gn_sqlite_open(&options, &c, NULL), GARNER_OK);
    run(c, "create table p(id integer primary key)");
    run(c, "create table k(p references p)");
    assert_int_equal(
        gn_sql_run(c, "insert into k values (1)", NULL, 0, NULL, NULL),
        GARNER_CONSTRAINT);
    gn_session_free_keys(c);
    run(c, "insert into k values (1)");
    gn_session_bind_keys(c);
    assert_int_equal(
        gn_sql_run(c, "insert into k values (2)", NULL, 0, NULL, NULL),
        GARNER_CONSTRAINT);
    gn_sqlite_close(c);
    gn_session_free_keys(writer);
    gn_session_bind_keys(writer);
    run(writer, "insert into k values (2)");
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_both, without_both)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_session_is_one_snapshot),
        WITH(a_session_in_a_session_is_refused),
        WITH(keys_are_enforced_as_the_option_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
