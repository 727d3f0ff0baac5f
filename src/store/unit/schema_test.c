/* schema_test.c - what is known of tables is what the database has, also
 * after it changed. */
#include "store/unit/fixture_test.h"

#include "store/unit/schema.h"

static struct gn_unit_schema schema;

static int schema_down(void **state)
{
    gn_mem_fail_at(0);
    gn_unit_schema_forget(&schema);
    schema = (struct gn_unit_schema){0};
    return unit_fixture_down(state);
}

/* NULL: there is none. */
static struct gn_unit_table *find(const char *name)
{
    struct gn_unit_table *table = NULL;
    struct garner_error err;

    if (gn_unit_schema_find(&schema, store, &name, 1, &table, &err) !=
        GARNER_OK)
        fail_msg("%s", err.message);
    return table;
}

static void tables_are_told_with_their_columns(void **state)
{
    const struct gn_unit_table *t;

    (void)state;
    exec("create table \"A b\" (x integer, Y, z as (x + 1), s as (x) stored, "
         "primary key (y, X))");
    t = find("a B");
    assert_non_null(t);
    assert_string_equal(t->name, "A b");
    assert_int_equal(gn_unit_schema_column(t, "X")->key, 2);
    assert_int_equal(gn_unit_schema_column(t, "y")->key, 1);
    assert_int_equal(gn_unit_schema_column(t, "z")->key, 0);
    assert_false(gn_unit_schema_column(t, "x")->generated);
    assert_true(gn_unit_schema_column(t, "z")->generated);
    assert_true(gn_unit_schema_column(t, "s")->generated);
    assert_null(gn_unit_schema_column(t, "rowid"));
    assert_null(t->references);
    assert_null(find("A"));
    assert_null(find("main.A b"));
}

static void plain_tables_have_nothing_beside_them(void **state)
{
    (void)state;
    exec("create table a (id integer primary key, x not null check (x > 0))");
    exec("create table b (x)");
    exec("create table c (id integer primary key, x unique)");
    exec("create table d (x primary key)");
    exec("create table e (x primary key) without rowid");
    exec("create table f (x)");
    exec("create index f_x on F (x)");
    exec("create table g (x)");
    exec("create trigger g_t after insert on G begin select 1; end");
    exec("create view h as select 1 as x");
    exec("create virtual table i using fts5(x)");
    assert_true(find("a")->plain);
    assert_true(find("b")->plain);
    for (char name[2] = "c"; name[0] <= 'i'; name[0]++)
        if (find(name)->plain)
            fail_msg("%s is not plain", name);
}

static void foreign_keys_are_told(void **state)
{
    const struct gn_unit_reference *r;
    const struct gn_unit_table *a;

    (void)state;
    exec("create table a (x, y, primary key (y, x))");
    exec("create table b (p references a(x) on delete restrict deferrable "
         "initially deferred, q references b deferrable, foreign key (q, p) "
         "references A on delete set null)");
    a = find("a");
    r = find("b")->references; /* the last written first */
    assert_string_equal(r->table, "b");
    assert_string_equal(r->target, "A");
    assert_int_equal(r->deferral, GN_NOT_DEFERRABLE);
    assert_int_equal(r->fate, GN_UNIT_GO);
    assert_string_equal(r->pairs->column, "q");
    assert_string_equal(gn_unit_schema_target(a, r->pairs, 1), "y");
    assert_string_equal(r->pairs->next->column, "p");
    assert_string_equal(gn_unit_schema_target(a, r->pairs->next, 2), "x");
    assert_null(gn_unit_schema_target(a, r->pairs->next, 3));
    assert_null(r->pairs->next->next);
    r = r->next;
    assert_string_equal(r->target, "b");
    assert_int_equal(r->deferral, GN_DEFERRABLE);
    assert_int_equal(r->fate, GN_UNIT_STAY);
    r = r->next;
    assert_int_equal(r->deferral, GN_DEFERRED);
    assert_int_equal(r->fate, GN_UNIT_HOLD);
    assert_string_equal(gn_unit_schema_target(a, r->pairs, 1), "x");
    assert_null(r->next);
    exec("alter table b add column z references a(y) deferrable initially "
         "deferred");
    r = find("b")->references; /* it was put before the last */
    assert_int_equal(r->deferral, GN_NOT_DEFERRABLE);
    assert_string_equal(r->next->pairs->column, "z");
    assert_int_equal(r->next->deferral, GN_DEFERRED);
    assert_int_equal(r->next->next->deferral, GN_DEFERRABLE);
}

static uint64_t queries(void)
{
    struct garner_stats stats;

    garner_stats(store, &stats);
    return stats.queries;
}

