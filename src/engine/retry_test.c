/* retry_test.c - what fails in passing is tried again, as often and as late as
 * it was said to be, and over restarts. */
#include <stdatomic.h>

#include "base/clock.h"
#include "engine/fixture_test.h"

/* How a server that fails behaves. */
struct site {
    atomic_int failures; /* so many requests fail, then it works */
    atomic_int requests;
    const char *status;  /* constant */
    const char *headers; /* of failures; constant */
};

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        if (atomic_fetch_add(&s->requests, 1) < s->failures)
            tcp_peer_reply(p, s->status, s->headers, "oh");
        else
            tcp_peer_reply(p, "200 OK", "", "hello");
    }
}

static struct world *begin_site(struct site *s, int failures, int times)
{
    struct world *w;

    memset(s, 0, sizeof *s);
    atomic_store(&s->failures, failures);
    s->status = "503 Oh";
    s->headers = "";
    w = begin(serve, s);
    add_source(w, "/", 0)->retry =
        (struct gn_backoff){.times = times, .least_ms = 1, .most_ms = 5};
    return w;
}

#define ATTEMPTS                                                               \
    "select group_concat(status || ':' || attempt, ' ') from"                  \
    " (select * from garner_run where missed = 0 order by id)"

static void it_is_tried_until_it_works(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 2, 5);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, ATTEMPTS, "503:1 503:2 200:3");
    assert_asked(w,
                 "select off_until is null and tried is null"
                 " from garner_source",
                 "1");
    assert_int_equal(w->status.totals.due, 1);
    assert_int_equal(w->status.totals.retried, 2);
    assert_int_equal(w->status.totals.passing, 2);
    assert_int_equal(w->status.totals.http_errors, 2);
    assert_all_accounted_for(w);
    end(w);
}

static void one_that_is_expected_is_no_failure(void **state)
{
    static const struct gn_statuses any[] = {{200, 200}, {500, 599}};
    static const struct gn_expect expect = {.statuses = any, .status_count = 2};
    struct site s;
    struct world *w = begin_site(&s, 99, 5);

    (void)state;
    w->sources[0].expect = &expect;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, ATTEMPTS, "503:1");
    assert_asked(w, "select failure from garner_run", "null");
    w->sources[0].expect =
        &(const struct gn_expect){.statuses = any, .status_count = 1};
    atomic_store(&s.requests, 98);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, ATTEMPTS, "503:1 503:1 200:2");
    assert_asked(w, "select count(*) from garner_run where failure = 'expect'",
                 "1");
    end(w);
}

static void but_not_for_ever(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 99, 2);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, ATTEMPTS, "503:1 503:2 503:3");
    assert_asked(w, "select off_until is null from garner_source", "1");
    assert_int_equal(w->status.totals.passing, 2);
    assert_all_accounted_for(w);
    end(w);
}

static void nor_unless_it_was_said(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 99, 0);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, ATTEMPTS, "503:1");
    w->sources[0].retry = (struct gn_backoff){
        .times = 3, .least_ms = 1, .classes = 1U << GN_RETRY_TIMEOUT};
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, ATTEMPTS, "503:1 503:1");
    end(w);
}

static void who_cannot_be_reached_is_tried_again(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 0, 3);

    (void)state;
    snprintf(w->urls[0], sizeof w->urls[0], "http://127.0.0.1:1/");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select count(*) || group_concat(distinct failure)"
                 " from garner_run",
                 "4connect");
    assert_int_equal(w->status.totals.retried, 3);
    assert_all_accounted_for(w);
    end(w);
}

/* With an interval: due times that come while it waits are missed. */
static void waiting_costs_due_times(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 1, 1);

    (void)state;
    w->sources[0].schedule.every_ms = 10;
    w->sources[0].retry.least_ms = w->sources[0].retry.most_ms = 505;
    run_beside(w);
    WAIT_FOR(s.requests > 3);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_true(w->status.totals.missed_waiting > 0);
    assert_asked(w, "select count(*) from garner_run where attempt = 2", "1");
    assert_asked(w,
                 "select sum(missed) > 0 from garner_run where error = 'it"
                 " was put off after a failure'",
                 "1");
    assert_all_accounted_for(w);
    end(w);
}

