/* host.h - the keys host and robots: how the host that a source is fetched from
 * is treated. */
#ifndef GN_CONFIG_HOST_H
#define GN_CONFIG_HOST_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_host_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope);
void gn_host_read_robots(struct gn_problems *p, const struct gn_node *node,
                         void *scope);

#endif
