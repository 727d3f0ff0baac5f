/* csscalls_test.c - the functions, called right and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "extract/csscalls.h"
#include "extract/htmlnode.h"
#include "extract/htmltree.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};

static void ignore(void *context, xmlErrorPtr error)
{
    (void)context;
    (void)error;
}

/* What an expression is for the first of three <b>, as text; NULL: wrong. */
static char *eval(const char *expression)
{
    static const char page[] = "<b class=' x-y  Z '></b>t<b></b><i></i><b></b>";
    static char text[40];
    xmlXPathContext *context = xmlXPathNewContext(NULL);
    xmlXPathObject *o;
    xmlDoc *doc;

    assert_int_equal(
        gn_htmltree_parse(page, sizeof page - 1, &budget, &doc, NULL),
        GARNER_OK);
    assert_true(gn_csscalls_register(context));
    context->doc = doc;
    context->error = ignore;
    context->node = doc->children->last->children;
    context->userData = context->node;
    o = xmlXPathEval((const xmlChar *)expression, context);
    text[0] = '\0';
    if (o != NULL) {
        xmlChar *s = xmlXPathCastToString(o);

        snprintf(text, sizeof text, "%s", (const char *)s);
        xmlFree(s);
    }
    xmlXPathFreeContext(context);
    xmlXPathFreeObject(o);
    gn_htmlnode_free(doc);
    return text[0] != '\0' ? text : NULL;
}

static void they_answer(void **state)
{
    static const char *const cases[][2] = {
        {"gn-nth()", "1"},
        {"gn-nth-last()", "4"},
        {"gn-nth-of-type()", "1"},
        {"gn-nth-last-of-type()", "3"},
        {"count(../*[gn-nth()=3])", "1"},
        {"count(../b[gn-nth-of-type()=3])", "1"},
        {"count(../*[gn-nth-last()=1])", "1"},
        {"count(../*[gn-scope()])", "1"},
        {"gn-scope()", "true"},
        {"gn-attr('class','~','Z')", "true"},
        {"gn-attr('class','~','z')", "false"},
        {"gn-attr('class','~i','z')", "true"},
        {"gn-attr('class','~','x')", "false"},
        {"gn-attr('class','~','')", "false"},
        {"gn-attr('class','^',' x')", "true"},
        {"gn-attr('class','$i',' z ')", "true"},
        {"gn-attr('class','$','longer than all of it')", "false"},
        {"gn-attr('class','*','y  Z')", "true"},
        {"gn-attr('class','|',' x')", "true"},
        {"gn-attr('class','|',' ')", "false"},
        {"gn-attr('class','?','')", "true"},
        {"gn-attr('other','?','')", "false"},
        {"gn-attr('class','!','')", "false"},
        {"gn-attr('class','','')", "false"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *got = eval(cases[i][0]);

        assert_non_null(got);
        assert_string_equal(got, cases[i][1]);
    }
}

static void wrong_calls_are_errors(void **state)
{
    static const char *const wrong[] = {
        "gn-nth(1)",
        "gn-nth-last(1)",
        "gn-nth-of-type(1)",
        "gn-nth-last-of-type(1)",
        "gn-scope(1)",
        "gn-attr()",
        "gn-attr('a','b')",
        "../text()[gn-nth()]",
        "../text()[gn-attr('a','=','b')]",
        "/self::node()[gn-nth-last()]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_null(eval(wrong[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_answer),
        cmocka_unit_test(wrong_calls_are_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
