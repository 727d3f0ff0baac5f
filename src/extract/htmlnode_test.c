/* htmlnode_test.c - nodes in the memory of their document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/htmlnode.h"

static void a_tree_of_all_kinds(void **state)
{
    xmlDoc *doc = gn_htmlnode_document();
    xmlNode *a = gn_htmlnode_element(doc, "a");
    xmlNode *text = gn_htmlnode_text(doc, "xyz", 1);
    xmlNode *comment = gn_htmlnode_comment(doc, "c", 1);
    xmlAttr *one = gn_htmlnode_attribute(a, NULL, "one", "1+", 1);
    xmlAttr *two = gn_htmlnode_attribute(a, one, "two", "", 0);

    (void)state;
    gn_htmlnode_append((xmlNode *)doc, a);
    gn_htmlnode_append(a, text);
    gn_htmlnode_append(a, comment);
    assert_true(gn_htmlnode_extend(text, "yz", 2));
    assert_string_equal((const char *)text->content, "xyz");
    assert_ptr_equal(doc->children, a);
    assert_ptr_equal(a->children, text);
    assert_ptr_equal(a->last, comment);
    assert_ptr_equal(text->next, comment);
    assert_ptr_equal(comment->prev, text);
    assert_ptr_equal(a->properties, one);
    assert_ptr_equal(one->next, two);
    assert_string_equal((const char *)one->children->content, "1");
    assert_string_equal(gn_htmlnode_name(doc, "HREFs", 4), "href");
    assert_string_equal(gn_htmlnode_name(doc, "hrefs", 4), "href");
    gn_htmlnode_free(doc);
    gn_htmlnode_free(NULL);
}

static void ids_are_known_when_asked_for(void **state)
{
    xmlDoc *doc = gn_htmlnode_document();
    xmlNode *a = gn_htmlnode_element(doc, "a");
    xmlNode *b = gn_htmlnode_element(doc, "b");

    (void)state;
    gn_htmlnode_append((xmlNode *)doc, b);
    gn_htmlnode_append(b, a);
    assert_non_null(gn_htmlnode_attribute(a, NULL, "name", "x", 1));
    assert_non_null(gn_htmlnode_attribute(b, NULL, "id", "y", 1));
    for (int i = 0; i < 2; i++) {
        gn_htmlnode_know_ids(doc);
        assert_ptr_equal(xmlGetID(doc, (const xmlChar *)"x")->parent, a);
        assert_ptr_equal(xmlGetID(doc, (const xmlChar *)"y")->parent, b);
    }
    gn_htmlnode_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_of_all_kinds),
        cmocka_unit_test(ids_are_known_when_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
