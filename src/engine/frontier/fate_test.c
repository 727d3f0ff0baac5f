/* fate_test.c - what becomes of the links of a crawl's page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/frontier/fate.h"

static void a_page_is_asked_for_its_links(void **state)
{
    const struct gn_crawl by_css = {.follow = "a"};
    const struct gn_crawl by_sql = {.follow = "select 1 as url"};
    struct gn_onward page;

    (void)state;
    gn_fate_query(&by_css, "select 2", false, &page);
    assert_string_equal(page.sql, "select 2");
    assert_true(page.html_only);
    gn_fate_query(&by_sql, NULL, false, &page);
    assert_string_equal(page.sql, by_sql.follow);
    assert_false(page.html_only);
    gn_fate_query(&by_css, "select 2", true, &page);
    assert_string_equal(page.sql, gn_onward_sitemap);
    assert_false(page.html_only);
    assert_int_equal(gn_fate_depth(2, false), 3);
    assert_int_equal(gn_fate_depth(2, true), 2);
}

static void headers_are_for_the_robot_that_is_named(void **state)
{
    struct gn_source source = {.request = {.user_agent = "Spider/1.0"}};
    const char headers[] = "x-robots-tag: spider: noindex\n"
                           "x-robots-tag: garner: nofollow\n";
    struct gn_robotstag tag = gn_fate_tag(&source, headers);

    (void)state;
    assert_true(tag.noindex);
    assert_false(tag.nofollow);
    source.request.user_agent = NULL;
    tag = gn_fate_tag(&source, headers);
    assert_false(tag.noindex);
    assert_true(tag.nofollow);
}

static void a_link_is_followed_or_not(void **state)
{
    static const char *const starts[] = {"http://h/"};
    static const char *const deny[] = {"(a+)+$"};
    struct gn_crawl crawl = {.bounds = {.same = GN_SAME_HOST, .depth = 2}};
    struct gn_link link = {.url = "http://h/a", .size = 10};
    struct gn_bounds *bounds;

    (void)state;
    assert_int_equal(gn_bounds_new(&crawl.bounds, starts, 1, &bounds, NULL),
                     GARNER_OK);
    assert_null(gn_fate_bar(&crawl, bounds, &link, 2));
    assert_string_equal(gn_fate_bar(&crawl, bounds, &link, 3), "too deep");
    link.nofollow = true;
    assert_string_equal(gn_fate_bar(&crawl, bounds, &link, 2), "nofollow");
    crawl.ignores_nofollow = true;
    assert_null(gn_fate_bar(&crawl, bounds, &link, 2));
    gn_bounds_free(bounds);

    /* What takes too long to be known is not followed. */
    crawl.bounds.deny = deny;
    crawl.bounds.deny_count = 1;
    assert_int_equal(gn_bounds_new(&crawl.bounds, starts, 1, &bounds, NULL),
                     GARNER_OK);
    assert_int_equal(
        gn_fate_ask(bounds, "http://h/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
                    0),
        GN_BOUNDS_NO_URL);
    gn_bounds_free(bounds);
}

/* A start need not be allowed, nor need be where it leads. */
static void a_redirect_is_followed_or_not(void **state)
{
    static const char *const starts[] = {"http://h/"};
    static const char *const allow[] = {"/a"};
    const struct gn_bounds_rules rules = {
        .same = GN_SAME_HOST, .allow = allow, .allow_count = 1, .depth = -1};
    struct gn_bounds *bounds;
    char text[240];

    (void)state;
    assert_int_equal(gn_bounds_new(&rules, starts, 1, &bounds, NULL),
                     GARNER_OK);
    assert_null(gn_fate_bar_led(bounds, "http://H/a", 1));
    assert_null(gn_fate_bar_led(bounds, "http://h/b", 0));
    assert_string_equal(gn_fate_bar_led(bounds, "http://h/b", 1),
                        "not allowed");
    assert_string_equal(gn_fate_bar_led(bounds, "http://i/a", 0), "elsewhere");
    gn_bounds_free(bounds);
    gn_fate_tell_led("elsewhere", "http://i/a", text);
    assert_string_equal(text, "it leads to where the crawl does not go "
                              "(elsewhere): http://i/a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_asked_for_its_links),
        cmocka_unit_test(headers_are_for_the_robot_that_is_named),
        cmocka_unit_test(a_link_is_followed_or_not),
        cmocka_unit_test(a_redirect_is_followed_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
