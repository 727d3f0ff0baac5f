/* auth.h - the keys auth and cookies: who a server is told we are. What they
 * hold is a secret, wherever it comes from. */
#ifndef GN_CONFIG_AUTH_H
#define GN_CONFIG_AUTH_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_auth_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope);
void gn_auth_cookies(struct gn_problems *p, const struct gn_node *node,
                     void *scope);

#endif
