/* rows.h - the key rows of a source: tables, and how its answers become rows of
 * them. */
#ifndef GN_CONFIG_ROWS_H
#define GN_CONFIG_ROWS_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_rows_read_specs(struct gn_problems *p, const struct gn_node *node,
                        void *scope);

#endif
