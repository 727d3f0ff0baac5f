/* pace_test.c - what is due next is kept over restarts, and what was missed is
 * made up for; intervals that follow what is found. */
#include <stdatomic.h>

#include "base/clock.h"
#include "engine/fixture_test.h"

#define HOUR_MS INT64_C(3600000)
#define HOUR_US (HOUR_MS * 1000)

/* A server that keeps the first it is asked for waiting. */
struct site {
    atomic_bool open;
    atomic_int requests;
};

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        if (atomic_fetch_add(&s->requests, 1) == 0)
            WAIT_FOR(atomic_load(&s->open));
        tcp_peer_reply(p, "200 OK", "", "hello");
    }
}

static struct world *begin_site(struct site *s, bool open)
{
    memset(s, 0, sizeof *s);
    atomic_store(&s->open, open);
    return begin(serve, s);
}

static void stop(struct world *w)
{
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(
        w->status.totals.due,
        w->status.totals.started + w->status.totals.missed_overlap +
            w->status.totals.missed_late + w->status.totals.missed_refused +
            w->status.totals.missed_waiting + w->status.totals.missed_stopped);
}

static int64_t asked_number(struct world *w, const char *sql)
{
    return strtoll(ask(w, sql), NULL, 10);
}

/* Moves what is kept of a source's next due time, of now. */
static void set_next(struct world *w, int source, int64_t in_us)
{
    const int64_t next_us = gn_clock_wall_us() + in_us;
    char sql[160];

    snprintf(sql, sizeof sql,
             "update garner_source set next_due = %lld where name = 's%d'",
             (long long)next_us, source);
    store_runs(w, sql);
}

#define RUNS                                                                   \
    "select group_concat(n, ' ') from (select name || ':' || count(r.id) as n" \
    " from garner_source s left join garner_run r on r.source = s.id and"      \
    " missed = 0 group by s.id order by name)"

/* Of three sources of an hour, the first is due at the start. */
static void what_was_missed_while_it_was_down_is_made_up_for(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, true);
    int64_t next_us;

    (void)state;
    add_source(w, "/", HOUR_MS)->schedule.once = true;
    add_source(w, "/", HOUR_MS)->schedule.once = true;
    add_source(w, "/", HOUR_MS);
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored == 1);
    stop(w);
    assert_asked(w, RUNS, "s0:1 s1:0 s2:0");
    next_us = asked_number(w, "select next_due from garner_source"
                              " where name = 's0'");
    assert_true(next_us > gn_clock_wall_us() + HOUR_US - 600000000);
    assert_true(next_us <= gn_clock_wall_us() + HOUR_US);
    assert_asked(w, "select count(next_due) from garner_source", "1");
    /* the first is not due yet any more, the others were, and one is made up
     * for */
    set_next(w, 1, -3 * HOUR_US - HOUR_US / 4);
    set_next(w, 2, -3 * HOUR_US);
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored == 1);
    stop(w);
    assert_asked(w, RUNS, "s0:1 s1:1 s2:0");
    assert_int_equal(w->status.totals.due, 1);
    /* the slots stay where they were */
    next_us = asked_number(w, "select next_due from garner_source"
                              " where name = 's1'") -
              gn_clock_wall_us();
    assert_true(next_us <= HOUR_US * 3 / 4 &&
                next_us > HOUR_US * 3 / 4 - 600000000);
    end(w);
}

/* One that tries each source once has no business with that. */
static void one_round_leaves_it_alone(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, true);

    (void)state;
    add_source(w, "/", HOUR_MS)->schedule.once = true;
    w->options.once = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(next_due) from garner_source", "0");
    end(w);
}

