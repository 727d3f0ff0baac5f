/* quota.h - the key limits: what the SQL of one answer may take. */
#ifndef GN_CONFIG_QUOTA_H
#define GN_CONFIG_QUOTA_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_quota_read(struct gn_problems *p, const struct gn_node *node,
                   void *scope);

#endif
