/* crawlbuild_test.c - a crawl from the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "config/crawlbuild.h"

static const char *const urls[] = {"http://H/a", "http://b/", "http://h:80/a"};
static const char *const allow[] = {"a", "b"};
static const char *const deny[] = {"[.]pdf$"};

static struct gn_build_crawl example(void)
{
    return (struct gn_build_crawl){.follow = "main a",
                                   .bounds = {.same = GN_SAME_HOST,
                                              .allow = allow,
                                              .allow_count = 2,
                                              .deny = deny,
                                              .deny_count = 1,
                                              .depth = 3},
                                   .pages = 4,
                                   .bytes = 5,
                                   .sitemap = true,
                                   .ignores_nofollow = true,
                                   .ignores_robots = true,
                                   .host_concurrency = 6,
                                   .host_interval_ms = 7};
}

static void it_is_as_it_is_said(void **state)
{
    const struct gn_build_crawl build = example();
    struct gn_arena memory = {0};
    struct gn_source s = {0};
    const struct gn_crawl *c;

    (void)state;
    assert_int_equal(gn_crawlbuild_fill(&build, urls, 3, &memory, &s, NULL),
                     GARNER_OK);
    c = s.crawl;
    assert_int_equal(c->start_count, 2); /* each once */
    assert_string_equal(c->starts[0], "http://h/a");
    assert_string_equal(c->starts[1], "http://b/");
    assert_string_equal(s.request.url, "http://h/a");
    assert_string_equal(c->follow, "main a");
    assert_ptr_not_equal(c->follow, build.follow);
    assert_int_equal(c->bounds.same, GN_SAME_HOST);
    assert_int_equal(c->bounds.allow_count, 2);
    assert_string_equal(c->bounds.allow[1], "b");
    assert_int_equal(c->bounds.deny_count, 1);
    assert_string_equal(c->bounds.deny[0], "[.]pdf$");
    assert_int_equal(c->bounds.depth, 3);
    assert_int_equal(c->pages, 4);
    assert_int_equal(c->bytes, 5);
    assert_true(c->sitemap);
    assert_true(c->ignores_nofollow);
    assert_false(s.obeys_robots);
    assert_int_equal(s.host_concurrency, 6);
    assert_int_equal(s.host_interval_ms, 7);
    gn_arena_clear(&memory);
}

static void unsaid_it_is_as_in_a_file(void **state)
{
    const struct gn_build_crawl build = {.bounds = {.depth = -1}};
    struct gn_arena memory = {0};
    struct gn_source s = {0};

    (void)state;
    assert_int_equal(gn_crawlbuild_fill(&build, urls, 1, &memory, &s, NULL),
                     GARNER_OK);
    assert_string_equal(s.crawl->follow, "a[href]");
    assert_int_equal(s.crawl->bounds.depth, -1);
    assert_int_equal(s.crawl->bounds.same, GN_SAME_SITE);
    assert_true(s.obeys_robots);
    assert_int_equal(s.host_concurrency, GN_CONFIG_CONCURRENCY);
    gn_arena_clear(&memory);
}

static void refused(const struct gn_build_crawl *build,
                    const struct gn_request *request, const char *says)
{
    struct garner_error err;

    assert_int_equal(gn_crawlbuild_check(build, request, &err), GARNER_INVALID);
    if (strstr(err.message, says) == NULL)
        fail_msg("no '%s' in '%s'", says, err.message);
}

static void bad_values_are_refused(void **state)
{
    static const char *const wrong[] = {"a", "(b"};
    const struct gn_request usual = {0};
    struct gn_build_crawl build = example();

    (void)state;
    assert_int_equal(gn_crawlbuild_check(&build, &usual, NULL), GARNER_OK);
    refused(&build, &(struct gn_request){.method = "POST"}, "by GET");
    build.host_concurrency = 1001;
    refused(&build, &usual, "1 to 1000");
    build = example();
    build.bounds.allow = wrong;
    refused(&build, &usual, "allow '(b': ");
    build = example();
    build.bounds.deny = wrong;
    build.bounds.deny_count = 2;
    refused(&build, &usual, "deny '(b': ");
}

static void a_bad_start_is_named(void **state)
{
    static const char *const bad[] = {"http://h/", "http://u:secret@h/"};
    const struct gn_build_crawl build = example();
    struct gn_arena memory = {0};
    struct gn_source s = {0};
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_crawlbuild_fill(&build, bad, 2, &memory, &s, &err),
                     GARNER_INVALID);
    assert_non_null(strstr(err.message, "http://u:***@h/: there is a user"));
    assert_non_null(strstr(err.message, "into --user"));
    gn_arena_clear(&memory);
}

static void lost_memory_is_told(void **state)
{
    const struct gn_build_crawl build = example();
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code != GARNER_OK; nth++) {
        struct gn_arena memory = {0};
        struct gn_source s = {0};

        gn_mem_fail_at(nth);
        code = gn_crawlbuild_fill(&build, urls, 3, &memory, &s, NULL);
        gn_mem_fail_at(0);
        gn_arena_clear(&memory);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        assert_true(nth < 50);
        assert_true(code != GARNER_OK || nth > 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_as_it_is_said),
        cmocka_unit_test(unsaid_it_is_as_in_a_file),
        cmocka_unit_test(bad_values_are_refused),
        cmocka_unit_test(a_bad_start_is_named),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
