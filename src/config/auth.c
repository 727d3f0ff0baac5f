#include "config/auth.h"

#include <string.h>

#include "base/buf.h"
#include "config/fill.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* auth */

static void user(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    struct gn_scope *s = scope;

    s->source->request.user = gn_fill_text(p, node, s);
    if (s->source->request.user != NULL &&
        strchr(s->source->request.user, ':') != NULL)
        gn_walk_problem(p, node,
                        "user: there is a colon in it, which no login can "
                        "have; remove it");
}

static void password(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    struct gn_scope *s = scope;

    s->source->request.password = gn_fill_secret(p, node, s);
}

static const struct gn_walk_key login_keys[] = {
    {"user", user, NULL},
    {"password", password, NULL},
};

static void login(struct gn_problems *p, const struct gn_node *node,
                  struct gn_scope *s, enum gn_login kind)
{
    const struct gn_request *r = &s->source->request;
    const size_t before = p->count;

    s->source->request.login = kind;
    gn_walk_mapping(p, node, login_keys, COUNT(login_keys), s);
    if (p->count == before && (r->user == NULL || r->password == NULL))
        gn_walk_problem(p, node,
                        "%s needs a user and a password; write { user: NAME, "
                        "password: \"${env:NAME}\" }",
                        node->key->text);
}

static void basic(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    login(p, node, scope, GN_LOGIN_BASIC);
}

static void digest(struct gn_problems *p, const struct gn_node *node,
                   void *scope)
{
    login(p, node, scope, GN_LOGIN_DIGEST);
}

static void bearer(struct gn_problems *p, const struct gn_node *node,
                   void *scope)
{
    struct gn_scope *s = scope;

    s->source->request.login = GN_LOGIN_BEARER;
    password(p, node, s);
}

static const struct gn_walk_key auth_keys[] = {
    {"basic", basic, NULL},
    {"digest", digest, NULL},
    {"bearer", bearer, NULL},
};

void gn_auth_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    if (node->kind == GN_NODE_MAPPING && node->count != 1)
        gn_walk_problem(p, node,
                        "auth is one of basic, digest and bearer; keep the one "
                        "that the server asks for");
    else
        gn_walk_mapping(p, node, auth_keys, COUNT(auth_keys), scope);
}

/* cookies */

static void keep(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_bool(p, node, &s->source->request.keeps_cookies);
}

/* Neither ends a cookie (RFC 6265, 4.1.1) nor its header. */
static bool is_cookie(const char *name, const char *value)
{
    for (const char *c = name; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || *c == 127 ||
            strchr("=;,\"", *c) != NULL)
            return false;
    for (; *value != '\0'; value++)
        if ((unsigned char)*value < ' ' || *value == 127 || *value == ';')
            return false;
    return name[0] != '\0';
}

static void fixed(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    struct gn_scope *s = scope;
    struct gn_buf all = {0};

    if (!gn_scope_mapping(p, node))
        return;
    for (const struct gn_node *v = node->first; v != NULL; v = v->next) {
        const char *value = gn_fill_secret(p, v, s);

        if (value == NULL)
            continue;
        if (!is_cookie(v->key->text, value))
            gn_walk_problem(p, v,
                            "this is no cookie; write NAME: VALUE, without "
                            "semicolons and control characters");
        gn_buf_printf(&all, "%s%s=", all.size > 0 ? "; " : "", v->key->text);
        gn_buf_text(&all, value);
    }
    if (gn_buf_failed(&all))
        gn_problem_memory(p);
    else if (all.size > 0)
        s->source->request.cookies = gn_scope_copy(p, s, gn_buf_cstr(&all));
    gn_buf_fini(&all);
}

static const struct gn_walk_key cookie_keys[] = {
    {"keep", keep, NULL},
    {"send", fixed, NULL},
};

void gn_auth_cookies(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    if (node->kind == GN_NODE_SCALAR)
        keep(p, node, scope);
    else
        gn_walk_mapping(p, node, cookie_keys, COUNT(cookie_keys), scope);
}
