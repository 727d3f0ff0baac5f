/* keyed_test.c - the rows of a slot are found, and moved. */
#include "store/writer_test.h"

#include "garner/farm.h"
#include "store/farm/keyed.h"

static struct gn_keyed keyed;

static enum garner_code read_keyed(const char *table, const char *column)
{
    const struct gn_layout_key key = {(char *)table, (char *)column};

    return gn_keyed_read(c, &key, &keyed, &err);
}

static void rows_are_found_by_their_slot(void **state)
{
    const struct garner_value slot =
        garner_integer(garner_slot("user:1", strlen("user:1")));
    int64_t n;

    (void)state;
    run(c, "create table \"my t\"(\"the key\" text, n)");
    run(c, "insert into \"my t\" values ('user:1', 1), ('user:2', 2), "
           "(null, 3), ('user:1', 4)");
    works(read_keyed("MY T", "The Key"));
    works(gn_sql_run(c, keyed.make_index, NULL, 0, NULL, &err));
    works(gn_sql_run(c, keyed.make_index, NULL, 0, NULL, &err));
    assert_int_equal(number("select count(*) from sqlite_schema where name = "
                            "'garner_slot_of_my t'"),
                     1);
    works(gn_sql_run(c, keyed.remove, &slot, 1, &n, &err));
    assert_int_equal(n, 2);
    works(gn_sql_run(c, keyed.insert,
                     GARNER_ARGS(garner_text("user:1"), garner_integer(9)),
                     NULL, &err));
    assert_int_equal(number("select sum(n) from \"my t\""), 14);
    works(gn_keyed_drop_indexes(c, &err));
    works(gn_keyed_drop_indexes(c, &err));
    assert_int_equal(
        number("select count(*) from sqlite_schema where type = 'index'"), 0);
    gn_keyed_fini(&keyed);
}

static enum garner_code next_in(void *context,
                                const struct garner_value *values,
                                struct garner_error *e)
{
    int64_t *last = context;

    (void)e;
    assert_true(values[1].integer > *last);
    *last = values[1].integer;
    return GARNER_OK;
}

static void they_come_in_the_order_in_which_they_were_written(void **state)
{
    const struct garner_value slot = garner_integer(garner_slot("a", 1));
    int64_t last = 0;

    (void)state;
    run(c, "create table t(k, n)");
    for (int i = 1; i <= 50; i++)
        works(gn_sql_run(c, "insert into t values ('a', ?)",
                         GARNER_ARGS(garner_integer(i)), NULL, &err));
    works(read_keyed("t", "k"));
    works(gn_sql_rows(c, keyed.select, &slot, 1, next_in, &last, &err));
    assert_int_equal(last, 50);
    gn_keyed_fini(&keyed);
}

/* A foreign connection lacks garner_slot: it may read, and not write. */
static void the_index_keeps_strangers_from_writing(void **state)
{
    sqlite3 *foreign;

    (void)state;
    run(c, "create table t(k, n)");
    run(c, "insert into t values ('a', 1)");
    works(read_keyed("t", "k"));
    works(gn_sql_run(c, keyed.make_index, NULL, 0, NULL, &err));
    foreign = foreign_open();
    assert_int_equal(foreign_number(foreign, "select n from t"), 1);
    assert_int_not_equal(sqlite3_exec(foreign, "insert into t values ('b', 2)",
                                      NULL, NULL, NULL),
                         SQLITE_OK);
    assert_int_not_equal(
        sqlite3_exec(foreign, "delete from t where n = 1", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_not_equal(
        sqlite3_exec(foreign, "update t set k = 'c'", NULL, NULL, NULL),
        SQLITE_OK);
    works(gn_keyed_drop_indexes(c, &err));
    /* SQLite sees that the index is gone when it next reads. */
    assert_int_equal(foreign_number(foreign, "select n from t"), 1);
    foreign_run(foreign, "delete from t where n = 1");
    foreign_close(foreign);
    gn_keyed_fini(&keyed);
}

static void what_is_not_there_is_told(void **state)
{
    (void)state;
    assert_int_equal(read_keyed("t", "k"), GARNER_NOTFOUND);
    gn_keyed_fini(&keyed);
    run(c, "create table t(a)");
    assert_int_equal(read_keyed("t", "k"), GARNER_SQL);
    says("no column k");
    gn_keyed_fini(&keyed);
}

static enum garner_code read_and_free(void)
{
    enum garner_code code = read_keyed("t", "a");

    gn_keyed_fini(&keyed);
    return code;
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    run(c, "create table t(a)");
    run(c, "create index garner_slot_of_t on t(a)");
    SWEEP(read_and_free());
    SWEEP(gn_keyed_drop_indexes(c, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(rows_are_found_by_their_slot),
        WITH(they_come_in_the_order_in_which_they_were_written),
        WITH(the_index_keeps_strangers_from_writing),
        WITH(what_is_not_there_is_told),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
