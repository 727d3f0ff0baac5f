/* validity_test.c - rows that change, go and come back, in a real store. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/table/table.h"
#include "engine/table/validity.h"

static const char *const key[] = {"k"};
static const struct gn_rows_spec spec = {
    .table = "t", .key = key, .key_count = 1, .conflict = GN_CONFLICT_HISTORY};

#define STORED                                                                 \
    "select group_concat(k || ifnull(v, '-') || ' ' || valid_from || '-'"      \
    " || ifnull(valid_to, ''), ', ') from (select * from t order by k,"        \
    " valid_from)"

/* Rows {k, v} of pairs of letters; a digit is an integer, - a NULL. */
static struct gn_rowset pairs(const char *text)
{
    const char *const names[] = {"k", "v"};
    struct gn_rowset rows = {0};

    assert_int_equal(gn_rowset_columns(&rows, names, 2, NULL), GARNER_OK);
    for (; *text != '\0'; text += 2) {
        struct garner_value row[2];

        for (size_t i = 0; i < 2; i++)
            row[i] = text[i] == '-' ? garner_null()
                     : text[i] <= '9'
                         ? garner_integer(text[i] - '0')
                         : (struct garner_value){.type = GARNER_TEXT,
                                                 .bytes = {text + i, 1}};
        assert_int_equal(gn_rowset_add(&rows, row, NULL), GARNER_OK);
    }
    return rows;
}

/* Writes an answer that came at now; a new engine each time. */
static enum garner_code answer(struct world *w, const char *text, int64_t now)
{
    struct gn_tables *tables;
    struct gn_table *t;
    struct gn_rowset rows = pairs(text);
    struct gn_added added;
    struct garner_batch *batch;
    enum garner_code code;

    assert_int_equal(gn_tables_new(&tables, NULL), GARNER_OK);
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    code = gn_tables_find(tables, w->store, &spec, &t, &w->err);
    if (code == GARNER_OK)
        code = gn_table_add_rows(t, batch, &(struct gn_offer){&rows, NULL, now},
                                 &added, &w->err);
    if (code == GARNER_OK)
        code = garner_write(w->store, batch, NULL, &w->err);
    garner_batch_free(batch);
    gn_rowset_fini(&rows);
    gn_tables_free(tables);
    return code;
}

static void written(struct world *w, const char *text, int64_t now,
                    const char *stored)
{
    if (answer(w, text, now) != GARNER_OK)
        fail_msg("%s: %s", text, w->err.message);
    assert_asked(w, STORED, stored);
}

static void rows_change_go_and_come_back(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    written(w, "axby", 100, "ax 100-, by 100-");
    written(w, "byax", 200, "ax 100-, by 100-"); /* in whatever order */
    written(w, "axbz", 300, "ax 100-, by 100-300, bz 300-");
    written(w, "bzcx", 400, "ax 100-400, by 100-300, bz 300-, cx 400-");
    written(w, "axbzcx", 500,
            "ax 100-400, ax 500-, by 100-300, bz 300-, cx 400-");
    written(w, "", 600,
            "ax 100-400, ax 500-600, by 100-300, bz 300-600, cx 400-600");
    end(w);
}

static void a_null_is_a_value_like_others(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    written(w, "a-b-", 100, "a- 100-, b- 100-");
    written(w, "a-bx", 200, "a- 100-, b- 100-200, bx 200-");
    written(w, "a-b-", 300, "a- 100-, b- 100-200, bx 200-300, b- 300-");
    end(w);
}

static void a_clock_that_is_set_back_makes_no_overlap(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    written(w, "ax", 500, "ax 500-");
    written(w, "ay", 100, "ax 500-501, ay 501-");
    written(w, "", 100, "ax 500-501, ay 501-502");
    written(w, "az", 100, "ax 500-501, ay 501-502, az 502-");
    written(w, "az", 700, "ax 500-501, ay 501-502, az 502-");
    end(w);
}

/* 7 is '7' where the key is a text, and 1 is '1' where it is a number. */
static void the_affinity_of_the_table_counts(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    store_runs(w, "create table t (k text, v text, valid_from, valid_to)");
    written(w, "7171", 100, "71 100-"); /* keys that are the same there */
    written(w, "71", 200, "71 100-");
    written(w, "72ax", 300, "71 100-300, 72 300-, ax 300-");
    written(w, "ax", 400, "71 100-300, 72 300-400, ax 300-");
    assert_asked(w, "select group_concat(distinct typeof(k)) from t", "text");
    end(w);
}

static void columns_may_come_and_go(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    written(w, "ax", 100, "ax 100-");
    store_runs(w, "alter table t drop column v");
    assert_int_equal(answer(w, "ax", 200), GARNER_OK);
    assert_asked(w, STORED, "a- 100-200, ax 200-");
    end(w);
}

static void tables_that_cannot_keep_the_past_are_refused(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    store_runs(w, "create table t (k, v)");
    assert_int_equal(answer(w, "ax", 1), GARNER_INVALID);
    assert_string_equal(w->err.message,
                        "table t has no column valid_from, which conflict: "
                        "history needs; name a new table, or add valid_from "
                        "and valid_to (alter table)");
    store_runs(w, "alter table t add column valid_from");
    assert_int_equal(answer(w, "ax", 1), GARNER_INVALID);
    store_runs(w, "alter table t add column valid_to");
    assert_int_equal(answer(w, "ax", 1), GARNER_OK);
    assert_asked(w,
                 "select count(*) from pragma_index_list('t')"
                 " where \"unique\"",
                 "2");
    end(w);
}

static void past_rows_are_asked_for_by_time(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    written(w, "axby", 100, "ax 100-, by 100-");
    written(w, "az", 200, "ax 100-200, az 200-, by 100-200");
    assert_asked(w,
                 "select group_concat(k || v) from t where valid_from <= 150"
                 " and (valid_to > 150 or valid_to is null)",
                 "ax,by");
    assert_asked(w, "select group_concat(k || v) from t where valid_to is null",
                 "az");
    end(w);
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_rowset rows = pairs("ax");
    char *names[] = {"k", "v"};
    const struct gn_names columns = {names, 2};
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code != GARNER_OK; nth++) {
        struct gn_validity v = {0};
        struct garner_batch *batch = NULL;
        struct gn_pen pen = {0};

        assert_true(nth < 100);
        gn_mem_fail_at(nth);
        code = garner_batch_new(&batch, NULL);
        pen.batch = batch;
        if (code == GARNER_OK)
            code = gn_validity_make(&v, &spec, &rows, &columns, NULL);
        if (code == GARNER_OK)
            code = gn_validity_begin(&pen, &spec, NULL);
        if (code == GARNER_OK)
            code = gn_validity_add(&v, &pen, &rows, 1, NULL);
        if (code == GARNER_OK)
            code = gn_validity_end(&pen, &spec, 1, NULL);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        garner_batch_free(batch);
        gn_validity_fini(&v);
    }
    gn_rowset_fini(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_change_go_and_come_back),
        cmocka_unit_test(a_null_is_a_value_like_others),
        cmocka_unit_test(a_clock_that_is_set_back_makes_no_overlap),
        cmocka_unit_test(the_affinity_of_the_table_counts),
        cmocka_unit_test(columns_may_come_and_go),
        cmocka_unit_test(tables_that_cannot_keep_the_past_are_refused),
        cmocka_unit_test(past_rows_are_asked_for_by_time),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
