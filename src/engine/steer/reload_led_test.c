/* reload_led_test.c - what becomes of a fetch that is redirected while its
 * source leaves, or garner is to stop. */
#include "engine/frontier/crawl_testing.h"
#include "engine/steer/reload_testing.h"

/* Two hosts: the world's server sends everybody to the other one, but who asks
 * for /plain, and /gate when that is open. */
struct pair {
    struct tcp_server *other;
    char there[64];
    char named[3][64]; /* URLs of the first, by a name */
    atomic_int sent;
    atomic_int asked_there;
};

static void serve_here(struct tcp_peer *p, void *context)
{
    struct pair *pair = context;
    char line[96];

    snprintf(line, sizeof line, "Location: %s/\r\n", pair->there);
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/plain")) {
            tcp_peer_reply(p, "200 OK", "", "x");
            continue;
        }
        atomic_fetch_add(&pair->sent, 1);
        WAIT_FOR(!tcp_peer_asks(p, "/gate") || atomic_load(&opened) > 0);
        tcp_peer_reply(p, "302 Found", line, "");
    }
}

static void serve_there(struct tcp_peer *p, void *context)
{
    struct pair *pair = context;

    while (tcp_peer_request(p)) {
        atomic_fetch_add(&pair->asked_there, 1);
        tcp_peer_reply(p, "200 OK", "", "y");
    }
}

static struct world *begin_pair(struct pair *pair)
{
    struct world *w;

    memset(pair, 0, sizeof *pair);
    atomic_store(&opened, 0);
    pair->other = tcp_server_new(serve_there, pair);
    snprintf(pair->there, sizeof pair->there, "http://127.0.0.1:%d",
             tcp_server_port(pair->other));
    w = begin(serve_here, pair);
    return w;
}

/* A source that asks the first host, by that name of it. */
static void add_named(struct world *w, struct pair *pair, const char *name,
                      const char *path)
{
    const size_t i = w->config.source_count;
    struct gn_source *source = add_source(w, path, 0);

    snprintf(pair->named[i], sizeof pair->named[i], "http://%s:%d%s", name,
             tcp_server_port(w->server), path);
    source->request.url = pair->named[i];
    source->host_interval_ms = 3600000;
}

static void one_that_waits_where_it_was_led_goes_at_once(void **state)
{
    static const struct wanted next[] = {{"new", "/plain", 5, 7, NULL}};
    struct pair pair;
    struct world *w = begin_pair(&pair);
    struct gn_changes n;

    (void)state;
    add_named(w, &pair, "127.0.0.1", "/");
    add_named(w, &pair, "localhost", "/"); /* one waits for the other there */
    run_beside(w);
    WAIT_FOR(atomic_load(&pair.sent) == 2 &&
             atomic_load(&pair.asked_there) == 1 && status_of(w).fetching == 0);
    CHANGE(w, next, &n);
    assert_int_equal(n.removed, 2);
    WAIT_FOR(sources(w) == 1 && runs(w, "new") > 0);
    assert_int_equal(atomic_load(&pair.asked_there), 1);
    stop(w);
    tcp_server_close(pair.other);
}

static void one_that_is_led_at_a_stop_is_finished(void **state)
{
    struct pair pair;
    struct world *w = begin_pair(&pair);

    (void)state;
    add_named(w, &pair, "127.0.0.1", "/gate");
    add_named(w, &pair, "localhost", "/plain");
    add_named(w, &pair, "localhost", "/plain"); /* waits, and so is missed */
    run_beside(w);
    WAIT_FOR(tcp_server_requests(w->server) == 2);
    gn_engine_stop(w->engine);
    WAIT_FOR(status_of(w).totals.missed_stopped == 1);
    atomic_store(&opened, 1);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(w->status.totals.missed_stopped, 1);
    assert_int_equal(atomic_load(&pair.asked_there), 1);
    assert_asked(w, "select count(*) from garner_run where status = 200", "2");
    assert_all_accounted_for(w);
    end(w);
    tcp_server_close(pair.other);
}

/* The page of a crawl is its source's. */
static void a_page_that_is_led_goes_with_its_source(void **state)
{
    static const struct wanted next[] = {{"new", "/plain", 5, 7, NULL}};
    struct pair pair;
    struct world *w = begin_pair(&pair);
    struct crawling c;
    struct gn_changes n;

    (void)state;
    add_named(w, &pair, "localhost", "/"); /* it has had its turn there */
    add_named(w, &pair, "127.0.0.1", "/gate");
    begin_crawling(&c, &w->sources[1]);
    c.crawl.bounds.same = GN_SAME_ANY;
    run_beside(w);
    WAIT_FOR(atomic_load(&pair.sent) == 2 && runs(w, "s0") == 1);
    CHANGE(w, next, &n);
    assert_int_equal(n.removed, 2);
    atomic_store(&opened, 1);
    WAIT_FOR(sources(w) == 1 && runs(w, "new") > 0);
    assert_int_equal(atomic_load(&pair.asked_there), 1);
    stop_crawl(w);
    tcp_server_close(pair.other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_waits_where_it_was_led_goes_at_once),
        cmocka_unit_test(one_that_is_led_at_a_stop_is_finished),
        cmocka_unit_test(a_page_that_is_led_goes_with_its_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
