#include "config/fill.h"

#include "config/check.h"
#include "config/common.h"
#include "config/template.h"

typedef const char *fill_in(const char *text, const struct gn_var *vars,
                            size_t var_count, struct gn_arena *memory);

/* text (NULL: noted already) with the source's variables. */
static const char *filled(struct gn_problems *p, const char *text,
                          struct gn_scope *s, fill_in *fill)
{
    const char *whole = NULL;

    if (text == NULL)
        return NULL;
    whole = fill(text, s->source->vars, s->source->var_count, s->memory);
    if (whole == NULL)
        gn_problem_memory(p);
    return whole;
}

const char *gn_fill_text(struct gn_problems *p, const struct gn_node *node,
                         struct gn_scope *scope)
{
    return filled(p, gn_common_text(p, node, scope), scope,
                  gn_template_fill_text);
}

const char *gn_fill_secret(struct gn_problems *p, const struct gn_node *node,
                           struct gn_scope *scope)
{
    return gn_common_hide(p, gn_fill_text(p, node, scope), scope);
}

const char *gn_fill_json(struct gn_problems *p, const char *text,
                         struct gn_scope *scope)
{
    return filled(p, text, scope, gn_template_fill_json);
}

void gn_fill_user_agent(struct gn_problems *p, const struct gn_node *node,
                        struct gn_scope *scope)
{
    struct gn_request *request = &scope->source->request;
    const char *text =
        filled(p, request->user_agent, scope, gn_template_fill_text);
    struct garner_error err;

    if (text != NULL &&
        gn_scope_passed(p, node, gn_check_line(text, &err), &err))
        request->user_agent = text;
}
