/* fetcher_test.c - many at a time, one after another, given up, closed. */
#include "fetch/fixture_test.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"

static void a_reply_is_told_in_full(void **state)
{
    static const unsigned char sha256_of_abc[] = {
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
        0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
        0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    struct fixture fx;
    struct result r;
    char url[64];

    (void)state;
    begin(&fx, echo, NULL);
    r = fetch(&fx, "/a?b", NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/a?b",
             tcp_server_port(fx.server));
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_string_equal(r.error, "");
    assert_int_equal(r.status, 200);
    assert_string_equal(r.final_url, url);
    assert_string_equal(r.type, "text/plain");
    assert_has(r.headers, "content-type: text/plain\n");
    assert_has(r.body, "GET /a?b HTTP/1.1\r\n");
    assert_has(r.body, "User-Agent: garner/" GN_VERSION "\r\n");
    assert_has(r.body, "Accept-Encoding: ");
    assert_has(r.body, "gzip");
    assert_int_equal(r.wire_bytes, r.size);
    assert_int_equal(r.http_version, 11);
    assert_int_equal(r.redirects, 0);
    assert_true(r.first_byte_us > 0 && r.first_byte_us <= r.duration_us);
    assert_memory_not_equal(r.sha256, sha256_of_abc, 32);
    finish(&fx);
}

static void one_connection_serves_one_after_another(void **state)
{
    struct fixture fx;

    (void)state;
    begin(&fx, echo, NULL);
    for (int i = 0; i < 20; i++)
        assert_int_equal(fetch(&fx, "/", NULL).status, 200);
    assert_int_equal(tcp_server_requests(fx.server), 20);
    assert_int_equal(tcp_server_connections(fx.server), 1);
    finish(&fx);
}

static void start_again(struct result *r)
{
    if (r->calls < 200)
        start(r->fx, r->target, r, NULL);
}

static void a_callback_may_start_the_next(void **state)
{
    struct fixture fx;
    struct gn_target *t;
    struct result r[8] = {{0}};

    (void)state;
    begin(&fx, echo, NULL);
    t = target_at(&fx, "/", NULL);
    for (int i = 0; i < 8; i++) {
        r[i] = (struct result){.then = start_again, .fx = &fx, .target = t};
        start(&fx, t, &r[i], NULL);
    }
    assert_int_equal(gn_fetcher_active(fx.f), 8);
    uv_run(&fx.loop, UV_RUN_DEFAULT);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(r[i].calls, 200);
        assert_int_equal(r[i].failure, GN_FAILURE_NONE);
    }
    assert_true(tcp_server_connections(fx.server) <= 9);
    gn_target_free(t);
    finish(&fx);
}

struct taken {
    char *body;
    size_t size;
};

static void take_body(void *context, struct gn_response *response)
{
    struct taken *taken = context;

    taken->size = response->body->size;
    taken->body = gn_buf_take(response->body);
}

static void the_callback_may_take_the_body(void **state)
{
    struct taken taken[2] = {{0}};
    struct gn_target *t;
    struct fixture fx;

    (void)state;
    begin(&fx, echo, NULL);
    t = target_at(&fx, "/", NULL);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            gn_fetcher_start(fx.f, t, take_body, &taken[i], NULL, NULL),
            GARNER_OK);
        uv_run(&fx.loop, UV_RUN_DEFAULT);
    }
    finish(&fx);
    gn_target_free(t);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(strlen(taken[i].body), taken[i].size);
        assert_has(taken[i].body, "GET / HTTP/1.1");
        gn_free(taken[i].body);
    }
}

static void connections_are_bounded_when_asked(void **state)
{
    const struct gn_fetcher_options options = {.connections = 2};
    struct result r = {0};
    struct gn_target *t;
    struct fixture fx;

    (void)state;
    begin(&fx, echo, NULL);
    gn_fetcher_close(fx.f);
    assert_int_equal(gn_fetcher_new(&fx.loop, &options, &fx.f, NULL),
                     GARNER_OK);
    t = target_at(&fx, "/", NULL);
    for (int i = 0; i < 10; i++)
        start(&fx, t, &r, NULL);
    uv_run(&fx.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.calls, 10);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_true(tcp_server_connections(fx.server) <= 2);
    gn_target_free(t);
    finish(&fx);
}

/* As many idle connections as there were fetches at a time stay open, even when
 * these are more than are kept for later. */
