/* table_sql_test.c - the SQL, as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/table/table_sql.h"

static char *columns[] = {"id", "odd \"name\"", "v", "w", "x"};
static struct garner_value values[10];
static const struct gn_rowset rows = {
    .columns = columns, .column_count = 5, .values = values, .row_count = 2};

static void fill(void)
{
    for (size_t i = 0; i < 10; i++)
        values[i] = garner_null();
    values[0] = garner_integer(1);
    values[1] = garner_text("a");
    values[5 + 1] = garner_integer(7); /* not the first of its column */
    values[5 + 2] = garner_real(0.5);
    values[5 + 3] = garner_blob("b", 1);
}

#define SQL_IS(call, expected)                                                 \
    do {                                                                       \
        struct gn_buf sql = {0};                                               \
        call;                                                                  \
        assert_false(gn_buf_failed(&sql));                                     \
        assert_string_equal(gn_buf_cstr(&sql), expected);                      \
        gn_buf_fini(&sql);                                                     \
    } while (0)

static void tables_get_the_affinities_of_first_values(void **state)
{
    static const char *const key[] = {"ID", "odd \"name\""};
    struct gn_rows_spec spec = {.table = "my \"t\""};

    (void)state;
    fill();
    SQL_IS(gn_table_sql_create(&sql, &spec, &rows),
           "create table if not exists \"my \"\"t\"\"\" (\"id\" INTEGER, "
           "\"odd \"\"name\"\"\" TEXT, \"v\" REAL, \"w\" BLOB, \"x\")");
    spec.key = key;
    spec.key_count = 2;
    spec.table = "t";
    SQL_IS(gn_table_sql_create(&sql, &spec, &rows),
           "create table if not exists \"t\" (\"id\" INTEGER, "
           "\"odd \"\"name\"\"\" TEXT, \"v\" REAL, \"w\" BLOB, \"x\", "
           "primary key (\"ID\", \"odd \"\"name\"\"\"))");
}

static void columns_are_added_with_a_type_where_one_must_be(void **state)
{
    const struct gn_rows_spec spec = {.table = "t"};

    (void)state;
    fill();
    SQL_IS(gn_table_sql_widen(&sql, &spec, &rows, 2, false),
           "alter table \"t\" add column \"v\" REAL");
    SQL_IS(gn_table_sql_widen(&sql, &spec, &rows, 4, false),
           "alter table \"t\" add column \"x\"");
    SQL_IS(gn_table_sql_widen(&sql, &spec, &rows, 4, true),
           "alter table \"t\" add column \"x\" ANY");
    SQL_IS(gn_table_sql_widen(&sql, &spec, &rows, 2, true),
           "alter table \"t\" add column \"v\" REAL");
}

static void inserts_become_upserts_with_a_key(void **state)
{
    static const char *const key[] = {"B", "a"};
    static char *names[] = {"a", "b", "c"};
    const struct gn_rowset two = {.columns = names, .column_count = 2};
    const struct gn_rowset three = {.columns = names, .column_count = 3};
    const struct gn_names all = {names, 3};
    const struct gn_names some = {&names[1], 1};
    struct gn_rows_spec spec = {.table = "t"};

    (void)state;
    SQL_IS(gn_table_sql_insert(&sql, &spec, &two, &all),
           "insert into \"t\" (\"a\", \"b\") values (?1, ?2)");
    spec.key = key;
    spec.key_count = 1;
    SQL_IS(gn_table_sql_insert(&sql, &spec, &three, &all),
           "insert into \"t\" (\"a\", \"b\", \"c\") values (?1, ?2, ?3)"
           " on conflict (\"B\") do update set \"a\" = excluded.\"a\","
           " \"c\" = excluded.\"c\"");
    spec.key_count = 2;
    SQL_IS(gn_table_sql_insert(&sql, &spec, &two, &all),
           "insert into \"t\" (\"a\", \"b\") values (?1, ?2)"
           " on conflict (\"B\", \"a\") do nothing");
    spec.key_count = 1;
    SQL_IS(assert_int_equal(gn_table_sql_insert(&sql, &spec, &three, &some), 2),
           "insert into \"t\" (\"b\") values (?2)"
           " on conflict (\"B\") do nothing");
    spec.conflict = GN_CONFLICT_KEEP;
    SQL_IS(gn_table_sql_insert(&sql, &spec, &two, &all),
           "insert into \"t\" (\"a\", \"b\") values (?1, ?2)"
           " on conflict (\"B\") do nothing");
    spec.conflict = GN_CONFLICT_ERROR;
    SQL_IS(gn_table_sql_insert(&sql, &spec, &two, &all),
           "insert into \"t\" (\"a\", \"b\") values (?1, ?2)");
    spec.conflict = GN_CONFLICT_IGNORE;
    SQL_IS(gn_table_sql_insert(&sql, &spec, &two, &all),
           "insert or ignore into \"t\" (\"a\", \"b\") values (?1, ?2)");
    spec.conflict = GN_CONFLICT_REPLACE;
    SQL_IS(gn_table_sql_insert(&sql, &spec, &two, &all),
           "insert or replace into \"t\" (\"a\", \"b\") values (?1, ?2)");
    SQL_IS(gn_table_sql_delete(&sql, &spec), "delete from \"t\"");
}

