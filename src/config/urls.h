/*
 * urls.h - the key urls of a source: many URLs in place of one, from a file or
 * from the store.
 */
#ifndef GN_CONFIG_URLS_H
#define GN_CONFIG_URLS_H

#include "config/scope.h"
#include "config/walk.h"

/* Reads urls: { file: PATH } or { sql: "select ..." }. */
void gn_urls_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope);

/* Whether the source in scope has urls. If so, notes at node what does not go
 * with them, and fills in what they need. Call when all its keys are read. */
bool gn_urls_finish(struct gn_problems *p, const struct gn_node *node,
                    struct gn_scope *scope);

#endif
