/* shape_test.c - tables of all kinds, and what copies their rows. */
#include "store/writer_test.h"

#include "store/farm/shape.h"

static struct gn_shape shape;

static void read_shape(const char *table)
{
    works(gn_shape_read(c, table, &shape, &err));
}

static void a_table_s_columns_are_those_that_are_stored(void **state)
{
    (void)state;
    run(c,
        "create table \"A \"\"b\"(x integer, \"y \"\"z\" text, g as (x + 1), "
        "s as (x + 2) stored)");
    read_shape("a \"B");
    assert_string_equal(shape.table, "A \"b");
    assert_string_equal(shape.quoted, "\"A \"\"b\"");
    assert_int_equal(shape.count, 2);
    assert_string_equal(shape.list, "\"x\",\"y \"\"z\"");
    assert_string_equal(shape.marks, "?,?");
    assert_string_equal(shape.rowid, "rowid");
    assert_int_equal(shape.key_count, 0);
    assert_int_equal(shape.id, 0);
    assert_int_equal(gn_shape_column(&shape, "X"), 1);
    assert_int_equal(gn_shape_column(&shape, "Y \"z"), 2);
    assert_int_equal(gn_shape_column(&shape, "y "), 0);
    assert_int_equal(gn_shape_column(&shape, "y \"zz"), 0);
    assert_int_equal(gn_shape_column(&shape, "g"), 0);
    gn_shape_fini(&shape);
}

static void a_rowid_has_a_name_that_is_free(void **state)
{
    (void)state;
    run(c, "create table one(ROWID)");
    read_shape("one");
    assert_string_equal(shape.rowid, "_rowid_");
    gn_shape_fini(&shape);
    run(c, "create table two(rowid, _Rowid_, g as (1))");
    read_shape("two");
    assert_string_equal(shape.rowid, "oid");
    gn_shape_fini(&shape);
    run(c, "create table three(a, rowid, _rowid_, oid as (a))");
    assert_int_equal(gn_shape_read(c, "three", &shape, &err),
                     GARNER_UNSUPPORTED);
    says("rename one");
    gn_shape_fini(&shape);
    run(c, "create table four(\"my rowid\", oids)");
    read_shape("four");
    assert_string_equal(shape.rowid, "rowid");
    gn_shape_fini(&shape);
}

static void an_id_is_the_rowid_by_another_name(void **state)
{
    static const struct {
        const char *sql;
        size_t id;
    } tables[] = {
        {"create table t(a, id integer primary key)", 2},
        {"create table t(id INTEGER primary key autoincrement)", 1},
        {"create table t(id integer, primary key(id))", 1},
        {"create table t(id integer primary key desc)", 0},
        {"create table t(id int primary key)", 0},
        {"create table t(id text primary key)", 0},
        {"create table t(a integer, b integer, primary key(a, b))", 0},
        {"create table t(id integer primary key) without rowid", 0},
        {"create table t(id integer unique)", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        run(c, tables[i].sql);
        read_shape("t");
        if (shape.id != tables[i].id)
            fail_msg("%s: %zu", tables[i].sql, shape.id);
        gn_shape_fini(&shape);
        run(c, "drop table t");
    }
}

static void without_a_rowid_there_are_keys(void **state)
{
    (void)state;
    run(c, "create table t(a, b, c, primary key(c, a)) without rowid");
    read_shape("t");
    assert_null(shape.rowid);
    assert_int_equal(shape.key_count, 2);
    assert_string_equal(shape.keys[0], "\"c\"");
    assert_string_equal(shape.keys[1], "\"a\"");
    assert_string_equal(shape.list, "\"a\",\"b\",\"c\"");
    gn_shape_fini(&shape);
}

static void what_is_no_table_is_not_found(void **state)
{
    static const char *const none[] = {"none", "v", "f", "t2"};

    (void)state;
    run(c, "create table t(a)");
    run(c, "create view v as select * from t");
    run(c, "create virtual table f using fts5(a)");
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(gn_shape_read(c, none[i], &shape, &err),
                         GARNER_NOTFOUND);
        says(none[i]);
        gn_shape_fini(&shape);
    }
}

static enum garner_code read_and_free(void)
{
    enum garner_code code = gn_shape_read(c, "t", &shape, &err);

    gn_shape_fini(&shape);
    return code;
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    run(c, "create table t(a, b, c, primary key(c, a)) without rowid");
    SWEEP(read_and_free());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_table_s_columns_are_those_that_are_stored),
        WITH(a_rowid_has_a_name_that_is_free),
        WITH(an_id_is_the_rowid_by_another_name),
        WITH(without_a_rowid_there_are_keys),
        WITH(what_is_no_table_is_not_found),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
