/* schedule.h - the key schedule: when a source is due. */
#ifndef GN_CONFIG_SCHEDULE_H
#define GN_CONFIG_SCHEDULE_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context. */
void gn_schedule_read(struct gn_problems *p, const struct gn_node *node,
                      void *scope);

#endif
