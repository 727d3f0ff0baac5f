#include "config/load.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "config/common.h"
#include "config/file.h"
#include "config/hook.h"
#include "config/identity.h"
#include "config/places.h"
#include "config/scope.h"
#include "config/source.h"
#include "config/values.h"
#include "config/vars.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MOST_SOURCES = 1000000 };

struct loader {
    struct gn_config *config;
    struct gn_scope scope;
    struct gn_source defaults;
    const struct gn_node *default_node; /* read before the sources, wherever */
    const struct gn_node *source_node;  /* they stand in the file; ... */
    const struct gn_node *notify_node;  /* ... and that before both */
    struct gn_zones zones;
    const struct gn_values_way *values; /* NULL: none */
    struct gn_arena *tree;              /* its memory */
    bool version_said;
};

static void read_version(struct gn_problems *p, const struct gn_node *node,
                         void *context)
{
    const char *text = gn_walk_text(p, node);

    ((struct loader *)context)->version_said = true;
    if (text != NULL && strcmp(text, "1") != 0)
        gn_walk_problem(p, node,
                        "garner: \"%.20s\" is no version of this file that is "
                        "known; write garner: 1",
                        text);
}

/* "scheme://", but no file: that of a kind of database. */
static bool is_foreign(const char *store)
{
    const size_t size = strcspn(store, ":/");

    return strncmp(store + size, "://", 3) == 0 &&
           (size != 6 || strncmp(store, "sqlite", 6) != 0);
}

static void read_store(struct gn_problems *p, const struct gn_node *node,
                       void *context)
{
    struct loader *l = context;

    l->config->store = gn_common_text(p, node, &l->scope);
    if (l->config->store != NULL && l->config->store[0] == '\0')
        gn_walk_problem(p, node, "store is empty; name a database file");
    if (l->config->store != NULL && is_foreign(l->config->store))
        gn_walk_problem(p, node,
                        "store: databases of the kind %.*s are not supported; "
                        "write a file's name, or sqlite:PATH",
                        (int)strcspn(l->config->store, ":"), l->config->store);
}

static void read_checkpoint(struct gn_problems *p, const struct gn_node *node,
                            void *context)
{
    static const char *const words[] = {"auto", "external"};
    const int word = gn_walk_word(p, node, words, 2, 2);

    if (word == 1)
        ((struct loader *)context)->config->checkpoint =
            GARNER_CHECKPOINT_EXTERNAL;
}

static void read_defaults(struct gn_problems *p, const struct gn_node *node,
                          void *context)
{
    (void)p;
    ((struct loader *)context)->default_node = node;
}

static void read_sources(struct gn_problems *p, const struct gn_node *node,
                         void *context)
{
    (void)p;
    ((struct loader *)context)->source_node = node;
}

static void read_notify(struct gn_problems *p, const struct gn_node *node,
                        void *context)
{
    (void)p;
    ((struct loader *)context)->notify_node = node;
}

static const char in_source[] =
    "belongs to a source; write it under sources: NAME:";

static const struct gn_walk_key top_keys[] = {
    {"garner", read_version, NULL},
    {"store", read_store, NULL},
    {"checkpoint", read_checkpoint, NULL},
    {"defaults", read_defaults, NULL},
    {"sources", read_sources, NULL},
    {"url", NULL, in_source},
    {"schedule", NULL, "belongs under defaults, or to a source"},
    {"rows", NULL, in_source},
    {"notify", read_notify, NULL},
    {"include", NULL, NULL},
};

static const struct gn_walk_key default_keys[] = {
    GN_COMMON_KEYS,
    {"url", NULL, in_source},
    {"rows", NULL, in_source},
    {"cache", NULL, NULL},
};

/* Reads the sources that the mapping node stands for into l's next ones. */
static void read_source(struct gn_problems *p, const struct gn_node *node,
                        struct loader *l, size_t count)
{
    const size_t before = p->count;

    for (size_t i = 0; i < count && p->count == before; i++) {
        struct gn_scope scope = l->scope;

        scope.source = &l->config->sources[l->config->source_count++];
        scope.pick = i;
        *scope.source = l->defaults;
        gn_source_read(p, node, &scope);
        scope.source->identity = gn_identity(
            (const struct gn_node *[]){
                node, l->default_node,
                gn_config_tells(scope.source) ? l->notify_node : NULL},
            3, &scope.source->request);
    }
}

static void read_all(struct gn_problems *p, struct loader *l)
{
    const struct gn_node *node = l->source_node;
    size_t *counts = gn_alloc(node->count * sizeof *counts);
    size_t all = 0;
    size_t i = 0;

    for (struct gn_node *v = node->first; v != NULL && counts != NULL;
         v = v->next, i++) {
        counts[i] = gn_values_fill(p, v, l->config->store, l->values, l->tree)
                        ? gn_vars_count(p, v)
                        : 0;
        all += counts[i];
    }
    if (all > MOST_SOURCES) {
        gn_walk_problem(p, node,
                        "sources stands for %zu of them by its lists; %d are "
                        "the most",
                        all, MOST_SOURCES);
        gn_free(counts);
        return;
    }
    l->config->sources = gn_arena_zeroed(
        l->scope.memory, (all + 1) * sizeof *l->config->sources);
    if (l->config->sources == NULL || counts == NULL)
        gn_problem_memory(p);
    i = 0;
    for (const struct gn_node *v = node->first;
         v != NULL && l->config->sources != NULL && counts != NULL;
         v = v->next, i++)
        read_source(p, v, l, counts[i]);
    gn_free(counts);
}

