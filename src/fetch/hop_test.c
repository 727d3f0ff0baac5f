/* hop_test.c - where redirects lead, and what is asked there. */
#include "fetch/hop.h"

#include "fetch/fixture_test.h"

static struct gn_response leads(int status, const char *base, const char *to)
{
    return (struct gn_response){
        .status = status, .base_url = base, .final_url = base, .redirect = to};
}

static void each_leads_somewhere_or_is_refused(void **state)
{
    static const struct {
        const char *to;
        const char *url; /* NULL: refused ... */
        const char *why; /* ... since */
    } cases[] = {
        {"/x", "http://h:8/x", ""},
        {"x?y#z", "http://h:8/a/x?y#z", ""},
        {"?y", "http://h:8/a/b?y", ""},
        {"//i/x", "http://i/x", ""},
        {"https://h/", "https://h/", ""},
        {"http://u:p@i/", "http://i/", ""},
        {"a b\xff", "http://h:8/a/a%20b%ff", ""},
        {"file:///etc/passwd", NULL,
         "redirected to file, which is refused: only http and https are "
         "followed"},
        {"http://i:99999/", NULL, "h:8: redirected to what is no URL: "},
        {"http://", NULL, "h:8: redirected to what is no URL: "},
    };
    const struct gn_request r = {.url = "http://h:8/a/b"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_response answer = leads(302, r.url, cases[i].to);
        struct gn_hop hop = {0};
        char text[240] = "";

        print_message("%s\n", cases[i].to);
        if (cases[i].url != NULL) {
            assert_int_equal(gn_hop_follow(&hop, &r, &answer, text),
                             GN_FAILURE_NONE);
            assert_string_equal(hop.url, cases[i].url);
            assert_int_equal(hop.count, 1);
        } else {
            assert_int_equal(gn_hop_follow(&hop, &r, &answer, text),
                             GN_FAILURE_REDIRECT);
            assert_has(text, cases[i].why);
            assert_null(hop.target);
        }
        gn_hop_fini(&hop);
    }
}

static void it_ends_after_so_many(void **state)
{
    struct gn_request r = {.url = "http://h/token1", .limits = {0}};
    static const char *const secrets[] = {"token1.example", NULL};
    const struct gn_response answer =
        leads(301, "http://token1.example:81/", "/");
    struct gn_hop hop = {0};
    char text[240];

    (void)state;
    r.secrets = secrets;
    for (int most = 1; most <= 10; most += 9) {
        r.limits.max_redirects = most == 10 ? 0 : most; /* 10 is usual */
        for (int i = 0; i < most; i++)
            assert_int_equal(gn_hop_follow(&hop, &r, &answer, text),
                             GN_FAILURE_NONE);
        assert_int_equal(gn_hop_follow(&hop, &r, &answer, text),
                         GN_FAILURE_REDIRECT);
        assert_int_equal(hop.count, most);
        assert_has(text, most == 10 ? "***:81: more than 10 redirects; "
                                    : "***:81: more than 1 redirects; ");
        gn_hop_fini(&hop);
    }
    r.limits.max_redirects = -1;
    assert_int_equal(gn_hop_follow(&hop, &r, &answer, text),
                     GN_FAILURE_REDIRECT);
}

/* What is asked where a redirect of status leads to, there or to another host.
 */
static struct result ask(const struct gn_request *request, int status,
                         bool away)
{
    struct gn_request r = *request;
    struct fixture fx;
    struct result result;
    struct gn_hop hop = {0};
    struct gn_response answer;
    char url[64];
    char to[64];
    char text[240];

    begin(&fx, echo, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/x",
             tcp_server_port(fx.server));
    snprintf(to, sizeof to, "http://%s:%d/to", away ? "localhost" : "127.0.0.1",
             tcp_server_port(fx.server));
    r.url = url;
    answer = leads(status, url, to);
    assert_int_equal(gn_hop_follow(&hop, &r, &answer, text), GN_FAILURE_NONE);
    result = fetch_target(&fx, hop.target);
    hop.target = NULL;
    gn_hop_fini(&hop);
    finish(&fx);
    return result;
}

static void the_method_stays_or_becomes_get(void **state)
{
    static const struct {
        const char *method;
        const char *body;
        int status;
        char line[16];
    } cases[] = {
        {NULL, NULL, 302, "GET /to "},    {NULL, "b", 301, "GET /to "},
        {NULL, "b", 302, "GET /to "},     {"POST", "b", 303, "GET /to "},
        {"POST", NULL, 302, "GET /to "},  {"POST", "b", 307, "POST /to "},
        {NULL, "b", 308, "POST /to "},    {"PUT", "b", 302, "PUT /to "},
        {"PUT", "b", 303, "GET /to "},    {"DELETE", NULL, 301, "DELETE /to "},
        {"DELETE", NULL, 303, "GET /to "}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_request r = {.method = cases[i].method,
                                     .body = cases[i].body,
                                     .body_size = cases[i].body != NULL};
        const struct result got = ask(&r, cases[i].status, false);

        print_message("case %zu\n", i);
        assert_has(got.body, cases[i].line);
        if (strncmp(cases[i].line, "GET", 3) == 0)
            assert_lacks(got.body, "Content-Length");
    }
    assert_int_equal(
        ask(&(struct gn_request){.method = "HEAD"}, 303, false).size, 0);
}

