/* table_test.c - rows into tables that are there, are not, or have changed. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/table/table.h"

static const char *const id[] = {"id", NULL};
static int64_t now_us = 1000; /* each write is one later */

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

/* Writes the rows, which belong to parents, and frees them. */
static enum garner_code write_children(struct world *w, struct gn_table *t,
                                       struct gn_rowset rows,
                                       const struct gn_rowset *parents,
                                       bool *changes)
{
    struct gn_added added = {0};
    struct garner_batch *batch;
    enum garner_code code;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    code = gn_table_check_rows(t, &rows, &w->err);
    if (code == GARNER_OK)
        code = gn_table_add_rows(t, batch,
                                 &(struct gn_offer){&rows, parents, ++now_us},
                                 &added, &w->err);
    *changes = added.changes;
    if (code == GARNER_OK)
        code = garner_write(w->store, batch, NULL, &w->err);
    garner_batch_free(batch);
    gn_rowset_fini(&rows);
    return code;
}

/* The same without parents. */
static enum garner_code write_rows(struct world *w, struct gn_table *t,
                                   struct gn_rowset rows, bool *changes)
{
    return write_children(w, t, rows, NULL, changes);
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

/* Rows {id, v} of pairs; "" for no rows. */
static struct gn_rowset pairs(const char *text)
{
    const char *const names[] = {"id", "v"};
    struct gn_rowset rows = {0};

