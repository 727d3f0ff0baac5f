/* lead_test.c - redirects are looked at before they are followed: by
 * robots.txt, by the bounds of a crawl, by the limits of hosts, and by
 * addresses. */
#include "engine/lead.h"

#include <stdatomic.h>

#include "engine/fixture_test.h"

/* Two hosts: the world's server, and another. The first sends everybody who
 * asks for /to to the second one's /there, and for /r to its own /secret; its
 * robots.txt forbids that. */
struct site {
    struct tcp_server *other;
    char here[64];  /* its URL, without a path ... */
    char there[64]; /* ... and that of the other */
    atomic_int asked_there;
    atomic_int robots_there;
    atomic_int secrets; /* requests of /secret, wherever */
    atomic_int sent_away;
    atomic_int at_once;  /* requests under way there ... */
    atomic_int together; /* ... and more than one of them */
    atomic_bool holds;   /* they wait, until it does not */
    struct gn_crawl crawl;
    const char *starts[1];
    char start[96];
    char pattern[32];
    const char *patterns[1];
};

static void page(struct tcp_peer *p, const char *body)
{
    tcp_peer_reply(p, "200 OK", "Content-Type: text/html\r\n", body);
}

static void lead(struct tcp_peer *p, const char *to, const char *path)
{
    char line[128];

    snprintf(line, sizeof line, "Location: %s%s\r\n", to, path);
    tcp_peer_reply(p, "302 Found", line, "");
}

static void serve_here(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        s->secrets += tcp_peer_asks(p, "/secret");
        if (tcp_peer_asks(p, "/robots.txt")) {
            tcp_peer_reply(p, "200 OK", "",
                           "User-agent: *\nDisallow: /secret\n");
        } else if (tcp_peer_asks(p, "/to")) {
            lead(p, s->there, "/there");
            s->sent_away++;
        } else if (tcp_peer_asks(p, "/r")) {
            lead(p, "", "/secret");
        } else if (tcp_peer_asks(p, "/start")) {
            page(p, "<a href=/r>1</a><a href=/to>2</a>");
        } else if (tcp_peer_asks(p, "/en")) {
            lead(p, "", "/de");
        } else if (tcp_peer_asks(p, "/again")) {
            lead(p, "", "/again");
        } else {
            page(p, "here");
        }
    }
}

static void serve_there(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/robots.txt")) {
            s->robots_there++;
            tcp_peer_reply(p, "200 OK", "",
                           "User-agent: nobody\nDisallow: /\n");
            continue;
        }
        s->asked_there++;
        if (atomic_fetch_add(&s->at_once, 1) > 0)
            s->together++;
        WAIT_FOR(!s->holds);
        s->at_once--;
        page(p, "there");
    }
}

static struct world *begin_site(struct site *s)
{
    struct world *w;

    memset(s, 0, sizeof *s);
    s->other = tcp_server_new(serve_there, s);
    w = begin(serve_here, s);
    snprintf(s->here, sizeof s->here, "http://127.0.0.1:%d",
             tcp_server_port(w->server));
    snprintf(s->there, sizeof s->there, "http://127.0.0.1:%d",
             tcp_server_port(s->other));
    return w;
}

static void end_site(struct site *s, struct world *w)
{
    end(w);
    tcp_server_close(s->other);
}

/* A source that crawls from path, by links of any kind. */
static struct gn_source *crawl(struct site *s, struct world *w,
                               const char *path)
{
    struct gn_source *source = add_source(w, path, 0);

    snprintf(s->start, sizeof s->start, "%s%s", s->here, path);
    s->starts[0] = s->start;
    s->crawl = (struct gn_crawl){.starts = s->starts,
                                 .start_count = 1,
                                 .follow = "a[href]",
                                 .bounds = {.same = GN_SAME_HOST, .depth = -1}};
    source->crawl = &s->crawl;
    source->host_concurrency = 2;
    source->obeys_robots = true;
    return source;
}

