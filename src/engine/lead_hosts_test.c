/* lead_hosts_test.c - who is led to another host is held to what holds there:
 * its robots.txt, its limits, and that it is left alone; and it is charged what
 * it cost. */
#include "engine/lead_testing.h"

/* What host has cost as the store knows it: requests and bytes. */
static const char *cost_of(struct world *w, const char *host)
{
    char sql[192];

    snprintf(sql, sizeof sql,
             "select coalesce(max(requests || '|' || bytes), 'none')"
             " from garner_host where name = '%s'",
             host);
    return ask(w, sql);
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

static void each_host_is_charged_what_it_cost(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_source(w, "/to", 0);
    assert_int_equal(run(w), GARNER_OK);
    assert_string_equal(cost_of(w, s.here), "1|0");
    assert_string_equal(cost_of(w, s.there), "1|5");
    end_site(&s, w);
}

static void serve_versions(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p)) {
        if (strstr(p->request, "If-None-Match") != NULL)
            tcp_peer_text(p, "HTTP/1.1 304 Same\r\nETag: \"a\"\r\n\r\n");
        else
            tcp_peer_reply(p, "200 OK", "ETag: \"a\"\r\n", "there");
    }
}

/* libcurl follows redirects of what is saved: it is so there, too. */
static void so_is_who_is_asked_for_what_is_saved(void **state)
{
    static const char not_modified[] =
        "select group_concat(not_modified, '|') from (select not_modified from"
        " garner_host order by not_modified)";
    struct site s;
    struct world *w = begin_site(&s);
    char file[80];

    (void)state;
    replace_other(&s, serve_versions);
    snprintf(file, sizeof file, "%s/saved", w->folder);
    add_source(w, "/to", 0)->save.path = file;
    for (int i = 0; i < 3; i++)
        assert_int_equal(run(w), GARNER_OK);
    assert_string_equal(cost_of(w, s.here), "3|0");
    assert_string_equal(cost_of(w, s.there), "3|5");
    assert_asked(w, not_modified, "0|2");
    assert_int_equal(unlink(file), 0);
    end_site(&s, w);
}

/* While garner is at work, for it may not come to a good end. */
static void what_it_costs_is_stored_at_once(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    atomic_store(&s.holds, true);
    add_source(w, "/to", 0);
    run_beside(w);
    WAIT_FOR(s.at_once == 1);
    WAIT_FOR(strcmp(cost_of(w, s.here), "1|0") == 0);
    assert_int_equal(status_of(w).totals.stored, 0);
    atomic_store(&s.holds, false);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_string_equal(cost_of(w, s.here), "1|0");
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

    replace_other(&s, serve_broken);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_host_has_rules_of_its_own),
        cmocka_unit_test(each_host_is_charged_what_it_cost),
        cmocka_unit_test(so_is_who_is_asked_for_what_is_saved),
        cmocka_unit_test(what_it_costs_is_stored_at_once),
        cmocka_unit_test(its_limits_hold_for_who_was_led_there),
        cmocka_unit_test(once_does_not_wait_for_what_was_before),
        cmocka_unit_test(a_host_that_is_left_alone_is_so_by_redirects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
