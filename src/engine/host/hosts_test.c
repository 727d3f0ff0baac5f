/* hosts_test.c - which sources share a host, and what they do to each other. */
#include <stdatomic.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/host/hosts.h"

static void sources_of_one_host_share_it(void **state)
{
    static const char *const urls[] = {
        "http://h/a",   "http://H:80/b",     "https://h/",    "HTTPS://h:443/x",
        "http://h:81/", "http://user:pw@h/", "http://[::1]/", "http://i/"};
    static const char *const names[] = {
        "http://h:80", "http://h:80", "https://h:443", "https://h:443",
        "http://h:81", "http://h:80", "http://::1:80", "http://i:80"};
    struct gn_source sources[8] = {0};
    struct gn_active all[8] = {0};
    struct gn_active *actives[8];
    struct gn_hosts h = {0};

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        sources[i].request.url = urls[i];
        all[i].source = &sources[i];
        actives[i] = &all[i];
    }
    assert_int_equal(gn_hosts_open(&h, actives, 8, NULL), GARNER_OK);
    assert_int_equal(h.count, 5);
    for (size_t i = 0; i < 8; i++)
        assert_string_equal(actives[i]->host->name, names[i]);
    assert_ptr_equal(actives[0]->host, actives[5]->host);
    gn_hosts_close(&h);
    for (unsigned nth = 1; nth < 6; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_hosts_open(&h, actives, 8, NULL), GARNER_NOMEM);
        gn_hosts_close(&h);
    }
    gn_mem_fail_at(0);
}

struct site {
    atomic_bool broken;
    atomic_int requests;
};

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        atomic_fetch_add(&s->requests, 1);
        tcp_peer_reply(p, s->broken ? "500 Oh" : "200 OK", "", "x");
    }
}

static struct world *begin_site(struct site *s, int sources, int64_t every_ms,
                                int64_t wait_ms)
{
    struct world *w;

    memset(s, 0, sizeof *s);
    atomic_store(&s->broken, true);
    w = begin(serve, s);
    for (int i = 0; i < sources; i++) {
        struct gn_source *source = add_source(w, "/", every_ms);

        source->host_failures = 3;
        source->retry.least_ms = source->retry.most_ms = wait_ms;
    }
    return w;
}

static void a_host_that_fails_is_left_alone_by_all(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 4, 10, 3600000);

    (void)state;
    w->options.parallel = 1;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.missed_waiting > 20);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(s.requests, 3);
    assert_asked(w,
                 "select sum(missed) > 10 from garner_run where error = 'it"
                 " was put off, since its host failed too often'",
                 "1");
    assert_all_accounted_for(w);
    end(w);
}

static void one_finds_out_that_it_works_again(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 4, 10, 20);

    (void)state;
    run_beside(w);
    /* It is found broken, and left alone, again and again. */
    WAIT_FOR(status_of(w).totals.missed_waiting > 60 && s.requests > 7);
    atomic_store(&s.broken, false);
    WAIT_FOR(strcmp(ask(w, "select count(distinct source) from garner_run"
                           " where status = 200"),
                    "4") == 0);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_true(w->status.totals.missed_waiting > 0);
    assert_all_accounted_for(w);
    end(w);
}

static void once_does_not_hammer_it(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 9, 0, 3600000);

    (void)state;
    w->options.parallel = 1;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.requests, 3);
    assert_int_equal(w->status.totals.missed_waiting, 6);
    assert_all_accounted_for(w);
    end(w);
}

/* Tries that are still to come wait for the host, and are not lost. */
static void retries_wait_for_it(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 2, 0, 10);

    (void)state;
    w->options.parallel = 1;
    w->sources[0].retry.times = w->sources[1].retry.times = 4;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.requests, 10);
    assert_asked(w,
                 "select group_concat(a) from (select max(attempt) as a from"
                 " garner_run group by source)",
                 "5,5");
    assert_all_accounted_for(w);
    end(w);
}

/* A server that answers when it is told to. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool open;         /* guarded by lock */
    atomic_int inside; /* requests not answered yet */
    atomic_int most;
};

