/*
 * hook.h - the keys hooks and alert, which say who is to hear of a source, and
 * notify, which names those who hear of several.
 */
#ifndef GN_CONFIG_HOOK_H
#define GN_CONFIG_HOOK_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_hook_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope);
void gn_hook_read_alert(struct gn_problems *p, const struct gn_node *node,
                        void *scope);

/* Fills in scope->notifiers; read before the sources that name them. */
void gn_hook_read_notify(struct gn_problems *p, const struct gn_node *node,
                         struct gn_scope *scope);

#endif
