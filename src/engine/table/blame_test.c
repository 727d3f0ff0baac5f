/* blame_test.c - the row that a statement was of. */
#include "engine/fixture_test.h"
#include "engine/table/blame.h"

static const char *const key[] = {"id", "day"};

static void means(const struct gn_job *job, const char *message,
                  const char *expected)
{
    struct gn_buf text = {0};

    gn_blame(job, message, &text);
    assert_string_equal(gn_buf_cstr(&text), expected);
    gn_buf_fini(&text);
}

static void statements_are_rows(void **state)
{
    char *names[] = {"v", "day", "id"};
    struct garner_value values[] = {
        garner_null(),     garner_text("mon"),  garner_integer(1),
        garner_text("x"),  garner_text("t\ne"), garner_real(2.5),
        garner_integer(7), garner_blob("x", 1), garner_null()};
    struct gn_rows_spec specs[] = {{.table = "t", .key = key, .key_count = 2},
                                   {.table = "u"}};
    const struct gn_source source = {.rows = specs, .row_spec_count = 2};
    struct gn_active active = {.source = &source};
    struct gn_query queries[] = {{.rows = {.columns = names,
                                           .column_count = 3,
                                           .values = values,
                                           .row_count = 3}},
                                 {.rows = {.columns = names,
                                           .column_count = 3,
                                           .values = values,
                                           .row_count = 1}}};
    struct gn_added added[] = {{.first = 4, .each = 2},
                               {.first = 11, .each = 1}};
    struct gn_job job = {.active = &active,
                         .added = added,
                         .extraction = {.queries = queries, .query_count = 2}};

    (void)state;
    means(&job, "statement 4 of 12: no",
          "row 1 of table t (id 1, day mon): no");
    means(&job, "statement 5 of 12: no",
          "row 1 of table t (id 1, day mon): no");
    means(&job, "statement 6 of 12: no",
          "row 2 of table t (id 2.5, day t...): no");
    means(&job, "statement 9 of 12: UNIQUE constraint failed: t.id",
          "row 3 of table t (id NULL, day a blob): UNIQUE constraint failed: "
          "t.id");
    means(&job, "statement 11 of 12: no", "row 1 of table u: no");
    means(&job, "statement 3 of 12: no", "statement 3 of 12: no");
    means(&job, "statement 10 of 12: no", "statement 10 of 12: no");
    means(&job, "statement 12 of 12: no", "statement 12 of 12: no");
    means(&job, "disk full", "disk full");
    specs[0].conflict = GN_CONFLICT_ERROR;
    means(&job, "statement 6 of 12: UNIQUE constraint failed: t.id, t.day",
          "row 2 of table t (id 2.5, day t...) is there already, and conflict "
          "is error: none of the rows is written");
    job.run.rows = -1; /* its batch was without rows */
    means(&job, "statement 4 of 12: no", "statement 4 of 12: no");
    job.run.rows = 4;
    job.added = NULL;
    means(&job, "statement 4 of 12: no", "statement 4 of 12: no");
}

static void a_row_may_be_there(void **state)
{
    char *names[] = {"id"};
    struct garner_value seven = garner_integer(7);
    const struct gn_rowset rows = {
        .columns = names, .column_count = 1, .values = &seven, .row_count = 1};
    const struct gn_rows_spec spec = {.table = "t", .key = key, .key_count = 1};
    struct gn_buf text = {0};

    (void)state;
    gn_blame_row(&spec, &rows, 0, NULL, &text);
    assert_string_equal(gn_buf_cstr(&text),
                        "row 1 of table t (id 7) is there already, and "
                        "conflict is error: none of the rows is written");
    gn_buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_are_rows),
        cmocka_unit_test(a_row_may_be_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
