/* htmlkinds_test.c - no element that has rules of its own is taken for one that
 * has none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "extract/htmlkinds.h"

static const char *const names[] = {
    "abbr",
    "acronym",
    "annotation-xml",
    "audio",
    "bdi",
    "bdo",
    "blink",
    "body",
    "button",
    "canvas",
    "cite",
    "data",
    "datalist",
    "del",
    "desc",
    "dfn",
    "foreignobject",
    "head",
    "html",
    "ins",
    "kbd",
    "label",
    "legend",
    "malignmark",
    "map",
    "mark",
    "meter",
    "mglyph",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "multicol",
    "nextid",
    "option",
    "output",
    "progress",
    "q",
    "samp",
    "select",
    "spacer",
    "span",
    "sub",
    "sup",
    "svg",
    "time",
    "var",
    "video",
};

static void elements_without_rules(void **state)
{
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(gn_htmlkinds[gumbo_tag_enum(names[i])], 0);
    for (GumboTag tag = 0; tag < GUMBO_TAG_UNKNOWN; tag++)
        count += gn_htmlkinds[tag] == 0;
    assert_int_equal(count, sizeof names / sizeof names[0]);
    assert_int_equal(gn_htmlkinds[GUMBO_TAG_UNKNOWN], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_without_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