static void walk_sources(struct gn_problems *p, struct loader *l)
{
    const struct gn_node *node = l->source_node;

    if (node->kind == GN_NODE_MAPPING && node->count == 0) {
        gn_walk_problem(p, node,
                        "sources is empty; write \"NAME:\" lines, each with a "
                        "url below it");
        return;
    }
    if (node->kind != GN_NODE_MAPPING) {
        gn_walk_problem(p, node,
                        "sources must be a mapping; write \"NAME:\" lines, "
                        "each with a url below it");
        return;
    }
    read_all(p, l);
}

static void walk_top(struct gn_problems *p, const struct gn_node *root,
                     struct loader *l)
{
    const size_t before = p->count;

    gn_walk_mapping(p, root, top_keys, COUNT(top_keys), l);
    if (!l->version_said && p->count == before)
        gn_walk_problem(p, root,
                        "the file does not say its version; begin it with "
                        "\"garner: 1\"");
    if (l->notify_node != NULL)
        gn_hook_read_notify(p, l->notify_node, &l->scope);
    l->config->notifiers = l->scope.notifiers;
    l->config->notifier_count = l->scope.notifier_count;
    l->scope.source = &l->defaults;
    if (l->default_node != NULL)
        gn_walk_mapping(p, l->default_node, default_keys, COUNT(default_keys),
                        &l->scope);
    if (l->source_node != NULL)
        walk_sources(p, l);
    else if (p->count == before)
        gn_walk_problem(p, root,
                        "the file has no sources; add \"sources:\" with "
                        "something to fetch");
}

/* The folder of path, "" for the current one, in memory. */
static const char *folder_of(const char *path, struct gn_arena *memory)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return "";
    return gn_arena_copy(memory, path,
                         slash == path ? 1 : (size_t)(slash - path));
}

static void load(struct gn_problems *p, const char *data, size_t size,
                 const struct gn_values_way *values, struct gn_config *config)
{
    struct gn_arena tree = {0};
    struct loader l = {.config = config, .values = values, .tree = &tree};
    struct gn_arena *memory = config->memory;
    struct gn_node *root;

    l.scope.memory = memory;
    l.scope.zones = &l.zones;
    l.scope.offline = values != NULL && values->offline;
    l.scope.folder = folder_of(p->path, memory);
    config->path = gn_arena_text(memory, p->path);
    root = gn_tree_parse(data, size, &tree, p);
    if (l.scope.folder == NULL || config->path == NULL)
        gn_problem_memory(p);
    else if (root != NULL)
        walk_top(p, root, &l);
    if (p->count == 0)
        gn_places_check(p, config);
    gn_arena_clear(&tree);
}

static enum garner_code parse(const char *path, const struct gn_buf *data,
                              const struct gn_values_way *values,
                              struct gn_config *config, struct gn_buf *problems,
                              struct garner_error *err)
{
    struct gn_problems p = {.path = path, .list = problems};
    enum garner_code code;

    *config = (struct gn_config){0};
    config->memory = gn_alloc(sizeof(struct gn_arena));
    if (config->memory == NULL)
        return gn_fail(err, GARNER_NOMEM, "%.180s: out of memory", path);
    load(&p, gn_buf_cstr(data), data->size, values, config);
    code = gn_problems_result(&p, err);
    if (code != GARNER_OK)
        gn_config_fini(config);
    return code;
}

enum garner_code gn_config_parse(const char *path, const char *data,
                                 size_t size, struct gn_config *config,
                                 struct gn_buf *problems,
                                 struct garner_error *err)
{
    struct gn_buf copy = {0};
    enum garner_code code;

    *config = (struct gn_config){0};
    gn_buf_append(&copy, data, size);
    code = gn_buf_failed(&copy)
               ? gn_fail(err, GARNER_NOMEM, "%.180s: out of memory", path)
               : parse(path, &copy, NULL, config, problems, err);
    gn_buf_fini(&copy);
    return code;
}

enum garner_code gn_config_load_with(const char *path,
                                     const struct gn_values_way *values,
                                     struct gn_config *config,
                                     struct gn_buf *problems,
                                     struct garner_error *err)
{
    struct gn_buf data = {0};
    enum garner_code code;

    *config = (struct gn_config){0};
    code = gn_file_read(path, GN_TREE_BYTES_MAX, false, &data, err);
    if (code == GARNER_OK)
        code = parse(path, &data, values, config, problems, err);
    gn_buf_fini(&data);
    return code;
}

enum garner_code gn_config_load(const char *path, struct gn_config *config,
                                struct gn_buf *problems,
                                struct garner_error *err)
{
    return gn_config_load_with(path, NULL, config, problems, err);
}
