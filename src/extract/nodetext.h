/*
 * nodetext.h - what is in a node: its text as people read it, its HTML, its
 * attributes as JSON. What fails for want of memory shows in the buffer.
 *
 * Thread: any.
 */
#ifndef GN_EXTRACT_NODETEXT_H
#define GN_EXTRACT_NODETEXT_H

#include <stdbool.h>

#include <libxml/tree.h>

#include "base/buf.h"

/* The text in node, without that of scripts and styles, its white space as
 * browsers show it: one space, also between blocks and at <br>, and none at the
 * ends. An attribute's, a comment's and a text's is as it is. */
void gn_nodetext_text(const xmlNode *node, struct gn_buf *out);

/* The node itself and all in it as HTML
 * (https://html.spec.whatwg.org/#serialising-html-fragments). */
void gn_nodetext_html(const xmlNode *node, struct gn_buf *out);

/* A JSON object, a text for each attribute; {} for what has none. */
void gn_nodetext_attributes(const xmlNode *node, struct gn_buf *out);

/* The value of an attribute of an element; NULL: it has none. Borrowed. */
const char *gn_nodetext_attribute(const xmlNode *node, const char *name);

/* Whether node is an element of that name. */
bool gn_nodetext_is(const xmlNode *node, const char *name);

/* An element's name, an attribute's with @ before it, #text, #comment,
 * #document. Written to out. */
void gn_nodetext_name(const xmlNode *node, struct gn_buf *out);

#endif
