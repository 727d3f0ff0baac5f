/*
 * warn.h - what in a file of sources is no mistake, but not wise: tokens and
 * passwords that stand in it as they are. Pure.
 *
 * A guess: a text that begins as those of well-known services do, or one of
 * letters and figures as the value of what is named after a secret, or in what
 * is one by its place (cookies, a webhook's path). What auth calls a password,
 * or a URL has as one, is one.
 *
 * Thread: any.
 */
#ifndef GN_CONFIG_WARN_H
#define GN_CONFIG_WARN_H

#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

/* Appends a line "FILE:LINE:COLUMN: what; what to do" to list for each place in
 * size bytes of the file path, which is good; it never tells the token.
 * *count: how many. Errors: NOMEM. */
enum garner_code gn_warn(const char *path, const char *data, size_t size,
                         struct gn_buf *list, size_t *count,
                         struct garner_error *err);

#endif
