/* lead_private_test.c - nothing that comes from elsewhere leads to a private
 * address. */
#include "engine/lead_testing.h"

/* A proxy, and so all of the web. */
struct web {
    struct world *w;
    atomic_int inside; /* requests at the private address */
    bool broken;       /* which it has no answer for; constant */
    char proxy[64];
};

static void serve_all(struct tcp_peer *p, void *context)
{
    struct web *web = context;

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
            web->inside++;
            if (web->broken)
                tcp_peer_reply(p, "500 Oh", "", "");
            else
                page(p, "inside");
        } else if (strstr(p->request, "/next ") != NULL) {
            tcp_peer_reply(p, "200 OK",
                           "Link: <http://10.0.0.1/>; rel=next\r\n", "x");
        } else {
            page(p, "<a href=http://10.0.0.1/>1</a>");
        }
    }
}

/* With a source of that URL. */
static struct gn_source *begin_web(struct web *web, const char *url)
{
    struct gn_source *source;

    web->inside = 0;
    web->broken = false;
    web->w = begin(serve_all, web);
    snprintf(web->proxy, sizeof web->proxy, "http://127.0.0.1:%d",
             tcp_server_port(web->w->server));
    source = add_source(web->w, "", 0);
    source->request.url = url;
    source->request.proxy = web->proxy;
    return source;
}

/* The private address is asked only if that is allowed; failed: otherwise so
 * many fetches fail. */
static void check_web(struct web *web, uint64_t failed)
{
    struct world *w = web->w;

    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(web->inside, 0);
    assert_asked(w,
                 "select count(*) from garner_run where failure ="
                 " 'redirect' and error like '10.0.0.1:80: this is at a"
                 " private address%'",
                 "1");
    assert_int_equal(w->status.totals.fetch_failed, failed);
    assert_asked(w, "select sum(left_alone) from garner_run",
                 failed > 0 ? "0" : "1");
    w->sources[0].allows_private = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(web->inside, 1);
}

static void check_redirect(bool robots)
{
    struct web web;

    begin_web(&web, "http://example.org/moved")->obeys_robots = robots;
    check_web(&web, 1);
    end(web.w);
}

static void check_crawl(bool robots)
{
    struct web web;
    struct gn_source *source = begin_web(&web, "http://example.org/links");
    struct crawling c;

    begin_crawling(&c, source);
    c.crawl.bounds.same = GN_SAME_ANY;
    source->obeys_robots = robots;
    check_web(&web, 0); /* a page that was found is left alone */
    end(web.w);
}

static void no_redirect_leads_to_a_private_address(void **state)
{
    (void)state;
    check_redirect(false);
    check_redirect(true);
}

static void no_link_does(void **state)
{
    (void)state;
    check_crawl(false);
    check_crawl(true);
}

static void no_next_page_does(void **state)
{
    struct web web;
    struct gn_source *source = begin_web(&web, "http://example.org/next");

    (void)state;
    source->next.link = true;
    source->next.most = 5;
    check_web(&web, 1);
    end(web.w);
}

/* What libcurl follows by itself. */
static void what_is_saved_does_not(void **state)
{
    struct web web;
    struct gn_source *source = begin_web(&web, "http://example.org/moved");
    char file[64];

    (void)state;
    snprintf(file, sizeof file, "%s/saved", web.w->folder);
    source->save = (struct gn_save){file, ""};
    check_web(&web, 1);
    (void)unlink(file);
    end(web.w);
}

static void nor_does_robots_txt(void **state)
{
    struct web web;

    (void)state;
    begin_web(&web, "http://robots.example/")->obeys_robots = true;
    check_web(&web, 1);
    end(web.w);
}

/* Nobody was asked there, and it neither failed nor works by that. */
static void its_host_knows_nothing_of_that(void **state)
{
    struct web web;
    struct world *w;

    (void)state;
    begin_web(&web, "http://10.0.0.1/");
    w = web.w;
    web.broken = true;
    for (int i = 1; i < 3; i++) {
        add_source(w, "", 0)->request = w->sources[0].request;
        w->sources[i].request.url =
            i == 1 ? "http://example.org/moved" : "http://10.0.0.1/";
    }
    for (int i = 0; i < 3; i++)
        w->sources[i].host_failures = 9;
    w->options.parallel = 1;
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(web.inside, 2);
    assert_asked(w,
                 "select requests || ' ' || errors || ' ' || failures from"
                 " garner_host where name = 'http://10.0.0.1:80'",
                 "2 2 2");
    end(w);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_redirect_leads_to_a_private_address),
        cmocka_unit_test(no_link_does),
        cmocka_unit_test(no_next_page_does),
        cmocka_unit_test(what_is_saved_does_not),
        cmocka_unit_test(nor_does_robots_txt),
        cmocka_unit_test(its_host_knows_nothing_of_that),
        cmocka_unit_test(who_is_at_one_may_lead_to_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
