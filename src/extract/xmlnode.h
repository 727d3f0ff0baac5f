/*
 * xmlnode.h - what is in a node of an XML tree. Names are with their prefixes,
 * as they are written. What fails for want of memory shows in the buffer.
 *
 * Thread: any.
 */
#ifndef GN_EXTRACT_XMLNODE_H
#define GN_EXTRACT_XMLNODE_H

#include <libxml/tree.h>

#include "base/buf.h"

/* All text in it; an element's is without white space at its ends. */
void gn_xmlnode_text(const xmlNode *node, struct gn_buf *out);

/* The element itself and all in it, as XML that stands by itself: the
 * namespaces that it uses are declared in it. The text of what is none. */
void gn_xmlnode_xml(xmlNode *node, struct gn_buf *out);

/* What is between the tags of an element: its text, or, if there are elements
 * in it, its XML, as it stands there. Without white space at the ends. */
void gn_xmlnode_inner(xmlNode *node, struct gn_buf *out);

/* A JSON object, a text for each attribute; {} for what has none. */
void gn_xmlnode_attributes(const xmlNode *node, struct gn_buf *out);

/* As gn_nodetext_name (nodetext.h). */
void gn_xmlnode_name(const xmlNode *node, struct gn_buf *out);

#endif
