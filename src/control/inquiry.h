/* inquiry.h - asking a running collector at its desk. Thread: any. */
#ifndef GN_CONTROL_INQUIRY_H
#define GN_CONTROL_INQUIRY_H

#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

/* Asks count words at the socket path, and appends the answer to out. Waits up
 * to timeout_ms for each step of it. Errors: CLOSED (nobody is there), TIMEOUT,
 * INVALID (a tab or newline in a word), IO, NOMEM, and those of the answer. */
enum garner_code gn_inquire(const char *path, const char *const *words,
                            size_t count, int timeout_ms, struct gn_buf *out,
                            struct garner_error *err);

#endif
