/* sent_test.c - what a server is told, how often, and what it is not. */
#include "fetch/fixture_test.h"

#include <stdatomic.h>

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
        assert_int_equal(result.requests, 2);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_asks_for_another_version_until_told_not_to),
        cmocka_unit_test(requests_do_not_leak_into_each_other),
        cmocka_unit_test(a_cut_connection_is_made_good_at_the_right_url),
        cmocka_unit_test(what_may_not_be_sent_twice_is_not),
        cmocka_unit_test(credentials_are_sent_and_not_told),
        cmocka_unit_test(a_digest_login_leaves_nothing_for_the_next),
        cmocka_unit_test(another_host_is_told_no_secrets_and_may_be_refused),
    };

    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
