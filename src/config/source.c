#include "config/source.h"

#include <string.h>

#include "base/error.h"
#include "base/mask.h"
#include "base/url.h"
#include "config/auth.h"
#include "config/body.h"
#include "config/check.h"
#include "config/common.h"
#include "config/expect.h"
#include "config/hide.h"
#include "config/hook.h"
#include "config/payload.h"
#include "config/template.h"
#include "config/vars.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void read_url(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    (void)p;
    ((struct gn_scope *)scope)->url = node;
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

/* rows */

struct rows_scope {
    struct gn_scope *scope;
    struct gn_rows_spec *rows;
};

static void read_table(struct gn_problems *p, const struct gn_node *node,
                       void *context)
{
    struct rows_scope *r = context;
    const char *table = gn_walk_text(p, node);
    struct garner_error err;

    if (table != NULL &&
        gn_scope_passed(p, node, gn_check_table(table, &err), &err))
        r->rows->table = gn_scope_copy(p, r->scope, table);
}

static void read_sql(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    struct rows_scope *r = context;
    const char *sql = gn_walk_text(p, node);

    if (sql == NULL)
        return;
    if (sql[strspn(sql, " \t\r\n")] == '\0') {
        gn_walk_problem(p, node, "sql is empty; write a select");
        return;
    }
    r->rows->sql = gn_scope_copy(p, r->scope, sql);
    r->rows->line = node->line + (node->block ? 1 : 0);
}

static const char *read_column(struct gn_problems *p,
                               const struct gn_node *node, struct gn_scope *s)
{
    const char *name = gn_walk_text(p, node);
    struct garner_error err;

    if (name == NULL ||
        !gn_scope_passed(p, node, gn_check_column(name, &err), &err))
        return NULL;
    return gn_scope_copy(p, s, name);
}

static void read_key(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    struct rows_scope *r = context;
    const struct gn_node *one = node->kind == GN_NODE_LIST ? node->first : node;
    const size_t count = node->kind == GN_NODE_LIST ? node->count : 1;
    const char **columns;
    size_t n = 0;

    if (count == 0) {
        gn_walk_problem(p, node, "key has no columns; name one, or remove it");
        return;
    }
    columns = gn_scope_get(p, r->scope, count, sizeof(char *));
    for (; n < count && columns != NULL; n++, one = one->next) {
        columns[n] = read_column(p, one, r->scope);
        if (columns[n] == NULL)
            return;
        for (size_t i = 0; i < n; i++)
            if (strcmp(columns[i], columns[n]) == 0)
                gn_walk_problem(p, one, "column %.60s is in the key twice",
                                columns[n]);
    }
    r->rows->key = columns;
    r->rows->key_count = columns != NULL ? n : 0;
}

/* The sources' rows commit together, so the strongest word counts. */
static void read_ack(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    static const char *const words[] = {
        [GARNER_SYNCED] = "synced",
        [GARNER_COMMITTED] = "committed",
        [GARNER_QUEUED] = "queued",
    };
    struct gn_scope *s = ((struct rows_scope *)context)->scope;
    const int word = gn_walk_word(p, node, words, COUNT(words), COUNT(words));

    if (word >= 0 && (!s->ack_said || word < (int)s->source->ack))
        s->source->ack = (enum garner_ack)word;
    s->ack_said = true;
}

static void read_conflict(struct gn_problems *p, const struct gn_node *node,
                          void *context)
{
    static const char *const words[] = {"update", "ignore", "history",
                                        "replace", "error"};

    (void)context;
    (void)gn_walk_word(p, node, words, 1, COUNT(words));
}

static void read_rows_expect(struct gn_problems *p, const struct gn_node *node,
                             void *context)
{
    struct rows_scope *r = context;

    r->rows->expect = gn_expect_rows_read(p, node, r->scope->memory);
}

static const struct gn_walk_key rows_keys[] = {
    {"table", read_table, NULL},
    {"key", read_key, NULL},
    {"sql", read_sql, NULL},
    {"ack", read_ack, NULL},
    {"conflict", read_conflict, NULL},
    {"expect", read_rows_expect, NULL},
    {"columns", NULL, NULL},
    {"parent", NULL, NULL},
    {"batch", NULL, NULL},
    {"bad_rows", NULL, NULL},
    {"lookup", NULL, NULL},
    {"history", NULL, NULL},
};

static void read_rows_spec(struct gn_problems *p, const struct gn_node *node,
                           struct gn_scope *s, struct gn_rows_spec *rows)
{
    struct rows_scope r = {s, rows};
    const size_t before = p->count;

    gn_walk_mapping(p, node, rows_keys, COUNT(rows_keys), &r);
    if (p->count > before)
        return;
    if (rows->table == NULL)
        gn_walk_problem(p, node,
                        "rows has no table; name where they go, like \"table: "
                        "prices\"");
    if (rows->sql == NULL)
        gn_walk_problem(p, node,
                        "rows has no sql; write a select that makes rows of "
                        ":body");
}

static void read_rows(struct gn_problems *p, const struct gn_node *node,
                      void *scope)
{
    struct gn_scope *s = scope;
    const struct gn_node *one = node->kind == GN_NODE_LIST ? node->first : node;
    const size_t count = node->kind == GN_NODE_LIST ? node->count : 1;
    struct gn_rows_spec *rows;

    if (count == 0) {
        gn_walk_problem(p, node, "rows is an empty list; remove it");
        return;
    }
    rows = gn_scope_get(p, s, count, sizeof *rows);
    if (rows == NULL)
        return;
    s->source->rows = rows;
    s->source->row_spec_count = count;
    for (size_t i = 0; i < count; i++, one = one->next)
        read_rows_spec(p, one, s, &rows[i]);
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
    {"vars", gn_vars_read, NULL},
    {"rows", read_rows, NULL},
    GN_COMMON_KEYS,
    {"every", NULL, in_schedule},
    {"align", NULL, in_schedule},
    {"jitter", NULL, in_schedule},
    {"cron", NULL, in_schedule},
    {"sql", NULL, in_rows},
    {"table", NULL, in_rows},
    {"key", NULL, in_rows},
    {"cache", NULL, NULL},
    {"crawl", NULL, NULL},
    {"notify", NULL, "belongs to the file; write it on the left margin"},
    {"pages", NULL, NULL},
    {"start", NULL, NULL},
    {"tags", NULL, NULL},
    {"urls", NULL, NULL},
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
                         gn_template_fill(text, s->source->vars,
                                          s->source->var_count, s->memory,
                                          &request->url, &err),
                         &err))
        return;
    gn_vars_part(s, text, &in_url);
    if (!gn_hide_secrets(request, in_url, s->secrets, s->memory))
        gn_problem_memory(p);
    else if (gn_url_split(request->url, &parts, NULL) != GARNER_OK)
        bad_url(p, node, request);
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
    gn_walk_mapping(p, node, source_keys, COUNT(source_keys), scope);
    if (p->count == before)
        gn_payload_finish(p, scope);
    if (scope->picked != NULL)
        name_picked(p, node, scope);
    if (scope->url != NULL)
        finish_url(p, scope->url, scope);
    if (p->count > before)
        return;
    gn_expect_check_age(p, node->key, scope->source);
    gn_body_check_save(p, node->key, scope);
    if (scope->url != NULL)
        (void)gn_scope_passed(p, node->key,
                              gn_check_request(&scope->source->request, &err),
                              &err);
    else
        gn_walk_problem(p, node->key,
                        "source %.60s has no url; write one like \"url: "
                        "https://example.org/\"",
                        name);
}
