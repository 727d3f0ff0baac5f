/* tally_test.c - what is left of a crawl, from given numbers; and of one that
 * is stopped. */
#include <stdatomic.h>

#include "engine/fixture_test.h"
#include "engine/frontier/crawl_testing.h"
#include "engine/frontier/tally.h"

static struct gn_crawl crawl;
static struct gn_source source = {.crawl = &crawl};
static struct gn_flow flow;
static struct gn_active owner;
static struct gn_pass pass;

static int reset(void **state)
{
    static char links; /* it has some; what they are does not matter */

    (void)state;
    memset(&flow, 0, sizeof flow);
    memset(&owner, 0, sizeof owner);
    memset(&pass, 0, sizeof pass);
    crawl.pages = 0;
    gn_mutex_init(&flow.lock);
    owner.source = &source;
    pass.owner = &owner;
    pass.flow = &flow;
    pass.links = (void *)&links;
    pass.ahead.out_count = 1;
    return 0;
}

static int end_it(void **state)
{
    (void)state;
    gn_mutex_fini(&flow.lock);
    return 0;
}

static void assert_told(uint64_t total, uint64_t left)
{
    assert_int_equal(owner.pages.total, total);
    assert_int_equal(owner.pages.left, left);
}

static void a_page_done(void)
{
    pass.done++;
    gn_tally_done(&pass);
}

static void what_was_done_since_is_left_no_more(void **state)
{
    (void)state;
    assert_true(gn_tally_begin(&pass, 0));
    pass.done = 3;
    gn_tally_end(&pass, 50, 0, 0);
    assert_told(50, 47);
    a_page_done();
    assert_told(50, 46);
    pass.ahead.out_count = 0;
    gn_tally_over(&pass);
    assert_told(4, 0);
}

static void what_is_ahead_is_left_at_least(void **state)
{
    (void)state;
    pass.ahead.ready_count = 5;
    pass.ahead.out_count = 2;
    a_page_done(); /* it is one of the two still */
    assert_told(7, 6);
    pass.ahead.out_count = 1;
    assert_true(gn_tally_begin(&pass, 0));
    pass.done = 9;
    gn_tally_end(&pass, 8, 0, 0);
    assert_told(15, 6);
}

static void a_budget_bounds_it(void **state)
{
    (void)state;
    crawl.pages = 10;
    pass.done = 4;
    assert_true(gn_tally_begin(&pass, 0));
    gn_tally_end(&pass, 100, 0, 0);
    assert_told(10, 6);
    for (int i = 0; i < 7; i++) /* some were under way then */
        a_page_done();
    assert_told(11, 0);
}

static void what_nobody_was_asked_for_costs_none_of_it(void **state)
{
    (void)state;
    crawl.pages = 10;
    pass.done = 6;
    pass.unasked = 3;
    assert_true(gn_tally_begin(&pass, 0));
    gn_tally_end(&pass, 100, 0, 0);
    assert_told(13, 7);
    pass.unasked++;
    a_page_done();
    assert_told(13, 6);
}

static void counting_takes_little_of_the_time(void **state)
{
    const int64_t s = 1000000000;

    (void)state;
    assert_true(gn_tally_begin(&pass, 0));
    assert_int_equal(gn_tally_next_ns(&pass), INT64_MAX); /* none are found */
    pass.more = true;
    gn_tally_end(&pass, 1, s, 2 * s);
    assert_int_equal(gn_tally_next_ns(&pass), 52 * s);
    assert_false(gn_tally_begin(&pass, 52 * s - 1));
    assert_true(gn_tally_begin(&pass, 52 * s));
    gn_tally_end(&pass, 1, 1000, 60 * s);
    assert_int_equal(gn_tally_next_ns(&pass), 60 * s + s / 10);
}

static void a_list_is_known_without(void **state)
{
    (void)state;
    pass.links = NULL;
    pass.more = true;
    assert_false(gn_tally_begin(&pass, 0));
    assert_int_equal(gn_tally_next_ns(&pass), INT64_MAX);
}

/* A page with three links, once it is let go. */
static void serve(struct tcp_peer *p, void *context)
{
    atomic_int *step = context;

    while (tcp_peer_request(p)) {
        *step = 1;
        WAIT_FOR(*step == 2);
        tcp_peer_reply(p, "200 OK", "Content-Type: text/html\r\n",
                       "<a href=/a>a</a><a href=/b>b</a><a href=/c>c</a>");
    }
}

static void what_came_last_is_counted_at_the_end(void **state)
{
    atomic_int step = 0;
    struct crawling c;
    struct world *w = begin(serve, &step);

    (void)state;
    begin_crawling(&c, add_source(w, "/", 0));
    run_beside(w);
    WAIT_FOR(step == 1);
    gn_engine_stop(w->engine);
    WAIT_FOR(status_of(w).phase == GN_PHASE_DRAINING);
    step = 2;
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(w->status.pages.total, 4);
    assert_int_equal(w->status.pages.left, 3);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_done_since_is_left_no_more,
                                        reset, end_it),
        cmocka_unit_test_setup_teardown(what_is_ahead_is_left_at_least, reset,
                                        end_it),
        cmocka_unit_test_setup_teardown(a_budget_bounds_it, reset, end_it),
        cmocka_unit_test_setup_teardown(
            what_nobody_was_asked_for_costs_none_of_it, reset, end_it),
        cmocka_unit_test_setup_teardown(counting_takes_little_of_the_time,
                                        reset, end_it),
        cmocka_unit_test_setup_teardown(a_list_is_known_without, reset, end_it),
        cmocka_unit_test(what_came_last_is_counted_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