/* Even without retries. */
static void a_server_that_asks_for_time_gets_it(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 1, 0);
    const int64_t before_us = gn_clock_wall_us();

    (void)state;
    s.status = "429 Enough";
    s.headers = "Retry-After: 1000\r\n";
    w->sources[0].schedule.every_ms = 10;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.missed_waiting > 3);
    assert_true(status_of(w).next_due_us < 100000);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(s.requests, 1);
    assert_asked(w, "select tried is null from garner_source", "1");
    assert_true(strtoll(ask(w, "select off_until from garner_source"), NULL,
                        10) >= before_us + INT64_C(1000000000));
    assert_all_accounted_for(w);
    run_beside(w); /* another garner goes on waiting */
    WAIT_FOR(status_of(w).totals.missed_waiting > 3);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(s.requests, 1);
    assert_asked(w,
                 "select group_concat(distinct error) from garner_run"
                 " where error like '%put off%'",
                 "it was put off, as the server had asked (Retry-After)");
    w->options.once = true; /* but for one who wants it now */
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.requests, 2);
    assert_asked(w, ATTEMPTS, "429:1 200:1");
    assert_asked(w, "select off_until is null from garner_source", "1");
    end(w);
}

/* Even if it was to be tried again sooner. */
static void a_retry_comes_no_sooner_than_it_asks(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 99, 9);
    const int64_t before_us = gn_clock_wall_us();

    (void)state;
    s.headers = "Retry-After: 1000\r\n";
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored > 0);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, "select tried from garner_source", "1");
    assert_true(strtoll(ask(w, "select off_until from garner_source"), NULL,
                        10) >= before_us + INT64_C(1000000000));
    end(w);
}

static void set_off(struct world *w, int64_t in_us, const char *attempt)
{
    char sql[128];

    snprintf(sql, sizeof sql,
             "update garner_source set off_until = %lld, tried = %s",
             (long long)gn_clock_wall_us() + (long long)in_us, attempt);
    store_runs(w, sql);
}

static void a_retry_survives_a_restart(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 1, 4);

    (void)state;
    w->sources[0].retry.times = 0;
    assert_int_equal(run(w), GARNER_OK);
    w->sources[0].retry.times = 4;
    set_off(w, 20000, "3");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, ATTEMPTS, "503:1 200:4");
    assert_int_equal(w->status.totals.missed_waiting, 1);
    end(w);
}

static void what_only_waits_goes_on_with_its_due_times(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 0, 4);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    set_off(w, INT64_C(3000000000), "null");
    w->sources[0].schedule.every_ms = 10;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.missed_waiting > 0);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(s.requests, 1);
    set_off(w, 30000, "null");
    run_beside(w);
    WAIT_FOR(s.requests > 2);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(w->status.totals.retried, 0);
    set_off(w, 1000, "5"); /* more than there are to be, by now */
    w->sources[0].schedule.every_ms = 0;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(w->status.totals.retried, 0);
    end(w);
}

/* One that was to come while garner was down comes at once; one that lies too
 * far ahead never was. */
static void what_the_clock_says_is_not_believed_blindly(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 0, 4);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    set_off(w, INT64_C(-3600000000), "2");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, ATTEMPTS, "200:1 200:3");
    assert_asked(w, "select max(late_us) < 3000000000 from garner_run", "1");
    set_off(w, INT64_C(3700000000), "2");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, ATTEMPTS, "200:1 200:3 200:1");
    end(w);
}

static void a_stop_does_not_wait_for_retries(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 99, 9);

    (void)state;
    w->sources[0].retry.least_ms = 3600000;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored == 1);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(s.requests, 1);
    assert_asked(w, "select tried from garner_source", "1");
    assert_all_accounted_for(w);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_tried_until_it_works),
        cmocka_unit_test(one_that_is_expected_is_no_failure),
        cmocka_unit_test(but_not_for_ever),
        cmocka_unit_test(nor_unless_it_was_said),
        cmocka_unit_test(who_cannot_be_reached_is_tried_again),
        cmocka_unit_test(waiting_costs_due_times),
        cmocka_unit_test(a_server_that_asks_for_time_gets_it),
        cmocka_unit_test(a_retry_comes_no_sooner_than_it_asks),
        cmocka_unit_test(a_retry_survives_a_restart),
        cmocka_unit_test(what_only_waits_goes_on_with_its_due_times),
        cmocka_unit_test(what_the_clock_says_is_not_believed_blindly),
        cmocka_unit_test(a_stop_does_not_wait_for_retries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
