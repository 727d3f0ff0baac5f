#include "cli/typed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "config/file.h"

enum { MOST_BYTES = 16 << 20 };

char *gn_typed_path(const char *state, const char *home)
{
    struct gn_buf path = {0};

    /* a relative one is to be ignored, says the specification */
    if (state != NULL && state[0] == '/')
        gn_buf_text(&path, state);
    else if (home != NULL && home[0] != '\0')
        gn_buf_printf(&path, "%s/.local/state", home);
    else
        return NULL;
    gn_buf_text(&path, "/garner/history");
    return gn_buf_take(&path);
}

static enum garner_code trouble(const char *what, const char *path,
                                struct garner_error *err)
{
    return gn_fail(err, GARNER_IO, "cannot %s %.120s: %s", what, path,
                   strerrordesc_np(errno));
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t n = write(fd, data, size);

        if (n < 0 && errno != EINTR)
            return false;
        data += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Puts another file with text in its place. */
static enum garner_code replace(const char *path, const char *text, size_t size,
                                struct garner_error *err)
{
    struct gn_buf fresh = {0};
    enum garner_code code = GARNER_OK;
    bool ok;
    int fd;

    gn_buf_printf(&fresh, "%s.new", path);
    if (gn_buf_failed(&fresh))
        return gn_fail(err, GARNER_NOMEM, "no memory for a path");
    fd = open(gn_buf_cstr(&fresh), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
              0600);
    ok = fd >= 0 && write_all(fd, text, size);
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    if (!ok || rename(gn_buf_cstr(&fresh), path) != 0)
        code = trouble("write", path, err);
    gn_buf_fini(&fresh);
    return code;
}

/* The last lines of text, at most so many. */
static const char *last_lines(const char *text, size_t size, size_t most)
{
    const char *at = text + size;

    while (at > text && most > 0) {
        const char *line = memrchr(text, '\n', (size_t)(at - text) - 1);

        at = line != NULL ? line + 1 : text;
        most--;
    }
    return at;
}

enum garner_code gn_typed_load(const char *path, struct gn_buf *lines,
                               struct garner_error *err)
{
    struct gn_buf text = {0};
    enum garner_code code = gn_file_read(path, MOST_BYTES, true, &text, err);
    const char *all = gn_buf_cstr(&text);
    const char *from;

    if (code == GARNER_OK) {
        from = last_lines(all, text.size, GN_TYPED_MOST);
        gn_buf_append(lines, from, (size_t)(all + text.size - from));
        if (last_lines(all, text.size, (size_t)2 * GN_TYPED_MOST) > all)
            code = replace(path, from, (size_t)(all + text.size - from), err);
    }
    gn_buf_fini(&text);
    if (code == GARNER_OK && gn_buf_failed(lines))
        code = gn_fail(err, GARNER_NOMEM, "no memory for what was typed");
    return code == GARNER_NOTFOUND ? GARNER_OK : code;
}

/* Makes the folders that path is in. */
static void make_folders(const char *path)
{
    char *folder = gn_strdup(path);
    char *at = folder;

    if (folder == NULL)
        return;
    while ((at = strchr(at + 1, '/')) != NULL) {
        *at = '\0';
        (void)mkdir(folder, 0700); /* open says what is wrong */
        *at = '/';
    }
    gn_free(folder);
}

enum garner_code gn_typed_add(const char *path, const char *line,
                              struct garner_error *err)
{
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
    struct gn_buf text = {0};
    bool ok;
    int fd;

    if (line[0] == ' ' || line[0] == '\0')
        return GARNER_OK;
    gn_buf_printf(&text, "%s\n", line);
    if (gn_buf_failed(&text))
        return gn_fail(err, GARNER_NOMEM, "no memory for what was typed");
    fd = open(path, flags, 0600);
    if (fd < 0 && errno == ENOENT) {
        make_folders(path);
        fd = open(path, flags, 0600);
    }
    ok = fd >= 0 && write_all(fd, text.data, text.size);
    if (!ok)
        (void)trouble("keep what is typed in", path, err);
    if (fd >= 0)
        (void)close(fd);
    gn_buf_fini(&text);
    return ok ? GARNER_OK : GARNER_IO;
}