static void connections_outnumber_the_idle_ones(void **state)
{
    const struct gn_fetcher_options options = {.idle_connections = 1};
    struct result r[16] = {{0}};
    struct gn_target *t;
    struct fixture fx;

    (void)state;
    begin(&fx, echo, NULL);
    gn_fetcher_close(fx.f);
    assert_int_equal(gn_fetcher_new(&fx.loop, &options, &fx.f, NULL),
                     GARNER_OK);
    t = target_at(&fx, "/", NULL);
    for (int i = 0; i < 16; i++) {
        r[i] = (struct result){.then = start_again, .fx = &fx, .target = t};
        start(&fx, t, &r[i], NULL);
    }
    uv_run(&fx.loop, UV_RUN_DEFAULT);
    assert_true(tcp_server_connections(fx.server) <= 17);
    gn_target_free(t);
    finish(&fx);
}

static void count_replies(struct tcp_peer *p, void *replies)
{
    while (tcp_peer_request(p) && tcp_peer_reply(p, "200 OK", "", "hello"))
        atomic_fetch_add((atomic_int *)replies, 1);
}

/* Fetches with a loop that does not look for ten times stall_ms, while the
 * reply comes. false: the machine was too slow to begin in time. */
static bool is_late(int stall_ms, struct result *r)
{
    const struct gn_request brief = {.limits = {.stall_ms = stall_ms}};
    const int64_t start_ns = gn_clock_monotonic_ns();
    atomic_int replies = 0;
    struct gn_target *t;
    struct fixture fx;
    bool in_time;

    *r = (struct result){0};
    begin(&fx, count_replies, &replies);
    t = target_at(&fx, "/", &brief);
    start(&fx, t, r, NULL);
    while (tcp_server_requests(fx.server) == 0 && r->calls == 0)
        uv_run(&fx.loop, UV_RUN_NOWAIT);
    in_time = gn_clock_monotonic_ns() - start_ns < stall_ms * INT64_C(1000000);
    while (in_time && atomic_load(&replies) == 0)
        ;
    if (in_time)
        usleep((useconds_t)stall_ms * 10000);
    uv_run(&fx.loop, UV_RUN_DEFAULT);
    gn_target_free(t);
    finish(&fx);
    return in_time;
}

/* Bytes that wait while the loop is busy elsewhere are no silence. */
static void a_late_loop_is_no_stall(void **state)
{
    int stall_ms = 20;
    struct result r;

    (void)state;
    while (!is_late(stall_ms, &r))
        stall_ms *= 2;
    assert_int_equal(r.failure, GN_FAILURE_NONE);
}

static void a_canceled_fetch_ends_soon_and_once(void **state)
{
    struct gn_transfer *transfer;
    struct result r = {0};
    struct gn_target *t;
    struct fixture fx;

    (void)state;
    begin(&fx, echo, NULL);
    t = target_at(&fx, "/silent", NULL);
    start(&fx, t, &r, &transfer);
    gn_fetcher_cancel(fx.f, transfer); /* before it was begun */
    assert_int_equal(r.calls, 0);
    uv_run(&fx.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.calls, 1);
    assert_int_equal(r.failure, GN_FAILURE_CANCELED);
    assert_int_equal(r.status, 0);

    start(&fx, t, &r, &transfer);
    while (tcp_server_requests(fx.server) == 0)
        uv_run(&fx.loop, UV_RUN_NOWAIT);
    gn_fetcher_cancel(fx.f, transfer);
    gn_fetcher_cancel(fx.f, transfer); /* twice does no harm */
    assert_int_equal(r.calls, 1);
    uv_run(&fx.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.calls, 2);
    assert_int_equal(r.failure, GN_FAILURE_CANCELED);
    assert_has(r.error, "canceled while waiting for the reply");
    gn_target_free(t);
    finish(&fx);
}

static struct gn_transfer *other;

static void cancel_other(struct result *r)
{
    gn_fetcher_cancel(r->fx->f, other);
}

static void a_callback_may_cancel_another(void **state)
{
    struct result first = {.then = cancel_other};
    struct result second = {0};
    struct gn_target *silent;
    struct gn_target *t;
    struct fixture fx;

    (void)state;
    begin(&fx, echo, NULL);
    first.fx = &fx;
    silent = target_at(&fx, "/silent", NULL);
    t = target_at(&fx, "/", NULL);
    start(&fx, silent, &second, &other);
    start(&fx, t, &first, NULL);
    uv_run(&fx.loop, UV_RUN_DEFAULT);
    assert_int_equal(first.failure, GN_FAILURE_NONE);
    assert_int_equal(second.calls, 1);
    assert_int_equal(second.failure, GN_FAILURE_CANCELED);
    gn_target_free(silent);
    gn_target_free(t);
    finish(&fx);
}

