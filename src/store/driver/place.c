#include "store/driver/place.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { SUFFIX = sizeof "-wal" };

static const char suffixes[GN_PLACE_FILES][SUFFIX] = {"", "-wal", "-shm"};

/* 0, or why it cannot be seen. */
static int look(const char *path, int which, struct stat *st)
{
    const size_t size = strlen(path);
    char name[PATH_MAX + SUFFIX];

    if (size >= PATH_MAX)
        return ENAMETOOLONG;
    memcpy(name, path, size);
    memcpy(name + size, suffixes[which], SUFFIX);
    return stat(name, st) == 0 ? 0 : errno;
}

void gn_place_note(struct gn_place *p, const char *path)
{
    struct stat st;

    *p = (struct gn_place){.noted = true};
    snprintf(p->path, sizeof p->path, "%s", path);
    for (int i = 0; i < GN_PLACE_FILES && path[0] != '\0'; i++) {
        p->files[i].known = look(path, i, &st) == 0;
        if (p->files[i].known) {
            p->files[i].device = st.st_dev;
            p->files[i].inode = st.st_ino;
        }
    }
}

const char *gn_place_lost(const struct gn_place *p)
{
    struct stat st;

    for (int i = 0; i < GN_PLACE_FILES; i++) {
        int error;

        if (!p->files[i].known)
            continue;
        error = look(p->path, i, &st);
        if (error == ENOENT || error == ENOTDIR ||
            (error == 0 && (st.st_dev != p->files[i].device ||
                            st.st_ino != p->files[i].inode)))
            return suffixes[i];
    }
    return NULL;
}
