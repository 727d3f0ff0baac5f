/*
 * decode.h - bytes in some charset become UTF-8, by the C library's iconv. What
 * is wrong in them becomes U+FFFD, as in browsers.
 *
 * Thread: any.
 */
#ifndef GN_EXTRACT_DECODE_H
#define GN_EXTRACT_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "extract/charsets.h"
#include "garner/error.h"

/* Appends size bytes that are in a charset as UTF-8, without their byte order
 * mark if they are UTF-16. A charset that the C library lacks is taken for
 * UTF-8. OK; DONE: they are UTF-8, and nothing was appended; NOMEM. */
enum garner_code gn_decode(const struct gn_charset *from, const char *bytes,
                           size_t size, struct gn_buf *out);

/* Whether a byte that the C library refuses is the control character of that
 * number (U+0080 to U+009F): what Windows left free means those on the web. */
bool gn_decode_is_control(const struct gn_charset *from, char byte);

#endif
