/* expect.h - the keys expect, of a source and of its rows: what must hold for
 * an answer to be taken. */
#ifndef GN_CONFIG_EXPECT_H
#define GN_CONFIG_EXPECT_H

#include "config/scope.h"
#include "config/walk.h"

/* A source's; for gn_walk_mapping with a struct gn_scope as context. */
void gn_expect_read(struct gn_problems *p, const struct gn_node *node,
                    void *scope);

/* That of rows, in memory; NULL: there was none of it. */
const struct gn_rows_expect *gn_expect_rows_read(struct gn_problems *p,
                                                 const struct gn_node *node,
                                                 struct gn_arena *memory);

#endif
