/* body.h - the keys body and keep: what is taken of an answer, and how long
 * that stays. */
#ifndef GN_CONFIG_BODY_H
#define GN_CONFIG_BODY_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_body_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope);
void gn_body_keep(struct gn_problems *p, const struct gn_node *node,
                  void *scope);

#endif
