/* common.h - the keys that defaults and sources have in common: when and
 * how to fetch. */
#ifndef GN_CONFIG_COMMON_H
#define GN_CONFIG_COMMON_H

#include "config/body.h"
#include "config/expect.h"
#include "config/hook.h"
#include "config/host.h"
#include "config/network.h"
#include "config/quota.h"
#include "config/retry.h"
#include "config/schedule.h"
#include "config/scope.h"
#include "config/tls.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context: to be put in a table
 * of keys. */
#define GN_COMMON_KEYS                                                         \
    {"user_agent", gn_common_user_agent, NULL},                                \
        {"schedule", gn_schedule_read, NULL},                                  \
        {"timeout", gn_common_timeout, NULL}, {"body", gn_body_read, NULL},    \
        {"keep", gn_body_keep, NULL},                                          \
        {"redirects", gn_network_redirects, NULL}, {"tls", gn_tls_read, NULL}, \
        {"ip", gn_network_ip, NULL}, {"http", gn_network_http, NULL},          \
        {"resolve", gn_network_resolve, NULL},                                 \
        {"private", gn_network_private, NULL},                                 \
        {"interface", gn_network_interface, NULL},                             \
        {"conditional", gn_common_conditional, NULL},                          \
        {"retry", gn_retry_read, NULL}, {"host", gn_host_read, NULL},          \
        {"robots", gn_host_read_robots, NULL}, {"hooks", gn_hook_read, NULL},  \
        {"alert", gn_hook_read_alert, NULL}, {"expect", gn_expect_read, NULL}, \
        {"max_age", gn_expect_max_age, NULL}, {"limits", gn_quota_read, NULL}, \
    {                                                                          \
        "proxy", gn_network_proxy, NULL                                        \
    }

void gn_common_user_agent(struct gn_problems *p, const struct gn_node *node,
                          void *scope);
void gn_common_conditional(struct gn_problems *p, const struct gn_node *node,
                           void *scope);
void gn_common_timeout(struct gn_problems *p, const struct gn_node *node,
                       void *scope);

/* A scalar with its secrets filled in, in the scope's memory; NULL: a problem
 * was noted. */
const char *gn_common_text(struct gn_problems *p, const struct gn_node *node,
                           struct gn_scope *scope);

/* The same; what its references stood for goes into *found, not with the
 * scope's. */
const char *gn_common_apart(struct gn_problems *p, const struct gn_node *node,
                            struct gn_scope *scope, struct gn_secret **found);

/* The same of what is a secret however it is written. */
const char *gn_common_secret(struct gn_problems *p, const struct gn_node *node,
                             struct gn_scope *scope);

/* Counts text, in the scope's memory (NULL: a problem was noted), among its
 * secrets. Gives text; NULL: noted. */
const char *gn_common_hide(struct gn_problems *p, const char *text,
                           struct gn_scope *scope);

#endif
