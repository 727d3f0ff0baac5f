/* nodeorder_test.c - nodes in the order of their document, of whatever kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libxml/parser.h>

#include "base/buf.h"
#include "extract/nodeorder.h"

static xmlDoc *parse(const char *xml)
{
    xmlDoc *doc = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, 0);

    assert_non_null(doc);
    gn_nodeorder_number(doc);
    return doc;
}

static void show(const xmlNodeSet *nodes, struct gn_buf *out)
{
    for (int i = 0; i < nodes->nodeNr; i++) {
        const xmlNode *n = nodes->nodeTab[i];
        const xmlNs *space = (const xmlNs *)n;

        if (n->type == XML_NAMESPACE_DECL)
            gn_buf_printf(out, " ns:%s", (const char *)space->prefix);
        else if (n->type == XML_ELEMENT_NODE || n->type == XML_ATTRIBUTE_NODE)
            gn_buf_printf(out, " %s%s", n->type == XML_ELEMENT_NODE ? "" : "@",
                          (const char *)n->name);
        else
            gn_buf_printf(out, " '%s'",
                          n->content != NULL ? (const char *)n->content : "");
    }
}

static void mix(xmlNodeSet *nodes, unsigned seed)
{
    for (int i = nodes->nodeNr - 1; i > 0; i--) {
        const int j =
            (int)((seed = seed * 1103515245U + 12345U) >> 8) % (i + 1);
        xmlNode *kept = nodes->nodeTab[i];

        nodes->nodeTab[i] = nodes->nodeTab[j];
        nodes->nodeTab[j] = kept;
    }
}

static void assert_order(const char *xml, const char *xpath,
                         const char *expected)
{
    xmlDoc *doc = parse(xml);
    xmlXPathContext *context = xmlXPathNewContext(doc);
    xmlXPathObject *found =
        xmlXPathEvalExpression((const xmlChar *)xpath, context);

    for (unsigned seed = 0; seed < 200; seed++) {
        struct gn_buf out = {0};

        gn_nodeorder_sort(found->nodesetval);
        show(found->nodesetval, &out);
        assert_string_equal(gn_buf_cstr(&out), expected);
        gn_buf_fini(&out);
        mix(found->nodesetval, seed);
    }
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    xmlFreeDoc(doc);
}

static void nodes_are_sorted(void **state)
{
    (void)state;
    /* a text after an element comes after all that is in it */
    assert_order("<r><a><b/></a>t<c/></r>", "//node()", " r a b 't' c");
    assert_order("<r><a><b>1</b>2<c><d/></c>3</a>4</r>", "//b | //d | //text()",
                 " b '1' '2' d '3' '4'");
    assert_order("<!--1--><r><!--2--><a/><!--3--></r><!--4-->",
                 "//comment() | //a", " '1' '2' a '3' '4'");
    assert_order("<r z='1' y='2' x='3'><a w='4'/>t</r>", "/ | //node() | //@*",
                 " '' r @z @y @x a @w 't'");
    assert_order("<r z='1' xmlns:p='u'><a/></r>",
                 "/r | /r/@z | /r/namespace::p | /r/a", " r ns:p @z a");
}

static void nothing_is_sorted_as_well(void **state)
{
    xmlNodeSet *none = xmlXPathNodeSetCreate(NULL);

    (void)state;
    gn_nodeorder_sort(NULL);
    gn_nodeorder_sort(none);
    assert_int_equal(none->nodeNr, 0);
    xmlXPathFreeNodeSet(none);
}

static void all_nodes_are_gone_through(void **state)
{
    xmlDoc *doc = parse("<!DOCTYPE a [<!ENTITY e 'e'>]>"
                        "<a z='1'><b>x</b><c/>&e;<d><e/></d></a>");
    const xmlNode *top = xmlDocGetRootElement(doc);
    const xmlNode *c = top->children->next;
    struct gn_buf out = {0};

    (void)state;
    for (const xmlNode *n = top; n != NULL; n = gn_nodeorder_after(n, top))
        gn_buf_printf(&out, " %s", (const char *)n->name);
    assert_string_equal(gn_buf_cstr(&out), " a b text c e d e");
    assert_null(gn_nodeorder_after(c, c));
    gn_buf_fini(&out);
    xmlFreeDoc(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_are_sorted),
        cmocka_unit_test(nothing_is_sorted_as_well),
        cmocka_unit_test(all_nodes_are_gone_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
