/*
 * links.h - what a page links to: a and area, which people follow, and link,
 * which programs do.
 *
 * Thread: one at a time. Memory: borrows the page.
 */
#ifndef GN_EXTRACT_LINKS_H
#define GN_EXTRACT_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

#include "base/buf.h"
#include "extract/pagehead.h"

struct gn_links {
    const xmlNode *const *tops; /* links in them; top_count of them, borrowed */
    size_t top_count;
    size_t top;              /* the one that link is in */
    const xmlNode *link;     /* NULL: after the last */
    struct gn_pagehead head; /* of the page */
    struct gn_buf url;       /* of the link: without what follows a # */
};

/* Stands on the first link that is one of tops or in one, all of one tree of
 * HTML and in its order; one that is in two of them comes once. base is the
 * page's URL, which its <base> may change; NULL: it is not known, and relative
 * URLs stay as they are. A URL that is neither http nor https, or leads to a
 * place in the same page, is no link. false: no memory. Close it in any case.
 */
bool gn_links_open(struct gn_links *l, const xmlNode *const *tops,
                   size_t top_count, const char *base);
void gn_links_close(struct gn_links *l);

/* Stands on the next. false: no memory. */
bool gn_links_next(struct gn_links *l);

/* Fills out with what people read of it: the text of an a, the alt of an area,
 * the title of a link. */
void gn_links_text(const struct gn_links *l, struct gn_buf *out);

/* Is it marked as not to be followed, by itself or by the page? */
bool gn_links_nofollow(const struct gn_links *l);

#endif
