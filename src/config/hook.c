#include "config/hook.h"

#include <string.h>

#include "base/error.h"
#include "base/mask.h"
#include "base/url.h"
#include "config/common.h"
#include "config/hide.h"
#include "config/secret.h"
#include "config/suggest.h"

enum { DEFAULT_TIMEOUT_MS = 30000, MOST_AFTER = 1000 };
#define DAY_MS       (INT64_C(24) * 3600 * 1000)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Whom to tell, being read. */
struct reach_scope {
    struct gn_scope *scope;
    struct gn_reach *reach;
    struct gn_notifier *notifier; /* it is that one's; NULL: a hook's */
    const struct gn_node *tz;     /* NULL: it was not said */
};

static void *get(struct gn_problems *p, struct gn_scope *s, size_t count,
                 size_t size)
{
    void *memory = gn_arena_zeroed(s->memory, count * size);

    if (memory == NULL)
        gn_problem_memory(p);
    return memory;
}

/* --- a command, or a URL -------------------------------------------------- */

static void read_run(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    struct reach_scope *r = context;
    const char **argv;
    size_t n = 0;

    if (node->kind != GN_NODE_LIST || node->count == 0) {
        gn_walk_problem(p, node,
                        "run is no list; write the command and its arguments "
                        "like [/usr/local/bin/tell, --all], for no shell will "
                        "part them");
        return;
    }
    argv = get(p, r->scope, node->count + 1, sizeof *argv);
    for (const struct gn_node *v = node->first; v != NULL && argv != NULL;
         v = v->next, n++) {
        argv[n] = gn_common_text(p, v, r->scope);
        if (argv[n] == NULL)
            return;
    }
    if (argv == NULL)
        return;
    if (argv[0][0] == '\0')
        gn_walk_problem(p, node->first, "run names no command");
    /* One without a slash is looked for in PATH. It runs in the file's folder,
     * so that where that is relative, it is found from there already. */
    if (strchr(argv[0], '/') != NULL && r->scope->folder[0] == '/')
        argv[0] = gn_secret_path(argv[0], r->scope->folder, r->scope->memory);
    if (argv[0] == NULL)
        gn_problem_memory(p);
    r->reach->argv = argv;
}

static void read_env(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    struct reach_scope *r = context;
    const char **env;
    size_t n = 0;

    if (node->kind != GN_NODE_MAPPING) {
        gn_walk_problem(p, node,
                        "env must be a mapping; write { NAME: value }");
        return;
    }
    env = get(p, r->scope, node->count + 1, sizeof *env);
    for (const struct gn_node *v = node->first; v != NULL && env != NULL;
         v = v->next) {
        const char *name = v->key->text;
        const char *value = gn_common_text(p, v, r->scope);

        if (name[0] == '\0' || strchr(name, '=') != NULL)
            gn_walk_problem(p, v->key, "env: \"%.60s\" is no name", name);
        if (value == NULL)
            continue;
        env[n] = gn_arena_printf(r->scope->memory, "%s=%s", name, value);
        if (env[n++] == NULL)
            gn_problem_memory(p);
    }
    r->reach->env = env;
}

static void read_webhook(struct gn_problems *p, const struct gn_node *node,
                         void *context)
{
    struct reach_scope *r = context;
    struct gn_secret *const others = r->scope->secrets;
    struct gn_request *request = &r->reach->webhook;
    struct gn_url parts;
    const char *url;

    r->scope->secrets = NULL;
    url = gn_common_text(p, node, r->scope);
    if (url != NULL && gn_url_split(url, &parts, NULL) != GARNER_OK &&
        !gn_scope_stands_in(r->scope, url))
        gn_walk_problem(p, node,
                        "webhook is no URL; write one like "
                        "https://example.org/hook");
    else if (url != NULL) {
        request->url = url;
        if (!gn_hide_secrets(request, r->scope->secrets, NULL,
                             r->scope->memory))
            gn_problem_memory(p);
    }
    r->scope->secrets = others;
}

