/* fetcher_test.c - many at a time, one after another, given up, closed. */
#include "fetch/fixture_test.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"

/* Replies to each request with the request. */
static void echo(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p))
        if (tcp_peer_asks(p, "/silent"))
            tcp_peer_wait(p);
        else if (!tcp_peer_reply(p, "200 OK", "Content-Type: text/plain\r\n",
                                 p->request))
            return;
}

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

static void assert_lines(const char *text, const char *name, int count)
{
    int found = 0;

    for (; (text = strstr(text, name)) != NULL; text++)
        found++;
    assert_int_equal(found, count);
}

static void a_target_asks_for_another_version_until_told_not_to(void **state)
{
    static const char *const headers[] = {"X-Mine: 1", NULL};
    const struct gn_request request = {.headers = headers};
    const struct gn_validators both = {"W/\"a, b\"", "once upon a time"};
    const struct gn_validators date = {NULL, "then"};
    struct fixture fx;
    struct gn_target *t;
    struct result r[4] = {0};

    (void)state;
    begin(&fx, echo, NULL);
    t = target_at(&fx, "/", &request);
    for (int i = 0; i < 4; i++) {
        if (i == 0)
            assert_true(gn_target_ask_if(t, &both));
        else if (i > 1)
            assert_true(gn_target_ask_if(t, i == 2 ? &date : NULL));
        start(&fx, t, &r[i], NULL);
        uv_run(&fx.loop, UV_RUN_DEFAULT);
        assert_has(r[i].body, "X-Mine: 1\r\n");
        assert_lines(r[i].body, "If-None-Match", i < 2);
        assert_lines(r[i].body, "If-Modified-Since", i < 3);
    }
    for (int i = 0; i < 2; i++) {
        assert_has(r[i].body, "\r\nIf-None-Match: W/\"a, b\"\r\n");
        assert_has(r[i].body, "\r\nIf-Modified-Since: once upon a time\r\n");
    }
    gn_target_free(t);
    finish(&fx);
}

/* Handles are used again: nothing of one request may stick to the next. */
static void requests_do_not_leak_into_each_other(void **state)
{
    static const char *const headers[] = {"X-Mine: 1",
                                          "X-Empty:", "Accept: text/csv", NULL};
    const struct gn_request post = {.headers = headers,
                                    .body = "a=b",
                                    .body_size = 3,
                                    .user_agent = "other/2"};
    struct fixture fx;
    struct result r;

    (void)state;
    begin(&fx, echo, NULL);
    for (int i = 0; i < 2; i++) {
        r = fetch(&fx, "/1", &post);
        assert_has(r.body, "POST /1 HTTP/1.1\r\n");
        assert_has(r.body, "Content-Length: 3\r\n");
        assert_has(r.body, "X-Mine: 1\r\n");
        assert_has(r.body, "X-Empty:\r\n");
        assert_has(r.body, "Accept: text/csv\r\n");
        assert_has(r.body, "User-Agent: other/2\r\n");
        assert_has(r.body, "\r\n\r\na=b");
        r = fetch(&fx, "/2", NULL);
        assert_has(r.body, "GET /2 HTTP/1.1\r\n");
        assert_has(r.body, "Accept: */*\r\n");
        assert_lacks(r.body, "X-Mine");
        assert_lacks(r.body, "Content-Length");
        assert_has(r.final_url, "/2");
        r = fetch(&fx, "/3", &(struct gn_request){.method = "HEAD"});
        assert_int_equal(r.status, 200);
        assert_int_equal(r.size, 0);
        r = fetch(&fx, "/4",
                  &(struct gn_request){
                      .method = "PUT", .body = "xy", .body_size = 2});
        assert_has(r.body, "PUT /4 HTTP/1.1\r\n");
        assert_has(r.body, "\r\n\r\nxy");
        r = fetch(&fx, "/5", &(struct gn_request){.method = "POST"});
        assert_has(r.body, "POST /5 HTTP/1.1\r\n");
        assert_has(r.body, "Content-Length: 0\r\n");
        r = fetch(&fx, "/6", &(struct gn_request){.method = "DELETE"});
        assert_has(r.body, "DELETE /6 HTTP/1.1\r\n");
        assert_lacks(r.body, "Content-Length");
    }
    finish(&fx);
}

/* Replies once, takes one more request, and closes without a word. */
static void close_on_the_second(struct tcp_peer *p, void *context)
{
    (void)context;
    if (tcp_peer_request(p) && tcp_peer_reply(p, "200 OK", "", p->request))
        (void)tcp_peer_request(p);
}

/* libcurl sends it again on another connection, by the URL it remembers. */
static void a_cut_connection_is_made_good_at_the_right_url(void **state)
{
    struct fixture fx;
    struct result r;

    (void)state;
    begin(&fx, close_on_the_second, NULL);
    r = fetch(&fx, "/first", NULL);
    assert_has(r.body, "GET /first HTTP/1.1\r\n");
    r = fetch(&fx, "/second", NULL);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_has(r.body, "GET /second HTTP/1.1\r\n");
    assert_has(r.final_url, "/second");
    assert_int_equal(tcp_server_connections(fx.server), 2);
    finish(&fx);
}