static void a_source_is_led_to_nothing_forbidden(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_source(w, "/r", 0)->obeys_robots = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.secrets, 0);
    assert_asked(w, "select failure from garner_run", "robots");
    assert_has(ask(w, "select error from garner_run"), "Disallow: /secret");
    w->sources[0].obeys_robots = false;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.secrets, 1);
    assert_asked(w,
                 "select url like '%/secret' from garner_run order by id"
                 " desc",
                 "1");
    end_site(&s, w);
}

static void another_host_has_rules_of_its_own(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_source(w, "/to", 0)->obeys_robots = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.robots_there, 1);
    assert_int_equal(s.asked_there, 1);
    assert_asked(w, "select status || (failure is null) from garner_run",
                 "2001");
    w->sources[0].request.user_agent = "nobody";
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.asked_there, 1);
    assert_asked(w, "select failure from garner_run order by id desc",
                 "robots");
    end_site(&s, w);
}

static void a_crawl_stays_within_its_bounds(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    crawl(&s, w, "/start");
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.secrets, 0);
    assert_int_equal(s.asked_there + s.robots_there, 0);
    assert_asked(w,
                 "select group_concat(failure) from (select failure from"
                 " garner_run where failure is not null order by failure)",
                 "redirect,robots");
    assert_has(ask(w, "select error || status from garner_run where failure"
                      " = 'redirect'"),
               "it leads to where the crawl does not go (elsewhere): "
               "http://127.0.0.1:");
    assert_asked(w, "select status from garner_run where failure = 'redirect'",
                 "302");
    assert_int_equal(w->status.totals.fetch_failed, 0);
    end_site(&s, w);
}

static void a_start_is_held_to_them_too(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    crawl(&s, w, "/to");
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.asked_there + s.robots_there, 0);
    assert_asked(w, "select failure from garner_run", "redirect");
    assert_int_equal(w->status.totals.fetch_failed, 1);
    end_site(&s, w);
}

/* As it need not be allowed itself. */
static void but_need_not_be_allowed(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    crawl(&s, w, "/en");
    s.patterns[0] = "/nothing";
    s.crawl.bounds.allow = s.patterns;
    s.crawl.bounds.allow_count = 1;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select status || (url like '%/de') from garner_run",
                 "2001");
    s.crawl.bounds.deny = s.patterns;
    s.crawl.bounds.deny_count = 1;
    s.patterns[0] = "/de$";
    s.crawl.bounds.allow_count = 0;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select failure from garner_run order by id desc",
                 "redirect");
    end_site(&s, w);
}

static void each_host_is_charged_what_it_cost(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);
    char sql[160];

    (void)state;
    add_source(w, "/to", 0);
    assert_int_equal(run(w), GARNER_OK);
    snprintf(sql, sizeof sql,
             "select requests || '|' || bytes from garner_host where name ="
             " '%s'",
             s.here);
    assert_asked(w, sql, "1|0");
    snprintf(sql, sizeof sql,
             "select requests || '|' || bytes from garner_host where name ="
             " '%s'",
             s.there);
    assert_asked(w, sql, "1|5");
    end_site(&s, w);
}

static void its_limits_hold_for_who_was_led_there(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);
    char name[64];

    (void)state;
    atomic_store(&s.holds, true);
    for (int i = 0; i < 2; i++)
        add_source(w, "/to", 0)->host_concurrency = 1;
    snprintf(name, sizeof name, "http://localhost:%d/to",
             tcp_server_port(w->server));
    w->sources[1].request.url = name; /* they do not wait for each other */
    run_beside(w);
    WAIT_FOR(s.sent_away >= 2 &&
             (status_of(w).fetching == 1 || s.at_once == 2));
    atomic_store(&s.holds, false);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(s.asked_there, 2);
    assert_int_equal(s.together, 0);
    assert_all_accounted_for(w);
    end_site(&s, w);
}

static void round_and_round_is_too_often(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_source(w, "/again", 0);
    add_source(w, "/again", 0)->request.limits.max_redirects = -1;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(tcp_server_requests(w->server), 12);
    assert_asked(w, "select failure || status from garner_run where source = 1",
                 "redirect302");
    assert_asked(w, "select status from garner_run where source = 2", "302");
    assert_has(ask(w, "select error from garner_run where source = 1"),
               "more than 10 redirects");
    end_site(&s, w);
}