static void read_timeout(struct gn_problems *p, const struct gn_node *node,
                         void *context)
{
    struct reach_scope *r = context;
    int64_t ms = 0;

    if (!gn_walk_duration(p, node, 1, &ms))
        return;
    if (ms > DAY_MS)
        gn_walk_problem(p, node, "timeout is more than a day; write less");
    r->reach->timeout_ms = ms;
}

static void read_digest(struct gn_problems *p, const struct gn_node *node,
                        void *context)
{
    struct reach_scope *r = context;

    (void)gn_walk_duration(p, node, 1, &r->notifier->digest_ms);
}

static void read_quiet(struct gn_problems *p, const struct gn_node *node,
                       void *context)
{
    struct reach_scope *r = context;
    const char *text = gn_walk_text(p, node);
    struct gn_window *hours;
    struct garner_error err;

    if (text == NULL)
        return;
    hours = get(p, r->scope, 1, sizeof *hours);
    if (hours != NULL && gn_window_parse(text, hours, &err) != GARNER_OK)
        gn_walk_problem(p, node, "quiet: %s", err.message);
    r->notifier->quiet = hours;
}

static void read_tz(struct gn_problems *p, const struct gn_node *node,
                    void *context)
{
    struct reach_scope *r = context;
    const char *text = gn_walk_text(p, node);
    struct garner_error err;
    enum garner_code code;

    r->tz = node;
    if (text == NULL)
        return;
    code = gn_zones_find(r->scope->zones, text, r->scope->memory,
                         &r->notifier->zone, &err);
    if (code == GARNER_NOMEM)
        gn_problem_memory(p);
    else if (code != GARNER_OK)
        gn_walk_problem(p, node, "%s", err.message);
}

static const struct gn_walk_key reach_keys[] = {
    {"run", read_run, NULL},         {"env", read_env, NULL},
    {"webhook", read_webhook, NULL}, {"timeout", read_timeout, NULL},
    {"digest", read_digest, NULL}, /* from here on a notifier's alone */
    {"quiet", read_quiet, NULL},     {"tz", read_tz, NULL},
};
enum { HOOK_KEYS = 4 };

/* Keeps what the command was given of secrets, which are those of the scope
 * before others. */
static void keep_secrets(struct gn_problems *p, struct reach_scope *r,
                         const struct gn_secret *others)
{
    const struct gn_secret *first = r->scope->secrets;
    const char **list;
    size_t n = 0;

    for (const struct gn_secret *s = first; s != others; s = s->next)
        n++;
    list = n > 0 ? get(p, r->scope, n + 1, sizeof *list) : NULL;
    r->reach->secrets = list;
    for (; list != NULL && first != others; first = first->next)
        *list++ = first->value;
}

/* A list is a command. */
static void read_reach(struct gn_problems *p, const struct gn_node *node,
                       struct reach_scope *r)
{
    const struct gn_secret *const others = r->scope->secrets;
    const size_t before = p->count;

    *r->reach = (struct gn_reach){.timeout_ms = DEFAULT_TIMEOUT_MS};
    if (node->kind == GN_NODE_MAPPING)
        gn_walk_mapping(p, node, reach_keys,
                        r->notifier != NULL ? COUNT(reach_keys) : HOOK_KEYS, r);
    else
        read_run(p, node, r);
    keep_secrets(p, r, others);
    if (p->count == before &&
        (r->reach->argv == NULL) == (r->reach->webhook.url == NULL))
        gn_walk_problem(p, node,
                        "%s: write either run: [COMMAND, ARGUMENT ...] or "
                        "webhook: URL",
                        node->key->text);
    else if (p->count == before && r->tz != NULL && r->notifier->quiet == NULL)
        gn_walk_problem(p, r->tz, "tz is for quiet alone; remove it");
    else if (p->count == before && r->reach->env != NULL &&
             r->reach->argv == NULL)
        gn_walk_problem(p, node, "%s: env is for run alone; remove it",
                        node->key->text);
}

/* --- hooks ---------------------------------------------------------------- */

static void read_event(struct gn_problems *p, const struct gn_node *node,
                       void *scope)
{
    struct gn_scope *s = scope;
    const enum gn_event event = gn_event_of(node->key->text);
    struct reach_scope r = {s, get(p, s, 1, sizeof *r.reach), NULL, NULL};

    if (r.reach == NULL)
        return;
    read_reach(p, node, &r);
    s->source->hooks[event] = r.reach;
}

