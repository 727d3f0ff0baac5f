/* costs_test.c - what a host costs is counted, and what it asks for is kept
 * over restarts. */
#include <stdatomic.h>

#include "base/clock.h"
#include "engine/fixture_test.h"
#include "engine/host/costs.h"
#include "engine/host/hosts.h"

struct site {
    atomic_int requests;
    const char *status;  /* constant; NULL: 200 with an ETag, then 304 */
    const char *headers; /* constant */
};

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        atomic_fetch_add(&s->requests, 1);
        if (s->status != NULL)
            tcp_peer_reply(p, s->status, s->headers, "oh");
        else if (strstr(p->request, "If-None-Match") != NULL)
            tcp_peer_text(p, "HTTP/1.1 304 Same\r\nETag: \"a\"\r\n\r\n");
        else
            tcp_peer_reply(p, "200 OK", "ETag: \"a\"\r\n", "hello");
    }
}

static struct world *begin_site(struct site *s, const char *status,
                                const char *headers)
{
    *s = (struct site){0, status, headers};
    return begin(serve, s);
}

static int64_t number(struct world *w, const char *sql)
{
    return strtoll(ask(w, sql), NULL, 10);
}

/* Runs beside until a fetch was stored, then stops. */
static void run_for_one(struct world *w)
{
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored > 0);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
}

/* Runs beside until due times were missed, for its host is left alone. */
static void run_in_vain(struct world *w)
{
    run_beside(w);
    WAIT_FOR(status_of(w).totals.missed_waiting > 3);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
}

#define COST                                                                   \
    "select requests || ' ' || not_modified || ' ' || errors || ' ' || bytes"  \
    " from garner_host"

static void every_request_is_counted(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, NULL, NULL);
    const int64_t before_us = gn_clock_wall_us();

    (void)state;
    for (int i = 0; i < 20; i++)
        add_source(w, "/", 0);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, COST, "20 0 0 100");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, COST, "40 20 0 100");
    assert_true(number(w, "select since from garner_host") >= before_us);
    assert_int_equal(number(w, "select last from garner_host"),
                     number(w, "select max(started) from garner_run"));
    end(w);
}

static void so_are_errors(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "404 No", "");

    (void)state;
    add_source(w, "/", 0);
    add_source(w, "/", 0);
    snprintf(w->urls[1], sizeof w->urls[1], "http://127.0.0.1:1/");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select sum(requests) || ' ' || sum(errors) || ' ' ||"
                 " sum(bytes) || ' ' || count(*) from garner_host",
                 "2 2 2 2");
    assert_asked(w,
                 "select requests || errors from garner_host"
                 " where name = 'http://127.0.0.1:1'",
                 "11");
    end(w);
}

/* What the store refuses is told again, with a run that it takes. */
static void what_is_refused_is_told_again(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "200 OK", "");
    struct gn_source *source = add_source(w, "/", 0);

    (void)state;
    add_rows(w, source, "t", NULL, "select 1 as a");
    store_runs(w, "create table t (a check (a > 1))");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select failure from garner_run", "store");
    assert_asked(w, COST, "1 0 0 2");
    end(w);
}

static void a_circuit_stays_open_over_a_restart(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "500 Oh", "");
    struct gn_source *source = add_source(w, "/", 10);

    (void)state;
    source->host_failures = 1;
    source->retry.least_ms = source->retry.most_ms = 3000000;
    run_for_one(w);
    assert_int_equal(s.requests, 1);
    assert_asked(w, "select failures || openings from garner_host", "11");
    assert_true(number(w, "select open_until from garner_host") >
                gn_clock_wall_us() + INT64_C(2900000000));
    run_in_vain(w);
    assert_int_equal(s.requests, 1);
    w->options.once = true; /* but for one who wants it now */
    source->schedule.every_ms = 0;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.requests, 2);
    end(w);
}

static void one_that_works_again_is_closed_after_a_restart_too(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, NULL, NULL);
    struct gn_source *source = add_source(w, "/", 0);

    (void)state;
    source->host_failures = 1;
    assert_int_equal(run(w), GARNER_OK);
    store_runs(w, "update garner_host set failures = 5, openings = 3,"
                  " open_until = 1");
    assert_int_equal(run(w), GARNER_OK); /* the probe */
    assert_asked(w,
                 "select failures || openings || coalesce(open_until, '!')"
                 " from garner_host",
                 "00!");
    end(w);
}

/* Retry-After is the host's, not the source's alone. */
static void who_asks_for_time_gets_it_from_all_who_take_part(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "503 Oh", "Retry-After: 1000\r\n");

    (void)state;
    for (int i = 0; i < 4; i++)
        add_source(w, "/", 10)->host_concurrency = 1;
    w->options.parallel = 1;
    run_in_vain(w);
    assert_int_equal(s.requests, 1);
    assert_true(number(w, "select off_until from garner_host") >
                gn_clock_wall_us() + INT64_C(900000000));
    assert_asked(w,
                 "select group_concat(distinct error) from garner_run"
                 " where error like '%put off%'",
                 "it was put off, as the server had asked (Retry-After)");
    store_runs(w, "update garner_source set off_until = null");
    run_in_vain(w); /* another garner goes on waiting */
    assert_int_equal(s.requests, 1);
    w->sources[1].host_concurrency = 0; /* it takes no part */
    run_for_one(w);
    assert_true(s.requests > 1);
    end(w);
}

