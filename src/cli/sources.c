#include "cli/sources.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "config/build.h"

void gn_sources_free_vars(struct gn_var *vars, size_t count)
{
    for (size_t i = 0; vars != NULL && i < count; i++)
        gn_free((char *)vars[i].name);
    gn_free(vars);
}

enum garner_code gn_sources_vars(const struct gn_texts *texts,
                                 struct gn_var **vars, struct garner_error *err)
{
    *vars = gn_alloc((texts->count + 1) * sizeof **vars);
    for (size_t i = 0; *vars != NULL && i < texts->count; i++) {
        const char *text = texts->items[i];
        const size_t n = strcspn(text, "=");

        if (n == 0 || text[n] == '\0')
            return gn_fail(err, GARNER_INVALID,
                           "-p '%.60s': write it name=value", text);
        (*vars)[i].name = gn_memdup(text, n);
        (*vars)[i].value = text + n + 1;
        if ((*vars)[i].name == NULL)
            return gn_fail(err, GARNER_NOMEM, "no memory for -p");
    }
    return *vars != NULL ? GARNER_OK
                         : gn_fail(err, GARNER_NOMEM, "no memory for -p");
}

enum garner_ack gn_sources_ack(const char *word)
{
    if (word != NULL && strcmp(word, "queued") == 0)
        return GARNER_QUEUED;
    if (word != NULL && strcmp(word, "committed") == 0)
        return GARNER_COMMITTED;
    return GARNER_SYNCED;
}

static enum garner_code check(const struct gn_rows_flags *rows,
                              struct garner_error *err)
{
    if (rows->sql == NULL && rows->table != NULL)
        return gn_fail(err, GARNER_INVALID,
                       "--into %.60s: add --sql \"select ...\", which makes "
                       "the rows",
                       rows->table);
    if (rows->sql != NULL && rows->table == NULL)
        return gn_fail(err, GARNER_INVALID,
                       "--sql: add --into TABLE, where the rows go");
    if (rows->sql == NULL && rows->key.count > 0)
        return gn_fail(err, GARNER_INVALID,
                       "--key %.60s: there are no rows without --sql and "
                       "--into",
                       rows->key.items[0]);
    return GARNER_OK;
}

static void free_urls(char **urls)
{
    for (char **url = urls; url != NULL && *url != NULL; url++)
        gn_free(*url);
    gn_free(urls);
}

/* The urls with query added to each; free with free_urls. NULL: no memory. */
static char **add_query(const char *const *urls, size_t count,
                        const char *query)
{
    char **longer = gn_alloc((count + 1) * sizeof(char *));

    for (size_t i = 0; longer != NULL && i < count; i++) {
        const size_t size = strcspn(urls[i], "#");
        struct gn_buf url = {0};

        gn_buf_append(&url, urls[i], size);
        gn_buf_byte(&url, memchr(urls[i], '?', size) != NULL ? '&' : '?');
        gn_buf_text(&url, query);
        gn_buf_text(&url, urls[i] + size);
        longer[i] = gn_buf_take(&url);
        if (longer[i] == NULL) {
            free_urls(longer);
            return NULL;
        }
    }
    return longer;
}

enum garner_code gn_sources_build(const struct gn_sources *sources,
                                  const char *const *urls, size_t count,
                                  struct gn_config *config,
                                  struct garner_error *err)
{
    const struct gn_rows_flags *rows = sources->rows;
    struct gn_build build = {.urls = urls,
                             .url_count = count,
                             .schedule = sources->schedule,
                             .ack = sources->ack,
                             .unconditional = sources->unconditional,
                             .allows_private =
                                 gn_ask_allows_private(sources->ask),
                             .retry = {.times = sources->retries},
                             .crawl = sources->crawl,
                             .rows = {.table = rows->table,
                                      .key = rows->key.items,
                                      .key_count = rows->key.count,
                                      .sql = rows->sql}};
    struct gn_ask_memory memory = {0};
    struct gn_var *vars = NULL;
    char **longer = NULL;
    enum garner_code code = check(rows, err);

    *config = (struct gn_config){0};
    if (code == GARNER_OK)
        code = gn_ask_request(sources->ask, NULL, &build.request, &memory, err);
    if (code == GARNER_OK && memory.query != NULL) {
        longer = add_query(urls, count, memory.query);
        build.urls = (const char *const *)longer;
        if (longer == NULL)
            code = gn_fail(err, GARNER_NOMEM, "no memory for URLs");
    }
    if (code == GARNER_OK)
        code = gn_sources_vars(&rows->params, &vars, err);
    if (code == GARNER_OK) {
        build.vars = vars;
        build.var_count = rows->params.count;
        code = gn_config_build(&build, config, err);
    }
    gn_sources_free_vars(vars, rows->params.count);
    free_urls(longer);
    gn_ask_fini(&memory);
    return code;
}
