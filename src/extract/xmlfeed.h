/*
 * xmlfeed.h - the entries of RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, as they
 * are out there: broken in all ways, with the elements of other vocabularies
 * (Dublin Core, content, iTunes, Media RSS) in place of their own.
 *
 * Thread: one at a time. Memory: the feed is the caller's.
 */
#ifndef GN_EXTRACT_XMLFEED_H
#define GN_EXTRACT_XMLFEED_H

#include <stddef.h>

#include <libxml/tree.h>

#include "base/buf.h"
#include "extract/budget.h"
#include "extract/feedfield.h"
#include "garner/error.h"

/* All zero is an empty feed. */
struct gn_xmlfeed {
    xmlDoc *doc;
    xmlNode **entries; /* in the document's order; one in the midst of which the
                          text ends is none */
    size_t count;
    struct gn_buf author; /* of the feed itself */
};

/* Errors: INVALID (it is no feed), TIMEOUT, NOMEM; f is to be closed all the
 * same. */
enum garner_code gn_xmlfeed_open(struct gn_xmlfeed *f, const char *text,
                                 size_t size, struct gn_budget *budget,
                                 struct garner_error *err);
void gn_xmlfeed_close(struct gn_xmlfeed *f);

/* Fills out, which is empty, with the field of an entry; with nothing: it does
 * not have it. Out of memory shows in out. */
void gn_xmlfeed_field(const struct gn_xmlfeed *f, size_t entry,
                      enum gn_feed_field field, struct gn_buf *out);

#endif
