#include "config/warn.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/tree.h"

enum {
    SHORTEST = 16, /* what follows the beginning of a known kind of token */
    LONG = 20,     /* of an unknown one */
    LOGIN = 8      /* behind the scheme of an Authorization, or a cookie */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char letters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char figures[] = "0123456789";
static const char of_token[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+/=~:";

/* Without a break, so many characters. */
static size_t run_of(const char *text)
{
    return strspn(text, of_token);
}

/* Of at least so many characters, both letters and figures. */
static bool is_mixed(const char *text, size_t least)
{
    const size_t n = run_of(text);

    return n >= least && strcspn(text, letters) < n &&
           strcspn(text, figures) < n;
}

/* Begins at text, and no word does so before it. */
static bool has_known(const char *text)
{
    static const char *const begins[] = {
        "ghp_",  "gho_",        "ghu_",     "ghs_",     "ghr_",     "glpat-",
        "sk-",   "sk_live_",    "sk_test_", "rk_live_", "xoxb-",    "xoxp-",
        "xoxa-", "xoxs-",       "AKIA",     "AIza",     "hf_",      "npm_",
        "pypi-", "github_pat_", "dop_v1_",  "ya29.",    "eyJhbGci", "SG.",
    };

    for (const char *at = text; *at != '\0'; at++) {
        if (at > text && strchr(of_token, at[-1]) != NULL &&
            strchr("=/:", at[-1]) == NULL)
            continue;
        for (size_t i = 0; i < COUNT(begins); i++) {
            const size_t n = strlen(begins[i]);

            if (strncmp(at, begins[i], n) == 0 && is_mixed(at, n + SHORTEST))
                return true;
        }
    }
    return false;
}

static bool is_one_of(const char *name, size_t size, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strlen(*list) == size && strncasecmp(name, *list, size) == 0)
            return true;
    return false;
}

/* Named after a secret: "X-Api-Key", "access_token". */
static bool is_secret_name(const char *name, size_t size)
{
    static const char *const whole[] = {"key", "auth", "pass", "pwd",
                                        "pw",  "sid",  NULL};
    static const char *const words[] = {
        "token",   "secret",  "password",   "passwd",     "api-key",
        "api_key", "apikey",  "access-key", "access_key", "bearer",
        "cookie",  "session", "private-key"};

    if (is_one_of(name, size, whole))
        return true;
    for (size_t i = 0; i < COUNT(words); i++)
        for (size_t at = 0; at + strlen(words[i]) <= size; at++)
            if (strncasecmp(name + at, words[i], strlen(words[i])) == 0)
                return true;
    return false;
}

/* "Bearer XYZ", as the value of a header. */
static bool is_login(const char *text)
{
    static const char *const schemes[] = {"Bearer ", "Basic ", "Token "};

    for (size_t i = 0; i < COUNT(schemes); i++) {
        const size_t n = strlen(schemes[i]);

        if (strncasecmp(text, schemes[i], n) == 0)
            return run_of(text + n) >= LOGIN && text[n] != '\0' &&
                   text[n + run_of(text + n)] == '\0';
    }
    return is_mixed(text, LONG);
}

/* A parameter of a URL named after a secret, "?access_token=...". */
static bool has_parameter(const char *text)
{
    const char *at = strchr(text, '?');

    while (at != NULL) {
        const char *name = at + 1;
        const size_t n = strcspn(name, "=&");

        if (name[n] == '=' && is_secret_name(name, n) &&
            is_mixed(name + n + 1, SHORTEST))
            return true;
        at = strchr(name, '&');
    }
    return false;
}

/* "http://user:password@host", but for one that a variable fills in. */
static bool has_password(const char *text)
{
    const char *at = strstr(text, "://");
    size_t user;
    size_t size;

    if (at == NULL)
        return false;
    at += 3;
    size = strcspn(at, "/?#");
    while (size > 0 && at[size - 1] != '@')
        size--;
    user = strcspn(at, ":@");
    return user + 2 < size && at[user] == ':' && at[user + 1] != '{';
}

/* A part of a webhook's path or query is what lets one in there. */
static bool has_secret_part(const char *url)
{
    const char *host = strstr(url, "://");
    const char *at = strpbrk(host != NULL ? host + 3 : url, "/?");

    while (at != NULL && *at != '\0') {
        const size_t n = strcspn(++at, "/?&=#");

        if (n >= SHORTEST && run_of(at) >= n && strcspn(at, letters) < n &&
            strcspn(at, figures) < n)
            return true;
        at += n;
    }
    return false;
}

/* Where a value stands. */
struct place {
    const char *name;    /* its key, or that of the list it is in */
    const char *section; /* the key of the mapping which has that */
};

/* Whatever stands there is a secret, unless a variable fills it in. */
static bool is_password(const struct place *at, const char *text)
{
    static const char *const sections[] = {"auth", "basic", "digest", "tls",
                                           "form", "json",  NULL};
    static const char *const names[] = {"password", "key_password", "bearer",
                                        NULL};

    return text[0] != '\0' && text[0] != '{' &&
           is_one_of(at->section, strlen(at->section), sections) &&
           is_one_of(at->name, strlen(at->name), names);
}

static bool is_token(const struct gn_node *node, const struct place *at)
{
    const char *text = node->text;
    const char *name = at->name;

    if (node->block || strstr(text, "${") != NULL || strcmp(name, "sql") == 0)
        return false;
    if (has_known(text) || has_parameter(text) || has_password(text) ||
        is_password(at, text))
        return true;
    if (strcasecmp(name, "authorization") == 0 ||
        strcasecmp(name, "proxy-authorization") == 0)
        return is_login(text);
    if (strcmp(name, "webhook") == 0)
        return has_secret_part(text);
    if (strcmp(at->section, "send") == 0)
        return is_mixed(text, LOGIN);
    return strcmp(at->section, "rows") != 0 &&
           is_secret_name(name, strlen(name)) && is_mixed(text, LONG) &&
           text[run_of(text)] == '\0';
}

/* Goes through all that is below node, which stands there. */
static void walk(struct gn_problems *p, const struct gn_node *node,
                 const struct place *where)
{
    for (const struct gn_node *v = node->first; v != NULL; v = v->next) {
        const struct place at =
            v->key != NULL ? (struct place){v->key->text, where->name} : *where;

        if (v->kind != GN_NODE_SCALAR)
            walk(p, v, &at);
        else if (is_token(v, &at))
            gn_problem(p, v->line, v->column,
                       "warning: %s%.60s%s looks like a token or a password; "
                       "let ${env:NAME}, ${file:PATH} or ${cred:NAME} stand "
                       "for it, so that it is in no file that others read",
                       v->key != NULL ? "the value of \"" : "a value",
                       v->key != NULL ? v->key->text : "",
                       v->key != NULL ? "\"" : "");
    }
}

enum garner_code gn_warn(const char *path, const char *data, size_t size,
                         struct gn_buf *list, size_t *count,
                         struct garner_error *err)
{
    struct gn_problems broken = {.path = path};
    struct gn_problems p = {.path = path, .list = list};
    struct gn_arena memory = {0};
    const struct gn_node *root = gn_tree_parse(data, size, &memory, &broken);
    enum garner_code code = gn_problems_result(&broken, err);

    if (root != NULL)
        walk(&p, root, &(struct place){"", ""});
    *count = p.count;
    if (code != GARNER_NOMEM)
        code = gn_problems_result(&p, err);
    gn_arena_clear(&memory);
    return code == GARNER_NOMEM ? code : GARNER_OK;
}
