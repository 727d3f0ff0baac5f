/* names_test.c - units of work and what databases may hold: names of all
 * kinds, tables of all kinds, and what does not fit them. */
#include "store/unit/fixture_test.h"

/* --- names -----------------------------------------------------------------
 */

static void any_name_is_a_name(void **state)
{
    (void)state;
    exec("create table \"select\" (\"order\" integer primary key, "
         "\"a \"\"quoted\"\" 'one'\", [?1], \"\xc3\xbc\xe2\x82\xac\" , \"\")");
    exec(
        "create table \"main.t\" (\"t.id\" integer primary key, \"by\" integer "
        "references \"select\")");
    exec("create table \"two\nlines\" (\"--\" integer primary key, \";\")");
    exec("create table excluded (id integer primary key, x)");
    exec("create table _ (id integer primary key, x)");
    INSERT("main.t", I("t.id", 1), I("by", 5));
    INSERT("select", I("order", 5), T("a \"quoted\" 'one'", "q"), T("?1", "p"),
           T("\xc3\xbc\xe2\x82\xac", "u"), T("", "e"));
    UPSERT("select", 1, I("order", 5), T("?1", "P"), T("", "E"));
    UPDATE("select", 2, I("order", 5), T("", "E"),
           T("\xc3\xbc\xe2\x82\xac", "U"));
    INSERT("two\nlines", I("--", 1), I(";", 2));
    DELETE("two\nlines", I("--", 1), I(";", 2));
    INSERT("excluded", I("id", 1), I("x", 1));
    UPSERT("excluded", 1, I("id", 1), I("x", 2));
    INSERT("_", I("id", 1), I("x", 1));
    UPSERT("_", 1, I("id", 1), I("x", 2));
    assert_int_equal(write_unit(), 10);
    assert_string_equal(
        text("select \"a \"\"quoted\"\" 'one'\" || [?1] || "
             "\"\xc3\xbc\xe2\x82\xac\" || \"\" from \"select\""),
        "qPUE");
    assert_string_equal(text("select x from excluded union all select x from "
                             "_"),
                        "2,2");
    assert_int_equal(number("select count(*) from \"two\nlines\""), 0);
}

static void case_does_not_matter(void **state)
{
    (void)state;
    exec("create table Parent (Id integer primary key)");
    exec("create table Child (ID integer primary key, \"Up\" references "
         "PARENT(iD))");
    INSERT("CHILD", I("id", 1), I("up", 1));
    INSERT("parent", I("ID", 1));
    INSERT("child", I("iD", 2), I("UP", 2));
    INSERT("PARENT", I("id", 2));
    assert_int_equal(write_unit(), 4);
    assert_int_equal(garner_unit_insert(unit, "child",
                                        GARNER_FIELDS(I("id", 3), I("ID", 3)),
                                        NULL),
                     GARNER_INVALID);
}

/* A column that is no more would be a text to SQLite, and all rows its. */
static void a_column_is_never_taken_for_a_text(void **state)
{
    (void)state;
    exec("create table a (id integer primary key, gone)");
    exec("insert into a values (1, 1)");
    DELETE("a", T("gone", "gone"));
    assert_int_equal(write_unit(), 0);
    exec("alter table a drop column gone");
    DELETE("a", T("gone", "gone"));
    refused(GARNER_NOTFOUND, "row 1 (delete from a): the table has no column "
                             "gone");
    assert_int_equal(number("select count(*) from a"), 1);
}

/* --- what there is not ------------------------------------------------------
 */

static void unknown_names_are_told(void **state)
{
    (void)state;
    exec("create table a (id integer primary key, x)");
    INSERT("a", I("id", 1));
    INSERT("a", I("id", 2), I("x", 2));
    INSERT("a", I("id", 2), I("y", 2));
    refused(GARNER_NOTFOUND, "row 3 (insert into a): the table has no column "
                             "y");
    INSERT("a", I("id", 1));
    UPDATE("main.a", 1, I("id", 2), I("y", 2));
    refused(GARNER_NOTFOUND, "row 2 (update of main.a): there is no such "
                             "table; create it first");
    INSERT("sqlite_schema", I("type", 1));
    refused(GARNER_NOTFOUND, "sqlite_schema");
    INSERT("", I("id", 1));
    refused(GARNER_NOTFOUND, "row 1 (insert into ): there is no such table");
    exec("create index i on a (x)");
    INSERT("i", I("x", 1));
    refused(GARNER_NOTFOUND, "row 1 (insert into i): there is no such table");
    assert_int_equal(number("select count(*) from a"), 0);
}

