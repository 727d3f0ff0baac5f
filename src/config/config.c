#include "config/config.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/mem.h"
#include "config/suggest.h"

static const char *const parameters[] = {
    "body",    "url",          "final_url",  "status",
    "headers", "content_type", "fetched_at", "source",
};
enum { PARAMETERS = sizeof parameters / sizeof parameters[0] };

bool gn_config_has_next(const struct gn_source *source)
{
    return source->next.sql != NULL || source->next.link;
}

const char **gn_config_parameters(const struct gn_source *source, size_t *count)
{
    const char **names = gn_realloc(NULL, (PARAMETERS + 1 + source->var_count) *
                                              sizeof names[0]);
    size_t n = PARAMETERS;

    if (names == NULL)
        return NULL;
    memcpy(names, parameters, sizeof parameters);
    if (source->crawl != NULL)
        names[n++] = "depth";
    if (gn_config_has_next(source))
        names[n++] = GN_PAGE;
    for (size_t i = 0; i < source->var_count; i++)
        names[n++] = source->vars[i].name;
    *count = n;
    return names;
}

bool gn_config_is_parameter(const char *name)
{
    for (size_t i = 0; i < PARAMETERS; i++)
        if (strcmp(name, parameters[i]) == 0)
            return true;
    /* depth is a crawl's. Kept free, so that no file of today breaks when it is
     * given: what id a run will have is known only once it is stored, after its
     * SQL. */
    return strcmp(name, "run_id") == 0 || strcmp(name, "depth") == 0;
}

static const char *lacking(const char *const *names, size_t name_count,
                           char *const *columns, size_t count)
{
    for (size_t i = 0; i < name_count; i++) {
        size_t c = 0;

        while (c < count && strcasecmp(columns[c], names[i]) != 0)
            c++;
        if (c == count)
            return names[i];
    }
    return NULL;
}

const char *gn_config_lacking(const struct gn_rows_expect *expect,
                              char *const *columns, size_t count)
{
    const char *name = NULL;

    if (expect == NULL)
        return NULL;
    name = lacking(expect->not_null, expect->not_null_count, columns, count);
    return name != NULL
               ? name
               : lacking(expect->unique, expect->unique_count, columns, count);
}

bool gn_config_takes_away(enum gn_conflict conflict)
{
    return conflict == GN_CONFLICT_WHOLE || conflict == GN_CONFLICT_HISTORY;
}

static bool same_columns(const struct gn_rows_spec *a,
                         const struct gn_rows_spec *b)
{
    bool same = a->column_count == b->column_count;

    for (size_t i = 0; same && i < a->column_count; i++)
        same = strcmp(a->columns[i].name, b->columns[i].name) == 0 &&
               strcmp(a->columns[i].type, b->columns[i].type) == 0;
    return same;
}

static bool same_parent(const struct gn_rows_spec *a,
                        const struct gn_rows_spec *b)
{
    return a == NULL || b == NULL ? a == b
                                  : strcasecmp(a->table, b->table) == 0;
}

bool gn_config_same_way(const struct gn_rows_spec *a,
                        const struct gn_rows_spec *b)
{
    return a->conflict == b->conflict && a->new_columns == b->new_columns &&
           same_columns(a, b) && same_parent(a->parent, b->parent);
}

enum garner_code gn_config_check_columns(const struct gn_rows_spec *spec,
                                         char *const *columns, size_t count,
                                         struct garner_error *err)
{
    const char *lacks = gn_config_lacking(spec->expect, columns, count);

    if (lacks != NULL)
        return gn_fail(err, GARNER_INVALID,
                       "\"%.60s\", which expect names, is no column of the "
                       "SQL; name one of its columns",
                       lacks);
    for (size_t i = 0; i < spec->column_count; i++)
        if (lacking(&spec->columns[i].name, 1, columns, count) != NULL)
            return gn_fail(err, GARNER_INVALID,
                           "\"%.60s\", which columns names, is no column of "
                           "the SQL; name one of its columns",
                           spec->columns[i].name);
    for (size_t i = 0; spec->conflict == GN_CONFLICT_HISTORY && i < count; i++)
        if (strcasecmp(columns[i], GN_VALID_FROM) == 0 ||
            strcasecmp(columns[i], GN_VALID_TO) == 0)
            return gn_fail(err, GARNER_INVALID,
                           "the SQL gives a column %.60s, which conflict: "
                           "history fills in itself; give it another name",
                           columns[i]);
    return GARNER_OK;
}

void gn_config_fini(struct gn_config *config)
{
    if (config->memory != NULL)
        gn_arena_clear(config->memory);
    gn_free(config->memory);
    *config = (struct gn_config){0};
}

static const char *source_name(const void *list, size_t i)
{
    return ((const struct gn_source *)list)[i].name;
}

static enum garner_code no_source(const struct gn_config *config,
                                  const char *name, struct garner_error *err)
{
    const char *meant =
        gn_suggest(name, source_name, config->sources, config->source_count);

    return gn_fail(err, GARNER_NOTFOUND,
                   "no source is named \"%.80s\"%s%.80s%s", name,
                   meant != NULL ? "; did you mean \"" : "",
                   meant != NULL ? meant : "", meant != NULL ? "\"?" : "");
}

bool gn_config_reads_body(const struct gn_source *source)
{
    return source->row_spec_count > 0 || source->expect != NULL ||
           source->crawl != NULL || source->next.sql != NULL;
}

bool gn_config_has_list(const struct gn_source *source)
{
    return source->urls.file != NULL || source->urls.sql != NULL;
}

const char *gn_config_from(const struct gn_source *source)
{
    if (source->urls.file != NULL)
        return source->urls.file;
    return source->urls.sql != NULL ? source->urls.sql : source->request.url;
}

bool gn_config_tells(const struct gn_source *source)
{
    for (int i = 0; i < GN_EVENTS; i++)
        if (source->hooks[i] != NULL)
            return true;
    return source->alert.to_count > 0;
}

static bool is_named(const struct gn_source *source, const char *name)
{
    const size_t size = strlen(name);

    return strcmp(source->name, name) == 0 ||
           (source->of_list && strncmp(source->name, name, size) == 0 &&
            source->name[size] == '[');
}

bool gn_config_is_meant(const struct gn_source *source, const char *word)
{
    const char *const *tag = source->tags;

    while (tag != NULL && *tag != NULL && strcmp(*tag, word) != 0)
        tag++;
    return (tag != NULL && *tag != NULL) || is_named(source, word) ||
           fnmatch(word, source->name, 0) == 0;
}

enum garner_code gn_config_keep(struct gn_config *config,
                                const char *const *words, size_t count,
                                struct garner_error *err)
{
    size_t kept = 0;

    for (size_t n = 0; n < count; n++) {
        size_t i = 0;

        while (i < config->source_count &&
               !gn_config_is_meant(&config->sources[i], words[n]))
            i++;
        if (i == config->source_count)
            return no_source(config, words[n], err);
    }
    for (size_t i = 0; i < config->source_count && count > 0; i++) {
        bool meant = false;

        for (size_t n = 0; n < count && !meant; n++)
            meant = gn_config_is_meant(&config->sources[i], words[n]);
        if (meant)
            config->sources[kept++] = config->sources[i];
    }
    if (count > 0)
        config->source_count = kept;
    return GARNER_OK;
}
