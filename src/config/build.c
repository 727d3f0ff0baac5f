#include "config/build.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/url.h"
#include "config/check.h"
#include "config/hide.h"
#include "config/template.h"

enum {
    NAME_MOST = GN_CHECK_NAME_MAX - 16, /* room for a number behind it */
    HASH_SIZE = 17,
};

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "configuration: out of memory");
}

static enum garner_code check_header_line(const char *line,
                                          struct garner_error *err)
{
    const char *colon = strchr(line, ':');
    char name[64];

    if (colon == NULL || (size_t)(colon - line) >= sizeof name)
        return gn_fail(err, GARNER_INVALID,
                       "header \"%.40s\" has no colon; write \"Name: value\"",
                       line);
    memcpy(name, line, (size_t)(colon - line));
    name[colon - line] = '\0';
    return gn_check_header(name, colon + 1, err);
}

static enum garner_code check_rows(const struct gn_rows_spec *rows,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    if (rows->sql == NULL && (rows->table != NULL || rows->key_count > 0))
        return gn_fail(err, GARNER_INVALID,
                       "a table or key needs SQL that makes the rows");
    if (rows->table != NULL)
        code = gn_check_table(rows->table, err);
    for (size_t i = 0; i < rows->key_count && code == GARNER_OK; i++)
        code = gn_check_column(rows->key[i], err);
    return code;
}

static enum garner_code check(const struct gn_build *b,
                              struct garner_error *err)
{
    const char *const *header = b->request.headers;
    enum garner_code code = gn_spec_check(&b->schedule, err);

    if (code == GARNER_OK && b->request.method != NULL)
        code = gn_check_method(b->request.method, err);
    if (code == GARNER_OK && b->request.user_agent != NULL)
        code = gn_check_line(b->request.user_agent, err);
    for (; code == GARNER_OK && header != NULL && *header != NULL; header++)
        code = check_header_line(*header, err);
    for (size_t i = 0; i < b->var_count && code == GARNER_OK; i++)
        code = gn_check_var(b->vars[i].name, err);
    if (code == GARNER_OK)
        code = check_rows(&b->rows, err);
    if (code == GARNER_OK &&
        (b->retry.times < 0 || b->retry.times > GN_RETRY_TIMES_MAX))
        code = gn_fail(err, GARNER_INVALID,
                       "%d retries are out of range: write 0 to %d",
                       b->retry.times, GN_RETRY_TIMES_MAX);
    if (code == GARNER_OK && b->crawl != NULL)
        code = gn_crawlbuild_check(b->crawl, &b->request, err);
    return code;
}

static const char *const *copy_all(struct gn_arena *memory,
                                   const char *const *list)
{
    size_t count = 0;

    while (list != NULL && list[count] != NULL)
        count++;
    return list != NULL ? gn_arena_texts(memory, list, count) : NULL;
}

static void copy_request(struct gn_arena *memory, struct gn_request *r)
{
    r->headers = copy_all(memory, r->headers);
    r->route.connect_to = copy_all(memory, r->route.connect_to);
    if (r->body != NULL)
        r->body = gn_arena_copy(memory, r->body, r->body_size);
    r->method = gn_arena_text(memory, r->method);
    r->user_agent = gn_arena_text(memory, r->user_agent);
    r->proxy = gn_arena_text(memory, r->proxy);
    r->cookies = gn_arena_text(memory, r->cookies);
    r->user = gn_arena_text(memory, r->user);
    r->password = gn_arena_text(memory, r->password);
    r->ca_file = gn_arena_text(memory, r->ca_file);
    r->cert = gn_arena_text(memory, r->cert);
    r->key = gn_arena_text(memory, r->key);
    r->key_password = gn_arena_text(memory, r->key_password);
    r->route.interface = gn_arena_text(memory, r->route.interface);
    r->url = NULL;
}

static struct gn_rows_spec *copy_rows(struct gn_arena *memory,
                                      const struct gn_rows_spec *rows)
{
    struct gn_rows_spec *copied = gn_arena_zeroed(memory, sizeof *copied);

    if (copied == NULL)
        return NULL;
    *copied = *rows;
    copied->table = gn_arena_text(memory, rows->table);
    copied->sql = gn_arena_text(memory, rows->sql);
    copied->key = gn_arena_texts(memory, rows->key, rows->key_count);
    return copied;
}

static struct gn_var *copy_vars(struct gn_arena *memory,
                                const struct gn_var *vars, size_t count)
{
    struct gn_var *copies = gn_arena_zeroed(memory, count * sizeof *copies);

    for (size_t i = 0; i < count && copies != NULL; i++) {
        copies[i].name = gn_arena_text(memory, vars[i].name);
        copies[i].value = gn_arena_text(memory, vars[i].value);
    }
    return copies;
}

/* What all sources have in common, in one set of copies. */
static void make_model(struct gn_arena *memory, const struct gn_build *b,
                       struct gn_source *model)
{
    *model = (struct gn_source){.request = b->request,
                                .schedule = b->schedule,
                                .ack = b->ack,
                                .unconditional = b->unconditional,
                                .allows_private = b->allows_private,
                                .retry = b->retry};
    copy_request(memory, &model->request);
    if (b->rows.sql != NULL) {
        model->rows = copy_rows(memory, &b->rows);
        model->row_spec_count = 1;
    }
    if (b->var_count > 0) {
        model->vars = copy_vars(memory, b->vars, b->var_count);
        model->var_count = b->var_count;
    }
}

