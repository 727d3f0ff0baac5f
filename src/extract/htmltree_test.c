/* htmltree_test.c - trees as browsers make them, of good HTML and of bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "extract/htmlnode.h"
#include "extract/htmltree.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};

static void show(struct gn_buf *out, const xmlNode *node)
{
    for (; node != NULL; node = node->next) {
        if (node->type == XML_TEXT_NODE) {
            gn_buf_printf(out, "\"%s\"", (const char *)node->content);
        } else if (node->type == XML_COMMENT_NODE) {
            gn_buf_printf(out, "!%s", (const char *)node->content);
        } else {
            gn_buf_printf(out, "%s%d", (const char *)node->name,
                          (int)(intptr_t)node->_private);
            for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
                gn_buf_printf(out, "[%s=%s]", (const char *)a->name,
                              a->children != NULL
                                  ? (const char *)a->children->content
                                  : "");
            gn_buf_byte(out, '(');
            show(out, node->children);
            gn_buf_byte(out, ')');
        }
    }
}

static void assert_tree(const char *html, size_t size, const char *expected)
{
    struct gn_buf out = {0};
    xmlDoc *doc;

    assert_int_equal(gn_htmltree_parse(html, size, &budget, &doc, NULL),
                     GARNER_OK);
    show(&out, doc->children);
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_buf_fini(&out);
    gn_htmlnode_free(doc);
}

#define TREE(html, expected) assert_tree(html, sizeof(html) - 1, expected)

static void trees_are_those_of_browsers(void **state)
{
    (void)state;
    TREE("", "html1(head1()body2())");
    TREE("<p>a<P CLASS=x ID>b",
         "html1(head1()body2(p1(\"a\")p2[class=x][id=](\""
         "b\")))");
    TREE("<title>t</title><table><tr><td>1<td>2</table>",
         "html1(head1(title1(\"t\"))body2(table1(tbody1(tr1(td1(\"1\")td2(\"2\""
         "))))))");
    TREE("<b>1<p>2</b>3</p>",
         "html1(head1()body2(b1(\"1\")p2(b1(\"2\")\"3\")))");
    TREE("&lt;&eacute;&#x20ac;<!--c--><x:y z:a=1>",
         "html1(head1()body2(\"<\xc3\xa9\xe2\x82\xac\"!cx:y1[z:a=1]()))");
    TREE("<svg viewBox='0 0'><linearGradient/></svg>",
         "html1(head1()body2(svg1[viewbox=0 0](lineargradient1())))");
    TREE("<template><i>x</template>",
         "html1(head1(template1(i1(\"x\")))body2())");
    TREE("a<!---->b", "html1(head1()body2(\"a\"!\"b\"))");
}

/* gumbo leaves pieces of what stands between cells. */
static void a_text_is_in_one_piece(void **state)
{
    (void)state;
    TREE("a<table>b<tr> c<td>d</tr> e</table>f",
         "html1(head1()body2(\"ab c e\"table1(tbody1(tr1(td1(\"d\"))))\"f\"))");
    TREE("a<table><!--x-->b</table>", "html1(head1()body2(\"ab\"table1(!x)))");
}

static void numbers_of_no_character_are_replaced(void **state)
{
    (void)state;
    TREE("&#11111111111;a<p title='&#111111111111'>b",
         "html1(head1()body2(\"\xef\xbf\xbd"
         "a\"p1[title=\xef\xbf\xbd](\"b\")))");
}

static void broken_bytes_are_replaced(void **state)
{
    (void)state;
    TREE("<p>a\xff\xfe"
         "b\xc3",
         "html1(head1()body2(p1(\"a\xef\xbf\xbd\xef\xbf"
         "\xbd"
         "b\xef\xbf\xbd\")))");
    TREE("<p>\xed\xa0\x80</p><a",
         "html1(head1()body2(p1(\"\xef\xbf\xbd\xef\xbf\xbd"
         "\xef\xbf\xbd\")))");
}

static enum garner_code parse_many(const char *unit, size_t n,
                                   struct garner_error *err)
{
    struct gn_buf html = {0};
    enum garner_code code;
    xmlDoc *doc;

    for (size_t i = 0; i < n; i++)
        gn_buf_text(&html, unit);
    *err = (struct garner_error){0};
    code = gn_htmltree_parse(html.data, html.size, &budget, &doc, err);
    gn_buf_fini(&html);
    gn_htmlnode_free(doc);
    return code;
}

