/* names_test.c - names of hosts that have no address, or not yet, or that are
 * not to be told. */
#include "fetch/fixture_test.h"

#include <dlfcn.h>
#include <netdb.h>

#include "base/thread.h"

/* Stands in for the resolver, so that no test depends on a network:
 * slow.invalid has no address, but that shows only when it is let go;
 * flapping.invalid has one each second time, that of this machine. */
static pthread_mutex_t resolver = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t let_go = PTHREAD_COND_INITIALIZER;
static bool resolver_waits;
static int lookups_done;

__attribute__((visibility("default"))) int
getaddrinfo(const char *name, const char *service, const struct addrinfo *req,
            struct addrinfo **pai)
{
    static int flaps;
    int (*real)(const char *, const char *, const struct addrinfo *,
                struct addrinfo **);
    bool found;

    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo"); /* as POSIX says */
    assert_non_null(real);
    gn_lock(&resolver);
    while (resolver_waits && strcmp(name, "slow.invalid") == 0)
        gn_cond_wait(&let_go, &resolver);
    lookups_done++;
    found = strcmp(name, "flapping.invalid") == 0 && flaps++ % 2 == 1;
    gn_unlock(&resolver);
    return found ? real("127.0.0.1", service, req, pai) : EAI_NONAME;
}

static void send_elsewhere(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p))
        if (tcp_peer_asks(p, "/with"))
            tcp_peer_reply(p, "302 Found", "Location: /500?a=ab&k=to%40ken\r\n",
                           "");
        else if (tcp_peer_asks(p, "/away"))
            tcp_peer_reply(p, "302 Found",
                           "Location: http://token1.invalid/\r\n", "");
        else
            tcp_peer_reply(p, "500 Sorry", "", "it broke");
}

static void a_slow_look_up_blocks_nobody(void **state)
{
    const struct gn_request brief = {.limits = {.connect_ms = 50}};
    struct fixture fx;
    struct result r;
    bool waiting;

    (void)state;
    resolver_waits = true;
    begin(&fx, send_elsewhere, NULL);
    r = fetch_url(&fx, "http://slow.invalid/", &brief);
    assert_int_equal(r.failure, GN_FAILURE_TIMEOUT);
    assert_has(r.error,
               "slow.invalid:80: no connection within 50ms (looking up "
               "the host");
    assert_int_equal(fetch(&fx, "/500", NULL).status, 500);
    finish(&fx); /* does not wait for it, either */
    gn_lock(&resolver);
    waiting = lookups_done == 0;
    resolver_waits = false;
    gn_cond_wake_all(&let_go);
    gn_unlock(&resolver);
    assert_true(waiting);
}

static void a_name_without_address_is_told(void **state)
{
    struct fixture fx;
    struct result r;

    (void)state;
    begin(&fx, send_elsewhere, NULL);
    r = fetch_url(&fx, "https://me:secret@nowhere.invalid/x", NULL);
    assert_int_equal(r.failure, GN_FAILURE_RESOLVE);
    assert_string_equal(r.error,
                        "nowhere.invalid:443: the host name has no address; "
                        "check its spelling and the DNS");
    assert_string_equal(r.final_url, "https://nowhere.invalid/x");
    assert_int_equal(r.status, 0);
    finish(&fx);
}

/* That it had none is not remembered. */
static void a_name_that_flaps_is_looked_up_again(void **state)
{
    struct fixture fx;
    struct result r;
    char url[64];

    (void)state;
    begin(&fx, send_elsewhere, NULL);
    snprintf(url, sizeof url, "http://flapping.invalid:%d/500",
             tcp_server_port(fx.server));
    r = fetch_url(&fx, url, NULL);
    assert_int_equal(r.failure, GN_FAILURE_RESOLVE);
    r = fetch_url(&fx, url, NULL);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_int_equal(r.status, 500);
    finish(&fx);
}

/* A server may send us elsewhere with what we sent it. */
static void secrets_are_not_told_when_they_come_back(void **state)
{
    static const char *const secrets[] = {"to@ken", "ab", "token1", NULL};
    const struct gn_request moved = {.secrets = secrets};
    const struct gn_request stays = {.secrets = secrets,
                                     .limits = {.max_redirects = -1}};
    struct fixture fx;
    struct result r;
    char url[64];

    (void)state;
    begin(&fx, send_elsewhere, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/500?a=***&k=***",
             tcp_server_port(fx.server));
    r = fetch(&fx, "/with?k=to@ken&a=ab", &moved);
    assert_int_equal(r.status, 500);
    assert_string_equal(r.final_url, url);
    r = fetch(&fx, "/with?k=to@ken&a=ab", &stays);
    assert_int_equal(r.status, 302);
    assert_string_equal(r.headers, "content-length: 0\n"
                                   "location: /500?a=***&k=***\n");
    assert_has(r.final_url, "/with?k=***&a=***");
    r = fetch(&fx, "/away", &moved);
    assert_int_equal(r.failure, GN_FAILURE_RESOLVE);
    assert_string_equal(r.error, "the server: the host name has no address; "
                                 "check its spelling and the DNS");
    assert_has(r.final_url, "http://***.invalid/");
    finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_look_up_blocks_nobody),
        cmocka_unit_test(a_name_without_address_is_told),
        cmocka_unit_test(a_name_that_flaps_is_looked_up_again),
        cmocka_unit_test(secrets_are_not_told_when_they_come_back),
    };

    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
