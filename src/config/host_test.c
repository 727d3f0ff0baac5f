/* host_test.c - the keys host and robots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/load_testing.h"

static void a_host_has_limits(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "defaults: { host: { failures: 9, interval: 1s } }\n"
             "sources:\n"
             "  a: { url: http://h/, host: { failures: 7, concurrency: 2,\n"
             "       bytes: 1MB } }\n"
             "  b: { url: http://h/ }\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_int_equal(s[0].host_failures, 7);
    assert_int_equal(s[0].host_concurrency, 2);
    assert_int_equal(s[0].host_interval_ms, 1000);
    assert_int_equal(s[0].host_bytes, 1000000);
    assert_int_equal(s[1].host_bytes, 0);
    assert_int_equal(s[1].host_failures, 9);
    assert_int_equal(s[1].host_concurrency, 0);
    gn_config_fini(&config);
}

static void robots_txt_is_obeyed_or_not(void **state)
{
    struct gn_config config = good("garner: 1\n"
                                   "defaults: { robots: obey }\n"
                                   "sources:\n"
                                   "  a: { url: http://h/ }\n"
                                   "  b: { url: http://h/, robots: ignore }\n");

    (void)state;
    assert_true(config.sources[0].obeys_robots);
    assert_false(config.sources[1].obeys_robots);
    gn_config_fini(&config);
    config = good("garner: 1\nsources: { a: { url: http://h/ } }\n");
    assert_false(config.sources[0].obeys_robots);
    gn_config_fini(&config);
}

static void wrong_values_are_problems(void **state)
{
    (void)state;
    bad_source("robots: yes",
               "3:9: robots cannot be \"yes\"; write ignore or obey");
    bad_source("host: { bytes: 0 }",
               "3:16: bytes is 0; write 1B to 1000000000B");
    bad_source("host: { speed: 2 }",
               "3:9: unknown key \"speed\"; see garner.yaml(5) for the keys "
               "there are");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_has_limits),
        cmocka_unit_test(robots_txt_is_obeyed_or_not),
        cmocka_unit_test(wrong_values_are_problems),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
