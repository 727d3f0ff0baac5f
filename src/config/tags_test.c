/* tags_test.c - the key tags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "config/load_testing.h"

static void a_source_may_have_some(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "sources:\n"
             "  a: { url: http://h/, tags: [daily, 'far away'] }\n"
             "  b: { url: http://h/, tags: daily }\n"
             "  c: { url: http://h/ }\n"
             "  d: { url: http://h/, tags: [] }\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_string_equal(s[0].tags[0], "daily");
    assert_string_equal(s[0].tags[1], "far away");
    assert_null(s[0].tags[2]);
    assert_string_equal(s[1].tags[0], "daily");
    assert_null(s[1].tags[1]);
    assert_null(s[2].tags);
    assert_null(s[3].tags[0]);
    gn_config_fini(&config);
}

static void what_is_no_tag_is_refused(void **state)
{
    (void)state;
    bad_source("  tags: [a, '']",
               "3:13: \"\" is no tag; write it like a source's name, as "
               "\"daily\"");
    bad_source("  tags: { a: b }",
               "3:9: tags has a mapping where one value is needed; text with "
               "braces or \": \" in it needs quotes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_may_have_some),
        cmocka_unit_test(what_is_no_tag_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
