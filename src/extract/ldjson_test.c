/* ldjson_test.c - what pages tell machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/htmlnode.h"
#include "extract/htmltree.h"
#include "extract/ldjson.h"
#include "extract/lost_test.h"
#include "extract/nodeorder.h"

#define SCRIPT "<script type='application/ld+json'>"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};

/* "type object" or "!fault" of each. */
static void page_has(const char *html, const char *expected)
{
    struct gn_buf out = {0};
    struct gn_ldjson l;
    xmlDoc *doc;

    assert_int_equal(gn_htmltree_parse(html, strlen(html), &budget, &doc, NULL),
                     GARNER_OK);
    assert_true(gn_ldjson_open(&l, (xmlNode *)doc));
    while (l.script != NULL) {
        struct gn_buf type = {0};

        gn_ldjson_type(&l, &type);
        gn_buf_printf(&out, "%s ", gn_buf_cstr(&type));
        gn_ldjson_object(&l, &out);
        if (l.fault.size > 0)
            gn_buf_printf(&out, "!%s", gn_buf_cstr(&l.fault));
        gn_buf_byte(&out, '\n');
        gn_buf_fini(&type);
        assert_true(gn_ldjson_next(&l));
    }
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_ldjson_close(&l);
    gn_buf_fini(&out);
    gn_htmlnode_free(doc);
}

/* In a drawing a script has elements like any other; what an element's content
 * points to is no text (nodeorder.h). */
static void a_script_in_a_drawing_may_have_elements(void **state)
{
    static const char html[] =
        "<svg>" SCRIPT "{\"a\":<g>1</g>2}</script></svg>";
    struct gn_ldjson l;
    xmlDoc *doc;

    (void)state;
    assert_int_equal(
        gn_htmltree_parse(html, sizeof html - 1, &budget, &doc, NULL),
        GARNER_OK);
    gn_nodeorder_number(doc);
    assert_true(gn_ldjson_open(&l, (xmlNode *)doc));
    gn_ldjson_close(&l);
    gn_htmlnode_free(doc);
}

static void objects_one_by_one(void **state)
{
    (void)state;
    page_has(SCRIPT "\n{\"@type\":\"A\", \"x\":1}\n</script><p>" SCRIPT
                    "[{\"@type\":[\"B\",\"C\"]}, 1, {}]</script>",
             "A {\"@type\":\"A\", \"x\":1}\nB {\"@type\":[\"B\",\"C\"]}\n"
             " {}\n");
    page_has(SCRIPT "{\"@context\":\"c\",\"@graph\":[ {\"@type\":\"A\"} ,"
                    "null,[{}],{\"@type\":7}]}</script>",
             "A {\"@type\":\"A\"}\n {\"@type\":7}\n");
    page_has(SCRIPT "[{\"@graph\":[{\"a\":1}]},{\"@graph\":{\"b\":2}},"
                    "{\"@graph\":[]}]</script>",
             " {\"a\":1}\n {\"@graph\":{\"b\":2}}\n");
}

static void marks_around_a_script_are_none_of_it(void **state)
{
    (void)state;
    page_has(SCRIPT "\n<!--\n{\"a\":1}\n-->\n</script>" SCRIPT
                    "<!--[{\"b\":2}]//--></script>" SCRIPT
                    "//<![CDATA[\n{\"c\":3}\n//]]></script>" SCRIPT
                    "<![CDATA[{\"d\":4}]]></script>" SCRIPT
                    "<!-- {\"e\":5}</script>" SCRIPT
                    "{\"f\":\"<!-- -->\"}</script>",
             " {\"a\":1}\n {\"b\":2}\n {\"c\":3}\n {\"d\":4}\n {\"e\":5}\n"
             " {\"f\":\"<!-- -->\"}\n");
}

static void what_is_none_is_passed_over(void **state)
{
    (void)state;
    page_has("<script>{}</script><script type=application/json>{}</script>"
             "<script type=application/ld+jsonp>{}</script>" SCRIPT
             "</script>" SCRIPT "[]</script>" SCRIPT "\"x\"</script>",
             "");
    page_has("<script type=' Application/LD+JSON; charset=utf-8'>{}</script>",
             " {}\n");
}

static void a_broken_script_does_not_hide_the_others(void **state)
{
    (void)state;
    page_has(SCRIPT "{\"a\":\n}</script>" SCRIPT "{\"b\":1}</script>",
             " !no JSON from line 2, column 1 of the script on: no value "
             "begins like this: {\"a\": ^}\n {\"b\":1}\n");
}

static bool read_type(struct gn_buf *out, const void *doc)
{
    struct gn_ldjson l;
    const bool ok = gn_ldjson_open(&l, doc);

    if (ok)
        gn_ldjson_type(&l, out);
    gn_ldjson_close(&l);
    return ok;
}

static void lost_memory_is_told(void **state)
{
    static const char html[] = SCRIPT "[{\"@type\":\"A\"}]</script>";
    xmlDoc *doc;

    (void)state;
    assert_int_equal(
        gn_htmltree_parse(html, sizeof html - 1, &budget, &doc, NULL),
        GARNER_OK);
    assert_lost(read_type, doc, 3, "A");
    gn_htmlnode_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_in_a_drawing_may_have_elements),
        cmocka_unit_test(objects_one_by_one),
        cmocka_unit_test(what_is_none_is_passed_over),
        cmocka_unit_test(marks_around_a_script_are_none_of_it),
        cmocka_unit_test(a_broken_script_does_not_hide_the_others),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
