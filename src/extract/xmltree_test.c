/* xmltree_test.c - XML that is right, wrong, broken and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "extract/search.h"
#include "extract/xmltree.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};
static struct gn_search *search; /* has started libxml2 */

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

static void refused(const char *xml, size_t size, const char *why)
{
    struct garner_error err = {0};
    xmlDoc *doc;

    assert_int_equal(gn_xmltree_parse(xml, size, &budget, &doc, &err),
                     GARNER_INVALID);
    assert_null(doc);
    assert_string_equal(err.message, why);
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
    static const char *const cases[][2] = {
        {"", "the text is empty, not XML"},
        {" \n ", "no XML from line 2, column 2 on: Start tag expected, '<' not "
                 "found"},
        {"{\"a\":1}", "no XML from line 1, column 1 on: Start tag expected, "
                      "'<' not found"},
        {"<a>\n <b>x</b>\n <c>y", "no XML from line 3, column 6 on: Premature "
                                  "end of data in tag c line 3"},
        {"<a>\n</b>", "no XML from line 2, column 5 on: Opening and ending tag "
                      "mismatch: a line 1 and b"},
        {"<a>&nbsp;</a>",
         "no XML from line 1, column 10 on: Entity 'nbsp' not defined"},
        {"<!DOCTYPE a [<!ENTITY x 'y'>]>\n<a>&x;</a>",
         "no XML from line 2, column 7 on: Entity 'x' not defined"},
        {"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a>&x;</a>",
         "no XML from line 1, column 47 on: Entity 'x' not defined"},
        {"<!doctype html>\n<p>x<br>",
         "a page in HTML, and no XML from line 1, column 2 on: StartTag: "
         "invalid element name"},
        {"<html><br></html>",
         "a page in HTML, and no XML from line 1, column 18 on: Opening and "
         "ending tag mismatch: br line 1 and html"},
        {"<a>\xc3\xa9\n\xe9</a>",
         "no XML from line 2, column 1 on: bytes that are not UTF-8, nor what "
         "it says they are"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(cases[i][0], strlen(cases[i][0]), cases[i][1]);
    refused("<a>\0</a>", 8,
            "no XML from line 1, column 4 on: Premature end of "
            "data in tag a line 1");
}

static void content_is(xmlDoc *doc, const char *expected)
{
    xmlChar *text = xmlNodeGetContent((xmlNode *)doc);

    assert_string_equal(text, expected);
    xmlFree(text);
    xmlFreeDoc(doc);
}

static void what_is_right_is_parsed(void **state)
{
    static const char *const cases[][2] = {
        {"<a>x<b/>y<![CDATA[<z>]]>&lt;&#65;</a>", "xy<z><A"},
        {"<?xml version='1.0' encoding='latin1'?><a>\xe9</a>", "\xc3\xa9"},
        {"<?xml version='1.0' encoding='utf-16'?><a>\xc3\xa9</a>", "\xc3\xa9"},
        {"<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a>t</a>", "t"},
        {"<?p q?><a x:y='1'><dc:b>u</dc:b><!-- c --><?p?></a>", "u"},
    };
    xmlDoc *doc;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gn_xmltree_parse(cases[i][0], strlen(cases[i][0]),
                                          &budget, &doc, NULL),
                         GARNER_OK);
        assert_null(doc->intSubset);
        if (i == 3) /* the attribute of the DTD */
            assert_null(xmlDocGetRootElement(doc)->properties);
        content_is(doc, cases[i][1]);
    }
}

static void the_best_is_made_of_the_rest(void **state)
{
    static const char *const cases[][2] = {
        {"<a>AT&T &nbsp;<b>x</a>", "AT&T \xc2\xa0x"},
        {"\n junk <a>\xe9</a> more", "\xef\xbf\xbd"},
        {"<a>x</b>y &amp;&lt;</a>", "x"},
        {"<a><b>x</c>&amp; &lt;p&gt;</b></a>", "x& <p>"},
        {"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "&x;"},
        {"<a>un<![CDATA[closed", "un"},
        {"<a>x", "x"},
    };
    struct garner_error err;
    xmlDoc *doc;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gn_xmltree_repair(cases[i][0], strlen(cases[i][0]),
                                           &budget, &doc, NULL),
                         GARNER_OK);
        content_is(doc, cases[i][1]);
    }
    assert_int_equal(gn_xmltree_repair("text", 4, &budget, &doc, &err),
                     GARNER_INVALID);
    assert_null(doc);
}

