/* retry.h - the key retry: whether and how a fetch that failed is tried again.
 */
#ifndef GN_CONFIG_RETRY_H
#define GN_CONFIG_RETRY_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_retry_read(struct gn_problems *p, const struct gn_node *node,
                   void *scope);

#endif
