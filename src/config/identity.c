#include "config/identity.h"

#include <string.h>

#include "base/hash.h"

/* With its end, so that neighbours cannot run into each other. */
static uint64_t add_text(uint64_t h, const char *text)
{
    return gn_hash_add(h, text, strlen(text) + 1);
}

/* As deep as the tree is, which is bounded. */
static uint64_t add_node(uint64_t h, const struct gn_node *node)
{
    const char kind = (char)('a' + (int)node->kind);

    h = gn_hash_add(h, &kind, 1);
    if (node->key != NULL)
        h = add_text(h, node->key->text);
    /* of values that SQL gives each source has one, which is in its name */
    if (node->kind == GN_NODE_SCALAR || node->made != NULL)
        return add_text(h, node->text);
    for (const struct gn_node *v = node->first; v != NULL; v = v->next)
        h = add_node(h, v);
    return gn_hash_add(h, "", 1);
}

uint64_t gn_identity(const struct gn_node *const *nodes, size_t count,
                     const struct gn_request *request)
{
    uint64_t h = GN_HASH_START;

    for (size_t i = 0; i < count; i++)
        h = nodes[i] != NULL ? add_node(h, nodes[i]) : gn_hash_add(h, "", 1);
    for (const char *const *s = request->secrets; s != NULL && *s != NULL; s++)
        h = add_text(h, *s);
    return h != 0 ? h : 1;
}
