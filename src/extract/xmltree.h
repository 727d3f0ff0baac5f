/*
 * xmltree.h - the tree of an XML document (by libxml2), with bounds: no DTD is
 * read, nothing is fetched, and what would take too much memory or time is
 * refused. No entity is there but XML's own five, so that none can grow.
 *
 * Thread: any, after gn_search_new was called once.
 */
#ifndef GN_EXTRACT_XMLTREE_H
#define GN_EXTRACT_XMLTREE_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

#include "extract/budget.h"
#include "garner/error.h"

/* Parses XML in any charset; free *out with xmlFreeDoc. what is wrong with it
 * is told with line and column. Errors: INVALID (it is no XML, is nested deeper
 * than 256, has too many nodes), TIMEOUT, NOMEM. */
enum garner_code gn_xmltree_parse(const char *xml, size_t size,
                                  struct gn_budget *budget, xmlDoc **out,
                                  struct garner_error *err);

/* The same for what need not be quite right: makes the best of it. Only where
 * there is no element at all, it is refused. */
enum garner_code gn_xmltree_repair(const char *xml, size_t size,
                                   struct gn_budget *budget, xmlDoc **out,
                                   struct garner_error *err);

/* Of a tree that was repaired: the text ended, or had to be given up, before
 * the element did. */
bool gn_xmltree_is_cut(const xmlNode *element);

/* Does the text look like a page for browsers? For messages. */
bool gn_xmltree_is_html(const char *text, size_t size);

#endif
