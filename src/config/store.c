#include "config/store.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "config/common.h"
#include "config/file.h"
#include "config/scope.h"

static const struct gn_node *find(const struct gn_node *root, const char *key)
{
    const struct gn_node *node =
        root->kind == GN_NODE_MAPPING ? root->first : NULL;

    while (node != NULL && strcmp(node->key->text, key) != 0)
        node = node->next;
    return node;
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

static void read(struct gn_problems *p, const struct gn_buf *data,
                 struct gn_config *config)
{
    struct gn_scope scope = {.memory = config->memory,
                             .folder = folder_of(p->path, config->memory)};
    struct gn_arena tree = {0};
    const struct gn_node *root =
        gn_tree_parse(gn_buf_cstr(data), data->size, &tree, p);
    const struct gn_node *store = root != NULL ? find(root, "store") : NULL;

    config->path = gn_arena_text(config->memory, p->path);
    if (config->path == NULL || scope.folder == NULL)
        gn_problem_memory(p);
    else if (store != NULL)
        config->store = gn_common_text(p, store, &scope);
    gn_arena_clear(&tree);
}

enum garner_code gn_config_load_store(const char *path,
                                      struct gn_config *config,
                                      struct garner_error *err)
{
    struct gn_problems p = {.path = path};
    struct gn_buf data = {0};
    enum garner_code code =
        gn_file_read(path, GN_TREE_BYTES_MAX, false, &data, err);

    *config = (struct gn_config){0};
    if (code == GARNER_OK) {
        config->memory = gn_alloc(sizeof(struct gn_arena));
        if (config->memory == NULL)
            code = gn_fail(err, GARNER_NOMEM, "%.180s: out of memory", path);
    }
    if (code == GARNER_OK) {
        read(&p, &data, config);
        code = gn_problems_result(&p, err);
    }
    gn_buf_fini(&data);
    if (code == GARNER_OK && (config->store == NULL || *config->store == '\0'))
        code = gn_fail(err, GARNER_INVALID,
                       "%.150s names no store; add 'store: FILE' to it, or "
                       "--db FILE",
                       path);
    if (code != GARNER_OK)
        gn_config_fini(config);
    return code;
}
