/* lead_test.c - redirects are looked at before they are followed: by
 * robots.txt, by the bounds of a crawl, and how many they are. */
#include "engine/lead.h"

#include "base/clock.h"
#include "engine/lead_testing.h"

/* A source that crawls from path, by links of any kind. */
static void add_crawl(struct world *w, struct crawling *c, const char *path)
{
    struct gn_source *source = add_source(w, path, 0);

    begin_crawling(c, source);
    source->obeys_robots = true;
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

static void hang_up(struct tcp_peer *p, void *context)
{
    (void)p;
    (void)context;
}

/* Where it comes to gives no answer: then that is the last one, whoever
 * follows, garner or, for what is saved, libcurl. */
static void it_is_an_answer_if_no_other_comes(void **state)
{
    static const struct {
        const char *path; /* /r: forbidden */
        const char *scheme;
        bool saves;
    } cases[] = {
        {"/to", "http", false},
        {"/to", "http", true},
        {"/to", "https", false},
        {"/r", "http", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct site s;
        struct world *w = begin_site(&s);
        struct gn_source *source = add_source(w, cases[i].path, 0);
        char file[80];

        replace_other(&s, hang_up);
        snprintf(s.there, sizeof s.there, "%s://127.0.0.1:%d", cases[i].scheme,
                 tcp_server_port(s.other));
        snprintf(file, sizeof file, "%s/saved", w->folder);
        source->save.path = cases[i].saves ? file : NULL;
        source->obeys_robots = strcmp(cases[i].path, "/r") == 0;
        assert_int_equal(run(w), GARNER_OK);
        assert_asked(w,
                     "select status || (failure is null) || ifnull(bytes, '-')"
                     " from garner_run",
                     "3020-");
        end_site(&s, w);
    }
}

static void a_crawl_stays_within_its_bounds(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);
    struct crawling c;

    (void)state;
    add_crawl(w, &c, "/start");
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
    struct crawling c;

    (void)state;
    add_crawl(w, &c, "/to");
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
    struct crawling c;
    const char *patterns[] = {"/nothing"};

    (void)state;
    add_crawl(w, &c, "/en");
    c.crawl.bounds.allow = patterns;
    c.crawl.bounds.allow_count = 1;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select status || (url like '%/de') from garner_run",
                 "2001");
    c.crawl.bounds.deny = patterns;
    c.crawl.bounds.deny_count = 1;
    patterns[0] = "/de$";
    c.crawl.bounds.allow_count = 0;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select failure from garner_run order by id desc",
                 "redirect");
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

/* A host that is known, and needed by nobody. */
static struct gn_host *add_host(struct gn_hosts *h, int number)
{
    struct gn_host *host;
    char name[32];

    snprintf(name, sizeof name, "http://h%d:80", number);
    host = gn_host_make(gn_strdup(name));
    assert_non_null(host);
    assert_int_equal(gn_host_meet(h, host, &host, NULL), GARNER_OK);
    return host;
}

/* Where many redirects lead, only those hosts are known that are needed. */
static void hosts_that_led_on_are_forgotten(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_hosts hosts = {.trimmed_ns = gn_clock_monotonic_ns() -
                                           INT64_C(3600000000000)};
    struct gn_flow f = {.hosts = &hosts, .store = w->store, .anew = true};
    const struct gn_source source = {.request = {.url = "http://h0/"}};
    struct gn_active a = {.source = &source};
    struct gn_buf nothing = {0};
    const struct gn_response response = {.status = 302,
                                         .final_url = "http://h0/",
                                         .base_url = "http://h0/",
                                         .redirect = "http://new/",
                                         .headers = &nothing,
                                         .body = &nothing};
    struct gn_job job;

    (void)state;
    for (int i = 0; i < 4096; i++)
        a.host = add_host(&hosts, 4095 - i);
    a.host->stays = true;
    assert_int_equal(gn_target_new(&source.request, &a.target, NULL),
                     GARNER_OK);
    gn_job_init(&job, &a, &f, NULL);
    assert_true(gn_lead_follow(&job, &response));
    assert_string_equal(job.host->name, "http://new:80");
    assert_int_equal(hosts.count, 2);
    gn_job_fini(&job);
    gn_target_free(a.target);
    gn_hosts_close(&hosts);
    end(w);
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
        cmocka_unit_test(a_hop_that_is_forbidden_is_told_of),
        cmocka_unit_test(it_is_an_answer_if_no_other_comes),
        cmocka_unit_test(a_crawl_stays_within_its_bounds),
        cmocka_unit_test(a_start_is_held_to_them_too),
        cmocka_unit_test(but_need_not_be_allowed),
        cmocka_unit_test(round_and_round_is_too_often),
        cmocka_unit_test(hosts_that_led_on_are_forgotten),
        cmocka_unit_test(lost_memory_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
