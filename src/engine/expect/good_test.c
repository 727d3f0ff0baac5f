/* good_test.c - how many rows the last good run had, over runs and restarts. */
#include <stdatomic.h>

#include "engine/fixture_test.h"

/* Replies with a list of so many numbers. */
static void serve(struct tcp_peer *p, void *context)
{
    const atomic_int *count = context;
    char body[256];

    while (tcp_peer_request(p)) {
        size_t used = (size_t)snprintf(body, sizeof body, "[0");

        for (int i = 1; i < *count; i++)
            used += (size_t)snprintf(body + used, sizeof body - used, ",%d", i);
        snprintf(body + used, sizeof body - used, "]");
        tcp_peer_reply(p, "200 OK", "", *count > 0 ? body : "[]");
    }
}

static const struct gn_rows_expect third = {.max_rows = -1, .max_drop = 30};
static const struct gn_rows_expect half = {.max_rows = -1, .max_drop = 50};
#define VALUES "select value as v, :fetched_at as at from json_each(:body)"

static const char *failure(struct world *w, atomic_int *count, int rows)
{
    atomic_store(count, rows);
    if (run(w) != GARNER_OK)
        fail_msg("%s", w->err.message);
    return ask(w, "select failure from garner_run order by id desc limit 1");
}

static void a_drop_is_one_from_the_last_good_run(void **state)
{
    atomic_int count = 0;
    struct world *w = begin(serve, &count);
    struct gn_rows_spec *rows =
        add_rows(w, add_source(w, "/", 0), "t", NULL, VALUES);

    (void)state;
    rows->expect = &third;
    assert_string_equal(failure(w, &count, 10), "null"); /* the first */
    assert_string_equal(failure(w, &count, 6), "expect");
    assert_asked(w, "select error from garner_run where failure = 'expect'",
                 "expected max_drop 30% of the rows of table t, and found 6 "
                 "after 10 in the last good run");
    assert_string_equal(failure(w, &count, 6), "expect"); /* it stays 10 */
    assert_string_equal(failure(w, &count, 7), "null");
    assert_asked(w, "select good_rows from garner_source", "[7]");
    assert_string_equal(failure(w, &count, 5), "null"); /* ... of 7 */
    assert_string_equal(failure(w, &count, 0), "expect");
    assert_asked(w, "select good_rows from garner_source", "[5]");
    assert_asked(w, "select count(*) from t", "22");
    /* another source of that name starts anew */
    rows->expect = &half;
    assert_string_equal(failure(w, &count, 1), "null");
    assert_asked(w, "select good_rows from garner_source", "[1]");
    end(w);
}

static void each_list_of_rows_has_its_own(void **state)
{
    struct gn_rows_spec both[] = {
        {.table = "t", .sql = VALUES},
        {.table = "u", .sql = VALUES " where value > 4", .expect = &third}};
    atomic_int count = 0;
    struct world *w = begin(serve, &count);
    struct gn_source *s = add_source(w, "/", 0);

    (void)state;
    s->rows = both;
    s->row_spec_count = 2;
    assert_string_equal(failure(w, &count, 10), "null");
    assert_asked(w, "select good_rows from garner_source", "[10,5]");
    assert_string_equal(failure(w, &count, 8), "expect"); /* 3 after 5 */
    assert_asked(w, "select count(*) from t", "10");
    store_runs(w, "update garner_source set good_rows = '[null, 3]'");
    assert_string_equal(failure(w, &count, 8), "null");
    store_runs(w, "update garner_source set good_rows = null");
    assert_string_equal(failure(w, &count, 1), "null");
    assert_asked(w, "select good_rows from garner_source", "[1,0]");
    end(w);
}

static void within_one_engine_it_moves_along(void **state)
{
    atomic_int count = 10;
    struct world *w = begin(serve, &count);
    struct gn_rows_spec *rows =
        add_rows(w, add_source(w, "/", 1), "t", NULL, VALUES);

    (void)state;
    rows->expect = &third;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.rows >= 100);
    for (int n = 9; n >= 4; n--) { /* down a little each time */
        const uint64_t before = status_of(w).totals.stored;

        atomic_store(&count, n);
        WAIT_FOR(status_of(w).totals.stored >= before + 10);
    }
    assert_int_equal(status_of(w).totals.unexpected, 0);
    atomic_store(&count, 1);
    WAIT_FOR(status_of(w).totals.unexpected >= 5);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, "select good_rows from garner_source", "[4]");
    end(w);
}

static void nobody_asks_nothing_is_kept(void **state)
{
    static const struct gn_rows_expect some = {
        .min_rows = 1, .max_rows = -1, .max_drop = -1};
    atomic_int count = 0;
    struct world *w = begin(serve, &count);
    struct gn_rows_spec *rows =
        add_rows(w, add_source(w, "/", 0), "t", NULL, VALUES);

    (void)state;
    rows->expect = &some;
    assert_string_equal(failure(w, &count, 3), "null");
    assert_asked(w, "select good_rows from garner_source", "null");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drop_is_one_from_the_last_good_run),
        cmocka_unit_test(each_list_of_rows_has_its_own),
        cmocka_unit_test(within_one_engine_it_moves_along),
        cmocka_unit_test(nobody_asks_nothing_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
