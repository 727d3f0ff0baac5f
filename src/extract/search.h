/*
 * search.h - CSS selectors and XPath expressions, evaluated on trees of
 * libxml2; each is compiled once.
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_SEARCH_H
#define GN_EXTRACT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/xpath.h>

#include "extract/budget.h"
#include "garner/error.h"

struct gn_search;

/* Errors: NOMEM. */
enum garner_code gn_search_new(struct gn_budget *budget, struct gn_search **out,
                               struct garner_error *err);
void gn_search_free(struct gn_search *s);

/* Finds what a selector matches below from, in the document's order. Free *out
 * with xmlXPathFreeObject. Errors: INVALID (the selector is wrong: where; or it
 * takes too long), TIMEOUT, NOMEM. */
enum garner_code gn_search_css(struct gn_search *s, const char *css,
                               xmlNode *from, xmlXPathObject **out,
                               struct garner_error *err);

/* Evaluates an expression, with from as its context node; nodes are in the
 * document's order. */
enum garner_code gn_search_xpath(struct gn_search *s, const char *xpath,
                                 xmlNode *from, xmlXPathObject **out,
                                 struct garner_error *err);

/* How many nodes were found; 1 for a value that is none. */
size_t gn_search_count(const xmlXPathObject *found);

/* The first of them; NULL: there is none. */
xmlNode *gn_search_first(const xmlXPathObject *found);

/* What a prefix means in the expressions that follow. false: no memory. */
bool gn_search_prefix(struct gn_search *s, const char *prefix, const char *uri);

/* Forgets what prefixes mean. */
void gn_search_no_prefixes(struct gn_search *s);

#endif
