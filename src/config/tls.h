/* tls.h - the key tls: whom to trust, and who we are. */
#ifndef GN_CONFIG_TLS_H
#define GN_CONFIG_TLS_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_tls_read(struct gn_problems *p, const struct gn_node *node,
                 void *scope);

#endif
