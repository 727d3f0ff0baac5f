/* crew_test.c - what the hands of a pass do, and leave. */
#include "engine/frontier/pass_testing.h"

static void what_fails_is_tried_again_in_its_pass(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    s.once = true;
    add_pages(w, 5);
    add_url(w, "/busy");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, COUNTS, "7 6 6 0");
    assert_asked(w,
                 "select group_concat(status || ':' || attempt) from"
                 " garner_run where url like '%busy'",
                 "503:1,200:2");
    assert_asked(w,
                 "select pass || due || tries || failures ||"
                 " ifnull(failure, '-') from garner_frontier"
                 " where url like '%busy'",
                 "1000-");
    end(w);
}

static void and_then_given_up(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);
    struct gn_source_status line;

    (void)state;
    add_pages(w, 5);
    add_url(w, "/busy");
    w->err = (struct garner_error){0};
    open_engine(w);
    (void)run_engine(w);
    assert_int_equal(gn_engine_sources(w->engine, 0, &line, 1), 1);
    close_engine(w);
    assert_int_equal(line.pages.total, 6);
    assert_int_equal(line.pages.left, 0);
    assert_int_equal(line.pages.failed, 1);
    assert_string_equal(line.url, "select url from list");
    assert_asked(w, COUNTS, "8 6 5 0");
    assert_asked(w,
                 "select pass || due || tries || failures || status ||"
                 " failure from garner_frontier where url like '%busy'",
                 "1001503http");
    end(w);
}

/* One that is stopped leaves what it has not done for the next time. */
static void what_is_canceled_is_left(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    atomic_store(&s.hold, true);
    w->sources[0].host_concurrency = 1;
    add_url(w, "/slow");
    add_pages(w, 3);
    run_beside(w);
    WAIT_FOR(tcp_server_requests(w->server) > 0);
    gn_engine_stop(w->engine);
    gn_engine_stop(w->engine);
    (void)run_ended(w);
    atomic_store(&s.hold, false);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select count(*) || ' ' || max(pass) || max(failures)"
                 " from garner_frontier",
                 "4 10");
    assert_asked(w,
                 "select count(distinct url) from garner_run"
                 " where failure is null",
                 "4");
    end(w);
}

/* Those of a host that is left alone do not keep others waiting. */
static void a_host_that_fails_keeps_nobody_waiting(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    w->sources[0].host_failures = 1;
    w->sources[0].host_concurrency = 1;
    w->sources[0].retry =
        (struct gn_backoff){.times = 0, .least_ms = 50, .most_ms = 50};
    store_runs(w, "with recursive n(n) as (select 1 union all select n + 1 from"
                  " n where n < 4) insert into list select"
                  " 'http://127.0.0.1:1/' || n from n");
    add_pages(w, 5);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, COUNTS, "9 9 5 0");
    assert_asked(w,
                 "select count(*) from garner_frontier where pass = 1"
                 " and failure = 'connect'",
                 "4");
    /* Only the first of the host failed before the others were fetched. */
    assert_asked(w,
                 "select sum(failure is not null) from (select failure from"
                 " garner_run order by id limit 6)",
                 "1");
    end(w);
}

/* Which takes long here, to have many in one transaction. */
static void who_has_fetched_waits_for_the_store_alone(void **state)
{
    enum { COUNT = 1000 };
    struct garner_options options;
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    garner_close(w->store);
    garner_options_init(&options);
    options.gather_ms = 10000;
    assert_int_equal(garner_open(w->path, &options, &w->store, NULL),
                     GARNER_OK);
    w->sources[0].host_concurrency = 1;
    add_pages(w, COUNT);
    run_beside(w);
    WAIT_FOR(tcp_server_requests(w->server) >= COUNT * 9 / 10);
    WAIT_FOR(garner_flush(w->store, NULL) == GARNER_OK &&
             status_of(w).totals.stored == COUNT);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, COUNTS, "1000 1000 1000 0");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fails_is_tried_again_in_its_pass),
        cmocka_unit_test(and_then_given_up),
        cmocka_unit_test(what_is_canceled_is_left),
        cmocka_unit_test(a_host_that_fails_keeps_nobody_waiting),
        cmocka_unit_test(who_has_fetched_waits_for_the_store_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
