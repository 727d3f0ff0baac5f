#include "fetch/part.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"

#define PREFIX ".garner-part."

enum {
    TRIES = 100,
    SHOWN = 100 /* bytes of a path */
};

struct gn_part {
    int fd;
    int folder;     /* where name, and the file before it is that, belong */
    char *path;     /* whole, for people */
    char *name;     /* its end */
    char named[64]; /* what it is called now; "": nothing */
    EVP_MD_CTX *digest;
    const EVP_MD *md; /* borrowed */
    int64_t size;
};

bool gn_part_needs_name;

static enum garner_code fail(const struct gn_part *part, const char *what,
                             int why, struct garner_error *err)
{
    const size_t size = strlen(part->path);
    const size_t cut = size > SHOWN ? size - SHOWN : 0;

    return gn_fail(err, GARNER_IO, "%s%s: %s: %s%s", cut > 0 ? "..." : "",
                   part->path + cut, what, strerrordesc_np(why),
                   why == ENOSPC || why == EDQUOT ? "; make room" : "");
}

/* --- beginning ------------------------------------------------------------ */

/* Makes the folders above the last name of path. 0, or what went wrong. */
static int make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        int rc;

        *slash = '\0';
        rc = mkdir(path, 0777);
        *slash = '/';
        if (rc != 0 && errno != EEXIST)
            return errno;
    }
    return 0;
}

/* The folder of path, which is only cut for the call. */
static int open_folder(char *path, char *slash)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    char first;
    int fd;

    if (slash == NULL)
        return open(".", flags);
    first = slash[1];
    slash[1] = '\0';
    fd = open(path, flags);
    slash[1] = first;
    return fd;
}

static enum garner_code find_folder(struct gn_part *part,
                                    struct garner_error *err)
{
    char *slash = strrchr(part->path, '/');
    int why = 0;

    part->name = slash != NULL ? slash + 1 : part->path;
    part->folder = open_folder(part->path, slash);
    if (part->folder < 0 && errno == ENOENT) {
        why = make_folders(part->path);
        if (why == 0)
            part->folder = open_folder(part->path, slash);
    }
    if (part->folder >= 0)
        return GARNER_OK;
    return fail(part, "its folder cannot be used", why != 0 ? why : errno, err);
}

/* A file that is replaced must be one. */
static enum garner_code check_place(const struct gn_part *part,
                                    struct garner_error *err)
{
    struct stat st;

