/*
 * headerscan.h - the fields of a head of HTTP (RFC 9112 section 5), or of a
 * mail, line by line. Pure. Memory: borrows the text.
 */
#ifndef GN_EXTRACT_HEADERSCAN_H
#define GN_EXTRACT_HEADERSCAN_H

#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

struct gn_headerscan {
    const char *next, *end; /* of the text */
    size_t line;            /* of the field */
    size_t lines;           /* so far */
    const char *name;
    size_t name_size;
    struct gn_buf value; /* a value that goes on in the next line is one */
};

void gn_headerscan_init(struct gn_headerscan *h, const char *text, size_t size);
void gn_headerscan_fini(struct gn_headerscan *h);

/* Stands on the next field. OK; DONE: there is no more; INVALID: line h->line
 * is none; NOMEM. */
enum garner_code gn_headerscan_next(struct gn_headerscan *h);

#endif
