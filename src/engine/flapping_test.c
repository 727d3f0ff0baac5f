/* flapping_test.c - a source whose name has no address, and then has one. */
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>

#include "engine/fixture_test.h"

/* Stands in for the resolver, so that no test depends on a network:
 * flapping.invalid has an address, this machine's, each second time. */
static atomic_int flaps;

__attribute__((visibility("default"))) int
getaddrinfo(const char *name, const char *service, const struct addrinfo *req,
            struct addrinfo **pai)
{
    int (*real)(const char *, const char *, const struct addrinfo *,
                struct addrinfo **);

    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo"); /* as POSIX says */
    assert_non_null(real);
    if (strcmp(name, "flapping.invalid") != 0 ||
        atomic_fetch_add(&flaps, 1) % 2 == 0)
        return EAI_NONAME;
    return real("127.0.0.1", service, req, pai);
}

static void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p))
        tcp_peer_reply(p, "200 OK", "", "x");
}

static void begin_flapping(struct world *w)
{
    struct gn_source *source = add_source(w, "/", 0);

    snprintf(w->urls[0], sizeof w->urls[0], "http://flapping.invalid:%d/",
             tcp_server_port(w->server));
    source->request.proxy = "";
    atomic_store(&flaps, 0);
}

#define RUNS                                                                   \
    "select group_concat(coalesce(failure, status) || attempt, ' ')"           \
    " from (select * from garner_run order by id)"

static void it_goes_well_as_soon_as_it_has_one(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    begin_flapping(w);
    for (int i = 0; i < 4; i++)
        assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, RUNS, "resolve1 2001 resolve1 2001");
    assert_has(ask(w, "select error from garner_run order by id"),
               "the host name has no address; check its spelling and the DNS");
    end(w);
}

static void it_is_tried_again(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    begin_flapping(w);
    w->sources[0].retry = (struct gn_backoff){
        .times = 3, .least_ms = 1, .most_ms = 1, .classes = GN_RETRY_USUAL};
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, RUNS, "resolve1 2002");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_well_as_soon_as_it_has_one),
        cmocka_unit_test(it_is_tried_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
