/*
 * cssxpath.h - the simple selectors of CSS as conditions of XPath 1.0, with the
 * functions that css.h tells of. Pure.
 *
 * Memory: what is appended may fail, which shows in the buffer; texts that are
 * given are constant.
 */
#ifndef GN_EXTRACT_CSSXPATH_H
#define GN_EXTRACT_CSSXPATH_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends a literal, for which XPath has no escapes. */
void gn_cssxpath_literal(struct gn_buf *out, const char *text);

/* Whether name may stand in XPath as it is. */
bool gn_cssxpath_is_name(const char *name);

/* Appends [name HOW value]. how: one of = ~ | ^ $ *, followed by i if
 * case does not matter; "?": is it there. */
void gn_cssxpath_match(struct gn_buf *out, const char *name, const char *how,
                       const char *value);

/* Appends that place, as gn_cssxpath_place gives it, is an+b. */
void gn_cssxpath_nth(struct gn_buf *out, const char *place, int a, int b);

/* The condition that the pseudo-class of this name is, in lower case, such as
 * "root". NULL: there is none without brackets. */
const char *gn_cssxpath_class(const char *name);

/* What the pseudo-class of this name counts, such as "nth-child". NULL: there
 * is none. */
const char *gn_cssxpath_place(const char *name);

#endif
