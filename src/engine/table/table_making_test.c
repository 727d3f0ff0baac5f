/* table_making_test.c - tables of which more is said than their rows do: what
 * is NOT NULL, what a column holds when nothing is said, STRICT. */
#include "engine/fixture_test.h"
#include "engine/table/table.h"

static const char *const not_null[] = {"w"};
static const struct gn_default defaults[] = {{"w", "'9'", "INTEGER"},
                                             {"late", "'x'", "TEXT"}};
static const struct gn_rows_spec spec = {.table = "t",
                                         .making = {.strict = true,
                                                    .not_null = not_null,
                                                    .not_null_count = 1,
                                                    .defaults = defaults,
                                                    .default_count = 2}};

struct made {
    struct world *w;
    struct gn_tables *tables;
    struct gn_table *t;
};

static struct made make(const char *sql)
{
    struct made m = {.w = begin(NULL, NULL)};

    if (sql != NULL)
        store_runs(m.w, sql);
    assert_int_equal(gn_tables_new(&m.tables, NULL), GARNER_OK);
    assert_int_equal(
        gn_tables_find(m.tables, m.w->store, &spec, &m.t, &m.w->err),
        GARNER_OK);
    return m;
}

static void unmake(struct made *m)
{
    gn_tables_free(m->tables);
    end(m->w);
}

/* Adds a row of one column to batch. */
static void add(struct made *m, struct garner_batch *batch, const char *column,
                struct garner_value value)
{
    struct gn_rowset rows = {0};
    struct gn_added added;

    assert_int_equal(gn_rowset_columns(&rows, &column, 1, NULL), GARNER_OK);
    assert_int_equal(gn_rowset_add(&rows, &value, NULL), GARNER_OK);
    assert_int_equal(gn_table_add_rows(m->t, batch,
                                       &(struct gn_offer){&rows, NULL, 1},
                                       &added, &m->w->err),
                     GARNER_OK);
    gn_rowset_fini(&rows);
}

static enum garner_code write_two(struct made *m, const char *column,
                                  struct garner_value value)
{
    struct garner_batch *batch;
    enum garner_code code;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    add(m, batch, "a", garner_integer(1));
    add(m, batch, column, value);
    code = garner_write(m->w->store, batch, NULL, &m->w->err);
    garner_batch_free(batch);
    return code;
}

static void a_table_that_is_made_has_all_that_is_named(void **state)
{
    struct made m = make(NULL);

    (void)state;
    /* "w" is there, so the second row adds none */
    assert_int_equal(write_two(&m, "w", garner_integer(3)), GARNER_OK);
    assert_asked(m.w, "select group_concat(w || late) from t", "9x,3x");
    /* nor does it, but for its type, which a STRICT table wants */
    assert_int_equal(write_two(&m, "any", garner_null()), GARNER_OK);
    assert_asked(m.w,
                 "select group_concat(name || ' ' || type || \"notnull\") from"
                 " pragma_table_info('t')",
                 "a INTEGER0,w INTEGER1,late TEXT0,any ANY0");
    assert_int_equal(write_two(&m, "a", garner_text("x")), GARNER_CONSTRAINT);
    assert_int_equal(write_two(&m, "w", garner_null()), GARNER_CONSTRAINT);
    unmake(&m);
}

static void one_that_is_there_gets_the_columns_of_rows_alone(void **state)
{
    struct made m = make("create table t (a)");

    (void)state;
    assert_int_equal(write_two(&m, "w", garner_integer(3)), GARNER_OK);
    assert_asked(m.w, "select group_concat(w) from t", "9,3");
    assert_asked(m.w,
                 "select group_concat(name || type || \"notnull\") from"
                 " pragma_table_info('t')",
                 "a0,wINTEGER1");
    unmake(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_that_is_made_has_all_that_is_named),
        cmocka_unit_test(one_that_is_there_gets_the_columns_of_rows_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
