#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/unit.h"

enum { PIECE = 64 * 1024 };

static enum garner_code failed(const char *path, const char *what,
                               struct garner_error *err)
{
    const int number = errno;
    char text[128];
    const enum garner_code code =
        gn_fail(err, number == ENOENT ? GARNER_NOTFOUND : GARNER_IO,
                "cannot %s %.120s: %s", what, path,
                strerror_r(number, text, sizeof text));

    if (err != NULL)
        err->native = number;
    return code;
}

static enum garner_code check_kind(int fd, const char *path, bool regular,
                                   struct garner_error *err)
{
    struct stat about;

    if (fstat(fd, &about) != 0)
        return failed(path, "look at", err);
    if (S_ISDIR(about.st_mode))
        return gn_fail(err, GARNER_INVALID,
                       "%.160s is a folder; name a file in it", path);
    if (regular && !S_ISREG(about.st_mode))
        return gn_fail(err, GARNER_INVALID, "%.160s is not a regular file",
                       path);
    return GARNER_OK;
}

static enum garner_code too_large(const char *path, size_t max,
                                  struct garner_error *err)
{
    char limit[32];

    gn_unit_format_size((int64_t)max, limit);
    return gn_fail(err, GARNER_INVALID, "%.160s is larger than %s", path,
                   limit);
}

static enum garner_code read_all(int fd, const char *path, size_t max,
                                 struct gn_buf *out, struct garner_error *err)
{
    size_t all = 0;

    for (;;) {
        ssize_t n;

        if (!gn_buf_reserve(out, PIECE))
            return gn_fail(err, GARNER_NOMEM, "reading %.160s", path);
        n = read(fd, out->data + out->size, PIECE);
        if (n == 0)
            return GARNER_OK;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(path, "read", err);
        all += (size_t)n;
        if (all > max)
            return too_large(path, max, err);
        out->size += (size_t)n;
        out->data[out->size] = '\0';
    }
}

enum garner_code gn_file_read(const char *path, size_t max, bool regular,
                              struct gn_buf *out, struct garner_error *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
                                  (regular ? O_NONBLOCK : 0));
    enum garner_code code;

    if (fd < 0)
        return failed(path, "open", err);
    code = check_kind(fd, path, regular, err);
    if (code == GARNER_OK)
        code = read_all(fd, path, max, out, err);
    (void)close(fd);
    return code;
}
