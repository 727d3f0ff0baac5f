/* tags.h - the tags of a source, by which some of a file's are chosen. */
#ifndef GN_CONFIG_TAGS_H
#define GN_CONFIG_TAGS_H

#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_tags_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope);

#endif
