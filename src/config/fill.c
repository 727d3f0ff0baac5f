#include "config/fill.h"

#include "config/check.h"
#include "config/common.h"
#include "config/template.h"

typedef const char *fill_in(const char *text, const struct gn_secret *secrets,
                            const struct gn_var *vars, size_t var_count,
                            struct gn_arena *memory);

/* text (NULL: noted already), which has these secrets in it, with the source's
 * variables. */
static const char *filled(struct gn_problems *p, const char *text,
                          const struct gn_secret *secrets, struct gn_scope *s,
                          fill_in *fill)
{
    const char *whole = NULL;

    if (text == NULL)
        return NULL;
    whole =
        fill(text, secrets, s->source->vars, s->source->var_count, s->memory);
    if (whole == NULL)
        gn_problem_memory(p);
    return whole;
}

const char *gn_fill_text(struct gn_problems *p, const struct gn_node *node,
                         struct gn_scope *scope)
{
    struct gn_secret *found = NULL;
    const char *text = gn_common_apart(p, node, scope, &found);

    text = filled(p, text, found, scope, gn_template_fill_text);
    gn_secret_join(&scope->secrets, found);
    return text;
}

const char *gn_fill_secret(struct gn_problems *p, const struct gn_node *node,
                           struct gn_scope *scope)
{
    return gn_common_hide(p, gn_fill_text(p, node, scope), scope);
}

const char *gn_fill_json(struct gn_problems *p, const char *text,
                         struct gn_secret *found, struct gn_scope *scope)
{
    text = filled(p, text, found, scope, gn_template_fill_json);
    gn_secret_join(&scope->secrets, found);
    return text;
}

void gn_fill_user_agent(struct gn_problems *p, const struct gn_node *node,
                        struct gn_scope *scope)
{
    struct gn_request *request = &scope->source->request;
    const struct gn_secret *found = scope->in_user_agent;
    const char *text =
        filled(p, request->user_agent, found, scope, gn_template_fill_text);
    struct garner_error err;

    for (; found != NULL; found = found->next) /* copies: it may be of all */
        (void)gn_common_hide(p, found->value, scope);
    if (text != NULL &&
        gn_scope_passed(p, node, gn_check_line(text, &err), &err))
        request->user_agent = text;
}
