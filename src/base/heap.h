/*
 * heap.h - binary heap of items that know their own place, so that one in the
 * middle can be moved or removed. Smallest key first.
 *
 * Thread: one at a time.
 */
#ifndef GN_BASE_HEAP_H
#define GN_BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include "garner/error.h"

/* Lives inside the item; at is the heap's, key the owner's while outside. */
struct gn_heap_node {
    int64_t key;
    size_t at; /* place + 1; 0: in no heap */
};

/* All zero is an empty heap. */
struct gn_heap {
    struct gn_heap_node **nodes;
    size_t count;
    size_t room;
};

/* Frees the heap's memory, not the items. */
void gn_heap_fini(struct gn_heap *h);

/* Adds node, which is in no heap, by its key. Borrows it. Errors: NOMEM. */
enum garner_code gn_heap_add(struct gn_heap *h, struct gn_heap_node *node,
                             struct garner_error *err);

/* Removes node, which is in h. */
void gn_heap_remove(struct gn_heap *h, struct gn_heap_node *node);

/* Gives node, which is in h, another key. */
void gn_heap_move(struct gn_heap *h, struct gn_heap_node *node, int64_t key);

/* Puts all in order again, after somebody has changed keys in h->nodes. */
void gn_heap_order(struct gn_heap *h);

/* The node with the smallest key; NULL: empty. */
struct gn_heap_node *gn_heap_first(const struct gn_heap *h);

#endif
