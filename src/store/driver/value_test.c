/* value_test.c - each type goes in and comes out as it was. */
#include "store/fixture_test.h"

#include <float.h>

#include "store/driver/value.h"

static sqlite3 *db;
static sqlite3_stmt *stmt;

static int with_statement(void **state)
{
    (void)state;
    return sqlite3_open(":memory:", &db) == SQLITE_OK &&
                   sqlite3_prepare_v2(db, "select ?1, typeof(?1)", -1, &stmt,
                                      NULL) == SQLITE_OK
               ? 0
               : -1;
}

static int without_statement(void **state)
{
    (void)state;
    return sqlite3_finalize(stmt) | sqlite3_close(db);
}

/* What SQLite makes of v. */
static struct garner_value through(struct garner_value v, const char *type)
{
    assert_int_equal(sqlite3_reset(stmt), SQLITE_OK);
    assert_int_equal(gn_value_bind(stmt, 1, &v, SQLITE_TRANSIENT), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal(sqlite3_column_text(stmt, 1), type);
    return gn_value_of_column(stmt, 0);
}

static void numbers(void **state)
{
    static const int64_t integers[] = {0, 1, -1, INT64_MAX, INT64_MIN};
    static const double reals[] = {0.0, -0.5, DBL_MAX, DBL_MIN, 1e300};

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct garner_value v = through(garner_integer(integers[i]), "integer");

        assert_int_equal(v.type, GARNER_INTEGER);
        assert_true(v.integer == integers[i]);
        v = through(garner_real(reals[i]), "real");
        assert_int_equal(v.type, GARNER_REAL);
        assert_true(v.real == reals[i]);
    }
}

static void bytes_come_back(struct garner_value in, enum garner_type type,
                            const char *name)
{
    const struct garner_value out = through(in, name);

    assert_int_equal(out.type, type);
    assert_int_equal(out.bytes.size, in.bytes.size);
    if (in.bytes.size > 0)
        assert_memory_equal(out.bytes.data, in.bytes.data, in.bytes.size);
}

static void texts_and_blobs(void **state)
{
    (void)state;
    bytes_come_back(garner_text("Gr\xc3\xbc\xc3\x9f"
                                "e"),
                    GARNER_TEXT, "text");
    bytes_come_back(garner_text(""), GARNER_TEXT, "text");
    bytes_come_back(garner_text_n("a\0b", 3), GARNER_TEXT, "text");
    bytes_come_back(garner_blob("\0\xff", 2), GARNER_BLOB, "blob");
    bytes_come_back(garner_blob("", 0), GARNER_BLOB, "blob");
    bytes_come_back(garner_blob(NULL, 0), GARNER_BLOB, "blob");
}

static void nothing_and_nonsense(void **state)
{
    struct garner_value v = garner_null();

    (void)state;
    assert_int_equal(through(v, "null").type, GARNER_NULL);
    assert_int_equal(through(garner_text(NULL), "null").type, GARNER_NULL);
    v.type = (enum garner_type)17;
    assert_int_equal(sqlite3_reset(stmt), SQLITE_OK);
    assert_int_equal(gn_value_bind(stmt, 1, &v, SQLITE_STATIC), SQLITE_MISUSE);
    v = garner_integer(1);
    assert_int_equal(gn_value_bind(stmt, 2, &v, SQLITE_STATIC), SQLITE_RANGE);
}

#define WITH(f)                                                                \
    cmocka_unit_test_setup_teardown(f, with_statement, without_statement)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(numbers),
        WITH(texts_and_blobs),
        WITH(nothing_and_nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
