#include "store/path.h"

#include <string.h>

#include "base/error.h"

enum garner_code gn_path_of(const char *url, const char **path,
                            struct garner_error *err)
{
    const char *colon = strchr(url, ':');

    *path = url;
    if (strncmp(url, "sqlite:", 7) == 0) {
        *path = url + 7;
        if (strncmp(*path, "//", 2) == 0) {
            *path += 2;
            if (**path != '/')
                return gn_fail(err, GARNER_UNSUPPORTED,
                               "%.120s: write sqlite:PATH, or "
                               "sqlite:///ABSOLUTE/PATH",
                               url);
        }
    } else if (colon != NULL && strncmp(colon, "://", 3) == 0) {
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%.*s: databases of this kind are not supported; give a "
                       "file, or sqlite:PATH",
                       (int)(colon - url), url);
    }
    if (**path == '\0')
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "the database's name is empty; give a file");
    return GARNER_OK;
}
