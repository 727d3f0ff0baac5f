/* transfer.h - the keys that defaults and sources have in common: schedule and
 * how to fetch. */
#ifndef GN_CONFIG_TRANSFER_H
#define GN_CONFIG_TRANSFER_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context: to be put in a table
 * of keys. */
#define GN_TRANSFER_KEYS                                                       \
    {"user_agent", gn_transfer_user_agent, NULL},                              \
        {"schedule", gn_transfer_schedule, NULL},                              \
        {"timeout", gn_transfer_timeout, NULL},                                \
        {"body", gn_transfer_body, NULL},                                      \
        {"redirects", gn_transfer_redirects, NULL},                            \
        {"tls", gn_transfer_tls, NULL},                                        \
    {                                                                          \
        "proxy", gn_transfer_proxy, NULL                                       \
    }

void gn_transfer_user_agent(struct gn_problems *p, const struct gn_node *node,
                            void *scope);
void gn_transfer_schedule(struct gn_problems *p, const struct gn_node *node,
                          void *scope);
void gn_transfer_timeout(struct gn_problems *p, const struct gn_node *node,
                         void *scope);
void gn_transfer_body(struct gn_problems *p, const struct gn_node *node,
                      void *scope);
void gn_transfer_redirects(struct gn_problems *p, const struct gn_node *node,
                           void *scope);
void gn_transfer_tls(struct gn_problems *p, const struct gn_node *node,
                     void *scope);
void gn_transfer_proxy(struct gn_problems *p, const struct gn_node *node,
                       void *scope);

/* A scalar with its secrets filled in, in the scope's memory; NULL: a problem
 * was noted. */
const char *gn_transfer_text(struct gn_problems *p, const struct gn_node *node,
                             struct gn_scope *scope);

#endif
