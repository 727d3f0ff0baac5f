/* crawlrules_test.c - what holds for crawls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "config/crawlrules.h"

static struct gn_arena memory;

static int clear(void **state)
{
    (void)state;
    gn_arena_clear(&memory);
    return 0;
}

static const struct gn_var vars[] = {{"part", "a{b}"}};
static const struct gn_source source = {.vars = vars, .var_count = 1};

static void a_start_has_one_form(void **state)
{
    static const struct {
        const char *text;
        const char *form;
    } cases[] = {
        {"HTTP://Example.ORG:80", "http://example.org/"},
        {"https://h/a/../b#top", "https://h/b"},
        {"https://h/{part}", "https://h/a%7Bb%7D"},
        {"https://h/%7euser?b&a", "https://h/~user?b&a"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *url;
        struct garner_error err;

        assert_int_equal(gn_crawlrules_start(cases[i].text, &source, "x",
                                             &memory, &url, &err),
                         GARNER_OK);
        assert_string_equal(url, cases[i].form);
    }
}

static void what_is_no_start_is_told(void **state)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"h/", "http"},
        {"ftp://h/", "http"},
        {"https://h/{other}", "{other}"},
        {"https://u@h/", "put it into the box"},
        {"https://u:p@h/", "put it into the box"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *url;
        struct garner_error err;

        assert_int_equal(gn_crawlrules_start(cases[i].text, &source, "the box",
                                             &memory, &url, &err),
                         GARNER_INVALID);
        assert_null(url);
        if (strstr(err.message, cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].text, err.message);
    }
}

static void a_pattern_is_one_or_not(void **state)
{
    (void)state;
    assert_int_equal(gn_crawlrules_pattern("^a[.]b$", NULL), GARNER_OK);
    assert_int_equal(gn_crawlrules_pattern("(a", NULL), GARNER_INVALID);
}

static void pages_are_asked_for_by_get(void **state)
{
    (void)state;
    assert_true(gn_crawlrules_asks(&(struct gn_request){.method = NULL}));
    assert_true(gn_crawlrules_asks(&(struct gn_request){.method = "GET"}));
    assert_false(gn_crawlrules_asks(&(struct gn_request){.method = "POST"}));
    assert_false(gn_crawlrules_asks(&(struct gn_request){.body = ""}));
}

static void a_source_that_crawls_is_courteous(void **state)
{
    static const char *const starts[] = {"http://a/", "http://b/"};
    struct gn_crawl crawl = gn_crawlrules_usual();
    struct gn_source s = {0};

    (void)state;
    assert_string_equal(crawl.follow, "a[href]");
    assert_int_equal(crawl.bounds.depth, -1);
    crawl.starts = starts;
    crawl.start_count = 2;
    gn_crawlrules_apply(&crawl, &s);
    assert_ptr_equal(s.crawl, &crawl);
    assert_string_equal(s.request.url, "http://a/");
    assert_int_equal(s.host_concurrency, GN_CONFIG_CONCURRENCY);
    s.host_concurrency = 2;
    gn_crawlrules_apply(&crawl, &s);
    assert_int_equal(s.host_concurrency, 2);
}

static void lost_memory_is_told(void **state)
{
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code != GARNER_OK; nth++) {
        const char *url;

        gn_mem_fail_at(nth);
        code = gn_crawlrules_start("http://h/{part}", &source, "x", &memory,
                                   &url, NULL);
        gn_mem_fail_at(0);
        gn_arena_clear(&memory);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        assert_true(nth < 20);
        assert_true(code != GARNER_OK || nth > 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_has_one_form),
        cmocka_unit_test(what_is_no_start_is_told),
        cmocka_unit_test(a_pattern_is_one_or_not),
        cmocka_unit_test(pages_are_asked_for_by_get),
        cmocka_unit_test(a_source_that_crawls_is_courteous),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, clear);
}
