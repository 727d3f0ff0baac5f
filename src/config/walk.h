/*
 * walk.h - a YAML tree read with types: who asks says what a value must be, and
 * what is not so is a problem, noted with its place.
 *
 * Thread: one at a time.
 */
#ifndef GN_CONFIG_WALK_H
#define GN_CONFIG_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/problems.h"
#include "config/tree.h"

/* Notes a problem at node. */
void gn_walk_problem(struct gn_problems *p, const struct gn_node *node,
                     const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A key that a mapping may have. */
struct gn_walk_key {
    const char *name;
    /* Called with the key's value; NULL: the key is refused ... */
    void (*read)(struct gn_problems *p, const struct gn_node *value,
                 void *context);
    const char *advice; /* ... with this; NULL: it is not available yet */
};

/* Calls what keys say for each entry of a mapping, in the file's order. Unknown
 * keys are problems; the likely one is named. Nothing else is one, too: a node
 * that is no mapping. */
void gn_walk_mapping(struct gn_problems *p, const struct gn_node *node,
                     const struct gn_walk_key *keys, size_t key_count,
                     void *context);

/* Scalars by type. false or NULL: a problem was noted, *out is as it was. */
const char *gn_walk_text(struct gn_problems *p, const struct gn_node *node);
bool gn_walk_bool(struct gn_problems *p, const struct gn_node *node, bool *out);
bool gn_walk_integer(struct gn_problems *p, const struct gn_node *node,
                     int least, int most, int *out);
bool gn_walk_duration(struct gn_problems *p, const struct gn_node *node,
                      int64_t least_ms, int64_t *out_ms);
/* "1s..5m", or one duration for both; advice: "write ..., like 1s..5m". */
bool gn_walk_range(struct gn_problems *p, const struct gn_node *node,
                   const char *advice, int64_t *least_ms, int64_t *most_ms);
bool gn_walk_size(struct gn_problems *p, const struct gn_node *node,
                  int64_t most, int64_t *out_bytes);

/* Which of words the text is; -1: a problem was noted. Those from available on
 * are words of later versions. */
int gn_walk_word(struct gn_problems *p, const struct gn_node *node,
                 const char *const *words, int available, int count);

#endif
