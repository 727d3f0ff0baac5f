#include "base/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"

enum { RANDOM = 6 /* letters of a name */, MOST_TRIES = 100 };

static enum garner_code failed(const char *path, const char *what,
                               struct garner_error *err)
{
    const int number = errno;
    char reason[128];

    gn_fail(err, GARNER_IO, "%.120s: cannot be %s: %s", path, what,
            strerror_r(number, reason, sizeof reason));
    if (err != NULL)
        err->native = number;
    return GARNER_IO;
}

static enum garner_code is_there(const char *path, struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID,
                   "%.150s is there already; name another file, or have it "
                   "replaced (--replace)",
                   path);
}

/* The folder of path, in memory of its own. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return gn_strdup(".");
    return gn_memdup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Looks before a long work is begun. */
static enum garner_code check(const struct gn_newfile *f,
                              struct garner_error *err)
{
    struct stat st;

    if (stat(f->path, &st) == 0 && S_ISDIR(st.st_mode))
        return gn_fail(err, GARNER_INVALID,
                       "%.150s is a folder; name a file in it", f->path);
    if (lstat(f->path, &st) == 0)
        return f->replace ? GARNER_OK : is_there(f->path, err);
    if (stat(f->folder, &st) != 0 && errno == ENOENT)
        return gn_fail(
            err, GARNER_NOTFOUND,
            "%.100s: the folder %.100s does not exist; make it first", f->path,
            f->folder);
    return GARNER_OK;
}

static char *template_of(const char *path)
{
    struct gn_buf name = {0};

    gn_buf_printf(&name, "%s.part-XXXXXX", path);
    return gn_buf_take(&name);
}

/* mkostemp(3), but with permissions by the umask, which nobody can read without
 * setting it for all threads. */
static int make_by_umask(char *template)
{
    static const char letters[] = "0123456789abcdef";
    char *const at = template + strlen(template) - RANDOM;

    for (int tries = 0; tries < MOST_TRIES; tries++) {
        unsigned char bytes[RANDOM];
        int fd;

        if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
            return -1;
        for (size_t i = 0; i < RANDOM; i++)
            at[i] = letters[bytes[i] % 16];
        fd = open(template, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* Makes the file that template names. */
static enum garner_code make(struct gn_newfile *f, char *template, mode_t mode,
                             struct garner_error *err)
{
    f->fd = mode == GN_NEWFILE_UMASK ? make_by_umask(template)
                                     : mkostemp(template, O_CLOEXEC);
    if (f->fd < 0) {
        const enum garner_code code = failed(f->path, "made", err);

        gn_free(template);
        return code;
    }
    f->temporary = template;
    return mode == GN_NEWFILE_UMASK || fchmod(f->fd, mode) == 0
               ? GARNER_OK
               : failed(f->path, "given its permissions", err);
}

enum garner_code gn_newfile_begin(struct gn_newfile *f, const char *path,
                                  mode_t mode, bool replace,
                                  struct garner_error *err)
{
    char *template = template_of(path);
    enum garner_code code;

    *f = (struct gn_newfile){.path = gn_strdup(path),
                             .folder = folder_of(path),
                             .fd = -1,
                             .replace = replace};
    if (f->path == NULL || f->folder == NULL || template == NULL)
        code = gn_fail(err, GARNER_NOMEM, "a file's name");
    else
        code = check(f, err);
    if (code == GARNER_OK)
        code = make(f, template, mode, err);
    else
        gn_free(template);
    if (code != GARNER_OK)
        gn_newfile_end(f);
    return code;
}

/* rename(2), but never over a file; 0, or -1 and errno. */
static int rename_to_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* A file system that cannot do that. */
    return link(from, to) == 0 ? unlink(from) : -1;
}

static enum garner_code sync_folder(const struct gn_newfile *f,
                                    struct garner_error *err)
{
    const int fd = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum garner_code code = GARNER_OK;

    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
        code = failed(f->path,
                      "synced in its folder; it is there, but a power failure "
                      "may take it",
                      err);
    if (fd >= 0)
        (void)close(fd); /* nothing was written through it */
    return code;
}

enum garner_code gn_newfile_keep(struct gn_newfile *f, struct garner_error *err)
{
    int rc;

    if (fsync(f->fd) != 0)
        return failed(f->path, "synced", err);
    rc = f->replace ? rename(f->temporary, f->path)
                    : rename_to_new(f->temporary, f->path);
    if (rc != 0 && errno == EEXIST)
        return is_there(f->path, err);
    if (rc != 0)
        return failed(f->path, "given its name", err);
    gn_free(f->temporary);
    f->temporary = NULL;
    return sync_folder(f, err);
}

void gn_newfile_end(struct gn_newfile *f)
{
    if (f->fd >= 0)
        (void)close(f->fd); /* it was synced, or is removed */
    if (f->temporary != NULL)
        (void)unlink(f->temporary); /* it is plainly named for who finds it */
    gn_free(f->temporary);
    gn_free(f->folder);
    gn_free(f->path);
    *f = (struct gn_newfile){.fd = -1};
}
