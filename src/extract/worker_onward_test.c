/* worker_onward_test.c - where a page leads to. */
#include "extract/worker_testing.h"

/* Runs a job for the links of a body alone, or after q. */
static struct gn_extraction follow(const char *body, const char *type,
                                   struct gn_query *q, struct gn_onward *page)
{
    const struct gn_param params[] = {
        {"body", garner_text(body)},
        {"content_type", type != NULL ? garner_text(type) : garner_null()},
        {"final_url", garner_text("http://h/d/")}};
    struct gn_extraction job = {.params = params,
                                .param_count = 3,
                                .queries = q,
                                .query_count = q != NULL,
                                .onward = page};

    gn_worker_run(&worker, &job);
    job.params = NULL;
    return job;
}

static const char by_selector[] =
    "select url, nofollow from links_each(:body, :final_url, 'a')";
static const char leads_on[] = "<meta name=robots content=noindex><title>T"
                               "</title><base href='/b/'><a href=x>x</a>"
                               "<a href=y rel=nofollow>y</a><link href=z>";

static void an_archive_without_sql_is_not_unpacked(void **state)
{
    static const char broken[] = "\x1f\x8b\x08";
    struct gn_query q = {.sql = "select 1"};
    struct gn_onward page = {.sql = by_selector, .html_only = true};
    struct gn_extraction job;

    (void)state;
    job = follow(broken, "application/gzip", NULL, &page);
    assert_int_equal(job.code, GARNER_OK);
    assert_true(page.read);
    gn_onward_fini(&page);
    assert_int_equal(follow(broken, "text/html", NULL, &page).code,
                     GARNER_INVALID);
    gn_onward_fini(&page);
    job = follow(broken, "application/gzip", &q, &page);
    assert_int_equal(job.code, GARNER_INVALID);
    assert_non_null(strstr(job.error.message, "gzip ends after 3 bytes"));
    gn_onward_fini(&page);
}

static void what_is_no_gzip_is_not_read_for_links(void **state)
{
    struct gn_onward page = {.sql = by_selector, .html_only = true};
    const struct gn_extraction job =
        follow("\x1f\x8b\x08<a href=x>x</a>", "text/html", NULL, &page);

    (void)state;
    assert_int_equal(job.code, GARNER_INVALID);
    assert_false(page.read);
    assert_int_equal(page.link_count, 0);
    gn_onward_fini(&page);
}

static void a_page_is_parsed_once_for_rows_and_links(void **state)
{
    struct gn_query q = {.sql = "select html_text(:body, 'title') as t"};
    struct gn_onward page = {.sql = by_selector, .html_only = true};
    const uint64_t parsed = worker.sandbox.functions.html.documents.parsed;

    (void)state;
    assert_int_equal(follow(leads_on, "text/html", &q, &page).code, GARNER_OK);
    assert_int_equal(worker.sandbox.functions.html.documents.parsed,
                     parsed + 1);
    assert_int_equal(q.rows.row_count, 1);
    assert_true(page.noindex);
    assert_false(page.nofollow);
    assert_int_equal(page.link_count, 2);
    assert_string_equal(page.links[0].url, "http://h/b/x");
    assert_false(page.links[0].nofollow);
    assert_string_equal(page.links[1].url, "http://h/b/y");
    assert_true(page.links[1].nofollow);
    gn_rowset_fini(&q.rows);
    gn_onward_fini(&page);
}

static void sql_says_where_a_page_leads_to(void **state)
{
    struct gn_onward page = {.sql = "select value as url, key as priority "
                                    "from json_each(:body)"};
    struct gn_onward relative = {
        .sql = "select html_attr(:body, 'a', 'href') as url"};
    struct gn_onward sitemap = {.sql = gn_onward_sitemap};

    (void)state;
    assert_int_equal(
        follow("[\"p\",\"q\"]", "application/json", NULL, &page).code,
        GARNER_OK);
    assert_int_equal(page.link_count, 2);
    assert_string_equal(page.links[1].url, "http://h/d/q");
    assert_int_equal(page.links[1].priority, 1);
    gn_onward_fini(&page);
    assert_int_equal(follow(leads_on, NULL, NULL, &relative).code, GARNER_OK);
    assert_string_equal(relative.links[0].url, "http://h/b/x");
    gn_onward_fini(&relative);
    assert_int_equal(
        follow("<urlset><url><loc>http://h/1</loc><priority>0.8</priority>"
               "</url><url><loc>http://h/2</loc></url><url><loc>http://h/3"
               "</loc><priority>-9</priority></url></urlset>",
               "text/xml", NULL, &sitemap)
            .code,
        GARNER_OK);
    assert_int_equal(sitemap.link_count, 3);
    assert_int_equal(sitemap.links[0].priority, 3);
    assert_int_equal(sitemap.links[1].priority, 0);
    assert_int_equal(sitemap.links[2].priority, -5);
    assert_false(sitemap.links[0].is_sitemap);
    gn_onward_fini(&sitemap);
    assert_int_equal(follow("<sitemapindex><sitemap><loc>http://h/s.xml</loc>"
                            "</sitemap></sitemapindex>",
                            "text/xml", NULL, &sitemap)
                         .code,
                     GARNER_OK);
    assert_int_equal(sitemap.link_count, 1);
    assert_true(sitemap.links[0].is_sitemap);
    gn_onward_fini(&sitemap);
}