static void floods_are_stopped_or_survived(void **state)
{
    struct garner_error err;

    (void)state;
    assert_int_equal(parse_many("<div>\n", 100000, &err), GARNER_INVALID);
    assert_string_equal(err.message,
                        "more than 10000 tags are open at line 10001, column "
                        "1");
    assert_int_equal(parse_many("<path/>", 100000, &err), GARNER_INVALID);
    assert_int_equal(parse_many("<svg><b><path/>", 100000, &err),
                     GARNER_INVALID);
    assert_int_equal(parse_many("<svg><b></svg><path/>", 100000, &err),
                     GARNER_INVALID);
    assert_int_equal(parse_many("<svg/><path/>", 100000, &err), GARNER_INVALID);
    assert_int_equal(parse_many("<!--<svg>--><path/>", 100000, &err),
                     GARNER_INVALID);
    assert_int_equal(
        parse_many("<svg><path d='/>'/><g a=x/y></g><a/></svg>", 11000, &err),
        GARNER_OK);
    assert_int_equal(parse_many("<svg><g <g ", 300000, &err), GARNER_INVALID);
    assert_int_equal(parse_many("<div>", 3000, &err), GARNER_OK);
    assert_int_equal(parse_many("<b><p>", 3000, &err), GARNER_OK);
    assert_int_equal(parse_many("<li><p>x", 20000, &err), GARNER_OK);
    assert_int_equal(parse_many("</div><", 100000, &err), GARNER_OK);
    assert_int_equal(parse_many("<", 1000000, &err), GARNER_OK);
    assert_int_equal(parse_many("<a b='", 5000, &err), GARNER_OK);
    assert_int_equal(parse_many("<script>i<n;'<div>'</SCRIPT>", 20000, &err),
                     GARNER_OK);
    assert_int_equal(parse_many("<script>i<n;", 20000, &err), GARNER_OK);
}

static void deep_trees_are_flattened(void **state)
{
    struct gn_buf html = {0};
    size_t depth = 0;
    size_t most = 0;
    size_t elements = 0;
    xmlDoc *doc;
    xmlNode *node;

    (void)state;
    for (size_t i = 0; i < 2000; i++)
        gn_buf_text(&html, "<div>x");
    assert_int_equal(
        gn_htmltree_parse(html.data, html.size, &budget, &doc, NULL),
        GARNER_OK);
    node = (xmlNode *)doc;
    while (node != NULL) {
        elements += node->type == XML_ELEMENT_NODE;
        most = depth > most ? depth : most;
        if (node->children != NULL) {
            node = node->children;
            depth++;
            continue;
        }
        while (node != NULL && node->next == NULL) {
            node = node->parent;
            depth--;
        }
        node = node != NULL ? node->next : NULL;
    }
    assert_int_equal(elements, 2003); /* none is lost */
    assert_int_equal(most, GN_HTMLTREE_MOST_DEPTH + 1);
    gn_htmlnode_free(doc);
    gn_buf_fini(&html);
}

static void time_has_its_limit(void **state)
{
    struct gn_budget spent = {.deadline_ns = 0};
    struct gn_buf html = {0};
    struct garner_error err;
    xmlDoc *doc;

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        gn_buf_text(&html, "<p>x</p>");
    assert_int_equal(
        gn_htmltree_parse(html.data, html.size, &spent, &doc, &err),
        GARNER_TIMEOUT);
    assert_null(doc);
    assert_true(spent.expired);
    gn_buf_fini(&html);
}

static void lost_memory_is_an_error(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    unsigned nth = 0;
    xmlDoc *doc;

    (void)state;
    while (code == GARNER_NOMEM) {
        gn_mem_fail_at(++nth);
        code = gn_htmltree_parse("<p>x", 4, &budget, &doc, NULL);
        gn_mem_fail_at(0);
    }
    assert_int_equal(code, GARNER_OK);
    assert_in_range(nth, 3, 30);
    gn_htmlnode_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_are_those_of_browsers),
        cmocka_unit_test(a_text_is_in_one_piece),
        cmocka_unit_test(numbers_of_no_character_are_replaced),
        cmocka_unit_test(broken_bytes_are_replaced),
        cmocka_unit_test(floods_are_stopped_or_survived),
        cmocka_unit_test(deep_trees_are_flattened),
        cmocka_unit_test(time_has_its_limit),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
