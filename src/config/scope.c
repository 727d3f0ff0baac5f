#include "config/scope.h"

#include <string.h>

#include "base/pattern.h"

bool gn_scope_passed(struct gn_problems *p, const struct gn_node *node,
                     enum garner_code code, const struct garner_error *err)
{
    if (code == GARNER_NOMEM)
        gn_problem_memory(p);
    else if (code != GARNER_OK)
        gn_walk_problem(p, node, "%s", err->message);
    return code == GARNER_OK;
}

bool gn_scope_stands_in(const struct gn_scope *s, const char *text)
{
    return s->offline && strstr(text, GN_SECRET_STAND_IN) != NULL;
}

void *gn_scope_get(struct gn_problems *p, struct gn_scope *s, size_t count,
                   size_t size)
{
    void *memory = gn_arena_zeroed(s->memory, count * size);

    if (memory == NULL)
        gn_problem_memory(p);
    return memory;
}

const char *gn_scope_copy(struct gn_problems *p, struct gn_scope *s,
                          const char *text)
{
    const char *copied = gn_arena_text(s->memory, text);

    if (copied == NULL && text != NULL)
        gn_problem_memory(p);
    return copied;
}

bool gn_scope_mapping(struct gn_problems *p, const struct gn_node *node)
{
    if (node->kind != GN_NODE_MAPPING)
        gn_walk_problem(p, node, "%s must be a mapping; write { name: value }",
                        node->key->text);
    return node->kind == GN_NODE_MAPPING;
}

const char *gn_scope_pattern(struct gn_problems *p, const struct gn_node *node,
                             const char *key, struct gn_arena *memory)
{
    const char *text = gn_walk_text(p, node);
    struct gn_pattern *pattern;
    struct garner_error err;
    enum garner_code code;

    if (text == NULL)
        return NULL;
    code = gn_pattern_new(text, strlen(text), true, &pattern, &err);
    gn_pattern_free(pattern);
    if (code == GARNER_INVALID)
        gn_walk_problem(p, node, "%s: %s", key, err.message);
    text = code == GARNER_OK ? gn_arena_text(memory, text) : NULL;
    if (text == NULL && code != GARNER_INVALID)
        gn_problem_memory(p);
    return text;
}

const char **gn_scope_lines(struct gn_problems *p, const struct gn_node *node,
                            struct gn_scope *s, gn_scope_line *line)
{
    const char **lines;
    size_t n = 0;

    if (!gn_scope_mapping(p, node))
        return NULL;
    lines = gn_scope_get(p, s, node->count + 1, sizeof(char *));
    for (const struct gn_node *v = node->first; v != NULL && lines != NULL;
         v = v->next) {
        lines[n] = line(p, v, s);
        n += lines[n] != NULL;
    }
    return lines;
}
