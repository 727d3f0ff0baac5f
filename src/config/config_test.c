/* config_test.c - sources kept by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "config/config.h"

static void named_sources_are_kept_in_their_order(void **state)
{
    struct gn_source sources[] = {
        {.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}};
    struct gn_config config = {.sources = sources, .source_count = 4};
    const char *const names[] = {"d", "b", "d"};

    (void)state;
    assert_int_equal(gn_config_keep(&config, names, 0, NULL), GARNER_OK);
    assert_int_equal(config.source_count, 4);
    assert_int_equal(gn_config_keep(&config, names, 3, NULL), GARNER_OK);
    assert_int_equal(config.source_count, 2);
    assert_string_equal(config.sources[0].name, "b");
    assert_string_equal(config.sources[1].name, "d");
    gn_config_fini(&config);
    assert_null(config.sources);
}

static void an_unknown_name_drops_nothing(void **state)
{
    struct gn_source sources[] = {{.name = "rates"}, {.name = "news"}};
    struct gn_config config = {.sources = sources, .source_count = 2};
    const char *const near[] = {"news", "rate"};
    const char *const far[] = {"weather"};
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_config_keep(&config, near, 2, &err), GARNER_NOTFOUND);
    assert_string_equal(err.message,
                        "no source is named \"rate\"; did you mean \"rates\"?");
    assert_int_equal(gn_config_keep(&config, far, 1, &err), GARNER_NOTFOUND);
    assert_string_equal(err.message, "no source is named \"weather\"");
    assert_int_equal(config.source_count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_sources_are_kept_in_their_order),
        cmocka_unit_test(an_unknown_name_drops_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