static void what_is_known_is_not_asked_again(void **state)
{
    static const char *const names[] = {"a", "b", "A", "nosuch"};
    struct gn_unit_table *tables[4];
    uint64_t before;

    (void)state;
    exec("create table a (x)");
    exec("create table b (x)");
    assert_int_equal(
        gn_unit_schema_find(&schema, store, names, 4, tables, NULL), GARNER_OK);
    assert_ptr_equal(tables[0], tables[2]);
    assert_null(tables[3]);
    before = queries();
    assert_int_equal(
        gn_unit_schema_find(&schema, store, names, 3, tables, NULL), GARNER_OK);
    assert_int_equal(queries(), before + 1); /* for the version */
    exec("insert into a values (1)");
    assert_int_equal(
        gn_unit_schema_find(&schema, store, names, 3, tables, NULL), GARNER_OK);
    assert_int_equal(queries(), before + 2);
}

static void a_changed_schema_is_read_anew(void **state)
{
    bool changed;
    sqlite3 *db;

    (void)state;
    exec("create table a (x)");
    assert_null(gn_unit_schema_column(find("a"), "y"));
    assert_int_equal(gn_unit_schema_refresh(&schema, store, &changed, NULL),
                     GARNER_OK);
    assert_false(changed);
    db = foreign_open(); /* by whomever */
    foreign_run(db, "alter table a add column y");
    foreign_close(db);
    assert_non_null(gn_unit_schema_column(find("a"), "y"));
    exec("drop table a");
    assert_int_equal(gn_unit_schema_refresh(&schema, store, &changed, NULL),
                     GARNER_OK);
    assert_true(changed);
    assert_null(find("a"));
}

enum { COLUMNS = 150 };

/* Gives a, then b, another column, again and again. */
static void *alter(void *argument)
{
    char sql[60];

    for (int i = 0; i < COLUMNS; i++)
        for (const char *name = "ab"; *name != '\0'; name++) {
            snprintf(sql, sizeof sql, "alter table %c add column c%d", *name,
                     i);
            if (garner_exec(store, sql, NULL, 0, NULL, NULL) != GARNER_OK)
                return argument;
        }
    return NULL;
}

static int columns(const struct gn_unit_table *t)
{
    int count = 0;

    for (const struct gn_unit_column *c = t->columns; c != NULL; c = c->next)
        count++;
    return count;
}

/* BUSY when it changed each time. */
static void tables_are_told_of_one_version(void **state)
{
    static const char *const names[] = {"a", "b"};
    struct gn_unit_table *tables[2];
    pthread_t thread;
    int least = 0;
    void *failed;

    (void)state;
    exec("create table a (x)");
    exec("create table b (x)");
    assert_int_equal(pthread_create(&thread, NULL, alter, store), 0);
    while (least < 1 + COLUMNS) {
        enum garner_code code;

        gn_unit_schema_forget(&schema);
        code = gn_unit_schema_find(&schema, store, names, 2, tables, NULL);
        if (code == GARNER_BUSY)
            continue;
        assert_int_equal(code, GARNER_OK);
        least = columns(tables[1]);
        assert_true(columns(tables[0]) == least ||
                    columns(tables[0]) == least + 1);
    }
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
}

static void broken_schemas_are_errors(void **state)
{
    const char *name = "v";
    struct gn_unit_table *table;
    struct garner_error err;

    (void)state;
    exec("create table a (x)");
    exec("create view v as select * from a");
    exec("drop table a");
    assert_int_equal(
        gn_unit_schema_find(&schema, store, &name, 1, &table, &err),
        GARNER_SQL);
    assert_non_null(strstr(err.message, "no such table: main.a"));
    exec("create table a (x)");
    assert_non_null(find("v"));
}

static void lost_memory_is_an_error(void **state)
{
    static const char *const names[] = {"a", "b"};
    struct gn_unit_table *tables[2];
    unsigned nth = 1;

    (void)state;
    exec("create table a (x, y)");
    exec("create table b (x references a, y, foreign key (x, y) references a)");
    for (;; nth++) {
        struct garner_error err;
        enum garner_code code;

        gn_unit_schema_forget(&schema);
        gn_mem_fail_at(nth);
        code = gn_unit_schema_find(&schema, store, names, 2, tables, &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
    }
    assert_true(nth > 2);
    assert_non_null(tables[1]->references->next);
}

#define SCHEMA_TEST(f)                                                         \
    cmocka_unit_test_setup_teardown(f, unit_fixture_up, schema_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCHEMA_TEST(tables_are_told_with_their_columns),
        SCHEMA_TEST(plain_tables_have_nothing_beside_them),
        SCHEMA_TEST(foreign_keys_are_told),
        SCHEMA_TEST(what_is_known_is_not_asked_again),
        SCHEMA_TEST(a_changed_schema_is_read_anew),
        SCHEMA_TEST(tables_are_told_of_one_version),
        SCHEMA_TEST(broken_schemas_are_errors),
        SCHEMA_TEST(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
