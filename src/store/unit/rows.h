/*
 * rows.h - what was added to a unit: rows, and the shapes that they have
 * in common (what is done, table, columns).
 *
 * Thread: one at a time. Memory: all is copied into the arena of the rows.
 */
#ifndef GN_STORE_UNIT_ROWS_H
#define GN_STORE_UNIT_ROWS_H

#include "base/arena.h"
#include "garner/unit.h"

struct gn_unit_table;

enum gn_unit_verb {
    GN_UNIT_INSERT,
    GN_UNIT_UPSERT,
    GN_UNIT_UPDATE,
    GN_UNIT_DELETE,
};

struct gn_unit_shape {
    enum gn_unit_verb verb;
    const char *table;
    size_t keys; /* so many columns at the front are the key */
    size_t count;
    const char **columns;
    size_t number;              /* of the first row that has it */
    struct gn_unit_shape *next; /* in the order in which they came */
    struct gn_unit_shape *chain;
    struct gn_unit_table *found; /* the planner's */
};

struct gn_unit_row {
    const struct gn_unit_shape *shape;
    const struct garner_value *values; /* as many as the shape has columns */
    size_t number;                     /* from 1 */
    struct gn_unit_row *next;
};

enum { GN_UNIT_BUCKETS = 64 };

/* All zero is empty. */
struct gn_unit_rows {
    struct gn_arena arena;
    struct gn_unit_shape *buckets[GN_UNIT_BUCKETS];
    struct gn_unit_shape *shapes;
    struct gn_unit_shape *last_shape;
    struct gn_unit_shape *latest; /* of the row added last */
    struct gn_unit_row *rows;
    struct gn_unit_row *last_row;
    size_t count;
    size_t shape_count;
};

/* Adds a row (see garner/unit.h). Errors (rows are as they were): INVALID,
 * MISUSE, NOMEM. */
enum garner_code gn_unit_rows_add(struct gn_unit_rows *r,
                                  const struct gn_unit_shape *shape,
                                  const struct garner_field *fields,
                                  struct garner_error *err);

/* Frees all rows. */
void gn_unit_rows_clear(struct gn_unit_rows *r);

/* What a row does, for messages: "insert into". */
const char *gn_unit_rows_verb(enum gn_unit_verb verb);

#endif
