/* idle_test.c - an engine that ends when there is nothing more to wait for:
 * neither what was put off before it, nor what could not be told at once. */
#include <stdatomic.h>

#include "base/clock.h"
#include "engine/fixture_test.h"

/* A site that refuses some requests, and so does its "/hook". */
struct site {
    atomic_int requests;
    atomic_int refused; /* so many fail */
    atomic_int hooks;
    atomic_int hooks_refused;
    const char *headers; /* of failures; constant */
};

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p))
        if (tcp_peer_asks(p, "/hook"))
            tcp_peer_reply(p,
                           atomic_fetch_add(&s->hooks, 1) <
                                   atomic_load(&s->hooks_refused)
                               ? "500 Oh"
                               : "204 No Content",
                           "", "");
        else if (atomic_fetch_add(&s->requests, 1) < atomic_load(&s->refused))
            tcp_peer_reply(p, "503 Oh", s->headers, "oh");
        else
            tcp_peer_reply(p, "200 OK", "", "hello");
}

static struct world *begin_site(struct site *s, int refused)
{
    struct world *w;

    memset(s, 0, sizeof *s);
    atomic_store(&s->refused, refused);
    s->headers = "";
    w = begin(serve, s);
    add_source(w, "/", 10);
    return w;
}

#define GOOD "select count(*) from garner_run where status = 200"

static void each_source_is_fetched_once(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 0);

    (void)state;
    add_source(w, "/", 0);
    add_source(w, "/", 0)->schedule =
        (struct gn_spec){.every_ms = 50, .once = true};
    w->options.until_idle = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, GOOD, "3");
    assert_asked(w, "select count(next_due) from garner_source", "0");
    assert_all_accounted_for(w);
    end(w);
}

static void what_was_put_off_is_waited_for(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 1);
    int64_t off_us;

    (void)state;
    s.headers = "Retry-After: 1\r\n";
    w->options.once = true;
    assert_int_equal(run(w), GARNER_OK);
    off_us = strtoll(ask(w, "select off_until from garner_source"), NULL, 10);
    w->options = (struct gn_engine_options){.until_idle = true};
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, GOOD, "1");
    assert_true(strtoll(ask(w, "select started from garner_run where"
                               " status = 200"),
                        NULL, 10) >= off_us - 1000);
    assert_int_equal(atomic_load(&s.requests), 2);
    end(w);
}

/* The one of its two sources that did not open it is fetched, too. */
static void a_host_that_is_left_alone_is_waited_for(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 1);

    (void)state;
    add_source(w, "/", 10);
    for (int i = 0; i < 2; i++) {
        w->sources[i].host_failures = 1;
        w->sources[i].retry =
            (struct gn_backoff){.times = 5, .least_ms = 50, .most_ms = 100};
    }
    w->options = (struct gn_engine_options){.until_idle = true, .parallel = 1};
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, GOOD, "2");
    end(w);
}

static void what_could_not_be_told_is_waited_for(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 0);
    struct gn_reach r = {.timeout_ms = LONG_MS};
    char url[64];

    (void)state;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/hook",
             tcp_server_port(w->server));
    r.webhook.url = url;
    w->sources[0].hooks[GN_EVENT_SUCCESS] = &r;
    atomic_store(&s.hooks_refused, 1);
    w->options.once = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_outbox where done is null",
                 "1");
    w->options = (struct gn_engine_options){.until_idle = true};
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_outbox where done is null",
                 "0");
    assert_asked(w, "select count(*) from garner_outbox", "2");
    end(w);
}

static void paused_ones_are_not(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 0);

    (void)state;
    w->options.until_idle = true;
    assert_int_equal(run(w), GARNER_OK);
    store_runs(w, "update garner_source set paused = 1");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, GOOD, "1");
    end(w);
}

static void a_stop_ends_it(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, 9);

    (void)state;
    s.headers = "Retry-After: 1000\r\n";
    w->sources[0].retry =
        (struct gn_backoff){.times = 5, .least_ms = 1, .most_ms = 2};
    w->options.until_idle = true;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored == 1);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(atomic_load(&s.requests), 1);
    end(w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_source_is_fetched_once),
        cmocka_unit_test(what_was_put_off_is_waited_for),
        cmocka_unit_test(a_host_that_is_left_alone_is_waited_for),
        cmocka_unit_test(what_could_not_be_told_is_waited_for),
        cmocka_unit_test(paused_ones_are_not),
        cmocka_unit_test(a_stop_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