static void start_when_closed(struct result *r)
{
    struct garner_error err;

    assert_int_equal(
        gn_fetcher_start(r->fx->f, r->target, on_fetched, r, NULL, &err),
        GARNER_CLOSED);
    assert_string_equal(err.message, "the fetcher is closed");
}

static void closing_cancels_what_is_under_way(void **state)
{
    struct result r[20];
    struct gn_target *t;
    struct fixture fx;

    (void)state;
    begin(&fx, echo, NULL);
    t = target_at(&fx, "/silent", NULL);
    for (int i = 0; i < 20; i++) {
        r[i] =
            (struct result){.then = start_when_closed, .fx = &fx, .target = t};
        start(&fx, t, &r[i], NULL);
        if (i == 9) /* some were sent, some not even begun */
            while (tcp_server_requests(fx.server) < 10)
                uv_run(&fx.loop, UV_RUN_NOWAIT);
    }
    finish(&fx);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(r[i].calls, 1);
        assert_int_equal(r[i].failure, GN_FAILURE_CANCELED);
    }
    gn_target_free(t);
    gn_fetcher_close(NULL);
}

static void close_it(struct result *r)
{
    gn_fetcher_close(r->fx->f);
}

static void a_callback_may_close_the_fetcher(void **state)
{
    struct result closer = {.then = close_it};
    struct result r[4] = {{0}};
    struct gn_target *silent;
    struct gn_target *t;
    struct fixture fx;

    (void)state;
    begin(&fx, echo, NULL);
    closer.fx = &fx;
    silent = target_at(&fx, "/silent", NULL);
    t = target_at(&fx, "/", NULL);
    for (int i = 0; i < 4; i++)
        start(&fx, i % 2 == 0 ? silent : t, &r[i], NULL);
    start(&fx, t, &closer, NULL);
    assert_int_equal(uv_run(&fx.loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&fx.loop), 0);
    assert_int_equal(closer.calls, 1);
    for (int i = 0; i < 4; i++)
        assert_int_equal(r[i].calls, 1);
    assert_int_equal(r[0].failure, GN_FAILURE_CANCELED);
    tcp_server_close(fx.server);
    gn_target_free(silent);
    gn_target_free(t);
}

/* Whichever allocation fails, a fetch that started ends once, and the fetcher
 * goes on. */
static void lost_memory_fails_one_fetch(void **state)
{
    const struct gn_fetcher_options options = {0};
    enum garner_code code;
    struct garner_error err;
    struct gn_target *t;
    struct fixture fx;
    unsigned nth = 1;
    int failures = 0;

    (void)state;
    begin(&fx, echo, NULL);
    t = target_at(&fx, "/", NULL);
    for (;; nth++) {
        struct gn_fetcher *f;
        struct result r = {0};
        bool reached;

        gn_mem_fail_at(nth);
        code = gn_fetcher_new(&fx.loop, &options, &f, &err);
        if (code == GARNER_OK) {
            code = gn_fetcher_start(f, t, on_fetched, &r, NULL, &err);
            uv_run(&fx.loop, UV_RUN_DEFAULT);
            assert_int_equal(r.calls, code == GARNER_OK ? 1 : 0);
            failures += r.failure != GN_FAILURE_NONE;
            reached = r.failure == GN_FAILURE_NONE && code == GARNER_OK;
            gn_mem_fail_at(0);
            r = (struct result){0};
            start(&(struct fixture){.f = f}, t, &r, NULL);
            uv_run(&fx.loop, UV_RUN_DEFAULT);
            assert_int_equal(r.failure, GN_FAILURE_NONE);
            gn_fetcher_close(f);
            if (reached)
                break;
        } else {
            assert_int_equal(code, GARNER_NOMEM);
        }
    }
    gn_mem_fail_at(0);
    assert_true(nth > 5);
    assert_true(failures >= 3); /* the socket, the headers, the body */
    gn_target_free(t);
    finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_told_in_full),
        cmocka_unit_test(one_connection_serves_one_after_another),
        cmocka_unit_test(a_callback_may_start_the_next),
        cmocka_unit_test(the_callback_may_take_the_body),
        cmocka_unit_test(connections_are_bounded_when_asked),
        cmocka_unit_test(connections_outnumber_the_idle_ones),
        cmocka_unit_test(a_late_loop_is_no_stall),
        cmocka_unit_test(a_canceled_fetch_ends_soon_and_once),
        cmocka_unit_test(a_callback_may_cancel_another),
        cmocka_unit_test(closing_cancels_what_is_under_way),
        cmocka_unit_test(a_callback_may_close_the_fetcher),
        cmocka_unit_test(lost_memory_fails_one_fetch),
    };

    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
