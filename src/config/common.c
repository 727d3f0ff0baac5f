#include "config/common.h"

#include "base/error.h"
#include "config/check.h"

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
    code = gn_secret_expand(written, scope->offline ? NULL : scope->folder,
                            scope->memory, &scope->secrets, &text, &err);
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

const char *gn_common_apart(struct gn_problems *p, const struct gn_node *node,
                            struct gn_scope *scope, struct gn_secret **found)
{
    struct gn_secret *const others = scope->secrets;
    const char *text;

    scope->secrets = NULL;
    text = gn_common_text(p, node, scope);
    *found = scope->secrets;
    scope->secrets = others;
    return text;
}

const char *gn_common_hide(struct gn_problems *p, const char *text,
                           struct gn_scope *scope)
{
    struct gn_secret *secret;

    if (text == NULL)
        return NULL;
    secret = gn_arena_alloc(scope->memory, sizeof *secret);
    if (secret == NULL) {
        gn_problem_memory(p);
        return NULL;
    }
    *secret = (struct gn_secret){.value = text, .next = scope->secrets};
    scope->secrets = secret;
    return text;
}

const char *gn_common_secret(struct gn_problems *p, const struct gn_node *node,
                             struct gn_scope *scope)
{
    return gn_common_hide(p, gn_common_text(p, node, scope), scope);
}

void gn_common_user_agent(struct gn_problems *p, const struct gn_node *node,
                          void *scope)
{
    struct gn_scope *s = scope;
    const char *text = gn_common_apart(p, node, s, &s->in_user_agent);
    struct garner_error err;

    if (text != NULL &&
        gn_scope_passed(p, node, gn_check_line(text, &err), &err))
        s->source->request.user_agent = text;
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