static void not_added(enum garner_code code, enum garner_code expected,
                      const char *words)
{
    assert_int_equal(code, expected);
    assert_int_equal(added_err.code, expected);
    if (strstr(added_err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, added_err.message);
    assert_int_equal(garner_unit_count(unit), 1);
}

static void rows_that_cannot_be_are_not_added(void **state)
{
    struct garner_error *err = &added_err;
    const struct garner_field nameless = {NULL, garner_integer(1)};

    (void)state;
    exec("create table a (id integer primary key, x)");
    INSERT("a", I("id", 1));
    not_added(garner_unit_insert(
                  unit, "nosuch",
                  GARNER_FIELDS(I("x", 1), I("id", 1), I("X", 2)), err),
              GARNER_INVALID,
              "row 2 (insert into nosuch): the column X is named twice");
    not_added(garner_unit_update(
                  unit, "nosuch", 1,
                  GARNER_FIELDS(I("id", 1), I("x", 1), I("x", 1)), err),
              GARNER_INVALID,
              "row 2 (update of nosuch): the column x is named");
    not_added(garner_unit_update(
                  unit, "nosuch", 2,
                  GARNER_FIELDS(I("id", 1), I("id", 1), I("x", 1)), err),
              GARNER_INVALID, "the column id is named twice");
    not_added(
        garner_unit_upsert(unit, "nosuch", 0, GARNER_FIELDS(I("id", 1)), err),
        GARNER_INVALID, "row 2 (upsert into nosuch): it has no key");
    not_added(garner_unit_delete(unit, "nosuch", NULL, 0, err), GARNER_INVALID,
              "row 2 (delete from nosuch): it has no key");
    not_added(
        garner_unit_update(unit, "nosuch", 2, GARNER_FIELDS(I("id", 1)), err),
        GARNER_INVALID, "it has fewer fields than keys");
    not_added(
        garner_unit_update(unit, "nosuch", 1, GARNER_FIELDS(I("id", 1)), err),
        GARNER_INVALID, "all its fields are its key");
    not_added(garner_unit_upsert(unit, "nosuch", 2,
                                 GARNER_FIELDS(I("id", 1), N("x")), err),
              GARNER_INVALID, "its key x is NULL");
    not_added(garner_unit_delete(unit, "nosuch", GARNER_FIELDS(N("id")), err),
              GARNER_INVALID, "its key id is NULL");
    not_added(garner_unit_insert(unit, NULL, GARNER_FIELDS(I("id", 1)), err),
              GARNER_MISUSE, "NULL");
    not_added(garner_unit_insert(unit, "a", NULL, 1, err), GARNER_MISUSE,
              "NULL");
    not_added(garner_unit_insert(unit, "a", &nameless, 1, err), GARNER_MISUSE,
              "NULL");
    not_added(garner_unit_insert(NULL, "a", GARNER_FIELDS(I("id", 1)), err),
              GARNER_MISUSE, "the unit is NULL");
    assert_int_equal(write_unit(), 1); /* none has left a trace */
}

static void null_arguments_are_misuse(void **state)
{
    struct garner_unit *none;

    (void)state;
    assert_int_equal(garner_unit_new(NULL, &none, NULL), GARNER_MISUSE);
    assert_int_equal(garner_unit_new(store, NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_unit_write(NULL, NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_unit_submit(NULL, NULL, NULL, NULL), GARNER_MISUSE);
    garner_unit_free(NULL);
}

/* --- tables of all kinds ---------------------------------------------------
 */

static void values_are_kept_as_they_are(void **state)
{
    char bytes[] = {0, 1, 2};
    char word[] = "word";

    (void)state;
    exec("create table a (id integer primary key, x)");
    INSERT("a", {"x", garner_blob(bytes, 3)});
    INSERT("a", {"x", garner_text_n(word, 4)});
    INSERT("a", {"x", garner_real(0.5)});
    INSERT("a", {"x", garner_blob(NULL, 0)});
    INSERT("a", {"x", garner_text("")});
    INSERT("a", {"x", garner_integer(INT64_MIN)});
    memset(bytes, 7, sizeof bytes);
    memset(word, 'x', sizeof word - 1);
    assert_int_equal(write_unit(), 6);
    assert_string_equal(text("select quote(x) from a"),
                        "X'000102','word',0.5,X'','',-9223372036854775808");
}

static void defaults_fill_what_is_not_given(void **state)
{
    (void)state;
    exec("create table a (id integer primary key, x default 7, y not null "
         "default 'y')");
    for (int i = 0; i < 40; i++)
        added(garner_unit_insert(unit, "a", NULL, 0, &added_err));
    INSERT("a", I("x", 1));
    assert_int_equal(write_unit(), 41);
    assert_int_equal(number("select sum(x) from a where y = 'y'"), 40 * 7 + 1);
}

static void upserts_insert_or_set(void **state)
{
    (void)state;
    exec("create table a (id integer primary key, x unique, y default 'd')");
    exec("create table b (id integer primary key, ax references a(x))");
    exec("insert into a values (1, 'one', 'old')");
    UPSERT("b", 1, I("id", 1), T("ax", "two"));
    UPSERT("a", 1, T("x", "one"), T("y", "new"));
    UPSERT("a", 1, T("x", "two"), I("id", 5));
    UPSERT("a", 1, T("x", "two"), I("id", 6));
    UPSERT("a", 1, I("id", 1)); /* nothing to set */
    (void)write_unit();
    assert_string_equal(text("select id || x || y from a"), "1onenew,6twod");
    assert_string_equal(text("select ax from b"), "two");
    UPSERT("a", 1, T("y", "new"), I("id", 9));
    refused(GARNER_SQL, "row 1 (upsert into a): ON CONFLICT clause does not");
}

static void tables_without_rowid_are_tables(void **state)
{
    (void)state;
    exec("create table a (x, y, z, primary key (x, y)) without rowid");
    exec("create table b (ax, ay, primary key (ay, ax), foreign key (ax, ay) "
         "references a) without rowid");
    for (int i = 0; i < 100; i++) {
        INSERT("b", I("ax", i), I("ay", -i));
        INSERT("a", I("x", i), I("y", -i));
    }
    UPSERT("a", 2, I("x", 1), I("y", -1), T("z", "z"));
    DELETE("b", I("ax", 5), I("ay", -5));
    DELETE("a", I("x", 5), I("y", -5));
    assert_int_equal(write_unit(), 203);
    assert_string_equal(text("select count(*) || max(z) from a"), "99z");
}

static void rowids_can_be_given(void **state)
{
    (void)state;
    exec("create table a (x)");
    exec("create table b (rowid text, x)");
    exec("create table c (x primary key) without rowid");
    INSERT("a", I("rowid", 5), I("x", 1));
    INSERT("a", I("_ROWID_", 7), I("x", 2));
    UPDATE("a", 1, I("oid", 7), I("x", 3));
    INSERT("b", T("rowid", "text"), I("oid", 9));
    assert_int_equal(write_unit(), 4);
    assert_string_equal(text("select rowid || '=' || x from a"), "5=1,7=3");
    assert_string_equal(text("select oid || rowid from b"), "9text");
    INSERT("c", I("x", 1), I("rowid", 1));
    refused(GARNER_SQL, "row 1 (insert into c): table c has no column named "
                        "rowid");
}

static void generated_columns_are_not_given(void **state)
{
    (void)state;
    exec("create table a (id integer primary key, x, y as (x + 1), z as (x + "
         "2) stored)");
    INSERT("a", I("id", 1), I("x", 1));
    INSERT("a", I("id", 2), I("x", 2), I("y", 3));
    refused(GARNER_INVALID, "row 2 (insert into a): the column y is generated");
    UPSERT("a", 1, I("id", 2), I("z", 3));
    refused(GARNER_INVALID, "row 1 (upsert into a): the column z is generated");
    UPSERT("a", 1, I("y", 2), I("x", 3));
    refused(GARNER_INVALID, "row 1 (upsert into a): the column y is generated");
    UPDATE("a", 1, I("id", 1), I("y", 3));
    refused(GARNER_INVALID, "row 1 (update of a): the column y is generated");
    INSERT("a", I("id", 1), I("x", 1));
    INSERT("a", I("id", 2), I("x", 2));
    UPDATE("a", 2, I("y", 2), I("z", 3), I("x", 10)); /* looking is fine */
    DELETE("a", I("y", 3));
    assert_int_equal(write_unit(), 4);
    assert_string_equal(text("select id || ' ' || z from a"), "1 12");
}

static void views_do_what_their_triggers_do(void **state)
{
    (void)state;
    exec("create table a (id integer primary key, x)");
    exec("create view v as select id, x from a");
    INSERT("v", I("id", 1), I("x", 1));
    refused(GARNER_SQL, "row 1 (insert into v): cannot modify v because it is "
                        "a view");
    exec("create trigger i instead of insert on v begin insert into a values "
         "(new.id, new.x); end");
    exec("create trigger d instead of delete on v begin delete from a where id "
         "= old.id; end");
    for (int i = 1; i <= 40; i++)
        INSERT("v", I("id", i), I("x", 1));
    DELETE("v", I("id", 1));
    (void)write_unit();
    assert_int_equal(number("select count(*) from a"), 39);
    UPSERT("v", 1, I("id", 1), I("x", 1));
    refused(GARNER_SQL, "row 1 (upsert into v): cannot UPSERT a view");
}

static void virtual_tables_are_written(void **state)
{
    (void)state;
    exec("create virtual table words using fts5(title, body)");
    for (int i = 0; i < 40; i++)
        INSERT("words", T("title", "one"), T("body", "some words"));
    INSERT("words", I("rowid", 77), T("title", "two"), T("body", "others"));
    UPDATE("words", 1, I("rowid", 77), T("title", "three"));
    DELETE("words", I("rowid", 1));
    assert_int_equal(write_unit(), 43);
    assert_int_equal(number("select count(*) from words where words match "
                            "'three OR some'"),
                     40);
    INSERT("words", T("words", "optimize")); /* its own hidden column */
    (void)write_unit();
    UPSERT("words", 1, I("rowid", 1), T("title", "x"));
    refused(GARNER_SQL, "UPSERT not implemented for virtual table");
}

static void tables_that_refer_to_what_is_not_there_are_theirs(void **state)
{
    (void)state;
    exec("create table a (id integer primary key, x references nosuch, y "
         "references b(nosuch))");
    exec("create table b (id integer primary key, a_id references a)");
    INSERT("b", I("id", 1), I("a_id", 1));
    INSERT("a", I("id", 1));
    refused(GARNER_SQL, "row 2 (insert into a): "); /* mismatch: SQLite's */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(any_name_is_a_name),
        UNIT_TEST(case_does_not_matter),
        UNIT_TEST(a_column_is_never_taken_for_a_text),
        UNIT_TEST(unknown_names_are_told),
        UNIT_TEST(rows_that_cannot_be_are_not_added),
        UNIT_TEST(null_arguments_are_misuse),
        UNIT_TEST(values_are_kept_as_they_are),
        UNIT_TEST(defaults_fill_what_is_not_given),
        UNIT_TEST(upserts_insert_or_set),
        UNIT_TEST(tables_without_rowid_are_tables),
        UNIT_TEST(rowids_can_be_given),
        UNIT_TEST(generated_columns_are_not_given),
        UNIT_TEST(views_do_what_their_triggers_do),
        UNIT_TEST(virtual_tables_are_written),
        UNIT_TEST(tables_that_refer_to_what_is_not_there_are_theirs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
