/* permit_test.c - who obeys robots.txt asks for it first, and does as it says.
 */
#include <stdatomic.h>

#include "base/clock.h"
#include "engine/fixture_test.h"

struct site {
    const char *status;  /* of robots.txt; constant; ... */
    const char *headers; /* ... */
    const char *robots;
    atomic_int asked; /* for that */
    atomic_int told;  /* of those, what is for the source's own URL alone */
    atomic_int requests;
    atomic_bool open; /* robots.txt is answered */
    char agent[64];   /* the last one that asked; once it is answered */
};

static void note_agent(struct site *s, const struct tcp_peer *p)
{
    const char *agent = strstr(p->request, "User-Agent: ");

    snprintf(s->agent, sizeof s->agent, "%.*s",
             agent != NULL ? (int)strcspn(agent, "\r") : 0,
             agent != NULL ? agent : "");
}

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p))
        if (tcp_peer_asks(p, "/robots.txt")) {
            atomic_fetch_add(&s->asked, 1);
            s->told += strstr(p->request, "X-Mine") != NULL ||
                       strncmp(p->request, "GET ", 4) != 0;
            note_agent(s, p);
            WAIT_FOR(s->open);
            if (strstr(p->request, "If-None-Match: \"r\"") != NULL)
                tcp_peer_text(p, "HTTP/1.1 304 Same\r\n\r\n");
            else
                tcp_peer_reply(p, s->status, s->headers, s->robots);
        } else {
            atomic_fetch_add(&s->requests, 1);
            tcp_peer_reply(p, "200 OK", "", "hello");
        }
}

static struct world *begin_site(struct site *s, const char *status,
                                const char *robots)
{
    memset(s, 0, sizeof *s);
    s->status = status;
    s->headers = "";
    s->robots = robots;
    atomic_store(&s->open, true);
    return begin(serve, s);
}

static struct gn_source *add_obeying(struct world *w, const char *path,
                                     int64_t every_ms)
{
    struct gn_source *source = add_source(w, path, every_ms);

    source->obeys_robots = true;
    return source;
}

static void what_is_forbidden_is_not_fetched(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "200 OK",
                                 "user-agent: garner\n"
                                 "disallow: /private/\n"
                                 "user-agent: nosy\n"
                                 "disallow: /\n");

    (void)state;
    add_obeying(w, "/private/a", 0);
    add_obeying(w, "/public", 0);
    add_source(w, "/private/b", 0);
    add_obeying(w, "/public", 0)->request.user_agent = "Nosy/2 (x)";
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.asked, 1);
    assert_int_equal(s.requests, 2);
    assert_asked(w,
                 "select group_concat(coalesce(failure, status), ' ') from"
                 " (select * from garner_run order by source)",
                 "robots 200 200 robots");
    assert_has(ask(w, "select error from garner_run where source = 1"),
               "/robots.txt, line 2, forbids it (Disallow: /private/); robots: "
               "ignore fetches it all the same");
    assert_has(ask(w, "select error from garner_run where source = 4"),
               "line 4, forbids it (Disallow: /)");
    assert_asked(w,
                 "select status is null and bytes is null and attempt = 1"
                 " from garner_run where source = 1",
                 "1");
    assert_asked(w, "select requests from garner_host", "3");
    assert_asked(w, "select access from garner_robots", "rules");
    assert_has(s.agent, "garner/");
    assert_int_equal(w->status.totals.fetch_failed, 2);
    assert_all_accounted_for(w);
    end(w);
}

