/* search_test.c - what is compiled is kept; threads do not meet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <pthread.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/htmlnode.h"
#include "extract/htmltree.h"
#include "extract/search.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};

static xmlDoc *parse(const char *html)
{
    xmlDoc *doc;

    assert_int_equal(gn_htmltree_parse(html, strlen(html), &budget, &doc, NULL),
                     GARNER_OK);
    return doc;
}

/* How many nodes css finds. */
static int found(struct gn_search *s, const char *css, xmlNode *from)
{
    xmlXPathObject *o;
    int n;

    assert_int_equal(gn_search_css(s, css, from, &o, NULL), GARNER_OK);
    n = o->nodesetval != NULL ? o->nodesetval->nodeNr : 0;
    xmlXPathFreeObject(o);
    return n;
}

static void more_are_used_than_are_kept(void **state)
{
    xmlDoc *doc = parse("<p id=i7>x<p>y");
    struct gn_search *s;

    (void)state;
    assert_int_equal(gn_search_new(&budget, &s, NULL), GARNER_OK);
    for (int i = 0; i < 1000; i++) {
        char css[20];

        snprintf(css, sizeof css, "#i%d", i % 200);
        assert_int_equal(found(s, css, (xmlNode *)doc), i % 200 == 7);
        assert_int_equal(found(s, "p", (xmlNode *)doc), 2);
    }
    gn_search_free(s);
    gn_search_free(NULL);
    gn_htmlnode_free(doc);
}

static void ids_are_found(void **state)
{
    static const char *const paths[] = {"id('i7')/p", "count( id ('i7')/*) + 1",
                                        "//p[../@id = 'i7']"};
    xmlDoc *doc = parse("<div id=i7><p>x</div><p>y");
    struct gn_search *s;

    (void)state;
    assert_int_equal(gn_search_new(&budget, &s, NULL), GARNER_OK);
    for (size_t i = 0; i < 3; i++) {
        xmlXPathObject *o;

        assert_int_equal(gn_search_xpath(s, paths[i], (xmlNode *)doc, &o, NULL),
                         GARNER_OK);
        if (o->type == XPATH_NODESET)
            assert_int_equal(gn_search_count(o), 1);
        else
            assert_int_equal((int)o->floatval, 2);
        xmlXPathFreeObject(o);
    }
    gn_search_free(s);
    gn_htmlnode_free(doc);
}

static void long_expressions_are_refused(void **state)
{
    xmlDoc *doc = parse("");
    char xpath[6000];
    struct garner_error err;
    struct gn_search *s;
    xmlXPathObject *o;

    (void)state;
    assert_int_equal(gn_search_new(&budget, &s, NULL), GARNER_OK);
    memset(xpath, '(', sizeof xpath);
    xpath[sizeof xpath - 1] = '\0';
    assert_int_equal(gn_search_xpath(s, xpath, (xmlNode *)doc, &o, &err),
                     GARNER_INVALID);
    assert_string_equal(err.message, "the XPath is longer than 4096 bytes");
    xpath[4000] = '\0';
    assert_int_equal(gn_search_xpath(s, xpath, (xmlNode *)doc, &o, &err),
                     GARNER_INVALID);
    assert_null(o);
    gn_search_free(s);
    gn_htmlnode_free(doc);
}

/* Before libxml2 comes to it, which on this document it never does. */
static void what_an_expression_lacks_is_told(void **state)
{
    static const struct {
        const char *xpath;
        const char *message;
    } cases[] = {
        {"p(", "column 1: there is no such function: ^p("},
        {"//b[foo(1)]", "column 5: there is no such function: //b[^foo(1)]"},
        {"//b[@a=$x]", "column 9: there are no variables: //b[@a=$^x]"},
        {"//b/c:d", "column 5: no namespace has this prefix: //b/^c:d"},
        {"//b[1 or c:f()]",
         "column 10: there is no such function: //b[1 or ^c:f()]"},
    };
    xmlDoc *doc = parse("<p>x");
    struct garner_error err;
    struct gn_search *s;
    xmlXPathObject *o;

    (void)state;
    assert_int_equal(gn_search_new(&budget, &s, NULL), GARNER_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char message[100];

        snprintf(message, sizeof message, "the XPath at %s", cases[i].message);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(
                gn_search_xpath(s, cases[i].xpath, (xmlNode *)doc, &o, &err),
                GARNER_INVALID);
            assert_string_equal(err.message, message);
            assert_null(o);
        }
    }
    assert_true(gn_search_prefix(s, "c", "urn:c"));
    assert_int_equal(gn_search_xpath(s, "//b/c:d", (xmlNode *)doc, &o, &err),
                     GARNER_OK);
    xmlXPathFreeObject(o);
    gn_search_no_prefixes(s); /* what was sound is so no longer */
    assert_int_equal(gn_search_xpath(s, "//b/c:d", (xmlNode *)doc, &o, &err),
                     GARNER_INVALID);
    gn_search_free(s);
    gn_htmlnode_free(doc);
}

static void *search_often(void *unused)
{
    struct gn_search *s;

    for (int i = 0; i < 50; i++) {
        xmlDoc *doc = parse("<ul><li>1<li class=a>2</ul>");

        assert_int_equal(gn_search_new(&budget, &s, NULL), GARNER_OK);
        assert_int_equal(found(s, "li.a:last-child", (xmlNode *)doc), 1);
        gn_search_free(s);
        gn_htmlnode_free(doc);
    }
    return unused;
}

static void each_thread_has_its_own(void **state)
{
    pthread_t threads[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, search_often, NULL),
                         0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_search *s;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_search_new(&budget, &s, NULL), GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_are_used_than_are_kept),
        cmocka_unit_test(ids_are_found),
        cmocka_unit_test(long_expressions_are_refused),
        cmocka_unit_test(what_an_expression_lacks_is_told),
        cmocka_unit_test(each_thread_has_its_own),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
