#include "config/source.h"

#include <string.h>

#include "base/error.h"
#include "base/mask.h"
#include "base/url.h"
#include "config/auth.h"
#include "config/body.h"
#include "config/check.h"
#include "config/common.h"
#include "config/crawl.h"
#include "config/expect.h"
#include "config/hide.h"
#include "config/hook.h"
#include "config/next.h"
#include "config/payload.h"
#include "config/rows.h"
#include "config/tags.h"
#include "config/template.h"
#include "config/urls.h"
#include "config/vars.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void read_url(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    (void)p;
    ((struct gn_scope *)scope)->url = node;
}

/* By gn_vars_begin: all that is sent may use variables, wherever they stand. */
static void read_before(struct gn_problems *p, const struct gn_node *node,
                        void *scope)
{
    (void)p;
    (void)node;
    (void)scope;
}

static void read_method(struct gn_problems *p, const struct gn_node *node,
                        void *scope)
{
    struct gn_scope *s = scope;
    const char *method = gn_walk_text(p, node);
    struct garner_error err;

    if (method != NULL &&
        gn_scope_passed(p, node, gn_check_method(method, &err), &err))
        s->source->request.method = gn_scope_copy(p, s, method);
}

static const char in_schedule[] =
    "belongs under schedule; write schedule: { every: 10s }";
static const char in_rows[] =
    "belongs under rows; write rows: with table, key and sql in it";

static const struct gn_walk_key source_keys[] = {
    {"url", read_url, NULL},
    {"method", read_method, NULL},
    {"headers", gn_payload_headers, NULL},
    {"data", gn_payload_data, NULL},
    {"json", gn_payload_json, NULL},
    {"form", gn_payload_form, NULL},
    {"auth", gn_auth_read, NULL},
    {"cookies", gn_auth_cookies, NULL},
    {"urls", gn_urls_read, NULL},
    {"vars", read_before, NULL},
    {"rows", gn_rows_read_specs, NULL},
    {"tags", gn_tags_read, NULL},
    {"next", gn_next_read, NULL},
    {"pages", gn_next_pages, NULL},
    GN_COMMON_KEYS,
    {"every", NULL, in_schedule},
    {"align", NULL, in_schedule},
    {"jitter", NULL, in_schedule},
    {"cron", NULL, in_schedule},
    {"sql", NULL, in_rows},
    {"table", NULL, in_rows},
    {"key", NULL, in_rows},
    {"cache", NULL, NULL},
    {"notify", NULL, "belongs to the file; write it on the left margin"},
    GN_CRAWL_KEYS,
};

/* Notes what is wrong with the URL by what may be told of it. */
static void bad_url(struct gn_problems *p, const struct gn_node *node,
                    const struct gn_request *request)
{
    struct gn_buf told = {0};
    struct garner_error err;
    struct gn_url parts;

    gn_mask(&told, request->url, request->secrets, 1);
    if (gn_buf_failed(&told))
        gn_problem_memory(p);
    else if (gn_url_split(gn_buf_cstr(&told), &parts, &err) != GARNER_OK)
        gn_walk_problem(p, node, "%s", err.message);
    else
        gn_walk_problem(p, node,
                        "with its secrets filled in this is no URL; check what "
                        "they hold: spaces, line breaks");
    gn_buf_fini(&told);
}

static void finish_url(struct gn_problems *p, const struct gn_node *node,
                       struct gn_scope *s)
{
    struct gn_request *request = &s->source->request;
    struct gn_secret *in_url = NULL;
    const char *text = gn_common_apart(p, node, s, &in_url);
    struct garner_error err;
    struct gn_url parts;

    if (text == NULL ||
        !gn_scope_passed(p, node,
                         gn_template_fill(text, in_url, s->source->vars,
                                          s->source->var_count, s->memory,
                                          &request->url, &err),
                         &err))
        return;
    gn_vars_part(s, text, &in_url);
    if (!gn_hide_secrets(request, in_url, s->secrets, s->memory)) {
        gn_problem_memory(p);
    } else if (gn_url_split(request->url, &parts, NULL) != GARNER_OK) {
        if (!gn_scope_stands_in(s, request->url))
            bad_url(p, node, request);
        else
            request->url = "http://localhost/"; /* whatever it will be */
    }
}

/* "name[value]", of one that a list under vars makes. */
static void name_picked(struct gn_problems *p, const struct gn_node *node,
                        struct gn_scope *s)
{
    struct garner_error err;

    s->source->of_list = true;
    s->source->name =
        gn_arena_printf(s->memory, "%s[%s]", s->source->name, s->picked);
    if (s->source->name == NULL)
        gn_problem_memory(p);
    else
        (void)gn_scope_passed(p, node->key,
                              gn_check_name(s->source->name, &err), &err);
}

/* Looks at what it is that is to be fetched. */
static void check_url(struct gn_problems *p, const struct gn_node *node,
                      struct gn_scope *scope)
{
    struct garner_error err;

    if (gn_urls_finish(p, node->key, scope))
        return;
    if (scope->url != NULL || scope->crawl != NULL)
        (void)gn_scope_passed(p, node->key,
                              gn_check_request(&scope->source->request, &err),
                              &err);
    else
        gn_walk_problem(p, node->key,
                        "source %.60s has no url; write one like \"url: "
                        "https://example.org/\"",
                        scope->source->name);
}

void gn_source_read(struct gn_problems *p, const struct gn_node *node,
                    struct gn_scope *scope)
{
    const char *name = node->key->text;
    const size_t before = p->count;
    struct garner_error err;

    if (!gn_scope_passed(p, node->key, gn_check_name(name, &err), &err))
        return;
    scope->source->name = gn_scope_copy(p, scope, name);
    scope->source->line = node->key->line;
    gn_vars_begin(p, node, scope);
    gn_walk_mapping(p, node, source_keys, COUNT(source_keys), scope);
    if (p->count == before)
        gn_payload_finish(p, node->key, scope);
    if (scope->picked != NULL)
        name_picked(p, node, scope);
    if (scope->url != NULL)
        finish_url(p, scope->url, scope);
    gn_crawl_finish(p, node->key, scope);
    if (p->count > before)
        return;
    gn_expect_check_age(p, node->key, scope->source);
    gn_body_check_save(p, node->key, scope);
    gn_next_check(p, node->key, scope->source);
    check_url(p, node, scope);
}
