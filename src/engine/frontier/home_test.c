/* home_test.c - the hosts where a crawl begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/frontier/home.h"

static void it_has_the_hosts_of_its_starts(void **state)
{
    static const char *const starts[] = {"http://h/a", "http://h/b",
                                         "https://i:8/", "http://8.8.8.8/"};
    const struct gn_crawl crawl = {.starts = starts, .start_count = 4};
    struct gn_home *home;

    (void)state;
    assert_int_equal(gn_home_new(&crawl, &home, NULL), GARNER_OK);
    assert_true(gn_home_has(home, "http://h:80"));
    assert_true(gn_home_has(home, "https://i:8"));
    assert_false(gn_home_has(home, "https://h:443"));
    assert_false(gn_home_has(home, "http://i:8"));
    assert_false(gn_home_is_private(home));
    gn_home_free(home);
    gn_home_free(NULL);
}

static void one_private_start_is_enough(void **state)
{
    static const char *const starts[] = {"http://h/", "http://[fd00::1]/"};
    const struct gn_crawl crawl = {.starts = starts, .start_count = 2};
    struct gn_home *home;

    (void)state;
    assert_int_equal(gn_home_new(&crawl, &home, NULL), GARNER_OK);
    assert_true(gn_home_is_private(home));
    gn_home_free(home);
}

static void lost_memory_is_an_error(void **state)
{
    static const char *const starts[] = {"http://h/", "http://i/"};
    const struct gn_crawl crawl = {.starts = starts, .start_count = 2};
    struct gn_home *home;

    (void)state;
    for (unsigned nth = 1; nth <= 3; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_home_new(&crawl, &home, NULL), GARNER_NOMEM);
        gn_mem_fail_at(0);
        assert_null(home);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_the_hosts_of_its_starts),
        cmocka_unit_test(one_private_start_is_enough),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
