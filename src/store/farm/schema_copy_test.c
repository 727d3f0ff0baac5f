/* schema_copy_test.c - tables as they are in another database. */
#include "store/writer_test.h"

#include "store/driver/transaction.h"
#include "store/farm/schema_copy.h"

static struct gn_sqlite *from;

static int with_two(void **state)
{
    static char path[128];
    struct gn_sqlite_options options = writer_options();

    if (with_writer(state) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/from.db", fixture.folder);
    options.path = path;
    return gn_sqlite_open(&options, &from, NULL) == GARNER_OK ? 0 : -1;
}

static int without_two(void **state)
{
    gn_sqlite_close(from);
    return without_writer(state);
}

static void make_schema(void)
{
    run(from, "create table a(x primary key, y)");
    run(from, "create index a_y on a(y)");
    run(from, "create view v as select x from a");
    run(from, "create trigger g after insert on a begin insert into b "
              "values (new.x); end");
    run(from, "create table b(z integer primary key autoincrement)");
    run(from, "create virtual table f using fts5(words)");
    run(from, "create table garner_x(a)");
    run(from, "create index garner_slot_of_a on a(garner_slot(x))");
    run(from, "create table garnered(a)");
}

static void all_is_made_but_what_is_garner_s(void **state)
{
    (void)state;
    make_schema();
    works(gn_schema_copy(from, c, NULL, &err));
    assert_string_equal(
        foreign_text("select name from sqlite_schema where name not like "
                     "'sqlite_%' and name not like 'f!_%' escape '!' order by "
                     "name"),
        "a,a_y,b,f,g,garnered,v");
    run(c, "insert into a values (3, 4)");
    assert_int_equal(number("select z from b"), 3);
    run(c, "insert into f values ('some words')");
    assert_int_equal(number("select count(*) from f('words')"), 1);
    works(gn_schema_copy(from, c, NULL, &err)); /* again: nothing to do */
    run(from, "create table late(a)");
    works(gn_schema_copy(from, c, NULL, &err));
    assert_int_equal(number("select count(*) from late"), 0);
}

static void one_table_comes_with_its_indexes(void **state)
{
    (void)state;
    make_schema();
    works(gn_schema_copy(from, c, "A", &err));
    assert_string_equal(foreign_text("select name from sqlite_schema where "
                                     "name not like 'sqlite_%' order by name"),
                        "a,a_y");
    works(gn_schema_copy(from, c, "none", &err));
}

static enum garner_code copy(void)
{
    enum garner_code code;

    works(gn_transaction_begin(c, &err));
    code = gn_schema_copy(from, c, NULL, &err);
    gn_transaction_rollback(c);
    return code;
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    run(from, "create table a(x primary key, y)");
    SWEEP(copy());
}

#define TWO(f) cmocka_unit_test_setup_teardown(f, with_two, without_two)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TWO(all_is_made_but_what_is_garner_s),
        TWO(one_table_comes_with_its_indexes),
        TWO(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
