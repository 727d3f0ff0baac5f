/*
 * csscalls.h - the functions that css.h asks an evaluator of XPath for, by
 * libxml2. They are about elements of trees as htmltree.h makes them; the scope
 * is the node that the context's userData points to.
 *
 * Thread: the context's.
 */
#ifndef GN_EXTRACT_CSSCALLS_H
#define GN_EXTRACT_CSSCALLS_H

#include <stdbool.h>

#include <libxml/xpath.h>

/* false: no memory. */
bool gn_csscalls_register(xmlXPathContext *context);

#endif
