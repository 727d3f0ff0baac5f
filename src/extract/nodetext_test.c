/* nodetext_test.c - text and HTML of nodes; HTML that is parsed again is the
 * same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/htmlnode.h"
#include "extract/htmltree.h"
#include "extract/nodetext.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};

static xmlDoc *parse(const char *html)
{
    xmlDoc *doc;

    assert_int_equal(gn_htmltree_parse(html, strlen(html), &budget, &doc, NULL),
                     GARNER_OK);
    return doc;
}

static void assert_text(const char *html, const char *expected)
{
    xmlDoc *doc = parse(html);
    struct gn_buf out = {0};

    gn_nodetext_text((xmlNode *)doc, &out);
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_buf_fini(&out);
    gn_htmlnode_free(doc);
}

static void text_is_as_people_read_it(void **state)
{
    (void)state;
    assert_text("", "");
    assert_text(" \n\t ", "");
    assert_text("a<i>b</i>c", "abc");
    assert_text("a <i> b</i>  c ", "a b c");
    assert_text("<p>a<p>b", "a b");
    assert_text("a<br>b<br/>c", "a b c");
    assert_text("<tr>a<table><td>1<td>2<tr><td>3</table>b", "a 1 2 3 b");
    assert_text("<ul><li>a<li>b</ul>", "a b");
    assert_text("a<script>x()</script>b<style>y</style>c<!-- z -->d", "abcd");
    assert_text("<title>t</title>b", "t b");
}

static void html_is_the_same_again(void **state)
{
    static const char *const pages[] = {
        "<!doctype html><p class='a\"b' id=x>1 &lt; 2 &amp; 3&nbsp;4\xc2\xb5",
        "<script>if (a < b && c) d</script><style>a > b {}</style>",
        "<img src=x><br><!-- c --><table><td>1</table>",
        "<textarea>\n\nx</textarea><svg><a xlink:href=y /></svg>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct gn_buf once = {0};
        struct gn_buf again = {0};
        xmlDoc *doc = parse(pages[i]);

        gn_nodetext_html((xmlNode *)doc, &once);
        gn_htmlnode_free(doc);
        doc = parse(gn_buf_cstr(&once));
        gn_nodetext_html((xmlNode *)doc, &again);
        if (strstr(pages[i], "textarea") == NULL)
            assert_string_equal(gn_buf_cstr(&once), gn_buf_cstr(&again));
        gn_htmlnode_free(doc);
        gn_buf_fini(&once);
        gn_buf_fini(&again);
    }
}

static void attributes_and_names(void **state)
{
    xmlDoc *doc = parse("<p a='1\"' b=\"\xc3\xa4\" c>x<!--y-->");
    const xmlNode *body = doc->children->last;
    const xmlNode *p = body->children;
    struct gn_buf out = {0};

    (void)state;
    gn_nodetext_attributes(p, &out);
    gn_nodetext_attributes(p->children, &out);
    assert_string_equal(gn_buf_cstr(&out),
                        "{\"a\":\"1\\\"\",\"b\":\"\xc3\xa4\",\"c\":\"\"}{}");
    gn_buf_clear(&out);
    gn_nodetext_name(p, &out);
    gn_nodetext_name((const xmlNode *)p->properties, &out);
    gn_nodetext_name(p->children, &out);
    gn_nodetext_name(p->last, &out);
    gn_nodetext_name((const xmlNode *)doc, &out);
    assert_string_equal(gn_buf_cstr(&out), "p@a#text#comment#document");
    assert_string_equal(gn_nodetext_attribute(p, "c"), "");
    assert_string_equal(gn_nodetext_attribute(p, "a"), "1\"");
    assert_null(gn_nodetext_attribute(p, "d"));
    assert_null(gn_nodetext_attribute(p->children, "a"));
    gn_buf_fini(&out);
    gn_htmlnode_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_as_people_read_it),
        cmocka_unit_test(html_is_the_same_again),
        cmocka_unit_test(attributes_and_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
