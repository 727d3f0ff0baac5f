/* xml_test.c - XML files, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "import/xml.h"

static void attributes_are_read(void **state)
{
    static const char text[] =
        "<?xml version='1.0'?><a><b x='1 &amp; 2'/><b y=''/></a>";
    static const char *const names[] = {"z", "x", "y", NULL};
    const xmlNode *b;
    xmlDoc *doc;
    char *value;

    (void)state;
    assert_int_equal(gn_xml_read(text, sizeof text - 1, "a", &doc, NULL),
                     GARNER_OK);
    b = xmlDocGetRootElement(doc)->children;
    assert_true(gn_xml_is(b, "b"));
    assert_false(gn_xml_is(b, "a"));
    value = gn_xml_get(b, names);
    assert_string_equal(value, "1 & 2");
    xmlFree(value);
    value = gn_xml_get(b->next, names);
    assert_string_equal(value, "");
    xmlFree(value);
    assert_null(gn_xml_get(b, &names[2]));
    xmlFreeDoc(doc);
}

static void assert_refused(const char *text, const char *message)
{
    struct garner_error err;
    xmlDoc *doc;

    assert_int_equal(gn_xml_read(text, strlen(text), "a", &doc, &err),
                     GARNER_INVALID);
    assert_null(doc);
    assert_string_equal(err.message, message);
}

static void others_are_refused(void **state)
{
    (void)state;
    assert_refused("", "1: this is no XML: it is empty");
    assert_refused("<a>\n<b>\n</a>", "3: this is no XML: Premature end of "
                                     "data in tag a line 1");
    assert_refused("<html/>", "1: the file begins with <html>, not <a>; it is "
                              "of another kind");
}

/* Entities are not blown up, and files are not read. */
static void entities_stay_small(void **state)
{
    static const char outside[] =
        "<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><a>&f;</a>";
    xmlDoc *doc;
    xmlChar *content;

    (void)state;
    assert_refused(
        "<!DOCTYPE a [<!ENTITY x 'xxxxxxxxxx'>"
        "<!ENTITY y '&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;'>"
        "<!ENTITY z '&y;&y;&y;&y;&y;&y;&y;&y;&y;&y;&y;&y;&y;&y;&y;&y;'>"
        "<!ENTITY l '&z;&z;&z;&z;&z;&z;&z;&z;&z;&z;&z;&z;&z;&z;&z;&z;'>]>"
        "<a>&l;&l;&l;&l;</a>",
        "1: this is no XML: Detected an entity reference loop");
    assert_int_equal(gn_xml_read(outside, sizeof outside - 1, "a", &doc, NULL),
                     GARNER_OK);
    content = xmlNodeGetContent(xmlDocGetRootElement(doc));
    assert_string_equal((const char *)content, "");
    xmlFree(content);
    xmlFreeDoc(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_are_read),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(entities_stay_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
