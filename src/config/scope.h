/*
 * scope.h - what the readers of a file's parts share.
 *
 * Thread: one at a time.
 */
#ifndef GN_CONFIG_SCOPE_H
#define GN_CONFIG_SCOPE_H

#include "base/arena.h"
#include "config/config.h"
#include "config/secret.h"
#include "config/tree.h"
#include "config/walk.h"

/* One mapping being read: defaults, or a source. */
struct gn_scope {
    /* constant */
    struct gn_arena *memory; /* the config's */
    const char *folder;      /* of the file; relative paths begin there */
    bool offline;            /* nothing but the file is looked at: something
                                stands in for what it refers to */
    struct gn_zones *zones;  /* that the file names, in memory */
    const struct gn_notifier *notifiers; /* those of the file */
    size_t notifier_count;

    struct gn_source *source;        /* filled in */
    const struct gn_node *url;       /* looked at last, when vars are known */
    struct gn_secret *secrets;       /* that its values came from ... */
    struct gn_secret **of_variables; /* ... and each of source->vars */
    struct gn_secret *in_user_agent; /* that its value came from */
    const struct gn_node *json;      /* what to send: see payload.h */
    const struct gn_node *form;
    size_t pick;        /* which of the lists under vars: see vars.h ... */
    const char *picked; /* ... and what they are, for the name; NULL: none */
    const struct gn_node *start; /* looked at last, too: see crawl.h; NULL: */
    const struct gn_node *crawl; /* it has none */
    bool ack_said;
    bool robots_said;
};

/* Notes at node what a check found; true: nothing. */
bool gn_scope_passed(struct gn_problems *p, const struct gn_node *node,
                     enum garner_code code, const struct garner_error *err);

/* Whether something stands in text for what was not looked up, so that nobody
 * can say whether it is what it should be. */
bool gn_scope_stands_in(const struct gn_scope *s, const char *text);

/* Zeroed memory for count things of size bytes; NULL: noted. */
void *gn_scope_get(struct gn_problems *p, struct gn_scope *s, size_t count,
                   size_t size);

/* A copy of text; NULL: noted, or text is NULL. */
const char *gn_scope_copy(struct gn_problems *p, struct gn_scope *s,
                          const char *text);

/* Whether node is a mapping; false: noted. */
bool gn_scope_mapping(struct gn_problems *p, const struct gn_node *node);

/* A regular expression that can be one, the value of key or one of a list, in
 * memory; NULL: noted. */
const char *gn_scope_pattern(struct gn_problems *p, const struct gn_node *node,
                             const char *key, struct gn_arena *memory);

/* What a value of a mapping is, as a line; NULL: noted. */
typedef const char *gn_scope_line(struct gn_problems *p,
                                  const struct gn_node *node,
                                  struct gn_scope *s);

/* The lines of a mapping's values, then NULL, without those that are none.
 * NULL: noted. */
const char **gn_scope_lines(struct gn_problems *p, const struct gn_node *node,
                            struct gn_scope *s, gn_scope_line *line);

#endif