static bool second_is_cut(const char *xml)
{
    xmlDoc *doc;
    bool cut;

    assert_int_equal(gn_xmltree_repair(xml, strlen(xml), &budget, &doc, NULL),
                     GARNER_OK);
    assert_false(gn_xmltree_is_cut(xmlDocGetRootElement(doc)->children));
    cut = gn_xmltree_is_cut(xmlDocGetRootElement(doc)->children->next);
    xmlFreeDoc(doc);
    return cut;
}

static void where_the_text_ended_is_known(void **state)
{
    (void)state;
    assert_true(second_is_cut("<a><b>x</b><c>y"));
    assert_true(second_is_cut("<a><b>x</b><c><d>y</d>"));
    assert_false(second_is_cut("<a><b>x</b><c>y</c>"));
    assert_false(second_is_cut("<a><b>x</b><c>y</c></a>"));
}

static struct gn_buf many(const char *unit, size_t n)
{
    struct gn_buf text = {0};

    for (size_t i = 0; i < n; i++)
        gn_buf_text(&text, unit);
    return text;
}

static void what_is_hostile_is_refused(void **state)
{
    static const char laughs[] =
        "<!DOCTYPE l [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;\">"
        "<!ENTITY c \"&b;&b;&b;&b;&b;\"><!ENTITY % p \"<!ENTITY q '%p;'>\">"
        "%p;]><l>&c;</l>";
    struct garner_error err;
    struct gn_buf xml = many("<a>", 100000);
    xmlDoc *doc;

    (void)state;
    refused(laughs, sizeof laughs - 1,
            "no XML from line 1, column 133 on: Entity 'c' not defined");
    assert_int_equal(gn_xmltree_parse(xml.data, xml.size, &budget, &doc, &err),
                     GARNER_INVALID);
    assert_non_null(strstr(err.message, "Excessive depth in document: 256"));
    assert_int_equal(gn_xmltree_repair(xml.data, xml.size, &budget, &doc, &err),
                     GARNER_OK);
    xmlFreeDoc(doc);
    gn_buf_fini(&xml);
    xml = many("<a b='' c='' d=''/>", 800000);
    memcpy(xml.data, "<r>                ", 19);
    assert_int_equal(gn_xmltree_parse(xml.data, xml.size, &budget, &doc, &err),
                     GARNER_INVALID);
    assert_non_null(strstr(err.message, "more than 3000000 nodes"));
    gn_buf_fini(&xml);
}

static void many_attributes_are_refused(void **state)
{
    struct gn_buf xml = {0};
    struct garner_error err;
    xmlDoc *doc;

    (void)state;
    gn_buf_text(&xml, "<a>\n<b");
    for (int i = 0; i < 50000; i++)
        gn_buf_printf(&xml, " x%d=''", i);
    gn_buf_text(&xml, "/></a>");
    refused(xml.data, xml.size,
            "the element at line 2, column 1 has more than 2000 attributes");
    assert_int_equal(gn_xmltree_repair(xml.data, xml.size, &budget, &doc, &err),
                     GARNER_INVALID);
    gn_buf_fini(&xml);
}

static void the_time_ends(void **state)
{
    struct gn_budget none = {0};
    struct gn_buf xml = many("<a/>", 5000);
    xmlDoc *doc;

    (void)state;
    memcpy(xml.data, "<r >", 4);
    assert_int_equal(gn_xmltree_parse(xml.data, xml.size, &none, &doc, NULL),
                     GARNER_TIMEOUT);
    assert_int_equal(gn_xmltree_repair(xml.data, xml.size, &none, &doc, NULL),
                     GARNER_TIMEOUT);
    gn_buf_fini(&xml);
}

static void lost_memory_is_an_error(void **state)
{
    xmlDoc *doc;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_xmltree_parse("<a/>", 4, &budget, &doc, NULL),
                     GARNER_NOMEM);
    for (unsigned nth = 1; nth < 3; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_xmltree_repair("<a/>", 4, &budget, &doc, NULL),
                         GARNER_NOMEM);
    }
    gn_mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(what_is_right_is_parsed),
        cmocka_unit_test(the_best_is_made_of_the_rest),
        cmocka_unit_test(where_the_text_ended_is_known),
        cmocka_unit_test(what_is_hostile_is_refused),
        cmocka_unit_test(many_attributes_are_refused),
        cmocka_unit_test(the_time_ends),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
