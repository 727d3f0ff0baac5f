/*
 * fill.h - values of a request's parts, beside its URL: secrets and variables
 * are filled in. The scope's variables must be known (gn_vars_begin).
 */
#ifndef GN_CONFIG_FILL_H
#define GN_CONFIG_FILL_H

#include "config/scope.h"
#include "config/walk.h"

/* A scalar so filled in, in the scope's memory; NULL: a problem was noted. */
const char *gn_fill_text(struct gn_problems *p, const struct gn_node *node,
                         struct gn_scope *scope);

/* The same of what is a secret however it is written. */
const char *gn_fill_secret(struct gn_problems *p, const struct gn_node *node,
                           struct gn_scope *scope);

/* text, which is JSON and has its secrets already (found: by gn_common_apart),
 * with variables in its strings; NULL: noted. */
const char *gn_fill_json(struct gn_problems *p, const char *text,
                         struct gn_secret *found, struct gn_scope *scope);

/* The source's user_agent, which may be that of the defaults; what is wrong is
 * noted at node. */
void gn_fill_user_agent(struct gn_problems *p, const struct gn_node *node,
                        struct gn_scope *scope);

#endif
