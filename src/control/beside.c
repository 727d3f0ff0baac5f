#include "control/beside.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"

static const char *without_scheme(const char *store)
{
    if (strncmp(store, "sqlite:", 7) == 0)
        store += 7;
    return strncmp(store, "//", 2) == 0 && store[2] == '/' ? store + 2 : store;
}

/* How much of store is a path: what follows the last "?" may be options, unless
 * a file is called just that. */
static size_t path_size(const char *store)
{
    const char *mark = strrchr(store, '?');
    struct stat st;
    size_t name;

    if (mark == NULL || (stat(store, &st) == 0 && !S_ISDIR(st.st_mode)))
        return strlen(store);
    name = strspn(mark + 1, "abcdefghijklmnopqrstuvwxyz_");
    return name > 0 && mark[1 + name] == '=' ? (size_t)(mark - store)
                                             : strlen(store);
}

enum garner_code gn_beside_store(const char *store, char **path,
                                 struct garner_error *err)
{
    const char *name = without_scheme(store);
    char real[PATH_MAX];
    char *copy;
    bool found;

    *path = NULL;
    if (strcmp(name, ":memory:") == 0)
        return GARNER_OK;
    copy = gn_memdup(name, path_size(name));
    if (copy == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a path");
    found = realpath(copy, real) != NULL;
    gn_free(copy);
    if (!found)
        return gn_fail(err, GARNER_NOTFOUND, "%.150s: %s", store,
                       strerrordesc_np(errno));
    *path = gn_strdup(real);
    return *path != NULL ? GARNER_OK
                         : gn_fail(err, GARNER_NOMEM, "out of memory");
}

enum garner_code gn_beside(const char *store, const char *suffix, char **path,
                           struct garner_error *err)
{
    struct gn_buf whole = {0};
    enum garner_code code = gn_beside_store(store, path, err);

    if (code != GARNER_OK || *path == NULL)
        return code;
    gn_buf_text(&whole, *path);
    gn_buf_text(&whole, suffix);
    gn_free(*path);
    *path = gn_buf_take(&whole);
    if (*path == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a path");
    return GARNER_OK;
}