static void what_the_clock_says_is_not_believed_blindly(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, NULL, NULL);
    struct gn_source *source = add_source(w, "/", 0);

    (void)state;
    source->host_concurrency = 1;
    source->host_interval_ms = 1;
    assert_int_equal(run(w), GARNER_OK);
    store_runs(w, "update garner_host set off_until ="
                  " (unixepoch() + 86400) * 1000000, next = off_until");
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.requests, 2);
    end(w);
}

static void an_interval_goes_on_over_a_restart(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, NULL, NULL);
    struct gn_source *source = add_source(w, "/", 10);

    (void)state;
    source->host_interval_ms = 3000000;
    run_for_one(w);
    assert_true(number(w, "select next from garner_host") >
                gn_clock_wall_us() + INT64_C(2900000000));
    run_beside(w);
    WAIT_FOR(status_of(w).totals.missed_overlap > 3);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(s.requests, 1);
    end(w);
}

/* A run costs no statement more; only one a second does. */
static void it_is_told_once_a_second(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, NULL, NULL);

    (void)state;
    add_source(w, "/", 1);
    store_runs(w, "create table told (n)");
    run_for_one(w);
    store_runs(w, "create trigger t after update on garner_host begin"
                  " insert into told values (1); end");
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored > 100);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_true(number(w, "select count(*) from told") <
                number(w, "select count(*) / 4 from garner_run"));
    assert_int_equal(number(w, "select requests from garner_host"), s.requests);
    end(w);
}

static void add_hosts(struct gn_hosts *h, int from, int to)
{
    for (int i = from; i < to; i++) {
        struct gn_host *host;
        char name[32];

        snprintf(name, sizeof name, "http://h%d:80", i);
        host = gn_host_make(gn_strdup(name));
        assert_non_null(host);
        host->stays = i == 0;
        assert_int_equal(gn_host_meet(h, host, &host, NULL), GARNER_OK);
        host->untold.requests = i == 1;
    }
}

static void
those_that_nobody_needs_are_forgotten_when_they_are_many(void **state)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    struct gn_hosts h = {.trimmed_ns = now_ns - 3600 * INT64_C(1000000000)};
    struct world *w = begin(NULL, NULL);

    (void)state;
    add_source(w, "/", 0);
    assert_int_equal(run(w), GARNER_OK); /* the tables are there */
    add_hosts(&h, 0, 4095);
    gn_costs_trim(&h, w->store, now_ns);
    assert_int_equal(h.count, 4095);
    add_hosts(&h, 4095, 4096);
    gn_costs_trim(&h, w->store, now_ns);
    assert_int_equal(h.count, 2); /* the store may not have that one yet */
    assert_string_equal(h.all[0]->name, "http://h0:80");
    assert_string_equal(h.all[1]->name, "http://h1:80");
    WAIT_FOR(number(w, "select count(*) from garner_host where name ="
                       " 'http://h1:80' and requests = 1") == 1);
    add_hosts(&h, 2, 5000);
    gn_costs_trim(&h, w->store, now_ns + 1);
    assert_int_equal(h.count, 5000); /* it was not long ago */
    gn_hosts_close(&h);
    end(w);
}

/* A host that is left by a redirect, once it was asked. */
static struct gn_host *add_asked(struct gn_hosts *h)
{
    struct gn_host *host = gn_host_make(gn_strdup("http://h:80"));

    assert_non_null(host);
    assert_int_equal(gn_host_meet(h, host, &host, NULL), GARNER_OK);
    host->untold.requests = 1;
    return host;
}

static void one_that_is_left_tells_once_a_second_too(void **state)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    struct gn_hosts h = {0};
    struct world *w = begin(NULL, NULL);
    struct gn_host *host = add_asked(&h);

    (void)state;
    add_source(w, "/", 0);
    assert_int_equal(run(w), GARNER_OK); /* the tables are there */
    gn_costs_leave(&h, host, w->store, now_ns);
    assert_int_equal(host->untold.requests, 0);
    host->untold.requests = 2;
    gn_costs_leave(&h, host, w->store, now_ns + 999999999);
    assert_int_equal(host->untold.requests, 2);
    gn_costs_leave(&h, host, w->store, now_ns + 1000000000);
    assert_int_equal(host->untold.requests, 0);
    WAIT_FOR(number(w, "select max(requests) from garner_host") == 3);
    gn_hosts_close(&h);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_is_counted),
        cmocka_unit_test(so_are_errors),
        cmocka_unit_test(what_is_refused_is_told_again),
        cmocka_unit_test(a_circuit_stays_open_over_a_restart),
        cmocka_unit_test(one_that_works_again_is_closed_after_a_restart_too),
        cmocka_unit_test(who_asks_for_time_gets_it_from_all_who_take_part),
        cmocka_unit_test(what_the_clock_says_is_not_believed_blindly),
        cmocka_unit_test(an_interval_goes_on_over_a_restart),
        cmocka_unit_test(it_is_told_once_a_second),
        cmocka_unit_test(
            those_that_nobody_needs_are_forgotten_when_they_are_many),
        cmocka_unit_test(one_that_is_left_tells_once_a_second_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