/* By the way that its source goes, or it could not be had. */
static void it_is_asked_for_where_its_source_asks(void **state)
{
    struct site s;
    struct world *w =
        begin_site(&s, "200 OK", "user-agent: *\ndisallow: /private/\n");
    char line[64];
    const char *const way[] = {line, NULL};
    const char *const headers[] = {"X-Mine: 1", NULL};

    (void)state;
    snprintf(line, sizeof line, "away.invalid:%d:127.0.0.1:%d",
             tcp_server_port(w->server), tcp_server_port(w->server));
    for (int i = 0; i < 2; i++) {
        struct gn_source *source =
            add_obeying(w, i == 0 ? "/private/a" : "/a", 0);

        source->request.route.connect_to = way;
        source->request.headers = headers;
        source->request.body = "a";
        source->request.body_size = 1;
        snprintf(w->urls[i], sizeof w->urls[i], "http://away.invalid:%d/%s",
                 tcp_server_port(w->server), i == 0 ? "private/a" : "a");
    }
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select group_concat(coalesce(failure, status), ' ') from"
                 " (select * from garner_run order by source)",
                 "robots 200");
    assert_int_equal(s.asked, 1);
    assert_int_equal(s.told, 0);
    end(w);
}

static void it_is_kept_over_restarts(void **state)
{
    struct site s;
    struct world *w =
        begin_site(&s, "200 OK", "user-agent: *\ndisallow: /private/\n");

    (void)state;
    add_obeying(w, "/private/a", 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.asked, 1);
    assert_int_equal(s.requests, 0);
    store_runs(w, "update garner_robots set until = 1");
    s.headers = "ETag: \"r\"\r\n";
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.asked, 2);
    store_runs(w, "update garner_robots set until = 1");
    assert_int_equal(run(w), GARNER_OK); /* its version is asked with */
    assert_int_equal(s.asked, 3);
    assert_int_equal(s.requests, 0);
    assert_asked(w,
                 "select access || etag || length(body) || (until > asked)"
                 " from garner_robots",
                 "rules\"r\"341");
    end(w);
}

static void without_one_all_is_allowed(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "404 No", "user-agent: *\ndisallow: /\n");

    (void)state;
    add_obeying(w, "/a", 0);
    add_obeying(w, "/b", 0);
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.requests, 2);
    assert_asked(w, "select access from garner_robots", "none");
    end(w);
}

static void while_it_cannot_be_had_nothing_is(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "503 Oh", "");

    (void)state;
    add_obeying(w, "/a", 0)->retry = (struct gn_backoff){3, 1, 1, 0};
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.requests, 0);
    assert_has(ask(w, "select error from garner_run"),
               "cannot be had: the server answered with status 503; until it "
               "can, nothing is fetched there");
    snprintf(w->urls[0], sizeof w->urls[0], "http://127.0.0.1:1/");
    assert_int_equal(run(w), GARNER_OK);
    assert_has(ask(w, "select error from garner_run where id = 2"),
               "http://127.0.0.1:1/robots.txt cannot be had: the server cannot "
               "be reached");
    assert_asked(w, "select group_concat(access) from garner_robots",
                 "unreachable,unreachable");
    assert_asked(w, "select group_concat(attempt) from garner_run", "1,1");
    end(w);
}

static void what_it_said_before_counts_then(void **state)
{
    struct site s;
    struct world *w =
        begin_site(&s, "200 OK", "user-agent: *\ndisallow: /private/\n");

    (void)state;
    add_obeying(w, "/private/a", 0);
    add_obeying(w, "/a", 0);
    assert_int_equal(run(w), GARNER_OK);
    store_runs(w, "update garner_robots set until = 1");
    s.status = "500 Oh";
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.asked, 2);
    assert_int_equal(s.requests, 2);
    assert_asked(w, "select access || (until > asked) from garner_robots",
                 "rules1");
    end(w);
}

/* It is asked for once, and in their turn. */
static void others_wait_for_it(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "200 OK", "");

    (void)state;
    for (int i = 0; i < 20; i++)
        add_obeying(w, "/a", 0)->host_concurrency = i % 2;
    add_source(w, "/b", 0);
    atomic_store(&s.open, false);
    run_beside(w);
    WAIT_FOR(s.asked == 1 && s.requests == 1);
    assert_int_equal(status_of(w).totals.started, 21);
    atomic_store(&s.open, true);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(s.asked, 1);
    assert_int_equal(s.requests, 21);
    assert_all_accounted_for(w);
    end(w);
}

