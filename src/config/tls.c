#include "config/tls.h"

#include <unistd.h>

#include "config/common.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The path of a PEM file that can be read; holds says of what. */
static const char *file(struct gn_problems *p, const struct gn_node *node,
                        struct gn_scope *s, const char *holds)
{
    const char *path = gn_walk_text(p, node);

    if (path == NULL)
        return NULL;
    path = gn_secret_path(path, s->folder, s->memory);
    if (path == NULL)
        gn_problem_memory(p);
    else if (!s->offline && access(path, R_OK) != 0)
        gn_walk_problem(p, node,
                        "%s %.120s cannot be read; name a PEM file of %s",
                        node->key->text, path, holds);
    return path;
}

static void ca_file(struct gn_problems *p, const struct gn_node *node,
                    void *scope)
{
    struct gn_scope *s = scope;

    s->source->request.ca_file = file(p, node, s, "certificates");
}

static void cert(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    struct gn_scope *s = scope;

    s->source->request.cert = file(p, node, s, "a certificate of yours");
}

static void key(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    struct gn_scope *s = scope;

    s->source->request.key = file(p, node, s, "the certificate's key");
}

static void key_password(struct gn_problems *p, const struct gn_node *node,
                         void *scope)
{
    struct gn_scope *s = scope;

    s->source->request.key_password = gn_common_secret(p, node, s);
}

static void least(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    static const char *const words[] = {"1.2", "1.3"};
    struct gn_scope *s = scope;
    const int word = gn_walk_word(p, node, words, 2, 2);

    if (word >= 0)
        s->source->request.least_tls = 12 + word;
}

static void insecure(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_bool(p, node, &s->source->request.insecure);
}

static const struct gn_walk_key tls_keys[] = {
    {"ca_file", ca_file, NULL}, {"cert", cert, NULL},
    {"key", key, NULL},         {"key_password", key_password, NULL},
    {"min", least, NULL},       {"insecure", insecure, NULL},
};

void gn_tls_read(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    gn_walk_mapping(p, node, tls_keys, COUNT(tls_keys), scope);
}
