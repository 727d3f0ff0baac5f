#include "store/upkeep/copies.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

enum { MOST = 16 };

/* The names of all that is loaded, each ended by a NUL: nothing may be looked
 * up in them while they are counted. */
static int add_name(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    gn_buf_append(context, info->dlpi_name, strlen(info->dlpi_name) + 1);
    return 0;
}

/* Where the SQLite is that name, or a library it needs, would call; NULL:
 * nowhere. */
static const void *sqlite_of(const char *name)
{
    void *handle =
        dlopen(name[0] != '\0' ? name : NULL, RTLD_LAZY | RTLD_NOLOAD);
    const void *at;

    if (handle == NULL)
        return NULL;
    at = dlsym(handle, "sqlite3_libversion");
    (void)dlclose(handle); /* it was loaded before, and stays */
    return at;
}

static void add_file(const void *at, struct gn_buf *out)
{
    Dl_info info;

    if (out->size > 0)
        gn_buf_text(out, ", ");
    gn_buf_text(out, dladdr(at, &info) != 0 && info.dli_fname != NULL
                         ? info.dli_fname
                         : "a file without a name");
}

int gn_copies_find(struct gn_buf *out)
{
    const void *found[MOST];
    struct gn_buf names = {0};
    int count = 0;

    (void)dl_iterate_phdr(add_name, &names);
    for (size_t at = 0; at < names.size && count < MOST;
         at += strlen(names.data + at) + 1) {
        const void *sqlite = sqlite_of(names.data + at);
        int i = 0;

        while (i < count && found[i] != sqlite)
            i++;
        if (sqlite == NULL || i < count)
            continue;
        found[count++] = sqlite;
        add_file(sqlite, out);
    }
    if (gn_buf_failed(&names))
        out->failed = true;
    gn_buf_fini(&names);
    return count;
}
