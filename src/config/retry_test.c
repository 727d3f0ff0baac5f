/* retry_test.c - the key retry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "config/load_testing.h"

static void it_is_a_number_or_a_mapping(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "defaults: { retry: { times: 9, backoff: 7s..8s } }\n"
             "sources:\n"
             "  a: { url: http://h/, retry: { times: 3, backoff: 10ms..1.5h,\n"
             "       classes: [network, tls, timeout, 429, 5xx] } }\n"
             "  b: { url: http://h/, retry: 2 }\n"
             "  c: { url: http://h/ }\n"
             "  d: { url: http://h/, retry: 0 }\n"
             "  e: { url: http://h/, retry: { times: 1, backoff: 5s,\n"
             "       classes: 5xx } }\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_int_equal(s[0].retry.times, 3);
    assert_int_equal(s[0].retry.least_ms, 10);
    assert_int_equal(s[0].retry.most_ms, 5400000);
    assert_int_equal(s[0].retry.classes, (1U << GN_RETRY_CLASSES) - 1);
    assert_int_equal(s[1].retry.times, 2);
    assert_int_equal(s[1].retry.least_ms, 0); /* the default one is replaced */
    assert_int_equal(s[1].retry.classes, 0);
    assert_int_equal(s[2].retry.times, 9);
    assert_int_equal(s[2].retry.most_ms, 8000);
    assert_int_equal(s[3].retry.times, 0);
    assert_int_equal(s[4].retry.least_ms, 5000);
    assert_int_equal(s[4].retry.most_ms, 5000);
    assert_int_equal(s[4].retry.classes, 1U << GN_RETRY_SERVER);
    gn_config_fini(&config);
}

static void wrong_values_are_problems(void **state)
{
    (void)state;
    bad_source("retry: 101",
               "3:8: retry is \"101\"; write a whole number from 0 to 100");
    bad_source("retry: { times: many }",
               "3:17: times is \"many\"; write a whole number from 0 to 100");
    bad_source("retry: { backoff: 1s..2s }",
               "3:8: retry does not say how often; write one like \"times: "
               "3\"");
    bad_source("retry: { times: 1, wait: 1s }",
               "3:20: unknown key \"wait\"; see garner.yaml(5) for the keys "
               "there are");
    for (const char *const *text =
             (const char *const[]){"1s..", "..1s", "2s..1s", "0s..1s", "1..2",
                                   "1s..2s..3s", NULL};
         *text != NULL; text++) {
        char line[64];
        char problem[160];

        snprintf(line, sizeof line, "retry: { times: 1, backoff: %s }", *text);
        snprintf(problem, sizeof problem,
                 "3:29: backoff is \"%s\"; write the shortest and the longest "
                 "wait, like 1s..5m",
                 *text);
        bad_source(line, problem);
    }
    bad_source(
        "retry: { times: 1, classes: [4xx] }",
        "3:30: this item cannot be \"4xx\"; write network, tls, timeout, "
        "429 or 5xx");
    bad_source("retry: { times: 1, classes: [] }",
               "3:29: classes is an empty list; name one, or write times: 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_number_or_a_mapping),
        cmocka_unit_test(wrong_values_are_problems),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
