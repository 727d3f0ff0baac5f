/* sql_test.c - the text of each kind of statement. */
#include "store/fixture_test.h"

#include "store/unit/sql.h"

static void becomes(enum gn_unit_verb verb, const char *table, size_t keys,
                    const char **columns, size_t rows, const char *expected)
{
    struct gn_unit_shape shape = {
        .verb = verb, .table = table, .keys = keys, .columns = columns};
    struct gn_buf b = {0};

    while (columns != NULL && columns[shape.count] != NULL)
        shape.count++;
    gn_unit_sql_write(&b, &shape, rows);
    assert_string_equal(gn_buf_cstr(&b), expected);
    gn_buf_fini(&b);
}

#define COLUMNS(...)                                                           \
    (const char *[])                                                           \
    {                                                                          \
        __VA_ARGS__, NULL                                                      \
    }

static void inserts(void **state)
{
    (void)state;
    becomes(GN_UNIT_INSERT, "t", 0, NULL, 1,
            "insert into \"t\" default values");
    becomes(GN_UNIT_INSERT, "my \"t\"", 0, COLUMNS("a", "order"), 1,
            "insert into \"my \"\"t\"\"\" (\"a\", \"order\") values (?, ?)");
    becomes(GN_UNIT_INSERT, "t", 0, COLUMNS("a", "b"), 3,
            "insert into \"t\" (\"a\", \"b\") values (?, ?), (?, ?), (?, ?)");
}

static void upserts(void **state)
{
    (void)state;
    becomes(GN_UNIT_UPSERT, "t", 1, COLUMNS("a"), 1,
            "insert into \"t\" (\"a\") values (?) on conflict (\"a\") do "
            "nothing");
    becomes(GN_UNIT_UPSERT, "t", 2, COLUMNS("a", "b", "c", "d"), 2,
            "insert into \"t\" (\"a\", \"b\", \"c\", \"d\") values (?, ?, ?, "
            "?), (?, ?, ?, ?) on conflict (\"a\", \"b\") do update set \"c\" = "
            "\"excluded\".\"c\", \"d\" = \"excluded\".\"d\"");
    becomes(GN_UNIT_UPSERT, "Excluded", 1, COLUMNS("a", "b"), 1,
            "insert into \"Excluded\" as \"_\" (\"a\", \"b\") values (?, ?) on "
            "conflict (\"a\") do update set \"b\" = \"excluded\".\"b\"");
}

static void updates(void **state)
{
    (void)state;
    becomes(GN_UNIT_UPDATE, "t", 1, COLUMNS("a", "b"), 1,
            "update \"t\" set \"b\" = ?2 where \"t\".\"a\" = ?1");
    becomes(GN_UNIT_UPDATE, "t", 2, COLUMNS("a", "b", "b", "c"), 1,
            "update \"t\" set \"b\" = ?3, \"c\" = ?4 where \"t\".\"a\" = ?1 "
            "and \"t\".\"b\" = ?2");
}

static void deletes(void **state)
{
    (void)state;
    becomes(GN_UNIT_DELETE, "t", 2, COLUMNS("a", "b"), 1,
            "delete from \"t\" where \"t\".\"a\" = ?1 and \"t\".\"b\" = ?2");
    becomes(GN_UNIT_DELETE, "t", 1, COLUMNS("a"), 2,
            "delete from \"t\" where (\"t\".\"a\") in (select * from (values "
            "(?), (?)))");
    becomes(GN_UNIT_DELETE, "t", 2, COLUMNS("a", "b"), 2,
            "delete from \"t\" where (\"t\".\"a\", \"t\".\"b\") in (select * "
            "from (values (?, ?), (?, ?)))");
}

static void several_are_found_by_their_index(void **state)
{
    struct gn_unit_shape shape = {
        .verb = GN_UNIT_DELETE, .table = "t", .keys = 2, .count = 2};
    struct gn_buf b = {0};
    sqlite3_stmt *stmt;
    sqlite3 *db = NULL;
    bool found = false;

    (void)state;
    shape.columns = COLUMNS("a", "b");
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    foreign_run(db, "create table t (a, b, primary key (a, b)) without rowid");
    gn_buf_text(&b, "explain query plan ");
    gn_unit_sql_write(&b, &shape, 8);
    assert_int_equal(sqlite3_prepare_v2(db, b.data, -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        found =
            found || strcmp((const char *)sqlite3_column_text(stmt, 3),
                            "SEARCH t USING PRIMARY KEY (a=? AND b=?)") == 0;
    assert_true(found);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    gn_buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inserts),
        cmocka_unit_test(upserts),
        cmocka_unit_test(updates),
        cmocka_unit_test(deletes),
        cmocka_unit_test(several_are_found_by_their_index),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
