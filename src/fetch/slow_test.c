/* slow_test.c - bodies that come no faster than a limiter lets them. */
#include "fetch/fixture_test.h"

#include "base/clock.h"

enum { BODY = 200000, RATE = 800000, CHUNK = 16 << 10 };

static char body[BODY];

/* Sends BODY bytes, to /chunked without saying how many. */
static void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p)) {
        const bool whole = !tcp_peer_asks(p, "/chunked");

        if (tcp_peer_asks(p, "/moved")) {
            if (!tcp_peer_reply(p, "302 There", "Location: /there\r\n", "x"))
                return;
            continue;
        }
        if (!tcp_peer_text(p, whole ? "HTTP/1.1 200 OK\r\nContent-Length: "
                                      "200000\r\n\r\n"
                                    : "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                      "chunked\r\n\r\n30d40\r\n") ||
            !tcp_peer_send(p, body, BODY) ||
            (!whole && !tcp_peer_text(p, "\r\n0\r\n\r\n")))
            return;
    }
}

static void begin_serving(struct fixture *fx)
{
    memset(body, 'x', sizeof body);
    begin(fx, serve, NULL);
}

static struct gn_target *slow_target(struct fixture *fx, const char *path,
                                     struct gn_limiter *l,
                                     const struct gn_request *request)
{
    struct gn_target *t = target_at(fx, path, request);

    gn_target_limit(t, l);
    return t;
}

/* No sooner than the rate has it for so many bytes, but for a burst at the
 * beginning and a chunk at the end. */
static void assert_slow(int64_t from_ns, int64_t bytes)
{
    const int64_t took_ns = gn_clock_monotonic_ns() - from_ns;

    assert_true(took_ns >=
                (bytes - CHUNK) * 1000000000 / RATE - GN_LIMITER_BURST_NS);
}

static void a_body_comes_as_fast_as_it_may(void **state)
{
    static const char *const paths[] = {"/", "/chunked", "/moved"};
    struct fixture fx;

    (void)state;
    begin_serving(&fx);
    for (int i = 0; i < 3; i++) {
        struct gn_limiter l = {.rate = RATE};
        const int64_t from_ns = gn_clock_monotonic_ns();
        struct result r =
            fetch_target(&fx, slow_target(&fx, paths[i], &l, NULL));

        assert_int_equal(r.failure, GN_FAILURE_NONE);
        assert_int_equal(r.size, BODY);
        assert_slow(from_ns, BODY);
    }
    finish(&fx);
}

static void those_at_the_same_time_share_it(void **state)
{
    struct fixture fx;
    struct gn_limiter l = {.rate = RATE};
    struct gn_target *t[4];
    struct result r[4] = {0};
    int64_t from_ns;

    (void)state;
    begin_serving(&fx);
    from_ns = gn_clock_monotonic_ns();
    for (int i = 0; i < 4; i++) {
        t[i] = slow_target(&fx, "/", i < 3 ? &l : NULL, NULL);
        start(&fx, t[i], &r[i], NULL);
    }
    uv_run(&fx.loop, UV_RUN_DEFAULT);
    assert_slow(from_ns, (int64_t)3 * BODY);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(r[i].size, BODY);
        gn_target_free(t[i]);
    }
    finish(&fx);
}

static void waiting_is_no_stall(void **state)
{
    struct fixture fx;
    struct gn_limiter l = {.rate = RATE};
    const struct gn_request request = {.limits = {.stall_ms = 1000}};
    struct result r;

    (void)state;
    begin_serving(&fx);
    gn_limiter_take(&l, RATE * INT64_C(2), gn_clock_monotonic_ns());
    r = fetch_target(&fx, slow_target(&fx, "/", &l, &request));
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_true(r.duration_us >= 1900000);
    finish(&fx);
}

static void but_it_takes_of_the_time(void **state)
{
    struct fixture fx;
    struct gn_limiter l = {.rate = 1000};
    const struct gn_request request = {.limits = {.total_ms = 200}};
    struct result r;

    (void)state;
    begin_serving(&fx);
    r = fetch_target(&fx, slow_target(&fx, "/", &l, &request));
    assert_int_equal(r.failure, GN_FAILURE_TIMEOUT);
    finish(&fx);
}

/* One is found too large when it goes on. */
static void what_fails_then_ends(void **state)
{
    struct fixture fx;
    struct gn_limiter l = {.rate = RATE};
    const struct gn_request request = {.limits = {.max_body_bytes = BODY - 1}};
    struct result r;

    (void)state;
    begin_serving(&fx);
    r = fetch_target(&fx, slow_target(&fx, "/chunked", &l, &request));
    assert_int_equal(r.failure, GN_FAILURE_TOO_LARGE);
    r = fetch_target(&fx, slow_target(&fx, "/", NULL, NULL));
    assert_int_equal(r.size, BODY);
    finish(&fx);
}

static void close_it(uv_timer_t *timer)
{
    struct fixture *fx = timer->data;

    uv_close((uv_handle_t *)timer, NULL);
    gn_fetcher_close(fx->f);
}

static void one_that_waits_can_be_given_up(void **state)
{
    struct fixture fx;
    struct gn_limiter l = {.rate = 1};
    struct gn_target *t[2];
    struct result r[2] = {0};
    struct gn_transfer *transfer;
    uv_timer_t timer;

    (void)state;
    begin_serving(&fx);
    for (int i = 0; i < 2; i++) {
        t[i] = slow_target(&fx, "/", &l, NULL);
        start(&fx, t[i], &r[i], &transfer);
    }
    timer.data = &fx;
    assert_int_equal(uv_timer_init(&fx.loop, &timer), 0);
    assert_int_equal(uv_timer_start(&timer, close_it, 300, 0), 0);
    while (l.paid_ns == 0) /* until the first chunk is there */
        uv_run(&fx.loop, UV_RUN_ONCE);
    gn_fetcher_cancel(fx.f, transfer);
    assert_int_equal(uv_run(&fx.loop, UV_RUN_DEFAULT), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(r[i].failure, GN_FAILURE_CANCELED);
        gn_target_free(t[i]);
    }
    assert_int_equal(uv_loop_close(&fx.loop), 0);
    tcp_server_close(fx.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_comes_as_fast_as_it_may),
        cmocka_unit_test(those_at_the_same_time_share_it),
        cmocka_unit_test(waiting_is_no_stall),
        cmocka_unit_test(but_it_takes_of_the_time),
        cmocka_unit_test(what_fails_then_ends),
        cmocka_unit_test(one_that_waits_can_be_given_up),
    };

    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
