#include "config/network.h"

#include <string.h>

#include "config/check.h"
#include "config/common.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void gn_network_proxy(struct gn_problems *p, const struct gn_node *node,
                      void *scope)
{
    struct gn_scope *s = scope;
    const char *proxy = gn_common_text(p, node, s);
    struct garner_error err;

    if (proxy != NULL &&
        gn_scope_passed(p, node, gn_check_line(proxy, &err), &err))
        s->source->request.proxy = proxy;
}

void gn_network_ip(struct gn_problems *p, const struct gn_node *node,
                   void *scope)
{
    static const char *const words[] = {"4", "6"};
    struct gn_scope *s = scope;
    const int word = gn_walk_word(p, node, words, 2, 2);

    if (word >= 0)
        s->source->request.route.ip = word == 0 ? 4 : 6;
}

void gn_network_http(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    static const char *const words[] = {"1.1", "2"};
    struct gn_scope *s = scope;
    const int word = gn_walk_word(p, node, words, 2, 2);

    if (word >= 0)
        s->source->request.route.http = 1 + word;
}

void gn_network_interface(struct gn_problems *p, const struct gn_node *node,
                          void *scope)
{
    struct gn_scope *s = scope;
    const char *name = gn_walk_text(p, node);

    if (name != NULL && name[0] == '\0')
        gn_walk_problem(p, node,
                        "interface is empty; name one of this machine, or its "
                        "address");
    s->source->request.route.interface = gn_scope_copy(p, s, name);
}

/* Whether text is "host:port". */
static bool is_place(const char *text)
{
    const char *colon = strrchr(text, ':');
    const size_t digits = colon != NULL ? strspn(colon + 1, "0123456789") : 0;

    return colon > text && digits > 0 && digits <= 5 &&
           colon[1 + digits] == '\0' &&
           (text[0] == '[' ? colon[-1] == ']'
                           : strcspn(text, ":") == (size_t)(colon - text));
}

static const char *resolved(struct gn_problems *p, const struct gn_node *node,
                            struct gn_scope *s)
{
    const char *place = node->key->text;
    const char *address = gn_walk_text(p, node);
    const char *line;

    if (address == NULL)
        return NULL;
    if (!is_place(place) || address[0] == '\0' ||
        strpbrk(address, " /[]\t\r\n") != NULL) {
        gn_walk_problem(p, node->key,
                        "resolve: write it \"HOST:PORT\": ADDRESS, like "
                        "{ \"example.org:443\": 192.0.2.1 }");
        return NULL;
    }
    line = gn_arena_printf(
        s->memory, strchr(address, ':') != NULL ? "%s:[%s]%s" : "%s:%s%s",
        place, address, strrchr(place, ':'));
    if (line == NULL)
        gn_problem_memory(p);
    return line;
}

void gn_network_resolve(struct gn_problems *p, const struct gn_node *node,
                        void *scope)
{
    struct gn_scope *s = scope;
    const char **lines = gn_scope_lines(p, node, s, resolved);

    if (lines != NULL)
        s->source->request.route.connect_to = lines;
}

void gn_network_private(struct gn_problems *p, const struct gn_node *node,
                        void *scope)
{
    static const char *const words[] = {"refuse", "allow"};
    struct gn_scope *s = scope;
    const int word = gn_walk_word(p, node, words, 2, 2);

    if (word >= 0)
        s->source->allows_private = word == 1;
}

/* redirects */

static void most(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    struct gn_scope *s = scope;
    int count;

    if (gn_walk_integer(p, node, 0, GN_CHECK_REDIRECTS_MAX, &count))
        s->source->request.limits.max_redirects = count > 0 ? count : -1;
}

static void hosts(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    static const char *const words[] = {"any", "same"};
    struct gn_scope *s = scope;
    const int word = gn_walk_word(p, node, words, 2, 2);

    if (word >= 0)
        s->source->request.same_host = word == 1;
}

static const struct gn_walk_key redirect_keys[] = {
    {"max", most, NULL},
    {"hosts", hosts, NULL},
};

void gn_network_redirects(struct gn_problems *p, const struct gn_node *node,
                          void *scope)
{
    if (node->kind == GN_NODE_SCALAR)
        most(p, node, scope);
    else
        gn_walk_mapping(p, node, redirect_keys, COUNT(redirect_keys), scope);
}