static void a_delay_is_an_interval(void **state)
{
    struct site s;
    struct world *w =
        begin_site(&s, "200 OK", "user-agent: *\ncrawl-delay: 0.05\n");
    int64_t took_ns;

    (void)state;
    for (int i = 0; i < 4; i++)
        add_obeying(w, "/a", 0);
    for (int i = 0; i < 2; i++) { /* the second time it is known already */
        took_ns = gn_clock_monotonic_ns();
        assert_int_equal(run(w), GARNER_OK);
        took_ns = gn_clock_monotonic_ns() - took_ns;
        assert_true(took_ns >= INT64_C(150000000));
    }
    assert_int_equal(s.requests, 8);
    assert_int_equal(s.asked, 1);
    end(w);
}

static void a_long_one_holds_over_restarts(void **state)
{
    struct site s;
    struct world *w =
        begin_site(&s, "200 OK", "user-agent: *\ncrawl-delay: 1000\n");

    (void)state;
    add_obeying(w, "/a", 10);
    for (int i = 0; i < 2; i++) {
        run_beside(w);
        WAIT_FOR(status_of(w).totals.missed_overlap > 3);
        gn_engine_stop(w->engine);
        assert_int_equal(run_ended(w), GARNER_OK);
    }
    assert_int_equal(s.asked, 1);
    assert_int_equal(s.requests, 0);
    end(w);
}

static void who_waits_when_garner_is_stopped_is_missed(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "200 OK", "");

    (void)state;
    for (int i = 0; i < 3; i++)
        add_obeying(w, "/a", 0);
    atomic_store(&s.open, false);
    run_beside(w);
    WAIT_FOR(s.asked == 1);
    gn_engine_stop(w->engine);
    WAIT_FOR(status_of(w).totals.missed_stopped == 2);
    atomic_store(&s.open, true);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(s.requests, 0);
    assert_int_equal(w->status.totals.missed_stopped, 3);
    assert_all_accounted_for(w);
    end(w);
}

static void who_asks_when_it_is_stopped_twice_is_given_up(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "200 OK", "");

    (void)state;
    add_obeying(w, "/a", 0);
    atomic_store(&s.open, false);
    run_beside(w);
    WAIT_FOR(s.asked == 1);
    gn_engine_stop(w->engine);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_CANCELED);
    atomic_store(&s.open, true);
    assert_asked(w, "select failure from garner_run", "canceled");
    assert_asked(w, "select count(*) from garner_robots", "0");
    assert_all_accounted_for(w);
    end(w);
}

/* A host that fails is left alone by that, too. */
static void it_counts_among_the_host_s_failures(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "503 Oh", "");

    (void)state;
    for (int i = 0; i < 3; i++)
        add_obeying(w, "/a", 0)->host_failures = 1;
    w->sources[0].retry.least_ms = 3600000;
    w->sources[1].retry.least_ms = w->sources[2].retry.least_ms = 3600000;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.asked, 1);
    assert_asked(w, "select openings from garner_host", "1");
    assert_int_equal(w->status.totals.missed_waiting, 2);
    assert_all_accounted_for(w);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_forbidden_is_not_fetched),
        cmocka_unit_test(it_is_asked_for_where_its_source_asks),
        cmocka_unit_test(it_is_kept_over_restarts),
        cmocka_unit_test(without_one_all_is_allowed),
        cmocka_unit_test(while_it_cannot_be_had_nothing_is),
        cmocka_unit_test(what_it_said_before_counts_then),
        cmocka_unit_test(others_wait_for_it),
        cmocka_unit_test(a_delay_is_an_interval),
        cmocka_unit_test(a_long_one_holds_over_restarts),
        cmocka_unit_test(who_waits_when_garner_is_stopped_is_missed),
        cmocka_unit_test(who_asks_when_it_is_stopped_twice_is_given_up),
        cmocka_unit_test(it_counts_among_the_host_s_failures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