static void a_cron_line_is_made_up_for(void **state)
{
    struct gn_cron line;
    struct site s;
    struct world *w = begin_site(&s, true);

    (void)state;
    assert_int_equal(gn_cron_parse("@yearly", &line, NULL), GARNER_OK);
    for (int i = 0; i < 2; i++)
        add_source(w, "/", 0)->schedule =
            (struct gn_spec){.cron = &line, .once = i == 0};
    w->options.run_for_ms = 1; /* nothing is due */
    assert_int_equal(run(w), GARNER_OK);
    set_next(w, 0, -HOUR_US);
    set_next(w, 1, -HOUR_US);
    w->options.run_for_ms = 0;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored == 1);
    stop(w);
    assert_asked(w, RUNS, "s0:1 s1:0");
    assert_asked(w,
                 "select strftime('%m-%d %H:%M:%S', next_due / 1000000,"
                 " 'unixepoch') from garner_source where name = 's0'",
                 "01-01 00:00:00");
    end(w);
}

/* What is due while the last run goes on waits for its end: one of them. */
static void with_a_queue_a_run_follows_at_once(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, false);

    (void)state;
    add_source(w, "/", 100)->schedule.queue = true;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.missed_overlap > 2);
    atomic_store(&s.open, true);
    WAIT_FOR(status_of(w).totals.stored > 1);
    stop(w);
    assert_asked(w,
                 "select late_us > 0 from garner_run where missed = 0"
                 " order by id limit 1 offset 1",
                 "1");
    assert_all_accounted_for(w);
    end(w);
}

/* One that waits when garner ends comes after a restart. */
static void what_waits_at_the_end_is_made_up_for_later(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, false);
    int64_t stopped_us;

    (void)state;
    add_source(w, "/", 100)->schedule.once = true;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.missed_overlap > 2);
    gn_engine_stop(w->engine);
    WAIT_FOR(status_of(w).phase == GN_PHASE_DRAINING);
    stopped_us = gn_clock_wall_us();
    atomic_store(&s.open, true);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, RUNS, "s0:1");
    assert_true(asked_number(w, "select next_due from garner_source") <=
                stopped_us);
    assert_all_accounted_for(w);
    end(w);
}

/* --- intervals that adapt ------------------------------------------------ */

/* Another body each time, under /new; the same one anywhere else. */
static void serve_kinds(struct tcp_peer *p, void *context)
{
    struct site *s = context;
    char body[32];

    while (tcp_peer_request(p)) {
        const int n = atomic_fetch_add(&s->requests, 1);

        snprintf(body, sizeof body, "%d", tcp_peer_asks(p, "/new") ? n : 1);
        tcp_peer_reply(
            p, tcp_peer_asks(p, "/broken") ? "500 Oh" : "200 OK",
            tcp_peer_asks(p, "/fresh") ? "Cache-Control: max-age=3600\r\n" : "",
            body);
    }
}

static struct world *begin_kinds(struct site *s, const char *path,
                                 struct gn_adapt adapt, int64_t every_ms)
{
    struct world *w;

    memset(s, 0, sizeof *s);
    w = begin(serve_kinds, s);
    add_source(w, path, every_ms)->schedule.adapt = adapt;
    return w;
}

#define INTERVAL "select interval from garner_source"

/* The interval, in ms, that so many runs lead to. */
static int64_t led_to(struct world *w, int64_t every_ms, bool changed)
{
    const struct gn_adapt *adapt = &w->sources[0].schedule.adapt;
    int64_t runs = asked_number(w, "select count(*) from garner_run"
                                   " where missed = 0");

    while (runs-- > 1)
        every_ms = gn_adapt_next_ms(adapt, every_ms, changed);
    return every_ms;
}

static void what_stays_is_fetched_more_rarely(void **state)
{
    struct site s;
    struct world *w = begin_kinds(&s, "/", (struct gn_adapt){10, HOUR_MS}, 10);

    (void)state;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored > 3);
    stop(w);
    assert_int_equal(asked_number(w, INTERVAL), led_to(w, 10, false) * 1000);
    assert_true(asked_number(w, INTERVAL) > 30000);
    assert_all_accounted_for(w);
    end(w);
}

