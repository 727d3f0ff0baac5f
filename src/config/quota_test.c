/* quota_test.c - the key limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/load_testing.h"

static void each_limit_is_a_key(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "defaults: { limits: { time: 1m, memory: 1GiB } }\n"
             "sources:\n"
             "  a: { url: http://h/, limits: { time: 1.5s, memory: 64MiB,\n"
             "       rows: 10MB, length: 1MiB } }\n"
             "  b: { url: http://h/, limits: { memory: 5MB } }\n"
             "  c: { url: http://h/ }\n");
    const struct gn_quota *a = &config.sources[0].limits;
    const struct gn_quota *b = &config.sources[1].limits;
    const struct gn_quota *c = &config.sources[2].limits;

    (void)state;
    assert_int_equal(a->time_ms, 1500);
    assert_int_equal(a->memory_bytes, 64 << 20);
    assert_int_equal(a->rows_bytes, 10000000);
    assert_int_equal(a->length_bytes, 1 << 20);
    assert_int_equal(b->time_ms, 60000); /* from the defaults */
    assert_int_equal(b->memory_bytes, 5000000);
    assert_int_equal(b->rows_bytes, 0);
    assert_int_equal(c->memory_bytes, 1 << 30);
    assert_int_equal(c->length_bytes, 0);
    gn_config_fini(&config);
}

static void wrong_values_are_problems(void **state)
{
    (void)state;
    bad_source("limits: { time: 0s }", "3:17: time is 0s; write at least 1ms");
    bad_source("limits: { memory: 0B }",
               "3:19: memory is 0B; write 1B to 1099511627776B");
    bad_source("limits: { length: 2GB }",
               "3:19: length is 2GB; write 1B to 1000000000B");
    bad_source("limits: 5s",
               "3:9: one value where a mapping is needed; write \"key: value\" "
               "lines, indented");
    bad_source("limits: { steps: 5 }",
               "3:11: unknown key \"steps\"; see garner.yaml(5) for the keys "
               "there are");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_limit_is_a_key),
        cmocka_unit_test(wrong_values_are_problems),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
