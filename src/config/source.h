/* source.h - one source of the file. */
#ifndef GN_CONFIG_SOURCE_H
#define GN_CONFIG_SOURCE_H

#include "config/scope.h"
#include "config/walk.h"

/* Reads the mapping node, whose key is the source's name, into scope->source,
 * which holds the defaults so far. */
void gn_source_read(struct gn_problems *p, const struct gn_node *node,
                    struct gn_scope *scope);

#endif
