/*
 * vars.h - the key vars: names and values that fill the URL and the SQL. One
 * that has a list of values makes a source for each; several make one for each
 * combination, the last list's values following one another.
 */
#ifndef GN_CONFIG_VARS_H
#define GN_CONFIG_VARS_H

#include "config/scope.h"
#include "config/walk.h"

enum { GN_VARS_MOST = 1000 }; /* sources of one */

/* How many sources the mapping of a source stands for; 0: noted, or there is no
 * value (values.h). */
size_t gn_vars_count(struct gn_problems *p, const struct gn_node *source);

/* For gn_walk_mapping with a struct gn_scope as context, whose pick says which
 * of those sources is read. Sets picked. */
void gn_vars_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope);

/* Parts the secrets of the variables that text, the URL as it is written, uses
 * from those of the others. */
void gn_vars_part(struct gn_scope *s, const char *text,
                  struct gn_secret **in_url);

#endif
