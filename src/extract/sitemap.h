/*
 * sitemap.h - the URLs of a sitemap (https://www.sitemaps.org/protocol.html):
 * a urlset, an index of sitemaps, a text of URLs, or a feed.
 *
 * Thread: one at a time. Memory: the sitemap is the caller's, and borrows the
 * text.
 */
#ifndef GN_EXTRACT_SITEMAP_H
#define GN_EXTRACT_SITEMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "extract/budget.h"
#include "extract/xmlfeed.h"
#include "garner/error.h"

enum gn_sitemap_field {
    GN_SITEMAP_URL,
    GN_SITEMAP_LASTMOD,
    GN_SITEMAP_CHANGEFREQ,
    GN_SITEMAP_PRIORITY
};

/* All zero is an empty sitemap. */
struct gn_sitemap {
    xmlDoc *doc;            /* of XML */
    xmlNode *entry;         /* in doc */
    struct gn_xmlfeed feed; /* or this */
    size_t feed_entry;
    const char *text; /* or lines, from the next on */
    const char *end;
    const char *line;
    size_t line_size;
    size_t line_number;
    bool is_index; /* its URLs are those of sitemaps */
    bool done;     /* it stands after the last URL */
};

/* Stands on the first URL. Errors: INVALID (it is no sitemap; where), TIMEOUT,
 * NOMEM; s is to be closed all the same. */
enum garner_code gn_sitemap_open(struct gn_sitemap *s, const char *text,
                                 size_t size, struct gn_budget *budget,
                                 struct garner_error *err);
void gn_sitemap_close(struct gn_sitemap *s);

/* Stands on the next. Errors: INVALID: a line is no URL. */
enum garner_code gn_sitemap_next(struct gn_sitemap *s,
                                 struct garner_error *err);

/* Fills out, which is empty; with nothing: it does not have that. Out of memory
 * shows in out. */
void gn_sitemap_field(const struct gn_sitemap *s, enum gn_sitemap_field field,
                      struct gn_buf *out);

#endif
