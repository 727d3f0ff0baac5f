#include "base/heap.h"

#include "base/error.h"
#include "base/mem.h"

static void put(struct gn_heap *h, size_t at, struct gn_heap_node *node)
{
    h->nodes[at] = node;
    node->at = at + 1;
}

static void rise(struct gn_heap *h, size_t at, struct gn_heap_node *node)
{
    while (at > 0 && h->nodes[(at - 1) / 2]->key > node->key) {
        put(h, at, h->nodes[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(h, at, node);
}

static void sink(struct gn_heap *h, size_t at, struct gn_heap_node *node)
{
    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < h->count &&
            h->nodes[child + 1]->key < h->nodes[child]->key)
            child++;
        if (child >= h->count || h->nodes[child]->key >= node->key)
            break;
        put(h, at, h->nodes[child]);
        at = child;
    }
    put(h, at, node);
}

static void settle(struct gn_heap *h, size_t at, struct gn_heap_node *node)
{
    if (at > 0 && h->nodes[(at - 1) / 2]->key > node->key)
        rise(h, at, node);
    else
        sink(h, at, node);
}

void gn_heap_fini(struct gn_heap *h)
{
    gn_free(h->nodes);
    *h = (struct gn_heap){0};
}

enum garner_code gn_heap_add(struct gn_heap *h, struct gn_heap_node *node,
                             struct garner_error *err)
{
    GN_CHECK(node->at == 0);
    if (h->count == h->room) {
        const size_t room = h->room > 0 ? h->room * 2 : 16;
        struct gn_heap_node **nodes =
            gn_realloc(h->nodes, room * sizeof(struct gn_heap_node *));

        if (nodes == NULL)
            return gn_fail(err, GARNER_NOMEM, "heap of %zu items", room);
        h->nodes = nodes;
        h->room = room;
    }
    rise(h, h->count++, node);
    return GARNER_OK;
}

void gn_heap_remove(struct gn_heap *h, struct gn_heap_node *node)
{
    const size_t at = node->at - 1;
    struct gn_heap_node *last;

    GN_CHECK(node->at >= 1 && at < h->count && h->nodes[at] == node);
    last = h->nodes[--h->count];
    node->at = 0;
    if (last != node)
        settle(h, at, last);
}

void gn_heap_move(struct gn_heap *h, struct gn_heap_node *node, int64_t key)
{
    GN_CHECK(node->at >= 1 && h->nodes[node->at - 1] == node);
    node->key = key;
    settle(h, node->at - 1, node);
}

void gn_heap_order(struct gn_heap *h)
{
    for (size_t at = h->count / 2; at > 0; at--)
        sink(h, at - 1, h->nodes[at - 1]);
}

struct gn_heap_node *gn_heap_first(const struct gn_heap *h)
{
    return h->count > 0 ? h->nodes[0] : NULL;
}
