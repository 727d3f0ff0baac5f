#include "cli/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

enum { ENOUGH = 64 * 1024 };

enum garner_code gn_writer_flush(struct gn_writer *w, struct garner_error *err)
{
    size_t done = 0;

    if (gn_buf_failed(&w->text))
        return gn_fail(err, GARNER_NOMEM, "no memory for the output");
    while (done < w->text.size) {
        const ssize_t n =
            write(w->fd, w->text.data + done, w->text.size - done);

        if (n >= 0) {
            done += (size_t)n;
        } else if (errno == EPIPE) {
            return gn_fail(err, GARNER_CLOSED, "the reader of %s is gone",
                           w->name);
        } else if (errno == EAGAIN) {
            /* Another process has made what we share non-blocking. */
            struct pollfd room = {.fd = w->fd, .events = POLLOUT};

            (void)poll(&room, 1, -1);
        } else if (errno != EINTR) {
            const int why = errno;

            gn_fail(err, GARNER_IO, "cannot write to %.120s: %s", w->name,
                    strerrordesc_np(why));
            if (err != NULL)
                err->native = why;
            return GARNER_IO;
        }
    }
    gn_buf_clear(&w->text);
    return GARNER_OK;
}

enum garner_code gn_writer_pass(struct gn_writer *w, struct garner_error *err)
{
    if (w->text.size < ENOUGH && !gn_buf_failed(&w->text))
        return GARNER_OK;
    return gn_writer_flush(w, err);
}

void gn_writer_fini(struct gn_writer *w)
{
    gn_buf_fini(&w->text);
}

enum garner_code gn_writer_put(const char *path, struct gn_buf *text,
                               mode_t mode, struct garner_error *err)
{
    const bool is_stdout = strcmp(path, "-") == 0;
    struct gn_writer w = {STDOUT_FILENO, is_stdout ? "standard output" : path,
                          *text};
    enum garner_code code;

    *text = (struct gn_buf){0};
    if (!is_stdout)
        w.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (w.fd < 0) {
        code = gn_fail(err, GARNER_IO, "cannot write %.120s: %s", path,
                       strerrordesc_np(errno));
    } else {
        code = gn_writer_flush(&w, err);
        /* A full disk may show only here. */
        if (!is_stdout && close(w.fd) != 0 && code == GARNER_OK)
            code = gn_fail(err, GARNER_IO, "cannot write %.120s: %s", path,
                           strerrordesc_np(errno));
    }
    gn_writer_fini(&w);
    return code;
}