static void a_selector_is_for_html_alone(void **state)
{
    struct gn_onward page = {.sql = by_selector, .html_only = true};

    (void)state;
    assert_int_equal(follow(leads_on, "text/plain", NULL, &page).code,
                     GARNER_OK);
    assert_int_equal(page.link_count, 0);
    assert_false(page.noindex);
    gn_onward_fini(&page);
    assert_int_equal(follow("", "text/html", NULL, &page).code, GARNER_OK);
    assert_int_equal(page.link_count, 0);
    gn_onward_fini(&page);
}

static void what_fails_to_find_links_is_told(void **state)
{
    struct gn_query good = {.sql = "select 1 as a"};
    struct gn_onward bad = {.sql = "select 1 as href"};
    struct gn_extraction job = follow(leads_on, NULL, &good, &bad);

    (void)state;
    assert_int_equal(job.code, GARNER_INVALID);
    assert_int_equal(job.failed_query, 1);
    assert_string_equal(job.error.message,
                        "links: \"href\" is no column of links; select url, "
                        "and priority, nofollow or sitemap if you like");
    assert_null(good.rows.values);
    assert_null(bad.links);
    assert_false(bad.read);
}

static void a_page_without_good_rows_leads_on(void **state)
{
    static const char *const wrong[] = {
        "select nonsense", "select json_extract(:body, '$.a') as a",
        ("with recursive n (i) as (select 1 union all select i + 1 from n)"
         " select i from n")};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct gn_query q = {.sql = wrong[i]};
        struct gn_query both = {.sql = "select 1 as href"};
        struct gn_onward page = {.sql = by_selector};
        struct gn_onward bad = {.sql = both.sql};
        struct gn_extraction job = follow(leads_on, NULL, &q, &page);

        assert_int_not_equal(job.code, GARNER_OK);
        assert_int_equal(job.failed_query, 0);
        assert_true(page.read && page.noindex);
        assert_int_equal(page.link_count, 2);
        gn_onward_fini(&page);
        assert_int_equal(follow(leads_on, NULL, &q, &bad).code, job.code);
        assert_false(bad.read);
    }
}

static void a_page_has_time_of_its_own(void **state)
{
    struct gn_query q = {.sql = "with recursive n(i) as (select 1 union all "
                                "select i + 1 from n) select max(i) as m "
                                "from n"};
    struct gn_onward page = {.sql = by_selector};

    (void)state;
    for (int ms = 20; ms < 5000 && !page.read; ms *= 2) {
        worker.limits.time_ms = ms;
        assert_int_equal(follow(leads_on, NULL, &q, &page).code,
                         GARNER_TIMEOUT);
    }
    worker.limits = options.limits;
    assert_int_equal(page.link_count, 2);
    gn_onward_fini(&page);
}

static void lost_memory_leaves_no_links(void **state)
{
    unsigned failures = 0;

    (void)state;
    for (unsigned nth = 1; nth < 60; nth++) {
        struct gn_onward page = {.sql = by_selector};
        struct gn_extraction job;

        gn_mem_fail_at(nth);
        job = follow(leads_on, NULL, NULL, &page);
        gn_mem_fail_at(0);
        failures += job.code != GARNER_OK;
        assert_int_equal(page.link_count, job.code == GARNER_OK ? 2 : 0);
        if (job.code != GARNER_OK)
            assert_int_equal(job.code, GARNER_NOMEM);
        gn_onward_fini(&page);
    }
    assert_in_range(failures, 10, 58);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_archive_without_sql_is_not_unpacked),
        cmocka_unit_test(what_is_no_gzip_is_not_read_for_links),
        cmocka_unit_test(a_page_is_parsed_once_for_rows_and_links),
        cmocka_unit_test(sql_says_where_a_page_leads_to),
        cmocka_unit_test(a_selector_is_for_html_alone),
        cmocka_unit_test(what_fails_to_find_links_is_told),
        cmocka_unit_test(a_page_without_good_rows_leads_on),
        cmocka_unit_test(a_page_has_time_of_its_own),
        cmocka_unit_test(lost_memory_leaves_no_links),
    };

    return cmocka_run_group_tests(tests, open_worker, close_worker);
}
