/*
 * htmlplain.h - the tree of a page of plain HTML, fast: where tags stand in one
 * another as they should, those of p, li, td and the like may end by
 * themselves, and html, head, body and tbody may be left out. That is what
 * nearly all programs that make pages write. The tree is that of browsers, by
 * the same rules (https://html.spec.whatwg.org, 13.2.6), as far as they are
 * needed here; as soon as another one would be, it is given up.
 *
 * Thread: any.
 */
#ifndef GN_EXTRACT_HTMLPLAIN_H
#define GN_EXTRACT_HTMLPLAIN_H

#include <stddef.h>

#include <libxml/tree.h>

#include "extract/budget.h"
#include "garner/error.h"

/* As htmltree.h says. *out is NULL if the page is not plain; that is no error.
 * Errors: TIMEOUT, NOMEM. */
enum garner_code gn_htmlplain_parse(const char *html, size_t size,
                                    struct gn_budget *budget, xmlDoc **out);

#endif
