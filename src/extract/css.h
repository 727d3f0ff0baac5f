/*
 * css.h - a CSS selector as an XPath 1.0 expression. Pure.
 *
 * Selectors level 3 without what needs a user or a window (:hover, ::before),
 * and :is(), :where(), :not() with whole selectors, :has(), :scope, and a
 * combinator at the start ("> td": children of the scope).
 *
 * What XPath cannot say in constant time is left to functions that its
 * evaluator must have, each about the context node:
 *   gn-attr(name, operator, value)  as [name operator value] does; an i after
 *                   the operator: case does not matter
 *   gn-nth()        its place among its parent's elements, 1 for the first;
 *                   gn-nth-last() from the end, gn-nth-of-type() and
 *                   gn-nth-last-of-type() among those of its name
 *   gn-lang(tag)    is it in that language, as the nearest lang says
 *   gn-scope()      is it the node that the search starts from
 */
#ifndef GN_EXTRACT_CSS_H
#define GN_EXTRACT_CSS_H

#include <stddef.h>

#include "base/buf.h"
#include "extract/csslex.h"
#include "garner/error.h"

/* Appends to *xpath what finds the elements below the context node that css
 * matches. Errors: INVALID, *fault says why; NOMEM. */
enum garner_code gn_css_to_xpath(const char *css, struct gn_buf *xpath,
                                 struct gn_css_fault *fault);

#endif
