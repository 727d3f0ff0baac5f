#include "config/common.h"

#include <unistd.h>

#include "base/error.h"
#include "config/check.h"
#include "config/secret.h"

enum { SECOND = 1000 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *gn_common_text(struct gn_problems *p, const struct gn_node *node,
                           struct gn_scope *scope)
{
    const char *written = gn_walk_text(p, node);
    const char *text;
    struct garner_error err;
    enum garner_code code;

    if (written == NULL)
        return NULL;
    code = gn_secret_expand(written, scope->folder, scope->memory,
                            &scope->secrets, &text, &err);
    if (code == GARNER_NOMEM) {
        gn_problem_memory(p);
        return NULL;
    }
    if (code != GARNER_OK) {
        gn_walk_problem(p, node, "%s", err.message);
        return NULL;
    }
    if (text == written) /* the tree's, which is freed before the config */
        text = gn_arena_text(scope->memory, text);
    if (text == NULL)
        gn_problem_memory(p);
    return text;
}

/* A scalar that is checked by check, too. */
static const char *checked(struct gn_problems *p, const struct gn_node *node,
                           struct gn_scope *scope,
                           enum garner_code (*check)(const char *,
                                                     struct garner_error *))
{
    const char *text = gn_common_text(p, node, scope);
    struct garner_error err;

    if (text == NULL || check(text, &err) == GARNER_OK)
        return text;
    gn_walk_problem(p, node, "%s", err.message);
    return NULL;
}

void gn_common_user_agent(struct gn_problems *p, const struct gn_node *node,
                          void *scope)
{
    struct gn_scope *s = scope;

    s->source->request.user_agent = checked(p, node, s, gn_check_line);
}

void gn_common_proxy(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    struct gn_scope *s = scope;

    s->source->request.proxy = checked(p, node, s, gn_check_line);
}

void gn_common_redirects(struct gn_problems *p, const struct gn_node *node,
                         void *scope)
{
    struct gn_scope *s = scope;
    int most;

    if (gn_walk_integer(p, node, 0, GN_CHECK_REDIRECTS_MAX, &most))
        s->source->request.limits.max_redirects = most > 0 ? most : -1;
}

void gn_common_conditional(struct gn_problems *p, const struct gn_node *node,
                           void *scope)
{
    struct gn_scope *s = scope;
    bool conditional;

    if (gn_walk_bool(p, node, &conditional))
        s->source->unconditional = !conditional;
}

/* timeout */

static void connect_time(struct gn_problems *p, const struct gn_node *node,
                         void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_duration(p, node, 1, &s->source->request.limits.connect_ms);
}

static void total_time(struct gn_problems *p, const struct gn_node *node,
                       void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_duration(p, node, 1, &s->source->request.limits.total_ms);
}

static void stall_time(struct gn_problems *p, const struct gn_node *node,
                       void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_duration(p, node, SECOND,
                           &s->source->request.limits.stall_ms);
}

static const struct gn_walk_key timeout_keys[] = {
    {"connect", connect_time, NULL},
    {"total", total_time, NULL},
    {"stall", stall_time, NULL},
};

void gn_common_timeout(struct gn_problems *p, const struct gn_node *node,
                       void *scope)
{
    if (node->kind == GN_NODE_SCALAR)
        total_time(p, node, scope);
    else
        gn_walk_mapping(p, node, timeout_keys, COUNT(timeout_keys), scope);
}

/* tls */

static void ca_file(struct gn_problems *p, const struct gn_node *node,
                    void *scope)
{
    struct gn_scope *s = scope;
    const char *path = gn_walk_text(p, node);

    if (path == NULL)
        return;
    path = gn_secret_path(path, s->folder, s->memory);
    if (path == NULL)
        gn_problem_memory(p);
    else if (access(path, R_OK) != 0)
        gn_walk_problem(p, node,
                        "ca_file %.120s cannot be read; name a PEM file of "
                        "certificates",
                        path);
    s->source->request.ca_file = path;
}

static void insecure(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_bool(p, node, &s->source->request.insecure);
}

static const struct gn_walk_key tls_keys[] = {
    {"ca_file", ca_file, NULL},
    {"insecure", insecure, NULL},
};

void gn_common_tls(struct gn_problems *p, const struct gn_node *node,
                   void *scope)
{
    gn_walk_mapping(p, node, tls_keys, COUNT(tls_keys), scope);
}
