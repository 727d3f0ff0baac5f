/*
 * links.h - what a page links to: a and area, which people follow, and link,
 * which programs do.
 *
 * Thread: one at a time. Memory: borrows the page.
 */
#ifndef GN_EXTRACT_LINKS_H
#define GN_EXTRACT_LINKS_H

#include <stdbool.h>

#include <libxml/tree.h>

#include "base/buf.h"

struct gn_links {
    const xmlNode *top;  /* links in it */
    const xmlNode *link; /* NULL: after the last */
    struct gn_buf base;  /* what URLs are relative to; empty: nothing */
    struct gn_buf url;   /* of the link: without what follows a # */
    bool page_nofollow;  /* the page asks that no link be followed */
};

/* Stands on the first link below top, of a tree of HTML. base is the page's
 * URL, which its <base> may change; NULL: it is not known, and relative URLs
 * stay as they are. A URL that is neither http nor https, or leads to a place
 * in the same page, is no link. false: no memory. Close it in any case. */
bool gn_links_open(struct gn_links *l, const xmlNode *top, const char *base);
void gn_links_close(struct gn_links *l);

/* Stands on the next. false: no memory. */
bool gn_links_next(struct gn_links *l);

/* Fills out with what people read of it: the text of an a, the alt of an area,
 * the title of a link. */
void gn_links_text(const struct gn_links *l, struct gn_buf *out);

/* Is it marked as not to be followed, by itself or by the page? */
bool gn_links_nofollow(const struct gn_links *l);

#endif
