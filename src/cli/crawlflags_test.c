/* crawlflags_test.c - the flags of a crawl. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "cli/crawlflags.h"

static const char *two[] = {"main a", ".next"};

static void unsaid_it_is_as_in_a_file(void **state)
{
    const struct gn_crawl_flags flags = {.follow = {NULL, 0}};
    struct gn_build_crawl crawl;
    struct gn_buf follow = {0};

    (void)state;
    assert_int_equal(gn_crawlflags_read(&flags, &crawl, &follow, NULL),
                     GARNER_OK);
    assert_null(crawl.follow);
    assert_int_equal(crawl.bounds.same, GN_SAME_SITE);
    assert_int_equal(crawl.bounds.depth, -1);
    assert_int_equal(crawl.pages, 0);
    assert_false(crawl.ignores_robots);
    assert_false(crawl.ignores_nofollow);
    gn_buf_fini(&follow);
}

static void each_says_what_it_is_called(void **state)
{
    const struct gn_crawl_flags flags = {.follow = {two, 2},
                                         .allow = {two, 1},
                                         .deny = {two + 1, 1},
                                         .same = "host",
                                         .depth = "0",
                                         .pages = 3,
                                         .bytes = 4,
                                         .sitemap = true,
                                         .robots = "ignore",
                                         .nofollow = "ignore",
                                         .concurrency = 5,
                                         .interval_ms = 6};
    struct gn_crawl_flags other = {
        .same = "any", .robots = "obey", .nofollow = "obey"};
    struct gn_build_crawl crawl;
    struct gn_buf follow = {0};

    (void)state;
    assert_int_equal(gn_crawlflags_read(&flags, &crawl, &follow, NULL),
                     GARNER_OK);
    assert_string_equal(crawl.follow, "main a, .next");
    assert_string_equal(crawl.bounds.allow[0], "main a");
    assert_int_equal(crawl.bounds.allow_count, 1);
    assert_string_equal(crawl.bounds.deny[0], ".next");
    assert_int_equal(crawl.bounds.deny_count, 1);
    assert_int_equal(crawl.bounds.same, GN_SAME_HOST);
    assert_int_equal(crawl.bounds.depth, 0);
    assert_int_equal(crawl.pages, 3);
    assert_int_equal(crawl.bytes, 4);
    assert_true(crawl.sitemap);
    assert_true(crawl.ignores_robots);
    assert_true(crawl.ignores_nofollow);
    assert_int_equal(crawl.host_concurrency, 5);
    assert_int_equal(crawl.host_interval_ms, 6);
    gn_buf_fini(&follow);
    assert_int_equal(gn_crawlflags_read(&other, &crawl, &follow, NULL),
                     GARNER_OK);
    assert_int_equal(crawl.bounds.same, GN_SAME_ANY);
    assert_false(crawl.ignores_robots);
    assert_false(crawl.ignores_nofollow);
    gn_buf_fini(&follow);
}

static void what_is_wrong_is_named(void **state)
{
    static const char *mixed[] = {"a", "select 1 as url"};
    static const char *empty[] = {" \n"};
    static const struct {
        struct gn_crawl_flags flags;
        const char *says;
    } cases[] = {
        {{.depth = "deep"}, "--depth: 'deep' is not a number from 0"},
        {{.depth = "-1"}, "--depth: '-1'"},
        {{.depth = "1000001"}, "to 1000000"},
        {{.depth = ""}, "--depth: ''"},
        {{.follow = {mixed, 2}}, "--follow 'select 1 as url': SQL stands"},
        {{.follow = {empty, 1}}, "--follow is empty"},
        {{.pages = INT64_C(1) << 40}, "--pages"},
        {{.concurrency = INT64_C(1) << 40}, "--concurrency"},
        {{.bytes = INT64_MAX}, "--bytes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_build_crawl crawl;
        struct gn_buf follow = {0};
        struct garner_error err;

        assert_int_equal(
            gn_crawlflags_read(&cases[i].flags, &crawl, &follow, &err),
            GARNER_INVALID);
        if (strstr(err.message, cases[i].says) == NULL)
            fail_msg("no '%s' in '%s'", cases[i].says, err.message);
        gn_buf_fini(&follow);
    }
}

static void sql_may_stand_alone(void **state)
{
    static const char *sql[] = {"select url from links_each(:body)"};
    const struct gn_crawl_flags flags = {.follow = {sql, 1}};
    struct gn_build_crawl crawl;
    struct gn_buf follow = {0};

    (void)state;
    assert_int_equal(gn_crawlflags_read(&flags, &crawl, &follow, NULL),
                     GARNER_OK);
    assert_string_equal(crawl.follow, sql[0]);
    gn_buf_fini(&follow);
}

static void lost_memory_is_told(void **state)
{
    const struct gn_crawl_flags flags = {.follow = {two, 2}};
    struct gn_build_crawl crawl;
    struct gn_buf follow = {0};

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_crawlflags_read(&flags, &crawl, &follow, NULL),
                     GARNER_NOMEM);
    gn_mem_fail_at(0);
    gn_buf_fini(&follow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unsaid_it_is_as_in_a_file),
        cmocka_unit_test(each_says_what_it_is_called),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(sql_may_stand_alone),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
