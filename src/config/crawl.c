#include "config/crawl.h"

#include <limits.h>
#include <string.h>

#include "config/crawlrules.h"
#include "config/hide.h"
#include "config/host.h"
#include "config/template.h"
#include "config/vars.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct crawl_scope {
    struct gn_scope *scope;
    struct gn_crawl *crawl;
};

void gn_crawl_start(struct gn_problems *p, const struct gn_node *node,
                    void *scope)
{
    (void)p;
    ((struct gn_scope *)scope)->start = node;
}

void gn_crawl_read(struct gn_problems *p, const struct gn_node *node,
                   void *scope)
{
    (void)p;
    ((struct gn_scope *)scope)->crawl = node;
}

/* What a value says once or in a list, count of them; the first in *one. NULL:
 * a problem was noted. */
static const char **texts(struct gn_problems *p, const struct gn_node *node,
                          struct gn_scope *s, const struct gn_node **one,
                          size_t *count)
{
    const bool many = node->kind == GN_NODE_LIST;

    *one = many ? node->first : node;
    *count = many ? node->count : 1;
    if (*count == 0) {
        gn_walk_problem(p, node, "%s is an empty list; write one, or remove it",
                        node->key->text);
        return NULL;
    }
    return gn_scope_get(p, s, *count, sizeof(char *));
}

/* --- start ---------------------------------------------------------------- */

/* Whether a variable that text uses came from a secret. */
static bool tells_secret(const struct gn_scope *s, const char *text)
{
    for (size_t i = 0; i < s->source->var_count; i++)
        if (s->of_variables[i] != NULL &&
            gn_template_uses(text, s->source->vars[i].name))
            return true;
    return false;
}

/* A URL without secrets, in the form in which it will be known again. */
static const char *read_start(struct gn_problems *p, const struct gn_node *node,
                              struct gn_scope *s)
{
    const char *text = gn_walk_text(p, node);
    const char *url = NULL;
    struct garner_error err;

    if (text == NULL)
        return NULL;
    if (strstr(text, "${") != NULL || tells_secret(s, text)) {
        gn_walk_problem(p, node,
                        "start has a secret in it, and a crawl keeps its URLs "
                        "in the store; put it into headers or auth");
        return NULL;
    }
    (void)gn_scope_passed(
        p, node,
        gn_crawlrules_start(text, s->source, "auth", s->memory, &url, &err),
        &err);
    return url;
}

static void read_starts(struct gn_problems *p, struct gn_scope *s,
                        struct gn_crawl *crawl)
{
    const struct gn_node *one;
    size_t count;
    const char **starts = texts(p, s->start, s, &one, &count);

    for (size_t i = 0; starts != NULL && i < count; i++, one = one->next)
        starts[i] = read_start(p, one, s);
    crawl->starts = starts;
    crawl->start_count = starts != NULL ? count : 0;
}

/* --- crawl ---------------------------------------------------------------- */

static void follow(struct gn_problems *p, const struct gn_node *node,
                   void *context)
{
    struct crawl_scope *c = context;
    const char *text = gn_walk_text(p, node);

    if (text == NULL)
        return;
    if (text[strspn(text, " \t\r\n")] == '\0') {
        gn_walk_problem(p, node,
                        "follow is empty; write a selector like \"main "
                        "a[href]\", or a select with a column url");
        return;
    }
    c->crawl->follow = gn_scope_copy(p, c->scope, text);
    c->crawl->line = node->line + (node->block ? 1 : 0);
}

static const char *const *patterns(struct gn_problems *p,
                                   const struct gn_node *node,
                                   struct gn_scope *s, size_t *count)
{
    const struct gn_node *one;
    const char **all = texts(p, node, s, &one, count);

    for (size_t i = 0; all != NULL && i < *count; i++, one = one->next)
        all[i] = gn_scope_pattern(p, one, node->key->text, s->memory);
    if (all == NULL)
        *count = 0;
    return all;
}

static void allow(struct gn_problems *p, const struct gn_node *node,
                  void *context)
{
    struct crawl_scope *c = context;

    c->crawl->bounds.allow =
        patterns(p, node, c->scope, &c->crawl->bounds.allow_count);
}

static void deny(struct gn_problems *p, const struct gn_node *node,
                 void *context)
{
    struct crawl_scope *c = context;

    c->crawl->bounds.deny =
        patterns(p, node, c->scope, &c->crawl->bounds.deny_count);
}

static void depth(struct gn_problems *p, const struct gn_node *node,
                  void *context)
{
    struct crawl_scope *c = context;

    (void)gn_walk_integer(p, node, 0, GN_CRAWLRULES_DEPTH_MAX,
                          &c->crawl->bounds.depth);
}

static void pages(struct gn_problems *p, const struct gn_node *node,
                  void *context)
{
    struct crawl_scope *c = context;

    (void)gn_walk_integer(p, node, 1, INT_MAX, &c->crawl->pages);
}

