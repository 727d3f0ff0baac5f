/* plain.c - any bytes as a page of HTML: where it is plain, its tree is that
 * which gumbo makes of it. */
#include <string.h>

#include "base/error.h"
#include "extract/htmlnode.h"
#include "extract/htmlplain.h"
#include "extract/htmltree.h"
#include "target.h"

static bool same_text(const xmlChar *a, const xmlChar *b)
{
    return strcmp((const char *)a, (const char *)b) == 0;
}

static void compare_attributes(const xmlAttr *a, const xmlAttr *b)
{
    for (; a != NULL && b != NULL; a = a->next, b = b->next)
        GN_CHECK(same_text(a->name, b->name) &&
                 same_text(a->children->content, b->children->content));
    GN_CHECK(a == NULL && b == NULL);
}

static void compare(const xmlNode *a, const xmlNode *b)
{
    for (; a != NULL && b != NULL; a = a->next, b = b->next) {
        GN_CHECK(a->type == b->type && same_text(a->name, b->name));
        if (a->type == XML_ELEMENT_NODE) {
            GN_CHECK(a->_private == b->_private && a->content == b->content);
            compare_attributes(a->properties, b->properties);
            compare(a->children, b->children);
        } else {
            GN_CHECK(same_text(a->content, b->content));
        }
    }
    GN_CHECK(a == NULL && b == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_budget budget = {.deadline_ns = INT64_MAX};
    xmlDoc *plain;
    xmlDoc *whole;

    GN_CHECK(gn_htmlplain_parse((const char *)data, size, &budget, &plain) ==
             GARNER_OK);
    if (plain == NULL)
        return 0;
    GN_CHECK(gn_htmltree_by_gumbo((const char *)data, size, &budget, &whole,
                                  NULL) == GARNER_OK);
    compare(plain->children, whole->children);
    gn_htmlnode_free(plain);
    gn_htmlnode_free(whole);
    return 0;
}
