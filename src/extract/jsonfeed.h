/*
 * jsonfeed.h - the items of a JSON Feed (https://jsonfeed.org, 1 and 1.1).
 *
 * Thread: any. Memory: the feed borrows the text.
 */
#ifndef GN_EXTRACT_JSONFEED_H
#define GN_EXTRACT_JSONFEED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "extract/feedfield.h"
#include "garner/error.h"

struct gn_jsonfeed {
    const char *end;              /* of the text */
    const char *item;             /* NULL: after the last */
    const char *authors, *author; /* the feed's own; NULL: it has none */
};

/* Stands on the first item. Errors: INVALID (it is no JSON, or no JSON Feed).
 */
enum garner_code gn_jsonfeed_open(struct gn_jsonfeed *f, const char *text,
                                  size_t size, struct garner_error *err);

/* Stands on the next item, if there is one. */
void gn_jsonfeed_next(struct gn_jsonfeed *f);

/* Fills out, which is empty, with the field of the item; with nothing: it does
 * not have it. Out of memory shows in out. */
void gn_jsonfeed_field(const struct gn_jsonfeed *f, enum gn_feed_field field,
                       struct gn_buf *out);

#endif