    if (fstatat(part->folder, part->name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
        return GARNER_OK; /* what cannot be looked at shows in the end */
    return gn_fail(err, GARNER_INVALID,
                   "%s: this is no file but %s; name another", part->path,
                   S_ISDIR(st.st_mode) ? "a folder" : "a device or the like");
}

static void make_name(struct gn_part *part)
{
    static atomic_uint count;

    snprintf(part->named, sizeof part->named, PREFIX "%ld.%llx.%u",
             (long)getpid(), (unsigned long long)gn_clock_wall_us(),
             atomic_fetch_add(&count, 1));
}

/* Makes a file that has a name. One that is not locked yet may be swept: then
 * another is made. 0, or what went wrong. */
static int make_named(struct gn_part *part)
{
    for (int i = 0; i < TRIES; i++) {
        struct stat st;

        make_name(part);
        part->fd =
            openat(part->folder, part->named,
                   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (part->fd < 0 && errno == EEXIST)
            continue;
        if (part->fd < 0 || flock(part->fd, LOCK_EX | LOCK_NB) != 0)
            break;
        if (fstat(part->fd, &st) == 0 && st.st_nlink > 0)
            return 0;
        (void)close(part->fd); /* nothing was written through it */
        part->fd = -1;
    }
    if (part->fd < 0)
        part->named[0] = '\0';
    return errno != 0 ? errno : EEXIST;
}

static enum garner_code make_file(struct gn_part *part,
                                  struct garner_error *err)
{
    int why = 0;

    if (!gn_part_needs_name && access("/proc/self/fd", X_OK) == 0)
        part->fd =
            openat(part->folder, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0666);
    if (part->fd < 0)
        why = make_named(part);
    return why == 0 ? GARNER_OK
                    : fail(part, "a file beside it cannot be made", why, err);
}

enum garner_code gn_part_open(const char *path, const EVP_MD *md,
                              struct gn_part **out, struct garner_error *err)
{
    struct gn_part *part = gn_alloc(sizeof *part);
    enum garner_code code = GARNER_OK;

    *out = NULL;
    if (part != NULL) {
        part->fd = part->folder = -1;
        part->path = gn_strdup(path);
        part->digest = EVP_MD_CTX_new();
        part->md = md;
    }
    if (part == NULL || part->path == NULL || part->digest == NULL ||
        EVP_DigestInit_ex2(part->digest, md, NULL) != 1)
        code = gn_fail(err, GARNER_NOMEM, "out of memory for a file");
    if (code == GARNER_OK)
        code = find_folder(part, err);
    if (code == GARNER_OK)
        code = check_place(part, err);
    if (code == GARNER_OK)
        code = make_file(part, err);
    if (code == GARNER_OK)
        *out = part;
    else
        gn_part_free(part);
    return code;
}

void gn_part_free(struct gn_part *part)
{
    if (part == NULL)
        return;
    /* What fails here leaves a file that the next sweep takes. */
    if (part->named[0] != '\0')
        (void)unlinkat(part->folder, part->named, 0);
    if (part->fd >= 0)
        (void)close(part->fd);
    if (part->folder >= 0)
        (void)close(part->folder);
    EVP_MD_CTX_free(part->digest);
    gn_free(part->path);
    gn_free(part);
}

/* --- writing -------------------------------------------------------------- */

enum garner_code gn_part_write(struct gn_part *part, const void *data,
                               size_t size, struct garner_error *err)
{
    const char *p = data;

    for (size_t left = size; left > 0;) {
        const ssize_t n = write(part->fd, p, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail(part, "it cannot be written", n < 0 ? errno : EIO, err);
        p += n;
        left -= (size_t)n;
    }
    if (EVP_DigestUpdate(part->digest, data, size) != 1)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a hash");
    part->size += (int64_t)size;
    return GARNER_OK;
}

enum garner_code gn_part_restart(struct gn_part *part, struct garner_error *err)
{
    if (ftruncate(part->fd, 0) != 0 || lseek(part->fd, 0, SEEK_SET) != 0)
        return fail(part, "it cannot be begun anew", errno, err);
    part->size = 0;
    if (EVP_DigestInit_ex2(part->digest, part->md, NULL) != 1)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a hash");
    return GARNER_OK;
}

int64_t gn_part_size(const struct gn_part *part)
{
    return part->size;
}

enum garner_code gn_part_hash(struct gn_part *part, unsigned char sha256[32],
                              struct garner_error *err)
{
    if (EVP_DigestFinal_ex(part->digest, sha256, NULL) != 1)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a hash");
    return GARNER_OK;
}

/* --- its place ------------------------------------------------------------ */

/* Gives it a name, of which it has none, that others leave alone. 0, or what
 * went wrong. */
static int give_name(struct gn_part *part)
{
    char link[40];

    if (flock(part->fd, LOCK_EX | LOCK_NB) != 0)
        return errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", part->fd);
    for (int i = 0; i < TRIES; i++) {
        make_name(part);
        if (linkat(AT_FDCWD, link, part->folder, part->named,
                   AT_SYMLINK_FOLLOW) == 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    part->named[0] = '\0';
    return errno;
}

/* 0, or what went wrong. */
static int keep_mode(const struct gn_part *part)
{
    struct stat st;

    if (fstatat(part->folder, part->name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(st.st_mode))
        return 0;
    return fchmod(part->fd, st.st_mode & 0777) == 0 ? 0 : errno;
}

enum garner_code gn_part_commit(struct gn_part *part, struct garner_error *err)
{
    enum garner_code code = check_place(part, err);
    int why;

    if (code != GARNER_OK)
        return code;
    why = keep_mode(part);
    if (why == 0 && fsync(part->fd) != 0)
        why = errno;
    if (why == 0 && part->named[0] == '\0')
        why = give_name(part);
    if (why == 0 &&
        renameat(part->folder, part->named, part->folder, part->name) != 0)
        why = errno;
    if (why != 0)
        return fail(part, "it cannot be put in its place", why, err);
    part->named[0] = '\0';
    if (fsync(part->folder) != 0)
        return fail(part, "its folder cannot be synced", errno, err);
    return GARNER_OK;
}

/* --- what others left ----------------------------------------------------- */

static void sweep_one(int folder, const char *name)
{
    const int fd =
        openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlinkat(folder, name, 0); /* else the next one does */
    (void)close(fd);
}

void gn_part_sweep(const struct gn_part *part)
{
    const int fd =
        openat(part->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (folder == NULL && fd >= 0)
        (void)close(fd);
    if (folder == NULL)
        return;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is our own */
    while ((entry = readdir(folder)) != NULL)
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0)
            sweep_one(part->folder, entry->d_name);
    (void)closedir(folder);
}
