/* url.h - what garner needs to know of a URL without a client. Pure. */
#ifndef GN_BASE_URL_H
#define GN_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "garner/error.h"

/* Parts of a URL (RFC 3986 section 3), as slices of the text it was split
 * from. An absent part has a size of 0. */
struct gn_url_part {
    const char *text;
    size_t size;
};

struct gn_url {
    struct gn_url_part scheme;
    struct gn_url_part user; /* without the password */
    struct gn_url_part password;
    struct gn_url_part host; /* IPv6 without its brackets */
    struct gn_url_part path; /* from its slash */
    struct gn_url_part query;
    struct gn_url_part fragment;
    int port; /* -1: not given */
};

/* Splits an absolute http or https URL into *url, borrowing text. A URL
 * without a scheme ("example.org/x") is refused with a message that says so.
 * Errors: INVALID: which part, and why. */
enum garner_code gn_url_split(const char *text, struct gn_url *url,
                              struct garner_error *err);

/* A copy of text for messages and logs (free with gn_free; NULL: no memory):
 * the password, if any, is "***". Works on any text. */
char *gn_url_redact(const char *text);

#endif
