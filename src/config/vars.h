/*
 * vars.h - the key vars: names and values that fill the request and the SQL.
 * One that has a list of values makes a source for each; several make one for
 * each combination, the last list's values following one another.
 */
#ifndef GN_CONFIG_VARS_H
#define GN_CONFIG_VARS_H

#include "config/scope.h"
#include "config/walk.h"

enum { GN_VARS_MOST = 1000 }; /* sources of one */

/* How many sources the mapping of a source stands for; 0: noted, or there is no
 * value (values.h). */
size_t gn_vars_count(struct gn_problems *p, const struct gn_node *source);

/* Reads the variables of the mapping of a source, before all else of it, by the
 * pick of scope, which says which of those sources it is. Sets picked. */
void gn_vars_begin(struct gn_problems *p, const struct gn_node *source,
                   struct gn_scope *scope);

/* Parts the secrets of the variables that text, the URL as it is written, uses
 * from those of the others. */
void gn_vars_part(struct gn_scope *s, const char *text,
                  struct gn_secret **in_url);

#endif
