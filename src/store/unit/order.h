/*
 * order.h - things of which some need others before them, put in order;
 * and the circle named, where there is none. Pure.
 *
 * Memory: all of it lies in the arena that gn_unit_order_new was given. That
 * memory ran out is remembered there (arena.failed).
 */
#ifndef GN_STORE_UNIT_ORDER_H
#define GN_STORE_UNIT_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct gn_unit_need {
    size_t from; /* needs ... */
    size_t to;   /* ... this before it */
    const void *why;
    struct gn_unit_need *next; /* of the same node, to a higher one */
};

struct gn_unit_order {
    size_t count;
    struct gn_unit_need **needs; /* of each node, 0 to count - 1 */

    /* set by gn_unit_order_sort */
    size_t *sorted;  /* the nodes, each behind all that it needs */
    size_t *circle;  /* of each node: which it is in; most are alone in theirs.
                        None needs a circle of a higher number. */
    size_t *members; /* of each circle */
    size_t circles;

    /* its own */
    size_t *seen;
    size_t *low;
    size_t *waiting;
    struct gn_unit_need **next;
    size_t *back;
};

/* An order of count nodes that need nothing yet; NULL: no memory. */
struct gn_unit_order *gn_unit_order_new(struct gn_arena *arena, size_t count);

/* Node from needs node to before it. A node that needs itself is no matter. */
void gn_unit_order_need(struct gn_unit_order *o, struct gn_arena *arena,
                        size_t from, size_t to, const void *why);

/* Sorts: the nodes stay in the order of their numbers, but for those that are
 * fetched forward because one needs them. false: some need each other. */
bool gn_unit_order_sort(struct gn_unit_order *o);

/* After a sort that gave false: the needs of a shortest circle through the
 * lowest node that is in one, each beginning where the one before it ends, put
 * into path[], which has room for all nodes; returns how many. */
size_t gn_unit_order_circle(struct gn_unit_order *o,
                            const struct gn_unit_need **path);

#endif
