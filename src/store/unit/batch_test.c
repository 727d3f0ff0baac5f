/* batch_test.c - how many rows a statement takes, and whose fault it was.
 */
#include "store/fixture_test.h"

#include "base/error.h"
#include "store/unit/batch.h"

/* t (id integer primary key, x), plain or not, that may refer to itself. */
static struct gn_unit_column x = {.name = "x"};
static struct gn_unit_column id = {.name = "id", .key = 1, .next = &x};
static struct gn_unit_pair pair = {.column = "x"};
static struct gn_unit_reference reference = {
    .table = "t", .target = "t", .pairs = &pair};
static struct gn_unit_table t = {.name = "t", .columns = &id};

static struct gn_unit_rows rows;
static struct gn_arena arena;
static struct gn_unit_plan plan;
static struct gn_unit_batch batch;
static struct garner_error err;

static int batch_up(void **state)
{
    (void)state;
    t.plain = true;
    t.references = NULL;
    return 0;
}

static int batch_down(void **state)
{
    (void)state;
    gn_mem_fail_at(0);
    garner_batch_free(batch.batch);
    batch.batch = NULL;
    gn_arena_clear(&arena);
    gn_unit_rows_clear(&rows);
    return 0;
}

static void add(enum gn_unit_verb verb, const char *column,
                struct garner_value value)
{
    const struct garner_field fields[] = {{column, value},
                                          {"x", garner_integer(1)}};
    const struct gn_unit_shape shape = {
        .verb = verb,
        .table = "t",
        .keys = verb == GN_UNIT_INSERT ? 0 : 1,
        .count = verb == GN_UNIT_DELETE ? 1 : 2,
    };

    assert_int_equal(gn_unit_rows_add(&rows, &shape, fields, NULL), GARNER_OK);
    rows.latest->found = &t;
}

static void add_all(enum gn_unit_verb verb, int count, int64_t first,
                    int64_t step)
{
    for (int i = 0; i < count; i++)
        add(verb, "id", garner_integer(first + i * step));
}

static enum garner_code make(bool trial)
{
    size_t i = 0;

    garner_batch_free(batch.batch);
    gn_arena_clear(&arena);
    plan.count = rows.count;
    plan.rows = gn_arena_alloc(&arena, rows.count * sizeof(void *));
    if (plan.rows == NULL)
        return GARNER_NOMEM;
    for (const struct gn_unit_row *r = rows.rows; r != NULL; r = r->next)
        plan.rows[i++] = r;
    return gn_unit_batch_make(&plan, trial, &arena, &batch, &err);
}

/* Rows a statement, as "32 8 1": of the plan, which is then empty. */
static const char *sizes(bool trial)
{
    static char text[2000];
    size_t n = 0;

    assert_int_equal(make(trial), GARNER_OK);
    assert_int_equal(garner_batch_count(batch.batch), batch.count);
    text[0] = '\0';
    for (size_t i = 0; i < batch.count && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%zu",
                              i > 0 ? " " : "",
                              batch.starts[i + 1] - batch.starts[i]);
    gn_unit_rows_clear(&rows);
    return text;
}

static void appended_rows_go_together(void **state)
{
    (void)state;
    add_all(GN_UNIT_INSERT, 50, 1, 1);
    assert_string_equal(sizes(false), "32 8 8 1 1");
    add_all(GN_UNIT_UPSERT, 64, 1, 4);
    assert_string_equal(sizes(false), "32 32");
    for (int i = 0; i < 40; i++)
        add(GN_UNIT_INSERT, "id", garner_null());
    assert_string_equal(sizes(false), "32 8");
    for (int i = 0; i < 7; i++)
        add(GN_UNIT_INSERT, "id", garner_null());
    assert_string_equal(sizes(false), "1 1 1 1 1 1 1");
    add_all(GN_UNIT_INSERT, 10, 1, 1); /* two shapes */
    add_all(GN_UNIT_UPSERT, 9, 1, 1);
    assert_string_equal(sizes(false), "8 1 1 8 1");
}

static void scattered_rows_go_alone(void **state)
{
    (void)state;
    add_all(GN_UNIT_INSERT, 10, 1, 1000);
    assert_string_equal(sizes(false), "1 1 1 1 1 1 1 1 1 1");
    add_all(GN_UNIT_INSERT, 8, 100, -1);
    assert_string_equal(sizes(false), "1 1 1 1 1 1 1 1");
    add_all(GN_UNIT_INSERT, 8, INT64_MIN, INT64_MAX / 8);
    assert_string_equal(sizes(false), "1 1 1 1 1 1 1 1");
    add_all(GN_UNIT_INSERT, 20, 1, 1);
    add_all(GN_UNIT_INSERT, 20, 1000, 1); /* eight by eight where that helps */
    assert_string_equal(sizes(false), "8 8 1 1 1 1 8 8 1 1 1 1");
    add_all(GN_UNIT_INSERT, 4, 1, 1);
    add(GN_UNIT_INSERT, "id", garner_text("5"));
    add_all(GN_UNIT_INSERT, 4, 6, 1);
    assert_string_equal(sizes(false), "1 1 1 1 1 1 1 1 1");
    for (int i = 0; i < 8; i++)
        add(GN_UNIT_INSERT, "rowid", garner_integer(INT64_C(100) * i));
    assert_string_equal(sizes(false), "1 1 1 1 1 1 1 1");
    t.plain = false;
    add_all(GN_UNIT_INSERT, 8, 1, 1);
    assert_string_equal(sizes(false), "1 1 1 1 1 1 1 1");
}