static void bytes(struct gn_problems *p, const struct gn_node *node,
                  void *context)
{
    struct crawl_scope *c = context;

    (void)gn_walk_size(p, node, GN_CRAWLRULES_BYTES_MAX, &c->crawl->bytes);
}

static void same(struct gn_problems *p, const struct gn_node *node,
                 void *context)
{
    static const char *const words[] = {[GN_SAME_SITE] = "site",
                                        [GN_SAME_HOST] = "host",
                                        [GN_SAME_ANY] = "any"};
    struct crawl_scope *c = context;
    const int word = gn_walk_word(p, node, words, COUNT(words), COUNT(words));

    if (word >= 0)
        c->crawl->bounds.same = (enum gn_same)word;
}

static void sitemap(struct gn_problems *p, const struct gn_node *node,
                    void *context)
{
    struct crawl_scope *c = context;

    (void)gn_walk_bool(p, node, &c->crawl->sitemap);
}

static void nofollow(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    static const char *const words[] = {"obey", "ignore"};
    struct crawl_scope *c = context;
    const int word = gn_walk_word(p, node, words, COUNT(words), COUNT(words));

    if (word >= 0)
        c->crawl->ignores_nofollow = word == 1;
}

static void robots(struct gn_problems *p, const struct gn_node *node,
                   void *context)
{
    gn_host_read_robots(p, node, ((struct crawl_scope *)context)->scope);
}

static void host(struct gn_problems *p, const struct gn_node *node,
                 void *context)
{
    gn_host_read(p, node, ((struct crawl_scope *)context)->scope);
}

static const struct gn_walk_key keys[] = {
    {"follow", follow, NULL},
    {"allow", allow, NULL},
    {"deny", deny, NULL},
    {"depth", depth, NULL},
    {"pages", pages, NULL},
    {"bytes", bytes, NULL},
    {"same", same, NULL},
    {"sitemap", sitemap, NULL},
    {"robots", robots, NULL},
    {"nofollow", nofollow, NULL},
    {"host", host, NULL},
    {"start", NULL, "belongs beside crawl, not into it"},
    {"url", NULL, "belongs beside crawl, as start: [ URL ]"},
};

/* --- the whole ------------------------------------------------------------ */

/* What cannot be said of many pages. */
static void check_rows(struct gn_problems *p, const struct gn_node *key,
                       const struct gn_source *source)
{
    for (size_t i = 0; i < source->row_spec_count; i++) {
        const struct gn_rows_spec *rows = &source->rows[i];

        if (gn_config_takes_away(rows->conflict))
            gn_walk_problem(p, key,
                            "rows of table %.60s: conflict replace and history "
                            "take away what an answer lacks, and one page of a "
                            "crawl lacks those of the others; write update or "
                            "ignore",
                            rows->table);
        else if (rows->expect != NULL && rows->expect->max_drop >= 0)
            gn_walk_problem(p, key,
                            "rows of table %.60s: expect has max_drop, and one "
                            "page of a crawl is not to be held against "
                            "another; remove it",
                            rows->table);
    }
}

static void check(struct gn_problems *p, const struct gn_node *key,
                  const struct gn_scope *s)
{
    if (s->url != NULL)
        gn_walk_problem(p, s->url->key,
                        "a crawl has no url; write start: with it instead");
    if (s->start == NULL)
        gn_walk_problem(p, key,
                        "source %.60s crawls and has no start; write one like "
                        "\"start: [ https://example.org/ ]\"",
                        key->text);
    if (!gn_crawlrules_asks(&s->source->request))
        gn_walk_problem(p, key,
                        "a crawl asks for pages by GET; remove method and what "
                        "is sent");
    if (s->source->save.path != NULL)
        gn_walk_problem(p, key,
                        "body: save is the file of one page, and a crawl has "
                        "many; remove it: their bodies are in the store");
    check_rows(p, key, s->source);
}

void gn_crawl_finish(struct gn_problems *p, const struct gn_node *key,
                     struct gn_scope *scope)
{
    struct gn_request *request = &scope->source->request;
    const size_t before = p->count;
    struct gn_secret *none = NULL;
    struct gn_crawl *crawl;

    if (scope->crawl == NULL && scope->start != NULL)
        gn_walk_problem(p, scope->start->key,
                        "start is where a crawl begins; write crawl: beside "
                        "it, or url: for one page");
    crawl =
        scope->crawl != NULL ? gn_scope_get(p, scope, 1, sizeof *crawl) : NULL;
    if (crawl == NULL)
        return;
    *crawl = gn_crawlrules_usual();
    if (!scope->robots_said)
        scope->source->obeys_robots = true;
    gn_walk_mapping(p, scope->crawl, keys, COUNT(keys),
                    &(struct crawl_scope){scope, crawl});
    if (scope->start != NULL)
        read_starts(p, scope, crawl);
    check(p, key, scope);
    if (p->count > before)
        return;
    gn_crawlrules_apply(crawl, scope->source);
    gn_vars_part(scope, "", &none);
    if (!gn_hide_secrets(request, NULL, scope->secrets, scope->memory))
        gn_problem_memory(p);
}
