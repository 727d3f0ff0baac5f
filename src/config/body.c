#include "config/body.h"

#include <string.h>

#include "config/check.h"
#include "config/savepath.h"
#include "config/template.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* body */

static void max(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_size(p, node, GN_CHECK_SAVE_MAX,
                       &s->source->request.limits.max_body_bytes);
}

static void memory(struct gn_problems *p, const struct gn_node *node,
                   void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_size(p, node, GN_CHECK_BODY_MAX,
                       &s->source->request.limits.memory_bytes);
}

static void ratio(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_integer(p, node, 1, GN_CHECK_RATIO_MAX,
                          &s->source->request.limits.max_ratio);
}

/* The path ends up in the database: no secret may be in it. */
static void save(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    struct gn_scope *s = scope;
    const char *text = gn_walk_text(p, node);
    struct garner_error err;

    if (text == NULL)
        return;
    if (strstr(text, "${") != NULL)
        gn_walk_problem(p, node,
                        "a path is stored and shown, so ${...} is not filled "
                        "in there; use vars, {name}, {date}, {time} or "
                        "{timestamp}");
    else if (gn_savepath_check(text, &err) != GARNER_OK)
        gn_walk_problem(p, node, "%s", err.message);
    s->source->save = (struct gn_save){gn_arena_text(s->memory, text),
                                       gn_arena_text(s->memory, s->folder)};
    if (s->source->save.path == NULL || s->source->save.folder == NULL)
        gn_problem_memory(p);
}

static const struct gn_walk_key body_keys[] = {
    {"max", max, NULL},     {"memory", memory, NULL}, {"stream", NULL, NULL},
    {"ratio", ratio, NULL}, {"save", save, NULL},
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

/* Whether a value from a secret is in the path. */
static bool tells_secret(const struct gn_scope *s)
{
    const struct gn_source *source = s->source;

    for (size_t i = 0; i < source->var_count && s->of_variables != NULL; i++)
        if (s->of_variables[i] != NULL &&
            gn_template_uses(source->save.path, source->vars[i].name))
            return true;
    return false;
}

void gn_body_check_save(struct gn_problems *p, const struct gn_node *at,
                        struct gn_scope *scope)
{
    const struct gn_source *source = scope->source;
    const bool in_memory =
        source->save.path == NULL || gn_config_reads_body(source);
    const char *filled;
    struct garner_error err;
    enum garner_code code = GARNER_OK;

    if (in_memory && source->request.limits.max_body_bytes > GN_CHECK_BODY_MAX)
        gn_walk_problem(p, at,
                        "body: max is over 1GB, which only a body that is "
                        "saved to a file and not read may have: lower it, or "
                        "have save and no rows");
    if (source->save.path == NULL)
        return;
    if (tells_secret(scope)) {
        gn_walk_problem(p, at,
                        "body: save has a variable that came from a secret, "
                        "and the path is stored and shown; take another");
        return;
    }
    if (source->request.method != NULL &&
        strcmp(source->request.method, "HEAD") == 0)
        gn_walk_problem(p, at,
                        "body: save has nothing to save, for the answer to "
                        "HEAD has no body; remove one of them");
    code = gn_savepath_fill(source, 0, scope->memory, &filled, &err);
    if (code == GARNER_NOMEM)
        gn_problem_memory(p);
    else if (code != GARNER_OK)
        gn_walk_problem(p, at, "body: save: %s", err.message);
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
