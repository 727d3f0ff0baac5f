/* next.h - the keys next and pages of a source: answers that go on on further
 * pages. */
#ifndef GN_CONFIG_NEXT_H
#define GN_CONFIG_NEXT_H

#include "config/config.h"
#include "config/walk.h"

enum {
    GN_PAGES_USUAL = 100, /* at one due time, if it is not said */
    GN_PAGES_MOST = 10000
};

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_next_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope);
void gn_next_pages(struct gn_problems *p, const struct gn_node *node,
                   void *scope);

/* Notes at node what does not go with pages, once all of source is read, and
 * fills in how many there are at most. */
void gn_next_check(struct gn_problems *p, const struct gn_node *node,
                   struct gn_source *source);

#endif