/* Waits for it, a minute at most: then the test fails by itself. */
static void pass(struct gate *g)
{
    const struct timespec deadline = {.tv_sec = time(NULL) + 60};
    int rc = 0;

    gn_lock(&g->lock);
    while (!g->open && rc == 0)
        rc = pthread_cond_timedwait(&g->change, &g->lock, &deadline);
    gn_unlock(&g->lock);
}

static void open_gate(struct gate *g)
{
    gn_lock(&g->lock);
    g->open = true;
    gn_cond_wake_all(&g->change);
    gn_unlock(&g->lock);
}

static void serve_gate(struct tcp_peer *p, void *context)
{
    struct gate *g = context;
    int inside;

    while (tcp_peer_request(p)) {
        inside = atomic_fetch_add(&g->inside, 1) + 1;
        if (inside > g->most)
            atomic_store(&g->most, inside);
        pass(g);
        atomic_fetch_sub(&g->inside, 1);
        tcp_peer_reply(p, "200 OK", "", "x");
    }
}

static struct world *begin_gate(struct gate *g, int sources)
{
    struct world *w;

    *g = (struct gate){PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
                       false, 0, 0};
    w = begin(serve_gate, g);
    for (int i = 0; i < sources; i++)
        add_source(w, "/", 0)->host_concurrency = 2;
    return w;
}

/* Opens it so late that it shows. */
static void open_late(struct gate *g)
{
    const int64_t from_ns = gn_clock_monotonic_ns();

    WAIT_FOR(gn_clock_monotonic_ns() - from_ns > 50000000);
    open_gate(g);
}

/* At least count runs waited for that. */
static void assert_late(struct world *w, int count)
{
    assert_in_range(atoi(ask(w, "select count(*) from garner_run"
                                " where late_us >= 50000")),
                    count, MOST_SOURCES);
}

static void few_at_a_time(void **state)
{
    struct gate g;
    struct world *w = begin_gate(&g, 9);

    (void)state;
    w->sources[8].host_concurrency = 0; /* it takes no part */
    run_beside(w);
    WAIT_FOR(g.inside == 3);
    assert_int_equal(status_of(w).totals.started, 9);
    assert_int_equal(status_of(w).fetching, 3);
    open_late(&g);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_true(g.most <= 3);
    assert_asked(w, "select count(*) from garner_run where status = 200", "9");
    assert_late(w, 6);
    assert_all_accounted_for(w);
    end(w);
}

static void who_waits_leaves_room_for_others(void **state)
{
    struct gate g;
    struct world *w = begin_gate(&g, 9);

    (void)state;
    w->options.parallel = 3;
    w->sources[8].host_concurrency = 0;
    run_beside(w);
    WAIT_FOR(g.inside == 3); /* the last one among them */
    open_gate(&g);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_run", "9");
    end(w);
}

static void who_waits_for_room_is_late_too(void **state)
{
    struct gate g;
    struct world *w = begin_gate(&g, 2);

    (void)state;
    w->options.parallel = 1;
    w->sources[0].host_concurrency = w->sources[1].host_concurrency = 0;
    run_beside(w);
    WAIT_FOR(g.inside == 1);
    open_late(&g);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_late(w, 1);
    assert_all_accounted_for(w);
    end(w);
}

static void who_waits_when_garner_is_stopped_is_missed(void **state)
{
    struct gate g;
    struct world *w = begin_gate(&g, 5);

    (void)state;
    run_beside(w);
    WAIT_FOR(g.inside == 2 && status_of(w).totals.started == 5);
    gn_engine_stop(w->engine);
    WAIT_FOR(status_of(w).totals.missed_stopped == 3);
    open_gate(&g);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, "select sum(missed) || sum(missed = 0) from garner_run",
                 "32");
    assert_all_accounted_for(w);
    end(w);
}

static void one_after_another(void **state)
{
    struct gate g;
    struct world *w = begin_gate(&g, 4);
    int64_t took_ns;

    (void)state;
    open_gate(&g);
    for (int i = 0; i < 4; i++)
        w->sources[i].host_interval_ms = 100;
    took_ns = gn_clock_monotonic_ns();
    assert_int_equal(run(w), GARNER_OK);
    took_ns = gn_clock_monotonic_ns() - took_ns;
    assert_true(took_ns >= INT64_C(300000000));
    assert_asked(w, "select count(*) from garner_run", "4");
    end(w);
}

