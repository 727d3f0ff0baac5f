/* transfer_test.c - one handle: the environment's proxies, what it remembers
 * and what it must not. */
#include "base/clock.h"
#include "fetch/one_testing.h"

/* What the server was asked for, or why it was not, when a URL elsewhere was
 * fetched with the server's address in variable (unless NULL). own: it is the
 * request's proxy, too; "": the request wants none. */
static void ask(const char *variable, const char *own, char told[512])
{
    struct gn_request r = {.url = "http://127.0.0.2:9/x", .proxy = own};
    struct gn_response *response;
    struct gn_target *target;
    char address[64];
    struct one o;

    one_begin(&o);
    snprintf(address, sizeof address, "http://127.0.0.1:%d",
             tcp_server_port(o.fx.server));
    if (variable != NULL)
        set(variable, address);
    gn_tools_fini(&o.tools);
    assert_int_equal(gn_tools_init(&o.tools, &o.sockets, NULL), GARNER_OK);
    if (own != NULL && *own != '\0')
        r.proxy = address;
    assert_int_equal(gn_target_new(&r, &target, NULL), GARNER_OK);
    response = perform(&o, target);
    snprintf(told, 512, "%s%s", response->error, gn_buf_cstr(response->body));
    if (variable != NULL)
        set(variable, NULL);
    gn_target_free(target);
    one_finish(&o);
}

static void proxies_come_from_the_environment(void **state)
{
    static const char asked[] = "GET http://127.0.0.2:9/x HTTP/1.1\r\n";
    static const char direct[] = "127.0.0.2:9: cannot connect";
    char told[512];

    (void)state;
    ask("http_proxy", NULL, told);
    assert_has(told, asked);
    ask("all_proxy", NULL, told);
    assert_has(told, asked);
    ask("http_proxy", "", told);
    assert_has(told, direct);
    ask("HTTP_PROXY", NULL, told); /* a client of a CGI program could set it */
    assert_has(told, direct);
    ask(NULL, NULL, told);
    assert_has(told, direct);
    ask(NULL, "own", told);
    assert_has(told, asked);
    set("no_proxy", "127.0.0.2");
    ask("http_proxy", NULL, told);
    assert_has(told, direct);
    set("no_proxy", NULL);
    set("NO_PROXY", "127.0.0.2");
    ask("http_proxy", NULL, told);
    assert_has(told, direct);
    set("NO_PROXY", NULL);
}

static void a_proxy_is_asked_for_each_url_in_turn(void **state)
{
    static const char *const paths[] = {"/1", "/2", "/3"};
    struct one o;

    (void)state;
    one_begin(&o);
    for (size_t i = 0; i < 3; i++) {
        char proxy[64];
        const struct gn_request r = {.proxy = proxy};
        struct gn_target *t;

        snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d",
                 tcp_server_port(o.fx.server));
        t = target_at(&o.fx, paths[i], &r);
        assert_has(gn_buf_cstr(perform(&o, t)->body), paths[i]);
        gn_target_free(t);
        gn_transfer_reset(o.t);
    }
    one_finish(&o);
}

static void small_buffers_are_kept_and_large_ones_not(void **state)
{
    struct gn_target *t;
    struct one o;

    (void)state;
    one_begin(&o);
    t = target_at(&o.fx, "/", NULL);
    perform(&o, t);
    gn_transfer_reset(o.t);
    assert_int_equal(o.t->sink.body.size, 0);
    assert_true(o.t->sink.body.room > 0);
    assert_true(gn_buf_reserve(&o.t->sink.body, 100000));
    gn_transfer_reset(o.t);
    assert_int_equal(o.t->sink.body.room, 0);
    gn_target_free(t);
    one_finish(&o);
}

static void a_stall_is_counted_once_connected(void **state)
{
    struct gn_target *t;
    struct one o;
    int64_t now;

    (void)state;
    one_begin(&o);
    t = target_at(&o.fx, "/",
                  &(struct gn_request){.limits = {.stall_ms = 1000}});
    assert_int_equal(gn_transfer_begin(o.t, t, NULL), GARNER_OK);
    now = gn_clock_monotonic_ns() / 1000000;
    /* However late it is: nothing is connected yet. */
    assert_int_equal(gn_transfer_stalls_at(o.t, now + 5000), now + 6000);
    uv_update_time(&o.fx.loop);
    now = (int64_t)uv_now(&o.fx.loop);
    assert_int_equal(curl_easy_perform(o.t->easy), CURLE_OK);
    assert_int_equal(gn_transfer_stalls_at(o.t, now + 5000), now + 1000);
    gn_outcome(o.t, CURLE_OK, GN_CAUSE_STALLED);
    assert_int_equal(o.t->response.failure, GN_FAILURE_TIMEOUT);
    gn_target_free(t);
    one_finish(&o);
}

static void what_is_sent_counts_as_moving(void **state)
{
    struct gn_target *t;
    struct one o;
    int64_t now = 1000000;

    (void)state;
    one_begin(&o);
    t = target_at(&o.fx, "/",
                  &(struct gn_request){.body = "abc",
                                       .body_size = 3,
                                       .limits = {.stall_ms = 1000}});
    perform(&o, t);
    assert_int_equal(gn_transfer_stalls_at(o.t, now), now + 1000);
    assert_int_equal(gn_transfer_stalls_at(o.t, now + 900), now + 1000);
    gn_target_free(t);
    one_finish(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proxies_come_from_the_environment),
        cmocka_unit_test(a_proxy_is_asked_for_each_url_in_turn),
        cmocka_unit_test(small_buffers_are_kept_and_large_ones_not),
        cmocka_unit_test(a_stall_is_counted_once_connected),
        cmocka_unit_test(what_is_sent_counts_as_moving),
    };
    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
