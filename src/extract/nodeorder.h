/*
 * nodeorder.h - the order of a document's nodes. libxml2 numbers elements
 * alone, and takes a text after an element for one before what is in that
 * element.
 *
 * Thread: the document's.
 */
#ifndef GN_EXTRACT_NODEORDER_H
#define GN_EXTRACT_NODEORDER_H

#include <libxml/tree.h>
#include <libxml/xpath.h>

/* The next node in the document's order that is in top, which node is too;
 * NULL: there is none. Of any tree. */
xmlNode *gn_nodeorder_after(const xmlNode *node, const xmlNode *top);

/* Numbers all nodes, from 1 on: elements where libxml2 keeps its own numbers
 * (as -n in content), which these stand in for, and others in their _private.
 */
void gn_nodeorder_number(xmlDoc *doc);

/* Sorts nodes of a document that is numbered. */
void gn_nodeorder_sort(xmlNodeSet *nodes);

#endif