/* The beginning of text, and what tells it from others that begin so. */
static const char *cut_name(struct gn_arena *memory, const char *text)
{
    int size = NAME_MOST - HASH_SIZE;

    while (size > 0 && (text[size] & 0xc0) == 0x80) /* within a character */
        size--;
    return gn_arena_printf(memory, "%.*s~%016" PRIx64, size, text,
                           gn_hash_text(text));
}

/* The URL without password, or, if a name cannot be so long, part of it. */
static const char *name_for(struct gn_arena *memory, const char *url)
{
    char *redacted = gn_url_redact(url);
    const char *name = NULL;

    if (redacted != NULL)
        name = strlen(redacted) <= NAME_MOST ? gn_arena_text(memory, redacted)
                                             : cut_name(memory, redacted);
    gn_free(redacted);
    return name;
}

static enum garner_code fill(struct gn_arena *memory, struct gn_source *source,
                             const char *url, struct garner_error *err)
{
    const struct gn_secret password = {.value = source->request.password};
    struct garner_error why;
    struct gn_url parts;
    enum garner_code code =
        gn_template_fill(url, NULL, source->vars, source->var_count, memory,
                         &source->request.url, &why);

    if (code == GARNER_OK)
        code = gn_url_split(source->request.url, &parts, &why);
    if (code == GARNER_OK)
        code = gn_check_request(&source->request, &why);
    if (code == GARNER_OK && password.value != NULL &&
        !gn_hide_secrets(&source->request, NULL, &password, memory))
        return no_memory(err);
    if (code == GARNER_OK) {
        source->request.url = gn_arena_text(memory, source->request.url);
        source->name = name_for(memory, url);
        return source->name != NULL ? GARNER_OK : no_memory(err);
    }
    return gn_check_blame(url, code, &why, err);
}

static const char *name_of_starts(struct gn_arena *memory,
                                  const struct gn_crawl *crawl)
{
    struct gn_buf all = {0};
    const char *name = NULL;

    for (size_t i = 0; i < crawl->start_count; i++)
        gn_buf_printf(&all, "%s%s", i > 0 ? " " : "", crawl->starts[i]);
    if (!gn_buf_failed(&all))
        name = name_for(memory, gn_buf_cstr(&all));
    gn_buf_fini(&all);
    return name;
}

/* All of b's URLs, as one source. */
static enum garner_code fill_crawl(struct gn_arena *memory,
                                   const struct gn_build *b,
                                   struct gn_source *source,
                                   struct garner_error *err)
{
    enum garner_code code = gn_crawlbuild_fill(b->crawl, b->urls, b->url_count,
                                               memory, source, err);

    if (code == GARNER_OK)
        code = fill(memory, source, source->crawl->starts[0], err);
    if (code != GARNER_OK)
        return code;
    source->name = name_of_starts(memory, source->crawl);
    return source->name != NULL ? GARNER_OK : no_memory(err);
}

static int by_name(const void *a, const void *b)
{
    const struct gn_source *x = *(struct gn_source *const *)a;
    const struct gn_source *y = *(struct gn_source *const *)b;
    const int order = strcmp(x->name, y->name);

    return order != 0 ? order : (x > y) - (x < y);
}

/* The second of one name, in the sources' order, becomes "name (2)". */
static enum garner_code number_names(struct gn_arena *memory,
                                     struct gn_config *config,
                                     struct garner_error *err)
{
    const size_t count = config->source_count;
    struct gn_source **sorted =
        gn_alloc((count + 1) * sizeof(struct gn_source *));
    const char *name = "";
    int same = 0;

    if (sorted == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &config->sources[i];
    qsort(sorted, count, sizeof(struct gn_source *), by_name);
    for (size_t i = 0; i < count; i++) {
        same = strcmp(sorted[i]->name, name) == 0 ? same + 1 : 1;
        name = sorted[i]->name;
        if (same == 1)
            continue;
        sorted[i]->name = gn_arena_printf(memory, "%s (%d)", name, same);
    }
    gn_free(sorted);
    return GARNER_OK;
}

static enum garner_code make_sources(struct gn_arena *memory,
                                     const struct gn_build *b,
                                     struct gn_config *config,
                                     struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    struct gn_source model;

    make_model(memory, b, &model);
    config->store = gn_arena_text(memory, b->store);
    config->source_count = b->crawl != NULL ? 1 : b->url_count;
    config->sources =
        gn_arena_zeroed(memory, config->source_count * sizeof *config->sources);
    for (size_t i = 0; i < config->source_count && config->sources != NULL;
         i++) {
        struct gn_source *source = &config->sources[i];

        *source = model;
        code = b->crawl != NULL ? fill_crawl(memory, b, source, err)
                                : fill(memory, source, b->urls[i], err);
        if (code != GARNER_OK)
            return code;
    }
    if (memory->failed)
        return no_memory(err);
    code = number_names(memory, config, err);
    return code == GARNER_OK && memory->failed ? no_memory(err) : code;
}

enum garner_code gn_config_build(const struct gn_build *build,
                                 struct gn_config *config,
                                 struct garner_error *err)
{
    enum garner_code code = check(build, err);

    *config = (struct gn_config){0};
    if (code != GARNER_OK)
        return code;
    config->memory = gn_alloc(sizeof(struct gn_arena));
    if (config->memory == NULL)
        return no_memory(err);
    code = make_sources(config->memory, build, config, err);
    if (code != GARNER_OK)
        gn_config_fini(config);
    return code;
}
