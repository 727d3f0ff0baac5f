/* steer_test.c - sources paused, let go on, and asked for while they work. */
#include <stdatomic.h>

#include "engine/fixture_test.h"

/* "/gate" waits until it is opened; "/tag" has a version. */
static atomic_int opened;

static void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/gate"))
            WAIT_FOR(atomic_load(&opened) > 0);
        if (strstr(p->request, "If-None-Match: \"a\"") != NULL)
            tcp_peer_text(p,
                          "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n");
        else if (tcp_peer_asks(p, "/404"))
            tcp_peer_reply(p, "404 Not Found", "", "none");
        else
            tcp_peer_reply(p, "200 OK", "ETag: \"a\"\r\n", "hello");
    }
}

static enum garner_code pause_them(struct world *w, const char *pattern,
                                   bool paused)
{
    struct gn_buf told = {0};
    const enum garner_code code =
        gn_engine_pause(w->engine, &pattern, 1, paused, &told, &w->err);

    gn_buf_fini(&told);
    return code;
}

static struct gn_standing look(struct world *w, const char *name)
{
    struct gn_standing s;

    assert_int_equal(gn_engine_look(w->engine, name, &s, NULL), GARNER_OK);
    return s;
}

/* Asks for a source, and waits for the answer. */
static struct gn_asked_run fetch(struct world *w, const char *name, bool whole)
{
    struct gn_buf told = {0};
    uint64_t number;

    assert_int_equal(gn_engine_ask(w->engine, &name, 1, whole, &told, &w->err),
                     GARNER_OK);
    assert_memory_equal(told.data, name, strlen(name));
    number = strtoull(told.data + strlen(name) + 1, NULL, 10);
    gn_buf_fini(&told);
    WAIT_FOR(look(w, name).asked.answered >= number);
    return look(w, name).asked.last;
}

static void wait_until_it_runs(struct world *w)
{
    WAIT_FOR(status_of(w).phase == GN_PHASE_RUNNING);
}

static void stop(struct world *w)
{
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
}

static void paused_ones_wait_over_restarts(void **state)
{
    struct world *w = begin(serve, NULL);
    uint64_t runs;

    (void)state;
    add_source(w, "/a", 5);
    add_source(w, "/b", 5);
    run_beside(w);
    WAIT_FOR(look(w, "s0").runs > 1);
    assert_int_equal(pause_them(w, "s0", true), GARNER_OK);
    assert_true(look(w, "s0").paused);
    assert_int_equal(look(w, "s0").next, GN_NEXT_PAUSED);
    assert_int_equal(look(w, "s0").next_us, INT64_MAX);
    assert_asked(w,
                 "select group_concat(name) from garner_source"
                 " where paused = 1",
                 "s0");
    WAIT_FOR(!look(w, "s0").running);
    WAIT_FOR(status_of(w).storing == 0);
    runs = look(w, "s1").runs;
    WAIT_FOR(look(w, "s1").runs > runs + 3);
    stop(w);
    assert_all_accounted_for(w);
    run_beside(w);
    WAIT_FOR(look(w, "s1").runs > 3);
    assert_int_equal(look(w, "s0").runs, 0);
    assert_int_equal(pause_them(w, "s*", false), GARNER_OK);
    WAIT_FOR(look(w, "s0").runs > 1);
    stop(w);
    assert_asked(w, "select count(paused) from garner_source", "0");
    end(w);
}

static void all_paused_is_no_end(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    add_source(w, "/a", 0);
    add_source(w, "/b", 3600000)->schedule.jitter_ms = 1000;
    run_beside(w);
    wait_until_it_runs(w);
    assert_int_equal(pause_them(w, "*", true), GARNER_OK);
    WAIT_FOR(status_of(w).storing + status_of(w).fetching == 0);
    assert_false(fetch(w, "s0", false).failed);
    assert_false(fetch(w, "s1", false).failed);
    stop(w);
    /* but to fetch each once is done when nothing may be fetched */
    w->options.once = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(w->status.totals.fetched, 0);
    end(w);
}

static void what_is_asked_for_is_answered(void **state)
{
    struct world *w = begin(serve, NULL);
    struct gn_asked_run r;

    (void)state;
    add_source(w, "/tag", 3600000);
    add_source(w, "/404", 3600000)->retry =
        (struct gn_backoff){.times = 3, .least_ms = 1, .most_ms = 1};
    run_beside(w);
    WAIT_FOR(look(w, "s0").runs == 1);
    assert_int_equal(look(w, "s0").next, GN_NEXT_SLOT);
    assert_in_range(look(w, "s0").next_us, 1, INT64_C(3600000000));
    r = fetch(w, "s0", false);
    assert_false(r.failed);
    assert_int_equal(r.status, 304);
    r = fetch(w, "s0", true);
    assert_int_equal(r.status, 200);
    assert_int_equal(r.bytes, 5);
    r = fetch(w, "s1", false);
    assert_true(r.failed);
    assert_int_equal(r.status, 404);
    assert_has(r.error, "404");
    stop(w);
    assert_asked(w, "select count(*) from garner_run where attempt = 0", "3");
    assert_int_equal(w->status.totals.retried, 0);
    assert_all_accounted_for(w);
    end(w);
}

