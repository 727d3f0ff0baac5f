/*
 * htmltree.h - the tree of an HTML document, as browsers would make it (by
 * htmlplain.h where it is plain, else by gumbo), in libxml2's form, with
 * bounds: the tree is at most GN_HTMLTREE_MOST_DEPTH deep (what is deeper
 * stands beside its parent), and what would take too much memory or time is
 * refused.
 *
 * Names of elements and attributes are in lower case, without prefixes. Each
 * element's _private is its place among its parent's elements, 1 for the first.
 *
 * Thread: any.
 */
#ifndef GN_EXTRACT_HTMLTREE_H
#define GN_EXTRACT_HTMLTREE_H

#include <stddef.h>

#include <libxml/tree.h>

#include "extract/budget.h"
#include "garner/error.h"

enum {
    GN_HTMLTREE_MOST_DEPTH = 512,
    GN_HTMLTREE_MOST_NESTED = 10000, /* tags open at a time; more are refused */
};

/* Parses size bytes of UTF-8; free *out with gn_htmlnode_free.
 * Errors: INVALID (nested too deep, too many nodes), TIMEOUT, NOMEM. */
enum garner_code gn_htmltree_parse(const char *html, size_t size,
                                   struct gn_budget *budget, xmlDoc **out,
                                   struct garner_error *err);

/* The same, whatever the page is like: what htmlplain.h makes is held against
 * it. */
enum garner_code gn_htmltree_by_gumbo(const char *html, size_t size,
                                      struct gn_budget *budget, xmlDoc **out,
                                      struct garner_error *err);

#endif
