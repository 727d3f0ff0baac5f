#include "config/retry.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void times(struct gn_problems *p, const struct gn_node *node,
                  void *context)
{
    struct gn_backoff *b = context;

    (void)gn_walk_integer(p, node, 0, GN_RETRY_TIMES_MAX, &b->times);
}

static void backoff(struct gn_problems *p, const struct gn_node *node,
                    void *context)
{
    struct gn_backoff *b = context;

    (void)gn_walk_range(p, node,
                        "write the shortest and the longest wait, like 1s..5m",
                        &b->least_ms, &b->most_ms);
}

static void add_class(struct gn_problems *p, const struct gn_node *node,
                      struct gn_backoff *b)
{
    static const char *const words[] = {
#define X(name, word) [GN_RETRY_##name] = (word),
        GN_RETRY_MAP(X)
#undef X
    };
    const int word = gn_walk_word(p, node, words, COUNT(words), COUNT(words));

    if (word >= 0)
        b->classes |= 1U << word;
}

static void classes(struct gn_problems *p, const struct gn_node *node,
                    void *context)
{
    struct gn_backoff *b = context;
    const struct gn_node *one = node;

    b->classes = 0;
    if (node->kind != GN_NODE_LIST) {
        add_class(p, node, b);
        return;
    }
    if (node->count == 0)
        gn_walk_problem(p, node,
                        "classes is an empty list; name one, or write times: "
                        "0");
    for (one = node->first; one != NULL; one = one->next)
        add_class(p, one, b);
}

static const struct gn_walk_key keys[] = {
    {"times", times, NULL},
    {"backoff", backoff, NULL},
    {"classes", classes, NULL},
};

/* What is said of it stands for itself: nothing of the default one stays. */
void gn_retry_read(struct gn_problems *p, const struct gn_node *node,
                   void *scope)
{
    struct gn_backoff *b = &((struct gn_scope *)scope)->source->retry;
    const size_t before = p->count;

    *b = (struct gn_backoff){.times = -1};
    if (node->kind == GN_NODE_SCALAR)
        times(p, node, b);
    else
        gn_walk_mapping(p, node, keys, COUNT(keys), b);
    if (p->count == before && b->times < 0)
        gn_walk_problem(p, node,
                        "retry does not say how often; write one like \"times: "
                        "3\"");
}
