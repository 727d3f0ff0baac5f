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

static const struct {
    const char *xpath;
    enum what what;
    const char *expected;
} sights[] = {
    /* names are as written */
    {"/*", NAME, "r"},
    {"/*/*[1]", NAME, "x:a"},
    {"/*/*[1]/@*[2]", NAME, "@x:c"},
    {"/*/comment()", NAME, "#comment"},
    {"//text()[. = 'two']", NAME, "#text"},
    {"/", NAME, "#document"},
    {"//*[local-name() = 'p']/namespace::u", NAME, "#namespace"},
    /* texts */
    {"/*/*[1]", TEXT, "one two"},
    {"/", TEXT, "one two \n   <b>"},
    {"/*/*[1]/@b", TEXT, "1 & \"2\xc3\xa9"},
    {"/*/*[1]/@*[2]", TEXT, ""},
    {"/*/comment()", TEXT, " note "},
    {"//text()[. = ' <b> ']", TEXT, " <b> "},
    {"//*[local-name() = 'p']", TEXT, ""},
    {"//*[local-name() = 'p']/namespace::u", TEXT, "urn:u"},
    /* XML stands by itself */
    {"/*/*[1]", XML,
     "<x:a xmlns:x=\"urn:x\" xmlns=\"urn:d\" b=\"1 &amp; "
     "&quot;2\xc3\xa9\" x:c=\"\"> one <i>two</i> \n  </x:a>"},
    {"//*[local-name() = 'p']", XML, "<p xmlns=\"urn:d\"/>"},
    {"/*/comment()", XML, " note "},
    {"/*/*[1]/@b", XML, "1 & \"2\xc3\xa9"},
    {"/*/*[1]", INNER, "one <i>two</i>"},
    {"//*[local-name() = 't']", INNER, "<b>"},
    {"//*[local-name() = 'p']", INNER, ""},
    /* attributes are JSON */
    {"/*/*[1]", ATTRIBUTES, "{\"b\":\"1 & \\\"2\xc3\xa9\",\"x:c\":\"\"}"},
    {"/*", ATTRIBUTES, "{}"},
    {"/*/comment()", ATTRIBUTES, "{}"},
};

static void what_is_in_nodes_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sights / sizeof sights[0]; i++)
        shows(sights[i].xpath, sights[i].what, sights[i].expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_in_nodes_is_shown),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
