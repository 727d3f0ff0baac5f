/*
 * htmlnode.h - the nodes of an HTML document, in libxml2's form, cut from
 * memory that is freed with the document as a whole: pages have thousands of
 * them.
 *
 * Nobody but libxml2's XPath looks at them through libxml2; none may be taken
 * out of its document, or freed by itself.
 *
 * Thread: one at a time for a document.
 */
#ifndef GN_EXTRACT_HTMLNODE_H
#define GN_EXTRACT_HTMLNODE_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

/* A document without nodes; NULL: no memory. */
xmlDoc *gn_htmlnode_document(void);

/* Frees doc with its nodes; NULL is fine. */
void gn_htmlnode_free(xmlDoc *doc);

/* The next three are not in the tree yet. NULL: no memory. */

/* name is borrowed: it outlives doc. */
xmlNode *gn_htmlnode_element(xmlDoc *doc, const char *name);
xmlNode *gn_htmlnode_text(xmlDoc *doc, const char *text, size_t size);
xmlNode *gn_htmlnode_comment(xmlDoc *doc, const char *text, size_t size);

/* The same for an attribute of to, behind last, its last one (NULL: it has
 * none). */
xmlAttr *gn_htmlnode_attribute(xmlNode *to, xmlAttr *last, const char *name,
                               const char *value, size_t size);

/* Makes node the last in to. */
void gn_htmlnode_append(xmlNode *to, xmlNode *node);

/* Text that goes on with node, a text. false: no memory. */
bool gn_htmlnode_extend(xmlNode *node, const char *text, size_t size);

/* A copy of a name in lower case that lives as long as doc. NULL: no memory. */
const char *gn_htmlnode_name(xmlDoc *doc, const char *name, size_t size);

/* Has XPath's id() find elements; it need not be called again. */
void gn_htmlnode_know_ids(xmlDoc *doc);

#endif
