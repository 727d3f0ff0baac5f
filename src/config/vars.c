#include "config/vars.h"

#include <string.h>

#include "config/check.h"
#include "config/common.h"
#include "config/template.h"
#include "config/values.h"

static const struct gn_node *find(const struct gn_node *mapping,
                                  const char *key)
{
    const struct gn_node *v =
        mapping->kind == GN_NODE_MAPPING ? mapping->first : NULL;

    while (v != NULL && strcmp(v->key->text, key) != 0)
        v = v->next;
    return v;
}

/* Whether a list's values differ, and so the names of its sources. */
static bool differ(struct gn_problems *p, const struct gn_node *list)
{
    for (const struct gn_node *a = list->first; a != NULL; a = a->next) {
        if (gn_walk_text(p, a) == NULL)
            return false;
        for (const struct gn_node *b = list->first; b != a; b = b->next)
            if (strcmp(a->text, b->text) == 0) {
                gn_walk_problem(p, a, "%.60s is in the list twice", a->text);
                return false;
            }
    }
    return true;
}

size_t gn_vars_count(struct gn_problems *p, const struct gn_node *source)
{
    const struct gn_node *vars = find(source, "vars");
    size_t most = GN_VARS_MOST;
    size_t count = 1;

    if (vars == NULL || vars->kind != GN_NODE_MAPPING)
        return 1;
    for (const struct gn_node *v = vars->first; v != NULL; v = v->next)
        if (v->made != NULL && v->count == 0)
            return 0; /* it stands for none */
        else if (v->made != NULL)
            most = GN_VALUES_MOST;
    for (const struct gn_node *v = vars->first; v != NULL; v = v->next) {
        if (v->kind != GN_NODE_LIST)
            continue;
        if (v->count == 0 || v->count > most / count) {
            gn_walk_problem(p, v,
                            "%.60s: the lists under vars have to make 1 to %zu "
                            "requests; write fewer values, or another source",
                            v->key->text, most);
            return 0;
        }
        if (v->made == NULL && !differ(p, v))
            return 0;
        count *= v->count;
    }
    return count;
}

/* How many combinations the lists behind v have. */
static size_t behind(const struct gn_node *v)
{
    size_t count = 1;

    for (v = v->next; v != NULL; v = v->next)
        count *= v->kind == GN_NODE_LIST ? v->count : 1;
    return count;
}

/* The value of a list's that s is about; it goes into the source's name as it
 * is written, so that no secret does. */
static const struct gn_node *
pick(struct gn_problems *p, const struct gn_node *list, struct gn_scope *s)
{
    size_t index = s->pick / behind(list) % list->count;
    const struct gn_node *one = list->first;

    if (list->made != NULL)
        one = &list->made[index];
    for (; list->made == NULL && index > 0; index--)
        one = one->next;
    s->picked = s->picked == NULL
                    ? gn_scope_copy(p, s, one->text)
                    : gn_arena_printf(s->memory, "%s,%s", s->picked, one->text);
    if (s->picked == NULL)
        gn_problem_memory(p);
    return one;
}

void gn_vars_begin(struct gn_problems *p, const struct gn_node *source,
                   struct gn_scope *s)
{
    const struct gn_node *node = find(source, "vars");
    struct gn_var *vars;
    struct garner_error err;
    size_t n = 0;

    if (node == NULL || !gn_scope_mapping(p, node))
        return;
    vars = gn_scope_get(p, s, node->count, sizeof *vars);
    s->of_variables =
        gn_scope_get(p, s, node->count, sizeof(struct gn_secret *));
    for (const struct gn_node *v = node->first;
         v != NULL && vars != NULL && s->of_variables != NULL; v = v->next) {
        const struct gn_node *value =
            v->kind == GN_NODE_LIST ? pick(p, v, s) : v;

        if (!gn_scope_passed(p, v->key, gn_check_var(v->key->text, &err), &err))
            continue;
        vars[n].name = gn_scope_copy(p, s, v->key->text);
        vars[n].value = gn_common_apart(p, value, s, &s->of_variables[n]);
        n += vars[n].name != NULL && vars[n].value != NULL;
    }
    s->source->vars = vars;
    s->source->var_count = n;
}

void gn_vars_part(struct gn_scope *s, const char *text,
                  struct gn_secret **in_url)
{
    for (size_t i = 0; i < s->source->var_count; i++)
        gn_secret_join(gn_template_uses(text, s->source->vars[i].name)
                           ? in_url
                           : &s->secrets,
                       s->of_variables[i]);
}
