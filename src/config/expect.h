/* expect.h - the keys expect, of a source and of its rows: what must hold for
 * an answer to be taken; and max_age: how long none may be. */
#ifndef GN_CONFIG_EXPECT_H
#define GN_CONFIG_EXPECT_H

#include "config/scope.h"
#include "config/walk.h"

/* A source's; for gn_walk_mapping with a struct gn_scope as context. */
void gn_expect_read(struct gn_problems *p, const struct gn_node *node,
                    void *scope);

/* The same: max_age. */
void gn_expect_max_age(struct gn_problems *p, const struct gn_node *node,
                       void *scope);

/* When all of source is read, node: notes an age that is over between any two
 * of its runs. */
void gn_expect_check_age(struct gn_problems *p, const struct gn_node *node,
                         const struct gn_source *source);

/* That of rows, in memory; NULL: there was none of it. node: NULL for one that
 * is not said. min_rows: unless it says so itself. */
const struct gn_rows_expect *gn_expect_rows_read(struct gn_problems *p,
                                                 const struct gn_node *node,
                                                 int min_rows,
                                                 struct gn_arena *memory);

#endif
