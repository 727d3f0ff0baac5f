/* table_test.c - rows into tables that are there, are not, or have changed. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/table.h"

static const char *const id[] = {"id", NULL};

/* Rows of two columns, id and the named one. */
static struct gn_rowset rows_of(const char *column, struct garner_value a,
                                struct garner_value b)
{
    const char *const names[] = {"id", column};
    const struct garner_value row[] = {a, b};
    struct gn_rowset rows = {0};

    assert_int_equal(gn_rowset_columns(&rows, names, 2, NULL), GARNER_OK);
    assert_int_equal(gn_rowset_add(&rows, row, NULL), GARNER_OK);
    return rows;
}

/* Writes the rows and frees them. */
static enum garner_code write_rows(struct world *w, struct gn_table *t,
                                   struct gn_rowset rows, bool *changes)
{
    struct garner_batch *batch;
    enum garner_code code;

    *changes = false;
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    code = gn_table_check_rows(t, &rows, &w->err);
    if (code == GARNER_OK)
        code = gn_table_add_rows(t, batch, &rows, changes, &w->err);
    if (code == GARNER_OK)
        code = garner_write(w->store, batch, NULL, &w->err);
    garner_batch_free(batch);
    gn_rowset_fini(&rows);
    return code;
}

static struct gn_table *find(struct world *w, struct gn_tables *tables,
                             const struct gn_rows_spec *spec)
{
    struct gn_table *t = NULL;

    assert_int_equal(gn_tables_find(tables, w->store, spec, &t, &w->err),
                     GARNER_OK);
    return t;
}

static struct gn_tables *new_tables(void)
{
    struct gn_tables *tables;

    assert_int_equal(gn_tables_new(&tables, NULL), GARNER_OK);
    return tables;
}

static void tables_are_made_widened_and_upserted(void **state)
{
    const struct gn_rows_spec spec = {.table = "t", .key = id, .key_count = 1};
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t = find(w, tables, &spec);
    bool changes;

    (void)state;
    assert_ptr_equal(find(w, tables, &spec), t);
    assert_int_equal(
        write_rows(w, t, rows_of("v", garner_integer(1), garner_text("one")),
                   &changes),
        GARNER_OK);
    assert_true(changes);
    assert_int_equal(
        write_rows(w, t, rows_of("v", garner_integer(1), garner_text("uno")),
                   &changes),
        GARNER_OK);
    assert_false(changes);
    assert_int_equal(
        write_rows(w, t, rows_of("w", garner_integer(1), garner_real(0.5)),
                   &changes),
        GARNER_OK);
    assert_true(changes);
    assert_asked(w, "select group_concat(id || v || w) from t", "1uno0.5");
    assert_asked(w,
                 "select group_concat(name || ' ' || type) from"
                 " pragma_table_info('t')",
                 "id INTEGER,v TEXT,w REAL");
    gn_tables_free(tables);
    end(w);
}

static void a_strict_table_takes_what_fits(void **state)
{
    const struct gn_rows_spec spec = {.table = "t"};
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t;
    bool changes;

    (void)state;
    store_runs(w, "create table t (id integer) strict");
    t = find(w, tables, &spec);
    assert_int_equal(write_rows(w, t,
                                rows_of("n", garner_integer(1), garner_null()),
                                &changes),
                     GARNER_OK);
    assert_int_equal(
        write_rows(w, t, rows_of("n", garner_text("x"), garner_integer(2)),
                   &changes),
        GARNER_CONSTRAINT);
    assert_has(w->err.message, "TEXT value in INTEGER column t.id");
    assert_asked(w, "select group_concat(id) from t", "1");
    gn_tables_free(tables);
    end(w);
}

static void keys_must_be_there_and_not_null(void **state)
{
    const struct gn_rows_spec spec = {.table = "t", .key = id, .key_count = 1};
    const char *const names[] = {"no", "key"};
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t = find(w, tables, &spec);
    struct gn_rowset rows = {0};

    (void)state;
    assert_int_equal(gn_rowset_columns(&rows, names, 2, NULL), GARNER_OK);
    assert_int_equal(gn_table_check_rows(t, &rows, &w->err), GARNER_INVALID);
    assert_string_equal(w->err.message, "the SQL gives no column id, the key "
                                        "of table t; it gives: no, key");
    gn_rowset_fini(&rows);
    rows = rows_of("v", garner_null(), garner_null());
    assert_int_equal(gn_table_check_rows(t, &rows, &w->err), GARNER_INVALID);
    assert_string_equal(w->err.message,
                        "row 1 has NULL in column id, the key of table t: none "
                        "of the rows is written; leave such rows out with "
                        "WHERE");
    gn_rowset_fini(&rows);
    gn_tables_free(tables);
    end(w);
}

