#include "control/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"

enum { NAME_MOST = 64 }; /* of a name behind /proc/self/fd/N/ */

static enum garner_code through_folder(struct gn_endpoint *e, const char *path,
                                       struct garner_error *err)
{
    const char *name = strrchr(path, '/');
    const size_t size = name != NULL ? (size_t)(name - path) : 0;
    char folder[PATH_MAX];
    char shorter[40];

    name = name != NULL ? name + 1 : path;
    snprintf(folder, sizeof folder, "%.*s%s", (int)size, path,
             size == 0 ? "." : "");
    e->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (e->folder < 0)
        return gn_fail(err, errno == ENOENT ? GARNER_NOTFOUND : GARNER_IO,
                       "%.150s: %s", folder, strerrordesc_np(errno));
    if (strlen(name) > NAME_MOST) {
        snprintf(shorter, sizeof shorter, ".garner-%016" PRIx64,
                 gn_hash_text(name));
        name = shorter;
    }
    snprintf(e->address.sun_path, sizeof e->address.sun_path,
             "/proc/self/fd/%d/%.*s", e->folder, NAME_MOST, name);
    return GARNER_OK;
}

enum garner_code gn_endpoint_init(struct gn_endpoint *e, const char *path,
                                  struct garner_error *err)
{
    *e = (struct gn_endpoint){.address = {.sun_family = AF_UNIX}, .folder = -1};
    if (strlen(path) >= sizeof e->address.sun_path)
        return through_folder(e, path, err);
    memcpy(e->address.sun_path, path, strlen(path) + 1);
    return GARNER_OK;
}

void gn_endpoint_fini(struct gn_endpoint *e)
{
    if (e->folder >= 0)
        (void)close(e->folder); /* only a place */
    e->folder = -1;
}