/* The same, and counts the POSTs. */
static void close_and_count(struct tcp_peer *p, void *context)
{
    atomic_int *posts = context;

    for (int i = 0; i < 2 && tcp_peer_request(p); i++) {
        if (strncmp(p->request, "POST ", 5) == 0)
            atomic_fetch_add(posts, 1);
        if (i == 0 && !tcp_peer_reply(p, "200 OK", "", p->request))
            return;
    }
}

/* The server may have done what it was asked, before it closed. */
static void what_may_not_be_sent_twice_is_not(void **state)
{
    const struct gn_request post = {.body = "a", .body_size = 1};
    struct fixture fx;
    struct result r;
    atomic_int posts = 0;

    (void)state;
    begin(&fx, close_and_count, &posts);
    (void)fetch(&fx, "/first", NULL);
    r = fetch(&fx, "/second", &post);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_int_equal(atomic_load(&posts), 1);
    r = fetch(&fx, "/third", NULL); /* nor is its connection used again */
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    r = fetch(&fx, "/fourth", &post);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_int_equal(atomic_load(&posts), 2);
    finish(&fx);
}

static void credentials_are_sent_and_not_told(void **state)
{
    struct fixture fx;
    struct result r;
    char url[64];

    (void)state;
    begin(&fx, echo, NULL);
    snprintf(url, sizeof url, "http://me:secret@127.0.0.1:%d/",
             tcp_server_port(fx.server));
    r = fetch_url(&fx, url, NULL);
    assert_has(r.body, "Authorization: Basic bWU6c2VjcmV0\r\n");
    assert_lacks(r.final_url, "secret");
    assert_lacks(r.final_url, "me");
    r = fetch(&fx, "/", NULL); /* on the same connection */
    assert_lacks(r.body, "Authorization");
    finish(&fx);
}

/* Asks for a digest login, and takes each nonce once. */
static void challenge(struct tcp_peer *p, void *context)
{
    int *nonce = context;

    while (tcp_peer_request(p)) {
        char line[128];
        char fresh[32];

        snprintf(fresh, sizeof fresh, "nonce=\"n%d\"", *nonce);
        if (strstr(p->request, fresh) != NULL) {
            ++*nonce;
            tcp_peer_reply(p, "200 OK", "", p->request);
            continue;
        }
        snprintf(line, sizeof line,
                 "WWW-Authenticate: Digest realm=\"r\", nonce=\"n%d\"\r\n",
                 ++*nonce);
        tcp_peer_reply(p, "401 Who are you", line, "");
    }
}

static void a_digest_login_leaves_nothing_for_the_next(void **state)
{
    static const char *const users[] = {"me", "you", "me", "me"};
    struct gn_request r = {.login = GN_LOGIN_DIGEST, .password = "secret"};
    struct fixture fx;
    struct result result;
    int nonce = 0;

    (void)state;
    begin(&fx, challenge, &nonce);
    for (size_t i = 0; i < sizeof users / sizeof users[0]; i++) {
        char name[32];

        r.user = users[i];
        snprintf(name, sizeof name, "username=\"%s\"", users[i]);
        result = fetch(&fx, "/", &r);
        assert_int_equal(result.status, 200);
        assert_has(result.body, name);
        assert_lacks(result.body, "secret");
    }
    result = fetch(&fx, "/", NULL);
    assert_int_equal(result.status, 401);
    finish(&fx);
}

/* Redirects to localhost, which is another host, and tells what it was told. */
static void send_away(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p)) {
        char line[64];

        snprintf(line, sizeof line, "Location: http://localhost:%d/there\r\n",
                 tcp_server_port(p->server));
        if (tcp_peer_asks(p, "/away"))
            tcp_peer_reply(p, "302 Found", line, "");
        else
            tcp_peer_reply(p, "200 OK", "", p->request);
    }
}

static void another_host_is_told_no_secrets_and_may_be_refused(void **state)
{
    struct gn_request r = {.login = GN_LOGIN_BASIC,
                           .user = "me",
                           .password = "p",
                           .cookies = "a=b"};
    struct fixture fx;
    struct result result;

    (void)state;
    begin(&fx, send_away, NULL);
    for (int jar = 0; jar < 2; jar++) {
        r.keeps_cookies = jar == 1;
        result = fetch(&fx, "/there", &r);
        assert_has(result.body, "Authorization: Basic");
        assert_has(result.body, "Cookie: a=b\r\n");
        result = fetch(&fx, "/away", &r);
        assert_int_equal(result.status, 200);
        assert_lacks(result.body, "Authorization");
        assert_lacks(result.body, "Cookie");
    }
    r.same_host = true;
    result = fetch(&fx, "/away", &r);
    assert_int_equal(result.failure, GN_FAILURE_REDIRECT);
    assert_has(result.error, "redirected to another host, localhost, which");
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
        cmocka_unit_test(a_target_asks_for_another_version_until_told_not_to),
        cmocka_unit_test(requests_do_not_leak_into_each_other),
        cmocka_unit_test(a_cut_connection_is_made_good_at_the_right_url),
        cmocka_unit_test(what_may_not_be_sent_twice_is_not),
        cmocka_unit_test(credentials_are_sent_and_not_told),
        cmocka_unit_test(a_digest_login_leaves_nothing_for_the_next),
        cmocka_unit_test(another_host_is_told_no_secrets_and_may_be_refused),
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