static const struct gn_walk_key event_keys[] = {
    {"success", read_event, NULL}, {"change", read_event, NULL},
    {"error", read_event, NULL},   {"recover", read_event, NULL},
    {"stale", read_event, NULL},
};

void gn_hook_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    gn_walk_mapping(p, node, event_keys, COUNT(event_keys), scope);
}

/* --- alert ---------------------------------------------------------------- */

static const struct gn_notifier *named(const struct gn_scope *s,
                                       const char *name)
{
    for (size_t i = 0; i < s->notifier_count; i++)
        if (s->notifiers[i].name != NULL &&
            strcmp(s->notifiers[i].name, name) == 0)
            return &s->notifiers[i];
    return NULL;
}

static void read_to(struct gn_problems *p, const struct gn_node *node,
                    void *scope)
{
    struct gn_scope *s = scope;
    const bool is_list = node->kind == GN_NODE_LIST;
    const struct gn_notifier **to =
        get(p, s, is_list ? node->count + 1 : 1, sizeof *to);
    size_t n = 0;

    for (const struct gn_node *v = is_list ? node->first : node;
         v != NULL && to != NULL; v = is_list ? v->next : NULL) {
        const char *name = gn_walk_text(p, v);

        if (name == NULL)
            return;
        to[n] = named(s, name);
        if (to[n] == NULL)
            gn_walk_problem(p, v,
                            "there is no %.60s under notify; write notify: { "
                            "%.60s: { run: [COMMAND] } }",
                            name, name);
        n += to[n] != NULL;
    }
    s->source->alert.to = to;
    s->source->alert.to_count = to != NULL ? n : 0;
}

static void read_after(struct gn_problems *p, const struct gn_node *node,
                       void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_integer(p, node, 1, MOST_AFTER,
                          &s->source->alert.policy.after);
}

static void read_repeat(struct gn_problems *p, const struct gn_node *node,
                        void *scope)
{
    struct gn_scope *s = scope;
    int64_t ms = 0;

    if (gn_walk_duration(p, node, 1, &ms))
        s->source->alert.policy.repeat_us = ms * 1000;
}

static const struct gn_walk_key alert_keys[] = {
    {"to", read_to, NULL},
    {"after", read_after, NULL},
    {"repeat", read_repeat, NULL},
};

/* What is said of it stands for itself: nothing of the default one stays. */
void gn_hook_read_alert(struct gn_problems *p, const struct gn_node *node,
                        void *scope)
{
    struct gn_scope *s = scope;
    const size_t before = p->count;

    s->source->alert = (struct gn_alert_spec){.policy.after = 1};
    if (node->kind == GN_NODE_MAPPING)
        gn_walk_mapping(p, node, alert_keys, COUNT(alert_keys), scope);
    else
        read_to(p, node, scope);
    if (p->count == before && s->source->alert.to == NULL)
        gn_walk_problem(p, node,
                        "alert does not say whom to tell; add to: NAME, one of "
                        "those under notify");
}

/* --- notify --------------------------------------------------------------- */

void gn_hook_read_notify(struct gn_problems *p, const struct gn_node *node,
                         struct gn_scope *s)
{
    struct gn_notifier *all;
    size_t n = 0;

    if (node->kind != GN_NODE_MAPPING) {
        gn_walk_problem(
            p, node,
            "notify must be a mapping; write notify: { NAME: { run: "
            "[COMMAND] } }");
        return;
    }
    all = get(p, s, node->count + 1, sizeof *all);
    for (const struct gn_node *v = node->first; v != NULL && all != NULL;
         v = v->next, n++) {
        struct reach_scope r = {s, &all[n].reach, &all[n], NULL};

        all[n].name = gn_arena_text(s->memory, v->key->text);
        if (all[n].name == NULL)
            gn_problem_memory(p);
        read_reach(p, v, &r);
    }
    s->notifiers = all;
    s->notifier_count = all != NULL ? n : 0;
}
