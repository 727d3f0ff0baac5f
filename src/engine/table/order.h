/*
 * order.h - rows by some of their columns: which are the same in them. Values
 * are compared as SQL does: 1 and 1.0 are one, 1 and '1' are two. Pure.
 *
 * Thread: one at a time.
 */
#ifndef GN_ENGINE_TABLE_ORDER_H
#define GN_ENGINE_TABLE_ORDER_H

#include <stddef.h>

#include "extract/rowset.h"

struct gn_order {
    const struct gn_rowset *rows;
    const size_t *columns; /* count of them, by which */
    size_t count;
};

/* Below, at or above 0: row a comes before b, is the same, comes after it. */
int gn_order_compare(const struct gn_order *order, size_t a, size_t b);

/* Puts the rows without NULL in those columns into sorted, which has room for
 * all: in their order, the same ones as they stand. Gives how many. */
size_t gn_order_sort(const struct gn_order *order, size_t *sorted);

#endif