static void a_trial_has_one_row_a_statement_and_an_end(void **state)
{
    (void)state;
    add_all(GN_UNIT_INSERT, 8, 1, 1);
    assert_string_equal(sizes(true), "1 1 1 1 1 1 1 1 0");
    assert_string_equal(batch.batch->last->sql,
                        "select garner_unit_ends_here()");
}

static void updates_and_deletes_go_alone_but_for_knots(void **state)
{
    const struct gn_statement *s;

    (void)state;
    add_all(GN_UNIT_UPDATE, 3, 1, 1);
    add_all(GN_UNIT_DELETE, 3, 1, 1);
    assert_string_equal(sizes(false), "1 1 1 1 1 1");
    t.references = &reference;
    add_all(GN_UNIT_DELETE, 5, 1, 1);
    add(GN_UNIT_DELETE, "x", garner_integer(1));
    assert_string_equal(sizes(false), "5 1");
    s = batch.batch->first;
    assert_int_equal(s->count, 8); /* the last thrice more */
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(s->args[i].integer, i < 5 ? (int)i + 1 : 5);
    add_all(GN_UNIT_DELETE, 20000, 1, 1);
    assert_string_equal(sizes(true), "16384 3616 0");
}

static void constraints_are_deferred_first(void **state)
{
    (void)state;
    add_all(GN_UNIT_INSERT, 9, 1, 1);
    plan.defer = true;
    assert_string_equal(sizes(false), "0 8 1");
    assert_string_equal(batch.batch->first->sql,
                        "pragma defer_foreign_keys = 1");
    plan.defer = false;
}

static void blames(enum gn_unit_blame expected, enum garner_code code,
                   const char *told, const char *message)
{
    gn_fail(&err, code, "%s", told);
    err.native = 7;
    assert_int_equal(gn_unit_batch_blame(&batch, &err), expected);
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, code);
    assert_int_equal(err.native, 7);
}

static void blame_falls_on_rows(void **state)
{
    (void)state;
    add_all(GN_UNIT_INSERT, 9, 1, 1);
    add_all(GN_UNIT_UPDATE, 1, 1, 1);
    plan.defer = true;
    assert_int_equal(make(false), GARNER_OK);
    plan.defer = false;
    blames(GN_UNIT_SEVERAL, GARNER_SQL, "statement 2 of 4: no",
           "row 1 or one of the 7 after it (insert into t): no");
    blames(GN_UNIT_TOLD, GARNER_CONSTRAINT, "statement 3 of 4: no",
           "row 9 (insert into t): no");
    blames(GN_UNIT_TOLD, GARNER_IO, "statement 4 of 4: the disk",
           "row 10 (update of t): the disk");
    blames(GN_UNIT_NOBODY, GARNER_SQL, "statement 1 of 4: no",
           "statement 1 of 4: no");
    blames(GN_UNIT_NOBODY, GARNER_SQL, "statement 5 of 4: no",
           "statement 5 of 4: no");
    blames(GN_UNIT_NOBODY, GARNER_SQL, "statement 0 of 4: no",
           "statement 0 of 4: no");
    blames(GN_UNIT_NOBODY, GARNER_SQL, "statement 4 of 5: no",
           "statement 4 of 5: no");
    blames(GN_UNIT_NOBODY, GARNER_CONSTRAINT, "FOREIGN KEY constraint failed",
           "FOREIGN KEY constraint failed");
}

static void deleted_rows_cannot_be_told_apart(void **state)
{
    (void)state;
    t.references = &reference;
    add_all(GN_UNIT_DELETE, 3, 1, 1);
    assert_int_equal(make(false), GARNER_OK);
    blames(GN_UNIT_TOLD, GARNER_CONSTRAINT, "no",
           "row 1 or one of the 2 after it (delete from t): no");
}

static void a_lone_statement_is_to_blame_for_what_rows_do(void **state)
{
    (void)state;
    add_all(GN_UNIT_INSERT, 1, 1, 1);
    assert_int_equal(make(false), GARNER_OK);
    blames(GN_UNIT_TOLD, GARNER_CONSTRAINT, "UNIQUE constraint failed",
           "row 1 (insert into t): UNIQUE constraint failed");
    blames(GN_UNIT_TOLD, GARNER_SQL, "no such table", /* any more */
           "row 1 (insert into t): no such table");
    blames(GN_UNIT_NOBODY, GARNER_TIMEOUT, "past its deadline",
           "past its deadline");
}

static void lost_memory_leaves_no_batch(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    unsigned nth = 1;

    (void)state;
    add_all(GN_UNIT_INSERT, 500, 1, 1);
    for (; code != GARNER_OK; nth++) {
        batch.batch = NULL;
        gn_mem_fail_at(nth);
        code = make(nth % 2 != 0);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        assert_int_equal(batch.batch != NULL, code == GARNER_OK);
    }
    assert_true(nth > 5);
}

#define BATCH_TEST(f) cmocka_unit_test_setup_teardown(f, batch_up, batch_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BATCH_TEST(appended_rows_go_together),
        BATCH_TEST(scattered_rows_go_alone),
        BATCH_TEST(a_trial_has_one_row_a_statement_and_an_end),
        BATCH_TEST(updates_and_deletes_go_alone_but_for_knots),
        BATCH_TEST(constraints_are_deferred_first),
        BATCH_TEST(blame_falls_on_rows),
        BATCH_TEST(deleted_rows_cannot_be_told_apart),
        BATCH_TEST(a_lone_statement_is_to_blame_for_what_rows_do),
        BATCH_TEST(lost_memory_leaves_no_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
