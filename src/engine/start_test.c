/* start_test.c - what may start: budgets, and whatever memory is lost. */
#include <stdatomic.h>

#include "base/mem.h"
#include "engine/fixture_test.h"

/* "/large": a new body each time. "/busy": 503. Else a document that never
 * changes. */
static void serve(struct tcp_peer *p, void *context)
{
    int count = 0;

    (void)context;
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/large")) {
            tell_large(p, &count);
        } else if (tcp_peer_asks(p, "/busy")) {
            tcp_peer_reply(p, "503 Busy", "", "");
        } else if (strstr(p->request, "If-None-Match: \"a\"") != NULL) {
            tcp_peer_text(p, "HTTP/1.1 304 Not Modified\r\n\r\n");
        } else {
            tcp_peer_reply(p, "200 OK", "ETag: \"a\"\r\n", "[1,2]");
        }
    }
}

static void bodies_stay_within_their_budget(void **state)
{
    struct world *w = begin(serve, NULL);
    size_t most = 0;

    (void)state;
    for (int i = 0; i < 10; i++)
        add_rows(w, add_source(w, "/large", 1), "t", NULL,
                 "select value as n from json_each(:body)");
    w->options.max_body_bytes = (size_t)2 * LARGE;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored >= 10); /* sizes are known now */
    while (status_of(w).totals.stored < 60) {
        const size_t bytes = status_of(w).body_bytes;

        most = bytes > most ? bytes : most;
    }
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_in_range(most, 0, 12 * LARGE); /* what was begun at the start */
    assert_asked(w,
                 "select count(*) from garner_run where missed = 0 and"
                 " failure is not null",
                 "0");
    assert_all_accounted_for(w);
    end(w);
}

enum { GUESTS = 5 };

/* Sources that are to be asked for at the same time. */
struct meeting {
    atomic_bool begins; /* from now on they wait for each other */
    atomic_int came[GUESTS];
    atomic_int here;
    atomic_bool met;
};

/* "/large0" and so on. One that was under way when it began is let go on. */
static void meet(struct tcp_peer *p, void *context)
{
    struct meeting *m = context;
    int count = 0;

    while (tcp_peer_request(p)) {
        const int guest = p->request[strlen("GET /large")] - '0';

        if (atomic_load(&m->begins) &&
            atomic_fetch_add(&m->came[guest], 1) == 1) {
            (void)atomic_fetch_add(&m->here, 1);
            WAIT_FOR(atomic_load(&m->here) == GUESTS);
            atomic_store(&m->met, true);
        }
        tell_large(p, &count);
    }
}

static bool all_have_sizes(struct world *w)
{
    struct gn_source_status lines[GUESTS];
    const size_t n = gn_engine_sources(w->engine, 0, lines, GUESTS);

    for (size_t i = 0; i < n; i++)
        if (lines[i].runs == 0)
            return false;
    return n == GUESTS;
}

/* Notes how many bytes count meanwhile. */
static bool have_met(struct world *w, struct meeting *m, size_t *most)
{
    const size_t bytes = status_of(w).body_bytes;

    *most = bytes > *most ? bytes : *most;
    return atomic_load(&m->met);
}

/* Only what is in memory counts: there is room for no two of them there. */
static void what_leaves_memory_takes_none_of_the_budget(void **state)
{
    static const char *const paths[GUESTS] = {"/large0", "/large1", "/large2",
                                              "/large3", "/large4"};
    struct meeting m = {0};
    struct world *w = begin(meet, &m);
    size_t most = 0;

    (void)state;
    for (int i = 0; i < GUESTS; i++) {
        add_rows(w, add_source(w, paths[i], 1), "t", NULL,
                 "select value as n from json_each(:body)");
        w->sources[i].request.limits = (struct gn_fetch_limits){
            .memory_bytes = 1000, .stall_ms = LONG_MS, .total_ms = LONG_MS};
    }
    w->options.max_body_bytes = LARGE;
    w->options.spool = w->folder;
    run_beside(w);
    WAIT_FOR(all_have_sizes(w));
    atomic_store(&m.begins, true);
    WAIT_FOR(have_met(w, &m, &most));
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(most, 0);
    assert_asked(w,
                 "select count(*) from garner_run where missed = 0 and"
                 " failure is not null",
                 "0");
    end(w);
}

/* Whatever allocation fails, the run ends, and what is stored is whole. */
static void lost_memory_ends_nothing_but_its_fetch(void **state)
{
    static const char *const key[] = {"n", NULL};
    struct world *w = begin(serve, NULL);

    (void)state;
    add_rows(w, add_source(w, "/same", 0), "t", key,
             "select value as n from json_each(:body)");
    add_source(w, "/busy", 0)->retry =
        (struct gn_backoff){.times = 1, .least_ms = 1, .most_ms = 1};
    for (int i = 0; i < 2; i++) {
        w->sources[i].host_failures = 1000;
        w->sources[i].host_concurrency = 1;
    }
    assert_int_equal(run(w), GARNER_OK);
    for (unsigned nth = 1; nth <= 120; nth++)
        run_without_memory(w, nth);
    assert_int_equal(run(w), GARNER_OK); /* nothing is broken since */
    assert_asked(w,
                 "select group_concat(status || ':' || attempt) from (select *"
                 " from garner_run order by id desc limit 3)",
                 "503:2,503:1,304:1");
    assert_asked(w,
                 "select count(*) from garner_run where status in (200, 304)"
                 " and failure is null and body is null",
                 "0");
    assert_asked(w, "select count(*) from t", "2");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_stay_within_their_budget),
        cmocka_unit_test(what_leaves_memory_takes_none_of_the_budget),
        cmocka_unit_test(lost_memory_ends_nothing_but_its_fetch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
