#include "extract/nodeorder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* What an attribute has are no nodes of the document's order, and what a
 * reference to an entity has are the entity's. */
static bool has_nodes(const xmlNode *node)
{
    return (node->type == XML_ELEMENT_NODE || node->type == XML_DOCUMENT_NODE ||
            node->type == XML_HTML_DOCUMENT_NODE) &&
           node->children != NULL;
}

xmlNode *gn_nodeorder_after(const xmlNode *node, const xmlNode *top)
{
    if (has_nodes(node))
        return node->children;
    while (node != top && node->next == NULL)
        node = node->parent;
    return node != top ? node->next : NULL;
}

void gn_nodeorder_number(xmlDoc *doc)
{
    intptr_t count = 0;

    for (xmlNode *node = doc->children; node != NULL;
         node = gn_nodeorder_after(node, (const xmlNode *)doc)) {
        count++;
        if (node->type == XML_ELEMENT_NODE)
            node->content = (xmlChar *)-count;
        else
            node->_private = (void *)count;
    }
}

/* The number of a node, or of the element that it belongs to. */
static intptr_t place(const xmlNode *node)
{
    if (node->type == XML_NAMESPACE_DECL)
        node = (const xmlNode *)((const xmlNs *)node)->next;
    else if (node->type == XML_ATTRIBUTE_NODE)
        node = node->parent;
    if (node == NULL || node->type == XML_HTML_DOCUMENT_NODE ||
        node->type == XML_DOCUMENT_NODE)
        return 0;
    return node->type == XML_ELEMENT_NODE ? -(intptr_t)node->content
                                          : (intptr_t)node->_private;
}

/* An element comes before its namespaces, and these before its attributes. */
static int kind(const xmlNode *node)
{
    return node->type == XML_ATTRIBUTE_NODE   ? 2
           : node->type == XML_NAMESPACE_DECL ? 1
                                              : 0;
}

static bool is_behind(const xmlNode *attribute, const xmlNode *other)
{
    for (; other != NULL; other = other->next)
        if (other == attribute)
            return true;
    return false;
}

static int compare(const void *one, const void *two)
{
    const xmlNode *a = *(xmlNode *const *)one;
    const xmlNode *b = *(xmlNode *const *)two;
    const intptr_t places[] = {place(a), place(b)};

    if (places[0] != places[1])
        return places[0] < places[1] ? -1 : 1;
    if (kind(a) != kind(b) || kind(a) != 2 || a == b)
        return kind(a) - kind(b);
    return is_behind(b, a) ? -1 : 1;
}

void gn_nodeorder_sort(xmlNodeSet *nodes)
{
    int sorted = 1;

    if (nodes == NULL)
        return;
    while (sorted < nodes->nodeNr &&
           compare(&nodes->nodeTab[sorted - 1], &nodes->nodeTab[sorted]) <= 0)
        sorted++;
    if (sorted < nodes->nodeNr)
        qsort(nodes->nodeTab, (size_t)nodes->nodeNr, sizeof nodes->nodeTab[0],
              compare);
}
