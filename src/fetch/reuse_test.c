/* reuse_test.c - a handle of libcurl's fetches one target after another, of all
 * kinds and hosts: each time as if it were new. */
#include "fetch/fixture_test.h"

/* Asks for a digest login at /digest, redirects from /from, fails at /cut, sets
 * a cookie at /cookie; all else is told what it asked. */
static void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p)) {
        const bool knows = strstr(p->request, "Authorization: Digest") != NULL;

        if (tcp_peer_asks(p, "/digest") && !knows)
            tcp_peer_reply(p, "401 Who are you",
                           "WWW-Authenticate: Digest realm=\"r\", "
                           "nonce=\"n\"\r\n",
                           "");
        else if (tcp_peer_asks(p, "/digest"))
            tcp_peer_reply(p, "200 OK", "", "come in");
        else if (tcp_peer_asks(p, "/from"))
            tcp_peer_reply(p, "302 Found", "Location: to?x\r\n", "");
        else if (tcp_peer_asks(p, "/cookie"))
            tcp_peer_reply(p, "200 OK", "Set-Cookie: a=b\r\n", p->request);
        else if (tcp_peer_asks(p, "/cut") ||
                 !tcp_peer_reply(p, "200 OK", "", p->request))
            return;
    }
}

static const char *const asked[] = {"X-Mine: 1", "Range: bytes=1-2",
                                    "Referer: http://me/", NULL};
/* What is fetched; beside it what that must come to, so that no two kinds are
 * wrong in the same way. */
static const struct {
    const char *path;
    const char *user; /* in the URL; "": none */
    struct gn_request request;
    int status;
    const char *body; /* part of it */
} kinds[] = {
    {"/plain", "", {0}, 200, "GET /plain HTTP/1.1\r\n"},
    {"/other?q=1#f", "", {0}, 200, "GET /other?q=1 HTTP/1.1\r\n"},
    {"/user", "u:p@", {0}, 200, "Authorization: Basic dTpw\r\n"},
    {"/from", "", {0}, 200, "GET /to?x HTTP/1.1\r\n"},
    {"/from", "", {.limits = {.max_redirects = -1}}, 302, ""},
    {"/headers", "", {.headers = asked}, 200, "Range: bytes=1-2\r\n"},
    {"/head", "", {.method = "HEAD"}, 200, ""},
    {"/post", "", {.body = "abc", .body_size = 3}, 200, "\r\n\r\nabc"},
    {"/from", "", {.body = "abc", .body_size = 3}, 200, "GET /to?x "},
    {"/put", "", {.method = "PUT", .body = "x", .body_size = 1}, 200, "PUT "},
    {"/own", "", {.cookies = "c=d", .user_agent = "I"}, 200, "Cookie: c=d"},
    {"/cookie", "", {.keeps_cookies = true}, 200, "GET /cookie "},
    {"/basic",
     "",
     {.login = GN_LOGIN_BASIC, .user = "a", .password = "b"},
     200,
     "Authorization: Basic YTpi\r\n"},
    {"/bearer",
     "",
     {.login = GN_LOGIN_BEARER, .password = "t"},
     200,
     "Authorization: Bearer t\r\n"},
    {"/digest",
     "",
     {.login = GN_LOGIN_DIGEST, .user = "a", .password = "b"},
     200,
     "come in"},
    {"/proxy", "", {.proxy = ""}, 200, "GET http://"},
    {"/cut", "", {.limits = {.total_ms = 50000}}, 0, ""},
};
enum { KINDS = sizeof kinds / sizeof kinds[0], ALL = KINDS * 2 };

/* By the server's own name, or by another: two hosts. */
static const char *const hosts[] = {"127.0.0.1", "localhost"};

static struct result fetch_kind(struct fixture *fx, size_t kind, size_t host)
{
    struct gn_request request = kinds[kind].request;
    struct result r;
    char url[128];
    char proxy[64];

    snprintf(proxy, sizeof proxy, "127.0.0.1:%d", tcp_server_port(fx->server));
    if (request.proxy != NULL)
        request.proxy = proxy; /* the server takes itself for one */
    snprintf(url, sizeof url, "http://%s%s:%d%s", kinds[kind].user, hosts[host],
             tcp_server_port(fx->server), kinds[kind].path);
    r = fetch_url(fx, url, &request);
    assert_int_equal(r.status, kinds[kind].status);
    assert_has(r.body, kinds[kind].body);
    return r;
}

static void assert_same(const struct result *a, const struct result *b)
{
    assert_int_equal(a->failure, b->failure);
    assert_string_equal(a->error, b->error);
    assert_string_equal(a->final_url, b->final_url);
    assert_string_equal(a->base_url, b->base_url);
    assert_string_equal(a->headers, b->headers);
    assert_string_equal(a->body, b->body);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->wire_bytes, b->wire_bytes);
    assert_int_equal(a->redirects, b->redirects);
    assert_int_equal(a->http_version, b->http_version);
}

/* Handles and connections are new ones from now on. */
static void renew(struct fixture *fx)
{
    gn_fetcher_close(fx->f);
    assert_int_equal(uv_run(&fx->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(gn_fetcher_new(&fx->loop, &(struct gn_fetcher_options){0},
                                    &fx->f, NULL),
                     GARNER_OK);
}

/* Each kind after each other, at one host and at another. */
static void nothing_of_one_fetch_is_left_for_the_next(void **state)
{
    static struct result alone[KINDS][2];
    struct fixture fx;

    (void)state;
    begin(&fx, serve, NULL);
    for (size_t n = 0; n < ALL; n++) {
        renew(&fx);
        alone[n / 2][n % 2] = fetch_kind(&fx, n / 2, n % 2);
        assert_has(alone[n / 2][n % 2].final_url, hosts[n % 2]);
    }
    for (size_t n = 0; n < ALL; n++)
        for (size_t m = 0; m < ALL; m++) {
            struct result r;

            (void)fetch_kind(&fx, n / 2, n % 2);
            r = fetch_kind(&fx, m / 2, m % 2);
            assert_same(&r, &alone[m / 2][m % 2]);
        }
    finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_one_fetch_is_left_for_the_next),
    };

    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
