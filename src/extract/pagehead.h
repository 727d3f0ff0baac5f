/*
 * pagehead.h - what a page of HTML says about itself: what its URLs are
 * relative to, and what robots are asked.
 *
 * Thread: any. Memory: base is the caller's to free.
 */
#ifndef GN_EXTRACT_PAGEHEAD_H
#define GN_EXTRACT_PAGEHEAD_H

#include <stdbool.h>

#include <libxml/tree.h>

#include "base/buf.h"

struct gn_pagehead {
    struct gn_buf base; /* what URLs are relative to; empty: nothing */
    bool noindex;       /* the page is not to be kept ... */
    bool nofollow;      /* ... and no link of it to be followed */
};

/* Reads the first <base> and all <meta name="robots"> of the document that node
 * is in. url is the page's; NULL: it is not known. false: no memory. */
bool gn_pagehead_read(const xmlNode *node, const char *url,
                      struct gn_pagehead *out);

/* Is word among those of text (NULL: none), which white space or commas part?
 * Its case does not matter. */
bool gn_pagehead_has_word(const char *text, const char *word);

#endif
