#include "config/body.h"

#include "config/check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* body */

static void max(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_size(p, node, GN_CHECK_BODY_MAX,
                       &s->source->request.limits.max_body_bytes);
}

static void ratio(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_integer(p, node, 1, GN_CHECK_RATIO_MAX,
                          &s->source->request.limits.max_ratio);
}

static const struct gn_walk_key body_keys[] = {
    {"max", max, NULL},
    {"stream", NULL, NULL},
    {"ratio", ratio, NULL},
    {"save", NULL, NULL},
};

void gn_body_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    if (node->kind == GN_NODE_SCALAR)
        gn_walk_problem(p, node,
                        "body is about the answer, a mapping like { max: "
                        "10MB }; what to send is written under data");
    else
        gn_walk_mapping(p, node, body_keys, COUNT(body_keys), scope);
}

/* keep */

static void bodies(struct gn_problems *p, const struct gn_node *node,
                   void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_integer(p, node, 1, GN_CHECK_BODIES_MAX,
                          &s->source->keep.bodies);
}

static void runs(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_duration(p, node, 1, &s->source->keep.runs_ms);
}

static const struct gn_walk_key keep_keys[] = {
    {"bodies", bodies, NULL},
    {"runs", runs, NULL},
};

/* What is said of it stands for itself: nothing of the default one stays. */
void gn_body_keep(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    struct gn_scope *s = scope;

    s->source->keep = (struct gn_keep){0};
    gn_walk_mapping(p, node, keep_keys, COUNT(keep_keys), scope);
}
