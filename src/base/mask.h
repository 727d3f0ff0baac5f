/* mask.h - secrets in a text, replaced by "***". Pure. */
#ifndef GN_BASE_MASK_H
#define GN_BASE_MASK_H

#include <stddef.h>

#include "base/buf.h"

/* Shorter ones are looked for in a URL's path and query alone: elsewhere they
 * are more likely there by chance. */
enum { GN_MASK_LONG = 6 };

/* Appends text to out. What repeats one of secrets (texts, NULL at the end; or
 * NULL for none) of least bytes or more, be it with some of its bytes written
 * as %XX, or a space as +, becomes "***". */
void gn_mask(struct gn_buf *out, const char *text, const char *const *secrets,
             size_t least);

/* The same of its first size bytes: one that begins in them may end behind. */
void gn_mask_first(struct gn_buf *out, const char *text, size_t size,
                   const char *const *secrets, size_t least);

/* The same for a message that quotes pieces of other texts, which end in "..."
 * or with the message, begin behind "...", or have a "^" in them: so much of a
 * secret as such a cut has left becomes "***", too, if it is least bytes or
 * more. */
void gn_mask_pieces(struct gn_buf *out, const char *text,
                    const char *const *secrets, size_t least);

/* The same for a URL: secrets of GN_MASK_LONG bytes or more, and from its path
 * on those of any length. */
void gn_mask_url(struct gn_buf *out, const char *url,
                 const char *const *secrets);

#endif