/* What a host that is left alone is not asked for by those led there, either.
 */
static void serve_broken(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        s->asked_there++;
        tcp_peer_reply(p, "503 No", s->holds ? "Retry-After: 3600\r\n" : "",
                       "");
    }
}

static void check_left_alone(bool asks_for_it)
{
    struct site s;
    struct world *w = begin_site(&s);

    tcp_server_close(s.other);
    s.other = tcp_server_new(serve_broken, &s);
    snprintf(s.there, sizeof s.there, "http://127.0.0.1:%d",
             tcp_server_port(s.other));
    s.holds = asks_for_it;
    w->options.parallel = 1;
    for (int i = 0; i < 3; i++) {
        struct gn_source *source = add_source(w, "/to", 0);

        source->host_failures = asks_for_it ? 0 : 1;
        source->host_concurrency = asks_for_it ? 3 : 0;
        source->retry.least_ms = source->retry.most_ms = 3600000;
    }
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.asked_there, 1);
    assert_asked(w,
                 "select count(*) from garner_run where failure = 'connect' and"
                 " error like 'it leads to http://127.0.0.1:%, which is left"
                 " alone%'",
                 "2");
    assert_asked(w,
                 "select count(*) from garner_source where off_until >"
                 " (select max(started) from garner_run) + 3000000000",
                 asks_for_it ? "3" : "2");
    assert_all_accounted_for(w);
    end_site(&s, w);
}

static void a_host_that_is_left_alone_is_so_by_redirects(void **state)
{
    (void)state;
    check_left_alone(false);
    check_left_alone(true);
}

/* While garner is at work, for it may not come to a good end. */
static void what_it_costs_is_stored_at_once(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);
    char sql[160];

    (void)state;
    atomic_store(&s.holds, true);
    add_source(w, "/to", 0);
    run_beside(w);
    WAIT_FOR(s.at_once == 1);
    snprintf(sql, sizeof sql,
             "select coalesce(sum(requests), 0) from garner_host where name ="
             " '%s'",
             s.here);
    WAIT_FOR(strcmp(ask(w, sql), "1") == 0);
    atomic_store(&s.holds, false);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, sql, "1");
    end_site(&s, w);
}

/* What it is told of a run is where it came to, and how long that took. */
static void a_hop_that_is_forbidden_is_told_of(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_source(w, "/r", 0)->obeys_robots = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select failure || (url like '%/secret') || (duration_us > 0)"
                 " from garner_run",
                 "robots11");
    end_site(&s, w);
}

/* As for its own host. */
static void once_does_not_wait_for_what_was_before(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_source(w, "/to", 0)->host_interval_ms = 3600000;
    w->options.once = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.asked_there, 2);
    end_site(&s, w);
}

/* --- private addresses --------------------------------------------------- */

/* A proxy, and so all of the web. */
static void serve_all(struct tcp_peer *p, void *context)
{
    atomic_int *inside = context;

    while (tcp_peer_request(p)) {
        const bool robots = strstr(p->request, "/robots.txt ") != NULL;
        const bool leads =
            robots ? strstr(p->request, "GET http://robots.example") != NULL
                   : strstr(p->request, "/moved ") != NULL;

        if (leads) {
            lead(p, "http://10.0.0.1", "/");
        } else if (robots) {
            tcp_peer_reply(p, "404 No", "", "");
        } else if (strstr(p->request, "GET http://10.0.0.1/") == p->request) {
            atomic_fetch_add(inside, 1);
            page(p, "inside");
        } else if (strstr(p->request, "/next ") != NULL) {
            tcp_peer_reply(p, "200 OK",
                           "Link: <http://10.0.0.1/>; rel=next\r\n", "x");
        } else {
            page(p, "<a href=http://10.0.0.1/>1</a>");
        }
    }
}

