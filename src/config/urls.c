#include "config/urls.h"

#include "config/check.h"
#include "config/hide.h"
#include "config/vars.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The path ends up in the database, as the URL of the source would. */
static void file(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    struct gn_scope *s = scope;
    const char *path = gn_walk_text(p, node);

    if (path == NULL)
        return;
    if (path[0] == '\0') {
        gn_walk_problem(p, node,
                        "urls: file is empty; name a file with a URL a line");
        return;
    }
    if (path[0] != '/' && s->folder != NULL && s->folder[0] != '\0')
        s->source->urls.file =
            gn_arena_printf(s->memory, "%s/%s", s->folder, path);
    else
        s->source->urls.file = gn_arena_text(s->memory, path);
    if (s->source->urls.file == NULL)
        gn_problem_memory(p);
}

static void sql(struct gn_problems *p, const struct gn_node *node, void *scope)
{
    struct gn_scope *s = scope;
    const char *text = gn_walk_text(p, node);

    if (text == NULL)
        return;
    if (text[0] == '\0')
        gn_walk_problem(p, node,
                        "urls: sql is empty; write sql: \"select url from "
                        "...\"");
    s->source->urls.sql = gn_arena_text(s->memory, text);
    if (s->source->urls.sql == NULL)
        gn_problem_memory(p);
}

static const struct gn_walk_key keys[] = {
    {"file", file, NULL},
    {"sql", sql, NULL},
};

void gn_urls_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    struct gn_scope *s = scope;
    const size_t before = p->count;

    gn_walk_mapping(p, node, keys, COUNT(keys), scope);
    if (p->count > before)
        return;
    if ((s->source->urls.file != NULL) == (s->source->urls.sql != NULL))
        gn_walk_problem(
            p, node,
            "urls needs one of file and sql; write urls: { file: "
            "urls.txt }, or urls: { sql: \"select url from ...\" }");
}

/* What is kept for a source as a whole means nothing for one of many URLs. */
static void check_rows(struct gn_problems *p, const struct gn_node *node,
                       const struct gn_source *source)
{
    for (size_t i = 0; i < source->row_spec_count; i++) {
        const struct gn_rows_spec *rows = &source->rows[i];

        if (gn_config_takes_away(rows->conflict))
            gn_walk_problem(p, node,
                            "with urls, conflict: %s would end the rows of all "
                            "other URLs; take update, ignore or error",
                            rows->conflict == GN_CONFLICT_HISTORY ? "history"
                                                                  : "replace");
        if (rows->parent != NULL)
            gn_walk_problem(p, node,
                            "parent of table %.60s is not available with urls "
                            "yet; remove it",
                            rows->table);
        if (rows->expect != NULL && rows->expect->max_drop >= 0)
            gn_walk_problem(p, node,
                            "max_drop compares with the source's last answer, "
                            "and with urls that is one of another URL; take "
                            "min_rows");
    }
}

static void check_rest(struct gn_problems *p, const struct gn_node *node,
                       const struct gn_source *source)
{
    if (source->request.keeps_cookies)
        gn_walk_problem(p, node,
                        "cookies: true is not available with urls yet; remove "
                        "it");
    if (source->save.path != NULL)
        gn_walk_problem(p, node,
                        "body: save is not available with urls yet, for their "
                        "bodies would be one file; remove it");
    if (gn_adapts(&source->schedule.adapt))
        gn_walk_problem(p, node,
                        "schedule: adapt is not available with urls yet; write "
                        "every");
    if (source->hooks[GN_EVENT_CHANGE] != NULL)
        gn_walk_problem(p, node,
                        "the hook change is not available with urls yet; take "
                        "success");
}

/* All of the request but its URL, which is another each time. */
static void finish_request(struct gn_problems *p, const struct gn_node *node,
                           struct gn_scope *scope)
{
    struct gn_request *request = &scope->source->request;
    struct gn_secret *none = NULL;
    struct garner_error err;

    gn_vars_part(scope, "", &none);
    request->url = "http://localhost/";
    if (!gn_hide_secrets(request, NULL, scope->secrets, scope->memory))
        gn_problem_memory(p);
    (void)gn_scope_passed(p, node, gn_check_request(request, &err), &err);
    request->url = NULL;
}

bool gn_urls_finish(struct gn_problems *p, const struct gn_node *node,
                    struct gn_scope *scope)
{
    struct gn_source *source = scope->source;

    if (!gn_config_has_list(source))
        return false;
    if (scope->url != NULL)
        gn_walk_problem(p, node,
                        "source %.60s has url and urls; remove one of them",
                        source->name);
    if (scope->crawl != NULL)
        gn_walk_problem(p, node,
                        "source %.60s has urls and crawl; a crawl begins with "
                        "start: [ URL, ... ]",
                        source->name);
    check_rows(p, node, source);
    check_rest(p, node, source);
    if (scope->url == NULL && scope->crawl == NULL)
        finish_request(p, node, scope);
    if (source->host_concurrency == 0)
        source->host_concurrency = GN_CONFIG_CONCURRENCY;
    return true;
}