static void no_rows_make_no_table(void **state)
{
    const struct gn_rows_spec spec = {.table = "t"};
    const char *const names[] = {"a"};
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t = find(w, tables, &spec);
    struct gn_rowset rows = {0};
    bool changes;

    (void)state;
    assert_int_equal(gn_rowset_columns(&rows, names, 1, NULL), GARNER_OK);
    assert_int_equal(write_rows(w, t, rows, &changes), GARNER_OK);
    assert_false(changes);
    assert_asked(w, "select count(*) from sqlite_schema", "0");
    gn_tables_free(tables);
    end(w);
}

static void what_a_table_lacks_is_known(void **state)
{
    const struct gn_rows_spec spec = {.table = "t"};
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t = find(w, tables, &spec);
    struct gn_rowset rows = rows_of("B", garner_integer(1), garner_null());
    bool changes;

    (void)state;
    assert_false(gn_table_exists(t));
    assert_string_equal(gn_table_lacks(t, &rows), "id");
    assert_int_equal(write_rows(w, t,
                                rows_of("b", garner_integer(1), garner_null()),
                                &changes),
                     GARNER_OK);
    assert_true(gn_table_exists(t));
    assert_null(gn_table_lacks(t, &rows));
    gn_rowset_fini(&rows);
    rows = rows_of("c", garner_integer(1), garner_null());
    assert_string_equal(gn_table_lacks(t, &rows), "c");
    gn_rowset_fini(&rows);
    gn_tables_free(tables);
    end(w);
}

static void what_was_forgotten_is_learned_again(void **state)
{
    const struct gn_rows_spec spec = {.table = "t"};
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t = find(w, tables, &spec);
    struct gn_look first;
    struct gn_look second;
    bool changes;

    (void)state;
    assert_int_equal(
        write_rows(w, t, rows_of("v", garner_integer(1), garner_integer(1)),
                   &changes),
        GARNER_OK);
    store_runs(w, "drop table t");
    assert_int_equal(
        write_rows(w, t, rows_of("v", garner_integer(1), garner_integer(1)),
                   &changes),
        GARNER_SQL);
    gn_table_forget(t);
    assert_false(gn_table_is_known(t));
    gn_table_look(t, &first);
    assert_int_equal(gn_look_run(&first, w->store, NULL), GARNER_OK);
    store_runs(w, "create table t (v)");
    gn_table_forget(t);
    gn_table_look(t, &second);
    assert_int_equal(gn_look_run(&second, w->store, NULL), GARNER_OK);
    gn_table_learn(t, &first); /* too old */
    assert_false(gn_table_is_known(t));
    gn_table_learn(t, &second);
    assert_true(gn_table_is_known(t));
    gn_look_fini(&first);
    gn_look_fini(&second);
    assert_int_equal(
        write_rows(w, t, rows_of("v", garner_integer(1), garner_integer(2)),
                   &changes),
        GARNER_OK);
    assert_asked(w, "select id || v from t", "12");
    gn_tables_free(tables);
    end(w);
}

static void names_that_are_taken_are_refused(void **state)
{
    static const char *const other[] = {"other"};
    const struct gn_rows_spec good = {.table = "t", .key = id, .key_count = 1};
    const struct gn_rows_spec bad = {
        .table = "T", .key = other, .key_count = 1};
    const struct gn_rows_spec ours = {.table = "Garner_run"};
    const struct gn_rows_spec theirs = {.table = "sqlite_x"};
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t = find(w, tables, &good);

    (void)state;
    assert_int_equal(gn_tables_find(tables, w->store, &bad, &t, &w->err),
                     GARNER_INVALID);
    assert_has(w->err.message, "two different keys");
    assert_int_equal(gn_tables_find(tables, w->store, &ours, &t, &w->err),
                     GARNER_INVALID);
    assert_has(w->err.message, "taken");
    assert_int_equal(gn_tables_find(tables, w->store, &theirs, &t, &w->err),
                     GARNER_INVALID);
    gn_tables_free(tables);
    end(w);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_rows_spec spec = {.table = "t", .key = id, .key_count = 1};
    struct world *w = begin(NULL, NULL);
    bool changes;

    (void)state;
    for (unsigned nth = 1; nth <= 30; nth++) {
        struct gn_tables *tables = new_tables();
        struct gn_rowset rows =
            rows_of("v", garner_integer(1), garner_integer(2));
        struct gn_table *t = NULL;
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = gn_tables_find(tables, w->store, &spec, &t, NULL);
        if (code == GARNER_OK) {
            struct garner_batch *batch = NULL;

            code = garner_batch_new(&batch, NULL);
            if (code == GARNER_OK)
                code = gn_table_add_rows(t, batch, &rows, &changes, NULL);
            garner_batch_free(batch);
        }
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        gn_rowset_fini(&rows);
        gn_tables_free(tables);
    }
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_made_widened_and_upserted),
        cmocka_unit_test(a_strict_table_takes_what_fits),
        cmocka_unit_test(keys_must_be_there_and_not_null),
        cmocka_unit_test(no_rows_make_no_table),
        cmocka_unit_test(what_a_table_lacks_is_known),
        cmocka_unit_test(what_was_forgotten_is_learned_again),
        cmocka_unit_test(names_that_are_taken_are_refused),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
