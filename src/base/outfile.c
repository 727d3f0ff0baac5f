#include "base/outfile.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/error.h"

enum { PERMISSIONS = 0777 };

enum garner_code gn_outfile_begin(struct gn_newfile *f, const char *path,
                                  struct garner_error *err)
{
    char resolved[PATH_MAX];
    struct stat st;

    if (lstat(path, &st) != 0)
        return gn_newfile_begin(f, path, GN_NEWFILE_UMASK, true, err);
    if (realpath(path, resolved) == NULL || stat(resolved, &st) != 0)
        return gn_fail(
            err, GARNER_INVALID,
            "%.150s is a link that leads nowhere; remove it, or make "
            "the file that it names",
            path);
    return gn_newfile_begin(f, resolved, st.st_mode & PERMISSIONS, true, err);
}
