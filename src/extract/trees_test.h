/* trees_test.h - for tests: whether two HTML trees are the same. */
#ifndef GN_EXTRACT_TREES_TEST_H
#define GN_EXTRACT_TREES_TEST_H

#include <cmocka.h>

#include "base/buf.h"
#include "extract/htmlnode.h"
#include "extract/htmltree.h"

static inline void write_attributes(struct gn_buf *out, const xmlNode *node)
{
    const xmlAttr *before = NULL;

    for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
        if (a->prev != before || a->parent != node || a->doc != node->doc ||
            a->children == NULL || a->children != a->last)
            gn_buf_text(out, "WRONG");
        gn_buf_printf(out, "[%s=%s]", (const char *)a->name,
                      (const char *)a->last->content);
        before = a;
    }
}

/* All that makes a difference; in lines, for their comparison. */
static inline void write_tree(struct gn_buf *out, const xmlNode *parent)
{
    const xmlNode *before = NULL;

    for (const xmlNode *n = parent->children; n != NULL; n = n->next) {
        if (n->prev != before || n->parent != parent)
            gn_buf_text(out, "WRONG");
        before = n;
        gn_buf_printf(out, "%s", (const char *)n->name);
        if (n->type == XML_ELEMENT_NODE) {
            gn_buf_printf(out, " %d %d", (int)(intptr_t)n->_private,
                          (int)(intptr_t)n->content);
            write_attributes(out, n);
            gn_buf_text(out, "(\n");
            write_tree(out, n);
            gn_buf_text(out, ")\n");
        } else {
            gn_buf_printf(out, "%d %d\"%s\"\n", (int)n->type,
                          (int)(intptr_t)n->_private, (const char *)n->content);
        }
    }
    if (parent->last != before)
        gn_buf_text(out, "WRONG");
}

static inline void assert_tree_is_gumbos(const xmlDoc *doc, const char *html,
                                         size_t size)
{
    struct gn_budget budget = {.deadline_ns = INT64_MAX};
    struct gn_buf is = {0};
    struct gn_buf should = {0};
    xmlDoc *other;

    assert_int_equal(gn_htmltree_by_gumbo(html, size, &budget, &other, NULL),
                     GARNER_OK);
    write_tree(&is, (const xmlNode *)doc);
    write_tree(&should, (const xmlNode *)other);
    if (strcmp(gn_buf_cstr(&is), gn_buf_cstr(&should)) != 0)
        fail_msg("of %.*s\n%s is not\n%s", (int)size, html, gn_buf_cstr(&is),
                 gn_buf_cstr(&should));
    gn_htmlnode_free(other);
    gn_buf_fini(&is);
    gn_buf_fini(&should);
}

#endif
