/*
 * htmlopen.h - the elements of a page that are open while its tree is made
 * (htmlplain.c): what is put into them, and what ends by itself.
 *
 * Where a function gives false, the page is not plain, or there is no memory:
 * then lost is true.
 *
 * Thread: one at a time.
 */
#ifndef GN_EXTRACT_HTMLOPEN_H
#define GN_EXTRACT_HTMLOPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>

#include "base/buf.h"
#include "extract/htmlkinds.h"
#include "extract/htmltoken.h"

enum { GN_HTMLOPEN_MOST = 256 };

enum gn_htmlplace {
    GN_HTML_BEFORE_HTML,
    GN_HTML_BEFORE_HEAD,
    GN_HTML_IN_HEAD,
    GN_HTML_AFTER_HEAD,
    GN_HTML_IN_BODY,
    GN_HTML_AFTER_BODY,
    GN_HTML_AFTER_HTML
};

struct gn_htmllevel {
    xmlNode *node;
    GumboTag tag;       /* in a drawing but svg itself: UNKNOWN */
    uintptr_t elements; /* that it has */
};

struct gn_htmlopen {
    struct gn_htmltokens tokens;
    xmlDoc *doc;
    enum gn_htmlplace place;
    bool html5; /* it says so: a table ends a p */
    bool lost;  /* no memory */
    struct gn_htmllevel levels[GN_HTMLOPEN_MOST];
    size_t depth;  /* 0: in the document itself */
    size_t forms;  /* open ones */
    size_t tables; /* the same */
    size_t svg;    /* the depth of an open one; 0: there is none */
    size_t nodes;
    intptr_t placed;    /* nodes that have their number (nodeorder.h) */
    bool misplaced;     /* one has come into the body after its end */
    struct gn_buf text; /* decoded */
};

/* The innermost; there is one. */
struct gn_htmllevel *gn_htmlopen_top(struct gn_htmlopen *p);

/* The kinds (htmlkinds.h) of the one at a depth; of 0 there are none. */
unsigned gn_htmlopen_kind(const struct gn_htmlopen *p, size_t depth);

/* Whether the innermost is that. */
bool gn_htmlopen_is_in(const struct gn_htmlopen *p, GumboTag tag);

/* Whether such an element is open, in the same cell of a table. */
bool gn_htmlopen_has(const struct gn_htmlopen *p, GumboTag tag);

/* The innermost, or the document itself. */
xmlNode *gn_htmlopen_parent(struct gn_htmlopen *p);

/* Opens an element in the innermost one. name outlives the document. */
bool gn_htmlopen_push(struct gn_htmlopen *p, GumboTag tag, const char *name);

/* The same with the name that belongs to tag. */
bool gn_htmlopen_push_known(struct gn_htmlopen *p, GumboTag tag);

void gn_htmlopen_pop(struct gn_htmlopen *p);

/* Reads the attributes of the tag under way, for the innermost. */
bool gn_htmlopen_attributes(struct gn_htmlopen *p);

/* Adds text to the innermost. */
bool gn_htmlopen_text(struct gn_htmlopen *p, const char *text, size_t size);

/* Adds a comment to to. */
bool gn_htmlopen_comment(struct gn_htmlopen *p, xmlNode *to, const char *text,
                         size_t size);

/* Ends those that end by themselves, up to the first that is but, or that does
 * not. */
void gn_htmlopen_end_them(struct gn_htmlopen *p, GumboTag but);

/* The same, and then what must be the innermost. */
bool gn_htmlopen_end(struct gn_htmlopen *p, GumboTag tag, GumboTag but);

/* What begins ends an open p. One outside of a button it does not: that is
 * odd. */
bool gn_htmlopen_end_paragraph(struct gn_htmlopen *p);

/* An item (li, dd, dt) ends the one before it in the same list. */
bool gn_htmlopen_end_item(struct gn_htmlopen *p, GumboTag tag);

/* --- tables --- */

/* Whether such an element stands in a table alone. */
bool gn_htmlopen_is_part(GumboTag tag);

/* The part of a table that is to begin ends others, and begins those that are
 * left out before it. */
bool gn_htmlopen_begin_part(struct gn_htmlopen *p, GumboTag tag);

/* Ends a part, or a table. */
bool gn_htmlopen_end_part(struct gn_htmlopen *p, GumboTag tag);

#endif
