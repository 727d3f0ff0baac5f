/* xmlnode_test.c - what is in the nodes of XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/search.h"
#include "extract/xmlnode.h"
#include "extract/xmltree.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};
static struct gn_search *search;

static const char xml[] =
    "<r xmlns='urn:d' xmlns:x='urn:x' xmlns:u='urn:u'>\n"
    "  <x:a b='1 &amp; &quot;2\xc3\xa9' x:c=''> one <i>two</i> \n"
    "  </x:a><!-- note --><p/><t> &lt;b&gt; </t></r>";

static int start(void **state)
{
    (void)state;
    return gn_search_new(&budget, &search, NULL) != GARNER_OK;
}

static int stop(void **state)
{
    (void)state;
    gn_search_free(search);
    return 0;
}

enum what { NAME, TEXT, XML, INNER, ATTRIBUTES };

static void shows(const char *xpath, enum what what, const char *expected)
{
    struct gn_buf out = {0};
    xmlXPathObject *found;
    xmlNode *node;
    xmlDoc *doc;

    assert_int_equal(gn_xmltree_parse(xml, sizeof xml - 1, &budget, &doc, NULL),
                     GARNER_OK);
    assert_int_equal(
        gn_search_xpath(search, xpath, (xmlNode *)doc, &found, NULL),
        GARNER_OK);
    assert_int_equal(found->nodesetval->nodeNr, 1);
    node = found->nodesetval->nodeTab[0];
    if (what == NAME)
        gn_xmlnode_name(node, &out);
    else if (what == TEXT)
        gn_xmlnode_text(node, &out);
    else if (what == XML)
        gn_xmlnode_xml(node, &out);
    else if (what == INNER)
        gn_xmlnode_inner(node, &out);
    else
        gn_xmlnode_attributes(node, &out);
    assert_false(gn_buf_failed(&out));
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_buf_fini(&out);
    xmlXPathFreeObject(found);
    xmlFreeDoc(doc);
}

static void names_are_as_written(void **state)
{
    (void)state;
    shows("/*", NAME, "r");
    shows("/*/*[1]", NAME, "x:a");
    shows("/*/*[1]/@*[2]", NAME, "@x:c");
    shows("/*/comment()", NAME, "#comment");
    shows("//text()[. = 'two']", NAME, "#text");
    shows("/", NAME, "#document");
    shows("//*[local-name() = 'p']/namespace::u", NAME, "#namespace");
}

static void texts(void **state)
{
    (void)state;
    shows("/*/*[1]", TEXT, "one two");
    shows("/", TEXT, "one two \n   <b>");
    shows("/*/*[1]/@b", TEXT, "1 & \"2\xc3\xa9");
    shows("/*/*[1]/@*[2]", TEXT, "");
    shows("/*/comment()", TEXT, " note ");
    shows("//text()[. = ' <b> ']", TEXT, " <b> ");
    shows("//*[local-name() = 'p']", TEXT, "");
    shows("//*[local-name() = 'p']/namespace::u", TEXT, "urn:u");
}

static void xml_stands_by_itself(void **state)
{
    (void)state;
    shows("/*/*[1]", XML,
          "<x:a xmlns:x=\"urn:x\" xmlns=\"urn:d\" b=\"1 &amp; "
          "&quot;2\xc3\xa9\" x:c=\"\"> one <i>two</i> \n  </x:a>");
    shows("//*[local-name() = 'p']", XML, "<p xmlns=\"urn:d\"/>");
    shows("/*/comment()", XML, " note ");
    shows("/*/*[1]/@b", XML, "1 & \"2\xc3\xa9");
    shows("/*/*[1]", INNER, "one <i>two</i>");
    shows("//*[local-name() = 't']", INNER, "<b>");
    shows("//*[local-name() = 'p']", INNER, "");
}

static void attributes_are_json(void **state)
{
    (void)state;
    shows("/*/*[1]", ATTRIBUTES, "{\"b\":\"1 & \\\"2\xc3\xa9\",\"x:c\":\"\"}");
    shows("/*", ATTRIBUTES, "{}");
    shows("/*/comment()", ATTRIBUTES, "{}");
}

static void all_nodes_are_gone_through(void **state)
{
    struct gn_buf out = {0};
    const xmlNode *top;
    const xmlNode *c;
    xmlDoc *doc;

    (void)state;
    assert_int_equal(gn_xmltree_parse("<a><b>x</b><c/>y<d><e/></d></a>", 31,
                                      &budget, &doc, NULL),
                     GARNER_OK);
    top = xmlDocGetRootElement(doc);
    c = top->children->next;
    for (const xmlNode *n = top; n != NULL; n = gn_xmlnode_after(n, top))
        gn_xmlnode_name(n, &out);
    assert_string_equal(gn_buf_cstr(&out), "ab#textc#textde");
    assert_null(gn_xmlnode_after(c, c));
    gn_buf_fini(&out);
    xmlFreeDoc(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_as_written),
        cmocka_unit_test(texts),
        cmocka_unit_test(xml_stands_by_itself),
        cmocka_unit_test(attributes_are_json),
        cmocka_unit_test(all_nodes_are_gone_through),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