static void what_changes_more_often(void **state)
{
    struct site s;
    struct world *w =
        begin_kinds(&s, "/new", (struct gn_adapt){5, HOUR_MS}, 160);

    (void)state;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored > 3);
    stop(w);
    assert_int_equal(asked_number(w, INTERVAL), led_to(w, 160, true) * 1000);
    assert_true(asked_number(w, INTERVAL) < 30000);
    assert_all_accounted_for(w);
    end(w);
}

static void a_failure_says_nothing(void **state)
{
    struct site s;
    struct world *w =
        begin_kinds(&s, "/broken", (struct gn_adapt){1, HOUR_MS}, 20);

    (void)state;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored > 2);
    stop(w);
    assert_asked(w, INTERVAL, "null");
    end(w);
}

static void a_fresh_answer_will_do_for_longer(void **state)
{
    struct site s;
    struct world *w =
        begin_kinds(&s, "/fresh", (struct gn_adapt){20, 2 * HOUR_MS}, 20);
    struct gn_standing standing;
    int64_t next_us;

    (void)state;
    add_source(w, "/fresh", 20)->schedule.once = true; /* does not adapt */
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored > 2);
    assert_int_equal(gn_engine_look(w->engine, "s0", &standing, NULL),
                     GARNER_OK);
    assert_int_equal(standing.next, GN_NEXT_FRESH);
    assert_in_range(standing.next_us, HOUR_US - 600000000, HOUR_US);
    assert_int_equal(gn_engine_look(w->engine, "s1", &standing, NULL),
                     GARNER_OK);
    assert_int_equal(standing.next, GN_NEXT_SLOT);
    stop(w);
    assert_asked(w,
                 "select count(*) from garner_run r join garner_source s"
                 " on s.id = r.source where s.name = 's0' and missed = 0",
                 "1");
    assert_asked(w, INTERVAL " where name = 's0'", "20000");
    next_us = asked_number(w, "select next_due from garner_source"
                              " where name = 's0'");
    assert_true(next_us > gn_clock_wall_us() + HOUR_US - 600000000);
    assert_true(next_us < gn_clock_wall_us() + HOUR_US + 1000000);
    end(w);
}

static void its_interval_survives_a_restart(void **state)
{
    struct site s;
    struct world *w =
        begin_kinds(&s, "/", (struct gn_adapt){60000, 12 * HOUR_MS}, 60000);
    int64_t left_us;

    (void)state;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored == 1);
    stop(w);
    assert_asked(w, INTERVAL, "60000000");
    /* it was due half an hour ago, and is not made up for */
    store_runs(w, "update garner_source set interval = 3600000000");
    set_next(w, 0, -HOUR_US / 2);
    run_beside(w);
    WAIT_FOR(status_of(w).phase == GN_PHASE_RUNNING);
    left_us = status_of(w).next_due_us;
    assert_true(left_us <= HOUR_US / 2 && left_us > HOUR_US / 2 - 600000000);
    stop(w);
    /* and now it is, and waits for longer by half */
    w->sources[0].schedule.once = true;
    set_next(w, 0, -1);
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored == 1);
    stop(w);
    assert_asked(w, INTERVAL, "5400000000");
    /* what it has come to is held to other bounds */
    w->sources[0].schedule.adapt.most_ms = HOUR_MS;
    set_next(w, 0, -1);
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored == 1);
    stop(w);
    assert_asked(w, INTERVAL, "3600000000");
    assert_int_equal(s.requests, 3);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_missed_while_it_was_down_is_made_up_for),
        cmocka_unit_test(one_round_leaves_it_alone),
        cmocka_unit_test(a_cron_line_is_made_up_for),
        cmocka_unit_test(with_a_queue_a_run_follows_at_once),
        cmocka_unit_test(what_waits_at_the_end_is_made_up_for_later),
        cmocka_unit_test(what_stays_is_fetched_more_rarely),
        cmocka_unit_test(what_changes_more_often),
        cmocka_unit_test(a_failure_says_nothing),
        cmocka_unit_test(a_fresh_answer_will_do_for_longer),
        cmocka_unit_test(its_interval_survives_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