static void another_host_gets_no_secrets(void **state)
{
    static const char *const headers[] = {"X-Mine: 1", "authorization: Me me",
                                          "Cookie: x=y", NULL};
    const struct gn_request r = {.headers = headers};
    const struct gn_request cookies = {.cookies = "a=b"};
    const struct gn_request login = {
        .login = GN_LOGIN_BASIC, .user = "u", .password = "p"};
    struct result got = ask(&r, 307, false);

    (void)state;
    assert_has(got.body, "X-Mine: 1");
    assert_has(got.body, "Me me");
    assert_has(got.body, "x=y");
    assert_has(ask(&cookies, 302, false).body, "a=b");
    assert_lacks(ask(&cookies, 302, true).body, "ookie");
    got = ask(&r, 307, true);
    assert_has(got.body, "X-Mine: 1");
    assert_lacks(got.body, "Me me");
    assert_lacks(got.body, "ookie");
    assert_has(ask(&login, 302, false).body, "Authorization: Basic dTpw");
    assert_lacks(ask(&login, 302, true).body, "Authorization");
}

/* The fetch itself tells where it would have gone. */
static void redirect(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p))
        if (tcp_peer_asks(p, "/not-modified"))
            tcp_peer_reply(p, "304 Not", "Location: /x\r\n", "");
        else if (tcp_peer_asks(p, "/nowhere"))
            tcp_peer_reply(p, "302 Found", "Location:\r\n", "");
        else if (tcp_peer_asks(p, "/from"))
            tcp_peer_reply(p, "302 Found", "A: b\r\nLocation: to ken1\r\n", "");
        else
            tcp_peer_reply(p, "200 OK", "Location: /x\r\n", "here");
}

struct told {
    int status;
    int requests;
    bool is_private;
    char redirect[64];
};

static void note(void *context, struct gn_response *response)
{
    struct told *t = context;

    t->status = response->status;
    t->requests = response->requests;
    t->is_private = response->is_private;
    snprintf(t->redirect, sizeof t->redirect, "%s",
             response->redirect != NULL ? response->redirect : "nowhere");
}

static void a_fetch_tells_where_it_did_not_go(void **state)
{
    static const char *const secrets[] = {"to ken1", NULL};
    static const struct {
        const char *path;
        bool one_hop;
        struct told told;
    } cases[] = {
        {"/from", true, {302, 1, true, "to ken1"}},
        {"/from", false, {200, 2, true, "nowhere"}},
        {"/nowhere", true, {302, 1, true, "nowhere"}},
        {"/not-modified", true, {304, 1, true, "nowhere"}},
        {"/good", true, {200, 1, true, "nowhere"}},
    };
    struct fixture fx;

    (void)state;
    begin(&fx, redirect, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_target *t =
            target_at(&fx, cases[i].path,
                      &(struct gn_request){.one_hop = cases[i].one_hop,
                                           .secrets = secrets});
        struct told told = {0};

        print_message("%s\n", cases[i].path);
        assert_int_equal(gn_fetcher_start(fx.f, t, note, &told, NULL, NULL),
                         GARNER_OK);
        uv_run(&fx.loop, UV_RUN_DEFAULT);
        gn_target_free(t);
        assert_int_equal(told.status, cases[i].told.status);
        assert_int_equal(told.requests, cases[i].told.requests);
        assert_int_equal(told.is_private, cases[i].told.is_private);
        assert_string_equal(told.redirect, cases[i].told.redirect);
    }
    finish(&fx);
}

/* Neither a connection of its own, nor one that is there already. */
static void nobody_is_asked_at_a_private_address(void **state)
{
    const struct gn_request shy = {.public_only = true};
    struct fixture fx;
    struct result r;
    char url[64];

    (void)state;
    begin(&fx, echo, NULL);
    for (int i = 0; i < 2; i++) {
        snprintf(url, sizeof url, "http://%s:%d/",
                 i == 0 ? "127.0.0.1" : "localhost",
                 tcp_server_port(fx.server));
        r = fetch_url(&fx, url, &shy);
        assert_int_equal(r.failure, GN_FAILURE_REDIRECT);
        assert_has(r.error, "this is at a private address, and");
        assert_int_equal(tcp_server_connections(fx.server), i);
        r = fetch_url(&fx, url, NULL);
        assert_int_equal(r.status, 200);
        r = fetch_url(&fx, url, &shy);
        assert_int_equal(r.failure, GN_FAILURE_REDIRECT);
        assert_int_equal(tcp_server_requests(fx.server), i + 1);
    }
    finish(&fx);
}

static void lost_memory_is_told(void **state)
{
    const struct gn_request r = {.url = "http://h/"};
    const struct gn_response answer = leads(302, "http://h/", "/x");
    enum gn_failure failure = GN_FAILURE_LOCAL;
    struct gn_hop hop = {0};
    char text[240];
    unsigned nth;

    (void)state;
    for (nth = 1; failure == GN_FAILURE_LOCAL; nth++) {
        gn_mem_fail_at(nth);
        failure = gn_hop_follow(&hop, &r, &answer, text);
        gn_mem_fail_at(0);
        if (failure == GN_FAILURE_LOCAL)
            assert_string_equal(text, "out of memory for a redirect");
    }
    assert_int_equal(failure, GN_FAILURE_NONE);
    assert_true(nth > 4);
    gn_hop_fini(&hop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_leads_somewhere_or_is_refused),
        cmocka_unit_test(it_ends_after_so_many),
        cmocka_unit_test(the_method_stays_or_becomes_get),
        cmocka_unit_test(another_host_gets_no_secrets),
        cmocka_unit_test(a_fetch_tells_where_it_did_not_go),
        cmocka_unit_test(nobody_is_asked_at_a_private_address),
        cmocka_unit_test(lost_memory_is_told),
    };

    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