    assert_int_equal(gn_rowset_columns(&rows, names, 2, NULL), GARNER_OK);
    for (; *text != '\0'; text += 2) {
        const char v[] = {text[1], '\0'};
        const struct garner_value row[] = {garner_integer(text[0] - '0'),
                                           text[1] == '-' ? garner_null()
                                                          : garner_text(v)};

        assert_int_equal(gn_rowset_add(&rows, row, NULL), GARNER_OK);
    }
    return rows;
}

/* What is in table t after answers, each a text of pairs, written one by one.
 * Each is known again by another engine. */
static void written(enum gn_conflict conflict, const char *const *answers,
                    const char *stored)
{
    const struct gn_rows_spec spec = {
        .table = "t", .key = id, .key_count = 1, .conflict = conflict};
    struct world *w = begin(NULL, NULL);
    bool changes;

    for (size_t i = 0; answers[i] != NULL; i++) {
        struct gn_tables *tables = new_tables();
        struct gn_table *t = find(w, tables, &spec);

        if (write_rows(w, t, pairs(answers[i]), &changes) != GARNER_OK)
            fail_msg("%s: %s", answers[i], w->err.message);
        assert_int_equal(changes, i == 0);
        gn_tables_free(tables);
    }
    assert_asked(w,
                 "select group_concat(id || ifnull(v, '-'), ' ')"
                 " from (select * from t order by id)",
                 stored);
    end(w);
}

static void conflicts_are_settled_as_said(void **state)
{
    (void)state;
    written(GN_CONFLICT_UPDATE, (const char *const[]){"1a2b", "2c3d", NULL},
            "1a 2c 3d");
    written(GN_CONFLICT_KEEP, (const char *const[]){"1a2b", "2c3d", NULL},
            "1a 2b 3d");
    written(GN_CONFLICT_WHOLE, (const char *const[]){"1a2b", "2c3d", NULL},
            "2c 3d");
    written(GN_CONFLICT_ERROR, (const char *const[]){"1a2b", "3d", NULL},
            "1a 2b 3d");
}

static void an_error_writes_no_row(void **state)
{
    const struct gn_rows_spec spec = {
        .table = "t", .key = id, .key_count = 1, .conflict = GN_CONFLICT_ERROR};
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t = find(w, tables, &spec);
    bool changes;

    (void)state;
    assert_int_equal(write_rows(w, t, pairs("1a"), &changes), GARNER_OK);
    assert_int_equal(write_rows(w, t, pairs("2b1c"), &changes),
                     GARNER_CONSTRAINT);
    assert_has(w->err.message, "statement 2 of 2: UNIQUE constraint failed");
    assert_asked(w, "select group_concat(id || v) from t", "1a");
    gn_tables_free(tables);
    end(w);
}

static void replacing_takes_no_key_and_may_leave_nothing(void **state)
{
    const struct gn_rows_spec spec = {.table = "t",
                                      .conflict = GN_CONFLICT_WHOLE};
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t = find(w, tables, &spec);
    bool changes;

    (void)state;
    assert_int_equal(write_rows(w, t, pairs(""), &changes), GARNER_OK);
    assert_int_equal(write_rows(w, t, pairs("1a1a"), &changes), GARNER_OK);
    assert_int_equal(write_rows(w, t, pairs("1b1b2c"), &changes), GARNER_OK);
    assert_asked(w, "select group_concat(id || v) from t", "1b,1b,2c");
    assert_int_equal(write_rows(w, t, pairs(""), &changes), GARNER_OK);
    assert_asked(w, "select count(*) from t", "0");
    gn_tables_free(tables);
    end(w);
}

static void a_table_is_written_in_one_way(void **state)
{
    const struct gn_rows_spec update = {
        .table = "t", .key = id, .key_count = 1};
    struct gn_rows_spec other = update;
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t = find(w, tables, &update);

    (void)state;
    assert_ptr_equal(find(w, tables, &update), t);
    other.conflict = GN_CONFLICT_KEEP;
    assert_int_equal(gn_tables_find(tables, w->store, &other, &t, &w->err),
                     GARNER_INVALID);
    assert_has(w->err.message, "table t is written in two ways");
    other.table = "u";
    other.conflict = GN_CONFLICT_WHOLE;
    (void)find(w, tables, &other);
    assert_int_equal(gn_tables_find(tables, w->store, &other, &t, &w->err),
                     GARNER_INVALID);
    assert_has(w->err.message, "has a second source, and each would take away "
                               "the other's rows (conflict: replace)");
    gn_tables_free(tables);
    end(w);
}

static void new_columns_are_taken_refused_or_left_out(void **state)
{
    struct gn_rows_spec spec = {.table = "t",
                                .key = id,
                                .key_count = 1,
                                .new_columns = GN_COLUMNS_FREEZE};
    const struct gn_rows_spec none = {.table = "u",
                                      .new_columns = GN_COLUMNS_IGNORE};
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t = find(w, tables, &spec);
    bool changes;

    (void)state;
    assert_int_equal(write_rows(w, t, pairs("1a"), &changes), GARNER_OK);
    assert_int_equal(
        write_rows(w, t, rows_of("w", garner_integer(1), garner_integer(2)),
                   &changes),
        GARNER_INVALID);
    assert_string_equal(w->err.message,
                        "the SQL gives a column w, which table t has not, and "
                        "its columns are frozen (new_columns): none of the "
                        "rows is written");
    gn_tables_free(tables);
    tables = new_tables();
    spec.new_columns = GN_COLUMNS_IGNORE;
    t = find(w, tables, &spec);
    assert_int_equal(
        write_rows(w, t, rows_of("w", garner_integer(2), garner_integer(2)),
                   &changes),
        GARNER_OK);
    assert_false(changes);
    assert_int_equal(write_rows(w, t, pairs("3c"), &changes), GARNER_OK);
    assert_asked(w, "select group_concat(id || ifnull(v, '-')) from t",
                 "1a,2-,3c");
    store_runs(w, "create table u (x)");
    t = find(w, tables, &none);
    assert_int_equal(write_rows(w, t, pairs("1a"), &changes), GARNER_INVALID);
    assert_has(w->err.message, "none of the SQL's columns");
    gn_tables_free(tables);
    end(w);
}

/* Rows {id, v} of t belong to the rows of the parent with that id. */
static void children_go_with_their_parents(void **state)
{
    static const char *const both[] = {"ID", "v"};
    const struct gn_rows_spec parent = {
        .table = "p", .key = id, .key_count = 1};
    const struct gn_rows_spec spec = {
        .table = "t", .key = both, .key_count = 2, .parent = &parent};
    struct world *w = begin(NULL, NULL);
    struct gn_tables *tables = new_tables();
    struct gn_table *t = find(w, tables, &spec);
    struct gn_rowset first = pairs("1-2-");
    struct gn_rowset second = pairs("2-3-");
    bool changes;

    (void)state;
    assert_int_equal(write_children(w, t, pairs(""), &first, &changes),
                     GARNER_OK); /* there is no table yet */
    assert_int_equal(write_children(w, t, pairs("1a1b2a2b"), &first, &changes),
                     GARNER_OK);
    assert_asked(w, "select group_concat(id || v) from t", "1a,1b,2a,2b");
    assert_int_equal(write_children(w, t, pairs("2b2c3a4a"), &second, &changes),
                     GARNER_OK);
    assert_asked(w, "select group_concat(id || v) from t", "1a,1b,2b,2c,3a,4a");
    assert_int_equal(write_children(w, t, pairs(""), &second, &changes),
                     GARNER_OK);
    assert_asked(w, "select group_concat(id || v) from t", "1a,1b,4a");
    gn_rowset_fini(&first);
    gn_rowset_fini(&second);
    gn_tables_free(tables);
    end(w);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_rows_spec spec = {.table = "t", .key = id, .key_count = 1};
    struct world *w = begin(NULL, NULL);
    struct gn_added added;

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
                code = gn_table_add_rows(
                    t, batch, &(struct gn_offer){&rows, NULL, 1}, &added, NULL);
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
        cmocka_unit_test(conflicts_are_settled_as_said),
        cmocka_unit_test(an_error_writes_no_row),
        cmocka_unit_test(replacing_takes_no_key_and_may_leave_nothing),
        cmocka_unit_test(a_table_is_written_in_one_way),
        cmocka_unit_test(new_columns_are_taken_refused_or_left_out),
        cmocka_unit_test(children_go_with_their_parents),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
