#include "config/tags.h"

#include <string.h>

#include "config/check.h"
#include "config/scope.h"

/* NULL: a problem was noted. */
static const char *read_tag(struct gn_problems *p, const struct gn_node *node,
                            struct gn_scope *s)
{
    const char *tag = gn_walk_text(p, node);
    struct garner_error err;

    if (tag == NULL)
        return NULL;
    if (gn_check_name(tag, &err) != GARNER_OK) {
        gn_walk_problem(p, node,
                        "\"%.40s\" is no tag; write it like a source's name, "
                        "as \"daily\"",
                        tag);
        return NULL;
    }
    tag = gn_arena_text(s->memory, tag);
    if (tag == NULL)
        gn_problem_memory(p);
    return tag;
}

void gn_tags_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    struct gn_scope *s = scope;
    const struct gn_node *one = node->kind == GN_NODE_LIST ? node->first : node;
    const size_t count = node->kind == GN_NODE_LIST ? node->count : 1;
    const char **tags =
        gn_arena_zeroed(s->memory, (count + 1) * sizeof tags[0]);
    size_t n = 0;

    if (tags == NULL) {
        gn_problem_memory(p);
        return;
    }
    for (; one != NULL && n < count; one = one->next) {
        tags[n] = read_tag(p, one, s);
        if (tags[n] == NULL)
            return;
        n++;
    }
    s->source->tags = tags;
}
