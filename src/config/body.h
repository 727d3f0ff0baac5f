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

/* Notes what is wrong with where the source of scope saves, once all of it is
 * read: at is what to point at. */
void gn_body_check_save(struct gn_problems *p, const struct gn_node *at,
                        struct gn_scope *scope);

#endif