static void check_private(const char *path, bool crawls, bool robots)
{
    atomic_int inside = 0;
    struct world *w = begin(serve_all, &inside);
    struct gn_source *source;
    struct site s;
    char proxy[64];

    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d",
             tcp_server_port(w->server));
    if (crawls)
        snprintf(s.here, sizeof s.here, "http://example.org");
    source = crawls ? crawl(&s, w, path) : add_source(w, path, 0);
    snprintf(w->urls[0], sizeof w->urls[0], "http://example.org%s", path);
    s.crawl.bounds.same = GN_SAME_ANY;
    source->obeys_robots = robots;
    source->request.proxy = proxy;
    source->next.link = strcmp(path, "/next") == 0;
    source->next.most = 5;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(inside, 0);
    assert_asked(w,
                 "select count(*) from garner_run where failure ="
                 " 'redirect' and error like '10.0.0.1:80: this is at a"
                 " private address%'",
                 "1");
    assert_int_equal(w->status.totals.fetch_failed, crawls ? 0 : 1);
    source->allows_private = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(inside, 1);
    end(w);
}

static void nothing_leads_to_a_private_address(void **state)
{
    (void)state;
    check_private("/moved", false, false);
    check_private("/moved", false, true);
    check_private("/next", false, false);
    check_private("/links", true, false);
    check_private("/links", true, true);
}

/* Those that libcurl follows by itself: of what is saved, and robots.txt. */
static void nor_does_what_libcurl_follows(void **state)
{
    static const char *const urls[] = {"http://example.org/moved",
                                       "http://robots.example/"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        atomic_int inside = 0;
        struct world *w = begin(serve_all, &inside);
        struct gn_source *source = add_source(w, "/", 0);
        char proxy[64];
        char file[64];

        snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d",
                 tcp_server_port(w->server));
        snprintf(file, sizeof file, "%s/saved", w->folder);
        source->request.url = urls[i];
        source->request.proxy = proxy;
        source->obeys_robots = i == 1;
        if (i == 0)
            source->save = (struct gn_save){file, ""};
        assert_int_equal(run(w), GARNER_OK);
        assert_int_equal(inside, 0);
        assert_asked(w,
                     "select count(*) from garner_run where failure ="
                     " 'redirect' and error like '10.0.0.1:80: this is at a"
                     " private address%'",
                     "1");
        source->allows_private = true;
        assert_int_equal(run(w), GARNER_OK);
        assert_int_equal(inside, 1);
        (void)unlink(file);
        end(w);
    }
}

/* A source's own address may be one, and then those that it leads to. */
static void who_is_at_one_may_lead_to_others(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);
    char file[64];

    (void)state;
    snprintf(file, sizeof file, "%s/saved", w->folder);
    add_source(w, "/to", 0)->save = (struct gn_save){file, ""};
    add_source(w, "/to", 0);
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(s.asked_there, 2);
    (void)unlink(file);
    end_site(&s, w);
}

static void lost_memory_is_survived(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_source(w, "/to", 0);
    for (unsigned nth = 1; nth < 400; nth += 7)
        run_without_memory(w, nth);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select status from garner_run order by id desc", "200");
    end_site(&s, w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_is_led_to_nothing_forbidden),
        cmocka_unit_test(another_host_has_rules_of_its_own),
        cmocka_unit_test(a_crawl_stays_within_its_bounds),
        cmocka_unit_test(a_start_is_held_to_them_too),
        cmocka_unit_test(but_need_not_be_allowed),
        cmocka_unit_test(each_host_is_charged_what_it_cost),
        cmocka_unit_test(its_limits_hold_for_who_was_led_there),
        cmocka_unit_test(round_and_round_is_too_often),
        cmocka_unit_test(a_host_that_is_left_alone_is_so_by_redirects),
        cmocka_unit_test(what_it_costs_is_stored_at_once),
        cmocka_unit_test(a_hop_that_is_forbidden_is_told_of),
        cmocka_unit_test(once_does_not_wait_for_what_was_before),
        cmocka_unit_test(nothing_leads_to_a_private_address),
        cmocka_unit_test(nor_does_what_libcurl_follows),
        cmocka_unit_test(who_is_at_one_may_lead_to_others),
        cmocka_unit_test(lost_memory_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
