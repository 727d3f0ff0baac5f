/* gone_test.c - the stored rows that an answer would take away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/gone.h"
#include "cli/store_testing.h"

static const char *const key[] = {"id", "N"};
static const struct gn_rows_spec parent = {
    .table = "p", .key = key, .key_count = 1};
static const char *const columns[] = {"n", "x", "ID"};
static const bool stored[] = {true, false, true};

/* What goes of t when the rows (1, 1) and (2, 'b') are met. */
static enum garner_code find(struct garner_store *store,
                             enum gn_conflict conflict, size_t key_count,
                             const struct gn_rowset *parents,
                             struct gn_gone *gone)
{
    const struct gn_rows_spec spec = {.table = "t",
                                      .key = key,
                                      .key_count = key_count,
                                      .conflict = conflict,
                                      .parent = parents ? &parent : NULL};
    const struct garner_value met[][2] = {
        {garner_integer(2), garner_text("b")},
        {garner_integer(1), garner_integer(1)}};
    struct gn_met m;
    struct gn_rowset rows = {0};
    const struct gn_leaving leaving = {.spec = &spec,
                                       .rows = &rows,
                                       .parents = parents,
                                       .stored = stored,
                                       .met = &m};
    enum garner_code code = gn_met_begin(&m, &spec, NULL);

    *gone = (struct gn_gone){0};
    if (code == GARNER_OK)
        code = gn_rowset_columns(&rows, columns, 3, NULL);
    for (size_t i = 0; key_count > 0 && i < 2 && code == GARNER_OK; i++)
        code = gn_met_add(&m, met[i], NULL);
    if (code == GARNER_OK)
        code = gn_gone_find(store, &leaving, gone, NULL);
    gn_rowset_fini(&m.keys);
    gn_rowset_fini(&rows);
    return code;
}

/* Without a rowid, by which nothing is found here. */
#define TABLE                                                                  \
    "create table t (id integer, n, more, valid_to, primary key (id, n))"      \
    " without rowid"
#define ROWS                                                                   \
    "insert into t values (1, 1, 0, null), (1, '1', 0, null),"                 \
    " (2, 'b', 0, null), (2, 'c', 0, null), (3, 'b', 0, 7), (2, 'd', 0, 7)"

static struct garner_store *open_table(void)
{
    struct garner_store *store = open_store();

    runs(store, TABLE);
    return store;
}

static void replace_takes_all_others(void **state)
{
    struct garner_store *store = open_table();
    struct gn_gone gone;

    (void)state;
    runs(store, ROWS);
    assert_int_equal(find(store, GN_CONFLICT_WHOLE, 2, NULL, &gone), GARNER_OK);
    assert_true(gone.go);
    assert_int_equal(gone.count, 4);
    assert_int_equal(gone.rows.row_count, 4);
    assert_memory_equal(gone.rows.values[0].bytes.data, "1", 1);
    assert_int_equal(gone.rows.values[1].type, GARNER_NULL);
    assert_int_equal(gone.rows.values[2].integer, 1);
    gn_gone_fini(&gone);
    assert_int_equal(find(store, GN_CONFLICT_WHOLE, 0, NULL, &gone), GARNER_OK);
    assert_int_equal(gone.count, 6);
    gn_gone_fini(&gone);
    garner_close(store);
}

static void history_ends_what_is_valid(void **state)
{
    struct garner_store *store = open_table();
    struct gn_gone gone;

    (void)state;
    runs(store, ROWS);
    assert_int_equal(find(store, GN_CONFLICT_HISTORY, 2, NULL, &gone),
                     GARNER_OK);
    assert_true(gone.go);
    assert_int_equal(gone.count, 2);
    assert_memory_equal(gone.rows.values[3].bytes.data, "c", 1);
    gn_gone_fini(&gone);
    garner_close(store);
}

static void update_takes_none(void **state)
{
    struct garner_store *store = open_table();
    struct gn_gone gone;

    (void)state;
    runs(store, ROWS);
    assert_int_equal(find(store, GN_CONFLICT_UPDATE, 2, NULL, &gone),
                     GARNER_OK);
    assert_false(gone.go);
    assert_int_equal(gone.count, 4);
    assert_int_equal(gone.rows.row_count, 0);
    gn_gone_fini(&gone);
    garner_close(store);
}

/* One parent is here twice, one has no key, and of one nothing is stored. */
static void parents_take_their_own(void **state)
{
    const char *const names[] = {"x", "id"};
    const struct garner_value values[] = {
        garner_null(), garner_integer(2), garner_null(), garner_null(),
        garner_null(), garner_integer(2), garner_null(), garner_integer(9)};
    struct garner_store *store = open_table();
    struct gn_rowset parents = {0};
    struct gn_gone gone;

    (void)state;
    runs(store, ROWS);
    assert_int_equal(gn_rowset_columns(&parents, names, 2, NULL), GARNER_OK);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(gn_rowset_add(&parents, values + 2 * i, NULL),
                         GARNER_OK);
    assert_int_equal(find(store, GN_CONFLICT_UPDATE, 2, &parents, &gone),
                     GARNER_OK);
    assert_true(gone.go);
    assert_int_equal(gone.count, 2);
    assert_memory_equal(gone.rows.values[0].bytes.data, "c", 1);
    assert_memory_equal(gone.rows.values[3].bytes.data, "d", 1);
    gn_gone_fini(&gone);
    gn_rowset_fini(&parents);
    garner_close(store);
}

static void some_are_shown_and_all_counted(void **state)
{
    struct garner_store *store = open_table();
    struct gn_gone gone;

    (void)state;
    runs(store, "with recursive c(i) as (values (1) union all select i + 1"
                " from c where i < 2500) insert into t select 5, i, 0, null"
                " from c");
    assert_int_equal(find(store, GN_CONFLICT_WHOLE, 2, NULL, &gone), GARNER_OK);
    assert_int_equal(gone.count, 2500);
    assert_int_equal(gone.rows.row_count, GN_GONE_MOST);
    gn_gone_fini(&gone);
    garner_close(store);
}

static void lost_memory_is_an_error(void **state)
{
    struct garner_store *store = open_table();
    enum garner_code code = GARNER_NOMEM;
    struct gn_gone gone;
    unsigned nth = 0;

    (void)state;
    runs(store, ROWS);
    while (code != GARNER_OK) {
        assert_true(++nth < 1000);
        gn_mem_fail_at(nth);
        code = find(store, GN_CONFLICT_WHOLE, 2, NULL, &gone);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        gn_gone_fini(&gone);
    }
    assert_true(nth > 7);
    garner_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replace_takes_all_others),
        cmocka_unit_test(history_ends_what_is_valid),
        cmocka_unit_test(update_takes_none),
        cmocka_unit_test(parents_take_their_own),
        cmocka_unit_test(some_are_shown_and_all_counted),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
