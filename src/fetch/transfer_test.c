/* transfer_test.c - one handle: the environment's proxies, what it remembers
 * and what it must not. */
#include "fetch/transfer.h"

#include "base/clock.h"
#include "fetch/fixture_test.h"

struct one {
    struct fixture fx; /* its fetcher is not used */
    CURLM *multi;
    struct gn_sockets sockets;
    struct gn_tools tools;
    struct gn_transfer *t;
};

static void ignore(void *context)
{
    (void)context;
}

static void one_begin(struct one *o)
{
    begin(&o->fx, echo, NULL);
    o->multi = curl_multi_init();
    assert_non_null(o->multi);
    gn_sockets_init(&o->sockets, &o->fx.loop, o->multi, ignore, o);
    assert_int_equal(gn_tools_init(&o->tools, &o->sockets, NULL), GARNER_OK);
    assert_int_equal(gn_transfer_new(&o->tools, &o->t, NULL), GARNER_OK);
}

static void one_finish(struct one *o)
{
    gn_transfer_free(o->t);
    gn_tools_fini(&o->tools);
    assert_int_equal(curl_multi_cleanup(o->multi), CURLM_OK);
    gn_sockets_close(&o->sockets, ignore);
    finish(&o->fx);
}

/* Fetches by libcurl's own loop. */
static struct gn_response *perform(struct one *o, struct gn_target *target)
{
    assert_int_equal(gn_transfer_begin(o->t, target, NULL), GARNER_OK);
    gn_transfer_end(o->t, curl_easy_perform(o->t->easy), GN_CAUSE_LIBCURL);
    return &o->t->response;
}

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

static void a_proxy_that_is_not_there_is_named(void **state)
{
    const struct gn_request r = {.url = "http://127.0.0.2:9/x",
                                 .proxy = "http://u:secret@127.0.0.3:9"};
    struct gn_target *target;
    struct one o;

    (void)state;
    one_begin(&o);
    assert_int_equal(gn_target_new(&r, &target, NULL), GARNER_OK);
    assert_has(perform(&o, target)->error,
               "127.0.0.2:9: cannot connect to the proxy 127.0.0.3:9: ");
    gn_target_free(target);
    one_finish(&o);
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

static void the_body_is_hashed(void **state)
{
    static const unsigned char of_nothing[] = {
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
        0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
        0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
    unsigned char sha256[32];
    struct gn_response *r;
    struct gn_target *get;
    struct gn_target *head;
    struct one o;

    (void)state;
    one_begin(&o);
    get = target_at(&o.fx, "/", NULL);
    head = target_at(&o.fx, "/", &(struct gn_request){.method = "HEAD"});
    for (int i = 0; i < 2; i++) { /* the context is used again */
        r = perform(&o, get);
        assert_int_equal(EVP_Digest(r->body->data, r->body->size, sha256, NULL,
                                    EVP_sha256(), NULL),
                         1);
        assert_memory_equal(r->sha256, sha256, 32);
        gn_transfer_reset(o.t);
        r = perform(&o, head);
        assert_memory_equal(r->sha256, of_nothing, 32);
        gn_transfer_reset(o.t);
    }
    gn_target_free(get);
    gn_target_free(head);
    one_finish(&o);
}

static void an_early_end_tells_nothing_of_the_reply_before(void **state)
{
    static const unsigned char zeros[32];
    struct gn_response *r;
    struct gn_target *t;
    struct one o;

    (void)state;
    one_begin(&o);
    t = target_at(&o.fx, "/", NULL);
    r = perform(&o, t);
    assert_int_equal(r->status, 200);
    assert_string_equal(r->content_type, "text/plain");
    gn_transfer_reset(o.t);
    assert_int_equal(gn_transfer_begin(o.t, t, NULL), GARNER_OK);
    gn_transfer_end(o.t, CURLE_OK, GN_CAUSE_CANCELED);
    assert_int_equal(r->failure, GN_FAILURE_CANCELED);
    assert_int_equal(r->status, 0);
    assert_null(r->content_type);
    assert_int_equal(r->wire_bytes, 0);
    assert_int_equal(r->first_byte_us, 0);
    assert_int_equal(r->http_version, 0);
    assert_int_equal(r->body->size, 0);
    assert_int_equal(r->headers->size, 0);
    assert_memory_equal(r->sha256, zeros, 32);
    gn_target_free(t);
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
    gn_transfer_end(o.t, CURLE_OK, GN_CAUSE_STALLED);
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
        cmocka_unit_test(a_proxy_that_is_not_there_is_named),
        cmocka_unit_test(a_proxy_is_asked_for_each_url_in_turn),
        cmocka_unit_test(the_body_is_hashed),
        cmocka_unit_test(an_early_end_tells_nothing_of_the_reply_before),
        cmocka_unit_test(small_buffers_are_kept_and_large_ones_not),
        cmocka_unit_test(a_stall_is_counted_once_connected),
        cmocka_unit_test(what_is_sent_counts_as_moving),
    };
    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
