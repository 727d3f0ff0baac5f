/*
 * links.h - which rows of a unit refer to which others of it, told by the
 * values they are given.
 *
 * Two values are taken for the same if they may be so to SQLite, in whatever
 * column: 5, 5.0 and '5'; 'a' and 'A' and 'a '. A link too many costs an order
 * that was not needed, and where it closes a circle, only those of equal values
 * are looked at.
 *
 * Thread: one at a time. Memory: the arena's.
 */
#ifndef GN_STORE_UNIT_LINKS_H
#define GN_STORE_UNIT_LINKS_H

#include "store/unit/order.h"
#include "store/unit/rows.h"
#include "store/unit/schema.h"

/* Rows, inserted or upserted, of some tables; node i of the order is the i-th
 * of them. */
struct gn_unit_links {
    struct gn_arena *arena;
    struct gn_unit_order *order;
    const struct gn_unit_row *const *rows;
    size_t count;
    bool equal; /* only values that are equal make a link */
};

/* Makes those rows that refer by reference, which is of table from, need those
 * of table to that they refer to. Lost memory is remembered in the arena. */
void gn_unit_links_add(const struct gn_unit_links *l,
                       const struct gn_unit_table *from,
                       const struct gn_unit_reference *reference,
                       const struct gn_unit_table *to);

#endif
