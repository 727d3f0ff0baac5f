/* links_test.c - where pages of a crawl lead to, by an engine. */
#include <stdatomic.h>

#include "engine/fixture_test.h"
#include "engine/frontier/crawl_testing.h"

static void reply(struct tcp_peer *p, const char *headers, const char *body)
{
    char all[200];

    snprintf(all, sizeof all, "Content-Type: text/html\r\n%s", headers);
    tcp_peer_reply(p, "200 OK", all, body);
}

/* A start with a link to each of the others. */
static void serve(struct tcp_peer *p, void *context)
{
    char text[400];

    (void)context;
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/robots.txt")) {
            snprintf(text, sizeof text,
                     "User-agent: *\nDisallow: /forbidden\nSitemap: "
                     "http://127.0.0.1:%d/map.xml\n",
                     tcp_server_port(p->server));
            tcp_peer_reply(p, "200 OK", "", text);
        } else if (tcp_peer_asks(p, "/map.xml")) {
            snprintf(text, sizeof text,
                     "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/"
                     "0.9\"><url><loc>http://127.0.0.1:%d/mapped</loc></url>"
                     "</urlset>",
                     tcp_server_port(p->server));
            tcp_peer_reply(p, "200 OK", "Content-Type: text/xml\r\n", text);
        } else if (tcp_peer_asks(p, "/start")) {
            reply(p, "",
                  "<a href=/meta>1</a><a href=/tag>2</a><a href=/away>3</a>"
                  "<a href=/forbidden>4</a><a href=/plain>5</a>"
                  "<a href=/plain#x>6</a><a rel=nofollow href=/marked>7</a>"
                  "<a href=//127.0.0.2:1/>8</a><a href=ftp://h/>9</a>");
        } else if (tcp_peer_asks(p, "/meta")) {
            reply(p, "",
                  "<meta name=robots content=noindex><a href=/from-meta>1</a>");
        } else if (tcp_peer_asks(p, "/tag")) {
            reply(p, "X-Robots-Tag: nofollow\r\n", "<a href=/from-tag>1</a>");
        } else if (tcp_peer_asks(p, "/away")) {
            snprintf(text, sizeof text,
                     "Location: http://localhost:%d/home\r\n",
                     tcp_server_port(p->server));
            tcp_peer_reply(p, "302 Found", text, "");
        } else {
            reply(p, "", "<a href=/start>back</a>");
        }
    }
}

static struct world *begin_crawl(struct crawling *c)
{
    struct world *w = begin(serve, NULL);
    struct gn_source *source = add_source(w, "/start", 0);

    begin_crawling(c, source);
    add_rows(w, source, "t", NULL, "select :url as url, :depth as depth");
    return w;
}

/* The paths that sql gives, in order. */
#define PATHS(table)                                                           \
    "select group_concat(path || depth, ' ') from (select distinct"            \
    " substr(url, instr(substr(url, 9), '/') + 8) as path, depth from " table  \
    " order by path)"

static void they_are_followed_once(void **state)
{
    struct crawling c;
    struct world *w = begin_crawl(&c);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, PATHS("garner_frontier"),
                 "/away1 /forbidden1 /from-meta2 /meta1 /plain1 /start0 /tag1");
    assert_asked(w, "select count(distinct url) from t", "5");
    end(w);
}

static void what_is_said_to_robots_is_heard(void **state)
{
    struct crawling c;
    struct world *w = begin_crawl(&c);

    (void)state;
    w->sources[0].obeys_robots = true;
    c.crawl.sitemap = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, PATHS("t"), "/from-meta2 /mapped0 /plain1 /start0 /tag1");
    assert_asked(w,
                 "select group_concat(failure) from (select failure from"
                 " garner_frontier where failure is not null"
                 " order by failure)",
                 "redirect,robots");
    assert_int_equal(w->status.totals.fetch_failed, 0);
    assert_int_equal(w->status.totals.extract_failed, 0);
    assert_has(ask(w, "select error from garner_run where failure ="
                      " 'redirect'"),
               "it leads to where the crawl does not go (elsewhere): "
               "http://localhost:");
    end(w);
}

static void or_not(void **state)
{
    struct crawling c;
    struct world *w = begin_crawl(&c);

    (void)state;
    c.crawl.ignores_nofollow = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, PATHS("t"),
                 "/forbidden1 /from-meta2 /from-tag2 /marked1 /meta1 /plain1 "
                 "/start0 /tag1");
    end(w);
}

static void rows_that_fail_end_no_crawl(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct crawling c;
        struct world *w = begin_crawl(&c);

        if (i == 0)
            w->rows[0].sql = "select json_extract(:body, '$.a') as url";
        else
            store_runs(w, "create table t (url check (url < 0), depth)");
        assert_int_equal(run(w), GARNER_OK);
        assert_asked(w, "select count(*) from garner_run where failure is null",
                     i == 0 ? "0" : "1"); /* the one without rows */
        assert_asked(
            w, PATHS("garner_frontier"),
            "/away1 /forbidden1 /from-meta2 /meta1 /plain1 /start0 /tag1");
        end(w);
    }
}

static void what_fails_to_find_links_is_told(void **state)
{
    struct crawling c;
    struct world *w = begin_crawl(&c);

    (void)state;
    c.crawl.follow = "select json_extract(:body, '$.a') as url";
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select failure || substr(error, 1, 7) from garner_run",
                 "sqllinks: ");
    end(w);
}

static void budgets_end_it(void **state)
{
    struct crawling c;
    struct world *w = begin_crawl(&c);

    (void)state;
    c.crawl.pages = 3;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_run", "3");
    assert_asked(w, "select count(*) || max(pass) from garner_frontier", "32");
    c.crawl.pages = 0;
    c.crawl.bytes = 1;
    w->sources[0].host_concurrency = 1;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) || max(pass) from garner_frontier", "14");
    c.crawl.bytes = strtol(ask(w, "select max(bytes) + 1 from garner_run"
                                  " where url like '%/start'"),
                           NULL, 10);
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(w->status.pages.left, 0); /* the others are forgotten */
    assert_int_equal(
        w->status.pages.total,
        strtol(ask(w, "select count(*) from garner_frontier"), NULL, 10));
    end(w);
}

static void lost_memory_ends_nothing_but_its_fetch(void **state)
{
    struct crawling c;
    struct world *w = begin_crawl(&c);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    for (unsigned nth = 3; nth <= 180; nth += 3)
        run_without_memory(w, nth);
    assert_int_equal(run(w), GARNER_OK); /* nothing is broken since */
    assert_asked(w, "select count(distinct url) from t", "5");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_followed_once),
        cmocka_unit_test(what_is_said_to_robots_is_heard),
        cmocka_unit_test(or_not),
        cmocka_unit_test(rows_that_fail_end_no_crawl),
        cmocka_unit_test(what_fails_to_find_links_is_told),
        cmocka_unit_test(budgets_end_it),
        cmocka_unit_test(lost_memory_ends_nothing_but_its_fetch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
