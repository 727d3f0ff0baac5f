/* robotstag_test.c - X-Robots-Tag. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crawl/robotstag.h"

static void words_count_for_those_they_are_for(void **state)
{
    static const struct {
        const char *headers;
        bool noindex;
        bool nofollow;
    } cases[] = {
        {"", false, false},
        {"content-type: text/html\n", false, false},
        {"x-robots-tag: nofollow\n", false, true},
        {"x-robots-tag: noindex\n", true, false},
        {"x-robots-tag:NoIndex,\tNOFOLLOW \r\n", true, true},
        {"x-robots-tag: none\n", true, true},
        {"x-robots-tag: all, index, follow, noarchive\n", false, false},
        {"x-robots-tag: nofollowing, no index\n", false, false},
        {"a: b\nx-robots-tag: noindex\nx-robots-tag: nofollow\nc: d\n", true,
         true},
        {"x-robots-tag: noindex", true, false},
        {"a: x-robots-tag: noindex\n", false, false},
        {"x-robots-tag: garner: nofollow\n", false, true},
        {"x-robots-tag: GARNER : nofollow, noindex\n", true, true},
        {"x-robots-tag: otherbot: nofollow, noindex\n", false, false},
        {"x-robots-tag: otherbot: none, garner: nofollow\n", false, true},
        {"x-robots-tag: noindex, otherbot: nofollow\n", true, false},
        {"x-robots-tag: otherbot: none\nx-robots-tag: noindex\n", true, false},
        {"x-robots-tag: otherbot: none, *: noindex\n", true, false},
        {"x-robots-tag: unavailable_after: 25 Jun 2010 15:00:00 PST, "
         "nofollow\n",
         false, true},
        {"x-robots-tag: unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, "
         "noindex\n",
         true, false},
        {"x-robots-tag: max-snippet:20, max-image-preview: none, nofollow\n",
         false, true},
        {"x-robots-tag: ,,:, : nofollow:,\n", false, false},
        {"x-robots-tag:\nx-robots-tag\n:\n\n", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_robotstag tag =
            gn_robotstag_read(cases[i].headers, "garner");

        if (tag.noindex != cases[i].noindex ||
            tag.nofollow != cases[i].nofollow)
            fail_msg("%s: noindex %d, nofollow %d", cases[i].headers,
                     tag.noindex, tag.nofollow);
    }
}

static void without_a_name_only_those_for_all_count(void **state)
{
    const struct gn_robotstag tag =
        gn_robotstag_read("x-robots-tag: garner: none, *: nofollow\n", "");

    (void)state;
    assert_false(tag.noindex);
    assert_true(tag.nofollow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_count_for_those_they_are_for),
        cmocka_unit_test(without_a_name_only_those_for_all_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
