#include "control/sole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"

enum { TEXT = 128 };

/* The file, as open to others as the database is. */
static int open_file(const char *database, const char *path)
{
    struct stat st;
    const mode_t mode = stat(database, &st) == 0 ? st.st_mode & 0666 : 0600;
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);

    if (file >= 0)
        (void)fchmod(file, mode); /* else as umask(2) has it */
    else if (errno == EEXIST)
        file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return file;
}

static enum garner_code taken(const char *database, int file,
                              struct garner_error *err)
{
    char text[TEXT] = "";
    char since[40] = "";
    const ssize_t size = pread(file, text, sizeof text - 1, 0);
    long pid = 0;

    text[size > 0 ? size : 0] = '\0';
    if (sscanf(text, "pid %ld\nsince %39[0-9TZ:-]", &pid, since) < 2)
        return gn_fail(err, GARNER_BUSY,
                       "another garner collects into %.120s already; end it "
                       "first",
                       database);
    return gn_fail(err, GARNER_BUSY,
                   "the garner with the process id %ld collects into %.100s "
                   "already, since %s; end that first, or ask it ('garner "
                   "fetch', 'garner reload')",
                   pid, database, since);
}

/* For messages alone: what cannot be written is not told. */
static void sign(int file)
{
    const time_t now = time(NULL);
    char since[40] = "";
    char text[TEXT];
    struct tm utc;
    int size;

    if (gmtime_r(&now, &utc) != NULL)
        (void)strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", &utc);
    size = snprintf(text, sizeof text, "pid %ld\nsince %s\n", (long)getpid(),
                    since);
    (void)!ftruncate(file, 0);
    (void)!pwrite(file, text, (size_t)size, 0);
}

enum garner_code gn_sole_take(const char *database, const char *path, int *file,
                              struct garner_error *err)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    enum garner_code code = gn_files_check(1, err);

    *file = -1;
    if (code != GARNER_OK)
        return code;
    *file = open_file(database, path);
    if (*file < 0)
        return gn_fail(err, GARNER_IO, "%.150s: %s", path,
                       strerrordesc_np(errno));
    if (fcntl(*file, F_OFD_SETLK, &all) == 0) {
        sign(*file);
        return GARNER_OK;
    }
    if (errno == EAGAIN || errno == EACCES)
        code = taken(database, *file, err);
    else
        code = gn_fail(err, GARNER_IO, "%.120s cannot be locked: %s", path,
                       strerrordesc_np(errno));
    (void)close(*file); /* nothing was written */
    *file = -1;
    return code;
}

void gn_sole_leave(int file)
{
    if (file >= 0)
        (void)close(file); /* what is in it does not matter */
}
