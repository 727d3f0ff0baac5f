#include "config/host.h"

#include "config/check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void failures(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_integer(p, node, 0, GN_CHECK_FAILURES_MAX,
                          &s->source->host_failures);
}

static void concurrency(struct gn_problems *p, const struct gn_node *node,
                        void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_integer(p, node, 1, GN_CHECK_CONCURRENCY_MAX,
                          &s->source->host_concurrency);
}

static void interval(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_duration(p, node, 1, &s->source->host_interval_ms);
}

static void bytes(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_size(p, node, GN_CHECK_BODY_MAX, &s->source->host_bytes);
}

static const struct gn_walk_key keys[] = {
    {"failures", failures, NULL},
    {"concurrency", concurrency, NULL},
    {"interval", interval, NULL},
    {"bytes", bytes, NULL},
};

void gn_host_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    gn_walk_mapping(p, node, keys, COUNT(keys), scope);
}

void gn_host_read_robots(struct gn_problems *p, const struct gn_node *node,
                         void *scope)
{
    static const char *const words[] = {"ignore", "obey"};
    struct gn_scope *s = scope;
    const int word = gn_walk_word(p, node, words, COUNT(words), COUNT(words));

    if (word >= 0)
        s->source->obeys_robots = word == 1;
    s->robots_said = true;
}