static struct gn_standing look(struct world *w, const char *name)
{
    struct gn_standing s;

    assert_int_equal(gn_engine_look(w->engine, name, &s, NULL), GARNER_OK);
    return s;
}

/* How many of s0, s1 ... wait for their host, for least_us to most_us. */
static int waiting(struct world *w, int sources, int64_t least_us,
                   int64_t most_us)
{
    int count = 0;

    for (int i = 0; i < sources; i++) {
        char name[16];
        struct gn_standing s;

        snprintf(name, sizeof name, "s%d", i);
        s = look(w, name);
        count += s.running && s.waits_for_host && s.host_us >= least_us &&
                 s.host_us <= most_us;
    }
    return count;
}

static void who_waits_for_others_says_so(void **state)
{
    struct gate g;
    struct world *w = begin_gate(&g, 5);

    (void)state;
    w->sources[4].schedule.every_ms = 3600000; /* so that it does not end */
    run_beside(w);
    WAIT_FOR(g.inside == 2 && waiting(w, 5, INT64_MAX, INT64_MAX) == 3);
    open_gate(&g);
    WAIT_FOR(status_of(w).totals.stored == 5);
    assert_int_equal(waiting(w, 5, 0, INT64_MAX), 0);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    end(w);
}

static void who_waits_for_its_turn_knows_how_long(void **state)
{
    static const int64_t hour_us = INT64_C(3600000000);
    struct site s;
    struct world *w = begin_site(&s, 3, 0, 0);

    (void)state;
    atomic_store(&s.broken, false);
    for (int i = 0; i < 3; i++)
        w->sources[i].host_interval_ms = 3600000;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored == 1);
    WAIT_FOR(waiting(w, 3, 0, INT64_MAX) == 2);
    assert_int_equal(waiting(w, 3, hour_us / 2, hour_us), 1);
    assert_int_equal(waiting(w, 3, hour_us / 2 * 3, 2 * hour_us), 1);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(w->status.totals.missed_stopped, 2);
    assert_all_accounted_for(w);
    end(w);
}

static void serve_large(struct tcp_peer *p, void *context)
{
    int count = 0;

    (void)context;
    while (tcp_peer_request(p))
        tell_large(p, &count);
}

static void bodies_come_no_faster_than_the_least_that_is_said(void **state)
{
    struct world *w = begin(serve_large, NULL);
    int64_t took_ns = gn_clock_monotonic_ns();

    (void)state;
    for (int i = 0; i < 3; i++)
        add_source(w, "/", 0)->host_bytes = i < 2 ? 1000000 * (2 - i) : 0;
    assert_int_equal(run(w), GARNER_OK);
    took_ns = gn_clock_monotonic_ns() - took_ns;
    assert_true(took_ns >= INT64_C(450000000)); /* two of LARGE, less a burst */
    assert_asked(w, "select sum(bytes) from garner_run", "900000");
    end(w);
}

static void who_waits_for_a_host_that_fails_goes_away(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 9, 0, 3600000);

    (void)state;
    for (int i = 0; i < 9; i++)
        w->sources[i].host_concurrency = 1;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.requests, 3);
    assert_int_equal(w->status.totals.missed_waiting, 6);
    assert_all_accounted_for(w);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_of_one_host_share_it),
        cmocka_unit_test(a_host_that_fails_is_left_alone_by_all),
        cmocka_unit_test(one_finds_out_that_it_works_again),
        cmocka_unit_test(once_does_not_hammer_it),
        cmocka_unit_test(retries_wait_for_it),
        cmocka_unit_test(few_at_a_time),
        cmocka_unit_test(who_waits_leaves_room_for_others),
        cmocka_unit_test(who_waits_for_room_is_late_too),
        cmocka_unit_test(who_waits_when_garner_is_stopped_is_missed),
        cmocka_unit_test(one_after_another),
        cmocka_unit_test(who_waits_for_others_says_so),
        cmocka_unit_test(who_waits_for_its_turn_knows_how_long),
        cmocka_unit_test(bodies_come_no_faster_than_the_least_that_is_said),
        cmocka_unit_test(who_waits_for_a_host_that_fails_goes_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
