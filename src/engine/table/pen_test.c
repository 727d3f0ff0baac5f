/* pen_test.c - statements into a batch, and rows tried in a transaction. */
#include "engine/fixture_test.h"
#include "engine/table/pen.h"

static const char insert[] = "insert into t values (?)";

/* The rows that were refused, as text: "1:why;". */
static void note(void *context, size_t row, const char *why)
{
    char *told = context;
    const size_t size = strlen(told);

    snprintf(told + size, 200 - size, "%zu:%.31s;", row, why);
}

static struct world *begin_table(void)
{
    struct world *w = begin(NULL, NULL);

    store_runs(w, "create table t (n integer check (n <> 2))");
    return w;
}

/* Writes count rows, 0 and so on, each of two statements. */
static enum garner_code write_rows(const struct gn_pen *pen, int64_t count)
{
    enum garner_code code = GARNER_OK;
    struct garner_error err;

    for (int64_t n = 0; n < count && code == GARNER_OK; n++) {
        code = gn_pen_begin_row(pen, &err);
        if (code == GARNER_OK)
            code = gn_pen_write(pen, insert, GARNER_ARGS(garner_integer(-n)),
                                &err);
        if (code == GARNER_OK)
            code =
                gn_pen_write(pen, insert, GARNER_ARGS(garner_integer(n)), &err);
        code = gn_pen_end_row(pen, (size_t)n, code, &err);
    }
    return code;
}

static void a_batch_takes_all(void **state)
{
    struct world *w = begin_table();
    struct gn_pen pen = {0};

    (void)state;
    assert_int_equal(garner_batch_new(&pen.batch, NULL), GARNER_OK);
    assert_int_equal(gn_pen_next(&pen), 1);
    assert_int_equal(write_rows(&pen, 4), GARNER_OK);
    assert_int_equal(gn_pen_next(&pen), 9);
    assert_int_equal(garner_write(w->store, pen.batch, NULL, NULL),
                     GARNER_CONSTRAINT);
    garner_batch_free(pen.batch);
    end(w);
}

/* What the row's first statement did is undone, too. */
static void a_refused_row_leaves_no_trace(void **state)
{
    struct world *w = begin_table();
    char told[200] = "";
    struct gn_pen pen = {.refused = note, .context = told};

    (void)state;
    assert_int_equal(garner_begin(w->store, NULL, &pen.tx, NULL), GARNER_OK);
    assert_int_equal(gn_pen_next(&pen), 0);
    assert_int_equal(write_rows(&pen, 4), GARNER_OK);
    assert_string_equal(told, "2:CHECK constraint failed: n <> 2;");
    assert_int_equal(garner_commit(pen.tx, NULL, NULL), GARNER_OK);
    assert_asked(w, "select group_concat(n) from t", "0,0,-1,1,-3,3");
    end(w);
}

static void it_may_be_the_end(void **state)
{
    struct world *w = begin_table();
    char told[200] = "";
    struct gn_pen pen = {0};
    struct garner_error err;

    (void)state;
    assert_int_equal(garner_begin(w->store, NULL, &pen.tx, NULL), GARNER_OK);
    assert_int_equal(write_rows(&pen, 4), GARNER_CONSTRAINT);
    garner_rollback(pen.tx);
    pen = (struct gn_pen){.refused = note, .context = told};
    assert_int_equal(garner_begin(w->store, NULL, &pen.tx, NULL), GARNER_OK);
    assert_int_equal(gn_pen_begin_row(&pen, &err), GARNER_OK);
    assert_int_equal(
        gn_pen_end_row(
            &pen, 0,
            gn_pen_write(&pen, "insert into u values (1)", GARNER_ARGS(), &err),
            &err),
        GARNER_SQL); /* of no row's making */
    assert_string_equal(told, "");
    garner_rollback(pen.tx);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_takes_all),
        cmocka_unit_test(a_refused_row_leaves_no_trace),
        cmocka_unit_test(it_may_be_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
