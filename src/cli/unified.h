/*
 * unified.h - two texts and what differs between them, as diff -u writes it.
 *
 * Thread: any.
 */
#ifndef GN_CLI_UNIFIED_H
#define GN_CLI_UNIFIED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

/* One of the two. */
struct gn_version {
    const char *name; /* behind "--- " or "+++ " */
    const char *text; /* borrowed */
    size_t size;
};

/* How it is shown. */
struct gn_unified_style {
    bool terminal; /* what a terminal would obey is written visibly */
    bool color;
};

/* Whether it has no NUL in its beginning, as git judges it. */
bool gn_unified_is_text(const struct gn_version *version);

/* Appends to out how before becomes after; nothing if they are the same.
 * Errors: NOMEM, INVALID (too much to compare). */
enum garner_code gn_unified(const struct gn_version *before,
                            const struct gn_version *after,
                            const struct gn_unified_style *style,
                            struct gn_buf *out, struct garner_error *err);

#endif
