/* payload.h - what a request sends: the keys headers, data, json and form. */
#ifndef GN_CONFIG_PAYLOAD_H
#define GN_CONFIG_PAYLOAD_H

#include "config/scope.h"
#include "config/walk.h"

/* For gn_walk_mapping with a struct gn_scope as context, whose variables are
 * known. */
void gn_payload_headers(struct gn_problems *p, const struct gn_node *node,
                        void *scope);
void gn_payload_data(struct gn_problems *p, const struct gn_node *node,
                     void *scope);
void gn_payload_json(struct gn_problems *p, const struct gn_node *node,
                     void *scope);
void gn_payload_form(struct gn_problems *p, const struct gn_node *node,
                     void *scope);

/* Makes the body of what was read, and the headers that say what it is, unless
 * they are said. source: its name in the file. */
void gn_payload_finish(struct gn_problems *p, const struct gn_node *source,
                       struct gn_scope *s);

#endif