static void declared_types_come_first(void **state)
{
    static const struct gn_column types[] = {{"V", "numeric(12,6)"},
                                             {"x", "float"}};
    const struct gn_rows_spec spec = {
        .table = "t", .columns = types, .column_count = 2};

    (void)state;
    fill();
    SQL_IS(gn_table_sql_create(&sql, &spec, &rows),
           "create table if not exists \"t\" (\"id\" INTEGER, "
           "\"odd \"\"name\"\"\" TEXT, \"v\" numeric(12,6), \"w\" BLOB, "
           "\"x\" float)");
    SQL_IS(gn_table_sql_widen(&sql, &spec, &rows, 2, false),
           "alter table \"t\" add column \"v\" numeric(12,6)");
    SQL_IS(gn_table_sql_widen(&sql, &spec, &rows, 2, true),
           "alter table \"t\" add column \"v\" ANY");
    SQL_IS(gn_table_sql_widen(&sql, &spec, &rows, 4, true),
           "alter table \"t\" add column \"x\" REAL");
}

static void past_rows_have_a_key_of_their_own(void **state)
{
    static const char *const key[] = {"ID"};
    static const struct gn_rowset one = {.columns = columns,
                                         .column_count = 1,
                                         .values = values,
                                         .row_count = 1};
    const struct gn_rows_spec spec = {.table = "t",
                                      .key = key,
                                      .key_count = 1,
                                      .conflict = GN_CONFLICT_HISTORY};

    (void)state;
    fill();
    SQL_IS(gn_table_sql_create(&sql, &spec, &one),
           "create table if not exists \"t\" (\"id\" INTEGER, "
           "\"valid_from\" INTEGER NOT NULL, \"valid_to\" INTEGER, "
           "primary key (\"ID\", \"valid_from\"))");
    SQL_IS(gn_table_sql_index(&sql, &spec),
           "create unique index \"t_key_ID_valid_from\" on \"t\""
           " (`ID`, `valid_from`)");
    SQL_IS(gn_table_sql_open_index(&sql, &spec),
           "create unique index if not exists \"t_open_ID\" on \"t\" (`ID`)"
           " where `valid_to` is null");
}

static void keys_get_an_index(void **state)
{
    static const char *const key[] = {"a", "b\""};
    const struct gn_rows_spec spec = {.table = "t", .key = key, .key_count = 2};

    (void)state;
    SQL_IS(gn_table_sql_index(&sql, &spec),
           "create unique index \"t_key_a_b\"\"\" on \"t\""
           " (`a`, `b\"`)");
    assert_true(gn_table_sql_is_key(&spec, "A"));
    assert_false(gn_table_sql_is_key(&spec, "b"));
}

static void tables_are_made_as_is_said(void **state)
{
    static const char *const key[] = {"id"};
    static const char *const not_null[] = {"V", "more", "x", "MORE"};
    static const struct gn_column types[] = {{"w", "date"}, {"own", "int"}};
    static const struct gn_default defaults[] = {{"x", "'a'", "TEXT"},
                                                 {"own", "'5'", "TEXT"},
                                                 {"at", "(f())", ""},
                                                 {"More", "'1'", "REAL"}};
    struct gn_rows_spec spec = {.table = "t",
                                .key = key,
                                .key_count = 1,
                                .columns = types,
                                .column_count = 2,
                                .making = {.not_null = not_null,
                                           .not_null_count = 4,
                                           .defaults = defaults,
                                           .default_count = 4}};

    (void)state;
    fill();
    SQL_IS(gn_table_sql_create(&sql, &spec, &rows),
           "create table if not exists \"t\" (\"id\" INTEGER, "
           "\"odd \"\"name\"\"\" TEXT, \"v\" REAL NOT NULL, \"w\" date, "
           "\"x\" NOT NULL DEFAULT 'a', \"more\" REAL NOT NULL DEFAULT '1', "
           "\"own\" int DEFAULT '5', \"at\" DEFAULT (f()), "
           "primary key (\"id\"))");
    assert_string_equal(gn_table_sql_more(&spec, &rows, 0), "more");
    assert_string_equal(gn_table_sql_more(&spec, &rows, 2), "at");
    assert_null(gn_table_sql_more(&spec, &rows, 3));
    spec.making.strict = true;
    SQL_IS(gn_table_sql_create(&sql, &spec, &rows),
           "create table if not exists \"t\" (\"id\" INTEGER, "
           "\"odd \"\"name\"\"\" TEXT, \"v\" REAL NOT NULL, \"w\" ANY, "
           "\"x\" ANY NOT NULL DEFAULT 'a', "
           "\"more\" REAL NOT NULL DEFAULT '1', "
           "\"own\" INTEGER DEFAULT '5', \"at\" ANY DEFAULT (f()), "
           "primary key (\"id\")) strict");
    SQL_IS(gn_table_sql_widen(&sql, &spec, &rows, 4, false),
           "alter table \"t\" add column \"x\" NOT NULL DEFAULT 'a'");
}

static void lost_memory_shows_in_the_buffer(void **state)
{
    static const char *const key[] = {"a"};
    const struct gn_rows_spec spec = {.table = "t", .key = key, .key_count = 1};
    struct gn_buf sql = {0};

    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_mem_fail_at(nth);
        gn_table_sql_index(&sql, &spec);
        assert_true(gn_buf_failed(&sql));
        gn_buf_fini(&sql);
    }
    gn_mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_get_the_affinities_of_first_values),
        cmocka_unit_test(columns_are_added_with_a_type_where_one_must_be),
        cmocka_unit_test(inserts_become_upserts_with_a_key),
        cmocka_unit_test(declared_types_come_first),
        cmocka_unit_test(past_rows_have_a_key_of_their_own),
        cmocka_unit_test(keys_get_an_index),
        cmocka_unit_test(tables_are_made_as_is_said),
        cmocka_unit_test(lost_memory_shows_in_the_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
