/* network.h - the keys that say by which way a server is reached: proxy, ip,
 * resolve, interface, http; redirects, and private. */
#ifndef GN_CONFIG_NETWORK_H
#define GN_CONFIG_NETWORK_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_network_proxy(struct gn_problems *p, const struct gn_node *node,
                      void *scope);
void gn_network_ip(struct gn_problems *p, const struct gn_node *node,
                   void *scope);
void gn_network_resolve(struct gn_problems *p, const struct gn_node *node,
                        void *scope);
void gn_network_interface(struct gn_problems *p, const struct gn_node *node,
                          void *scope);
void gn_network_http(struct gn_problems *p, const struct gn_node *node,
                     void *scope);
void gn_network_private(struct gn_problems *p, const struct gn_node *node,
                        void *scope);
void gn_network_redirects(struct gn_problems *p, const struct gn_node *node,
                          void *scope);

#endif