static void who_asks_meanwhile_gets_the_next(void **state)
{
    static const char *const names[] = {"s0"};
    struct world *w = begin(serve, NULL);
    struct gn_buf told = {0};

    (void)state;
    atomic_store(&opened, 0);
    add_source(w, "/gate", 3600000);
    run_beside(w);
    WAIT_FOR(look(w, "s0").running);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            gn_engine_ask(w->engine, names, 1, i == 1, &told, NULL), GARNER_OK);
    assert_string_equal(gn_buf_cstr(&told), "s0\t1\ns0\t1\ns0\t1\n");
    gn_buf_fini(&told);
    assert_true(look(w, "s0").asked.waits);
    assert_int_equal(look(w, "s0").next, GN_NEXT_ASKED);
    atomic_store(&opened, 1);
    WAIT_FOR(look(w, "s0").asked.answered == 1);
    assert_int_equal(look(w, "s0").asked.last.status, 200);
    stop(w);
    assert_int_equal(tcp_server_requests(w->server), 2);
    assert_all_accounted_for(w);
    end(w);
}

/* The server asked for an hour; who asks by hand does not wait for it. */
static void busy(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p))
        tcp_peer_reply(p, "503 Busy", "Retry-After: 1800\r\n", "");
}

static void what_is_put_off_is_asked_all_the_same(void **state)
{
    struct world *w = begin(busy, NULL);
    struct gn_source *s;

    (void)state;
    s = add_source(w, "/", 60000);
    s->retry = (struct gn_backoff){.times = 2, .least_ms = 1, .most_ms = 1};
    s->host_failures = 1;
    run_beside(w);
    WAIT_FOR(look(w, "s0").runs == 1);
    assert_int_equal(look(w, "s0").next, GN_NEXT_AGAIN);
    assert_in_range(look(w, "s0").off_us, INT64_C(1000000),
                    INT64_C(1800000000));
    assert_int_equal(fetch(w, "s0", false).status, 503);
    assert_int_equal(look(w, "s0").next, GN_NEXT_SLOT);
    assert_in_range(look(w, "s0").next_us, INT64_C(1700000000),
                    INT64_C(1860000000));
    stop(w);
    assert_all_accounted_for(w);
    end(w);
}

static void its_age_is_known(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    add_source(w, "/tag", 3600000)->max_age_ms = 7200000;
    add_source(w, "/404", 3600000)->max_age_ms = 7200000;
    add_source(w, "/tag", 3600000);
    run_beside(w);
    WAIT_FOR(look(w, "s0").runs > 0);
    assert_true(look(w, "s0").has_age && !look(w, "s0").stale);
    assert_in_range(look(w, "s0").good_us, 0, INT64_C(600000000));
    assert_int_equal(look(w, "s1").good_us, INT64_MAX);
    assert_false(look(w, "s2").has_age);
    stop(w);
    end(w);
}

static void by_hand_runs_each_once_and_ends(void **state)
{
    struct world *w = begin(serve, NULL);
    struct gn_standing s;

    (void)state;
    add_source(w, "/tag", 10);
    add_source(w, "/404", 10);
    w->options = (struct gn_engine_options){.by_hand = true};
    for (int whole = 0; whole < 2; whole++) {
        w->options.whole = whole == 1;
        assert_int_equal(run(w), GARNER_OK);
    }
    store_runs(w, "update garner_source set paused = 1");
    w->options.whole = false;
    open_engine(w);
    (void)run_engine(w);
    s = look(w, "s0");
    assert_int_equal(s.asked.last.status, 304);
    assert_true(look(w, "s1").asked.last.failed);
    close_engine(w);
    assert_asked(w,
                 "select group_concat(status) from garner_run r"
                 " join garner_source s on s.id = r.source"
                 " where s.name = 's0' and attempt = 0",
                 "200,200,304");
    assert_all_accounted_for(w);
    end(w);
}

static void what_is_not_there_is_said(void **state)
{
    static const char *const names[] = {"s0", "t*"};
    struct world *w = begin(serve, NULL);
    struct gn_buf told = {0};
    struct gn_standing s;

    (void)state;
    add_source(w, "/a", 3600000);
    open_engine(w);
    assert_int_equal(pause_them(w, "s0", true), GARNER_BUSY);
    assert_has(w->err.message, "starting");
    assert_int_equal(pthread_create(&w->thread, NULL, run_engine, w), 0);
    wait_until_it_runs(w);
    assert_int_equal(gn_engine_pause(w->engine, names, 2, true, &told, &w->err),
                     GARNER_NOTFOUND);
    assert_has(w->err.message, "\"t*\"");
    assert_false(look(w, "s0").paused);
    assert_int_equal(gn_engine_ask(w->engine, names, 2, true, &told, &w->err),
                     GARNER_NOTFOUND);
    assert_int_equal(gn_engine_look(w->engine, "s1", &s, &w->err),
                     GARNER_NOTFOUND);
    assert_int_equal(told.size, 0);
    w->err = (struct garner_error){0};
    gn_engine_stop(w->engine);
    WAIT_FOR(pause_them(w, "s0", true) == GARNER_BUSY);
    assert_int_equal(run_ended(w), GARNER_OK);
    gn_buf_fini(&told);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paused_ones_wait_over_restarts),
        cmocka_unit_test(all_paused_is_no_end),
        cmocka_unit_test(what_is_asked_for_is_answered),
        cmocka_unit_test(who_asks_meanwhile_gets_the_next),
        cmocka_unit_test(what_is_put_off_is_asked_all_the_same),
        cmocka_unit_test(its_age_is_known),
        cmocka_unit_test(by_hand_runs_each_once_and_ends),
        cmocka_unit_test(what_is_not_there_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
