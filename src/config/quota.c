#include "config/quota.h"

/* More than any machine has. */
#define MOST (INT64_C(1) << 40)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void time_of_all(struct gn_problems *p, const struct gn_node *node,
                        void *limits)
{
    (void)gn_walk_duration(p, node, 1, &((struct gn_quota *)limits)->time_ms);
}

static void memory(struct gn_problems *p, const struct gn_node *node,
                   void *limits)
{
    (void)gn_walk_size(p, node, MOST,
                       &((struct gn_quota *)limits)->memory_bytes);
}

static void rows(struct gn_problems *p, const struct gn_node *node,
                 void *limits)
{
    (void)gn_walk_size(p, node, MOST, &((struct gn_quota *)limits)->rows_bytes);
}

static void length(struct gn_problems *p, const struct gn_node *node,
                   void *limits)
{
    (void)gn_walk_size(p, node, GN_QUOTA_LENGTH_MOST,
                       &((struct gn_quota *)limits)->length_bytes);
}

static const struct gn_walk_key keys[] = {
    {"time", time_of_all, NULL},
    {"memory", memory, NULL},
    {"rows", rows, NULL},
    {"length", length, NULL},
};

void gn_quota_read(struct gn_problems *p, const struct gn_node *node,
                   void *scope)
{
    struct gn_scope *s = scope;

    gn_walk_mapping(p, node, keys, COUNT(keys), &s->source->limits);
}
