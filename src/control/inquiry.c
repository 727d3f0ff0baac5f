#include "control/inquiry.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/error.h"
#include "control/endpoint.h"

enum { READ = 16384 };

static enum garner_code failed(const char *path, struct garner_error *err)
{
    const int n = errno;

    if (n == ENOENT || n == ECONNREFUSED)
        return gn_fail(err, GARNER_CLOSED,
                       "no collector answers at %.120s; start one with 'garner "
                       "run'",
                       path);
    if (n == EAGAIN)
        return gn_fail(err, GARNER_TIMEOUT,
                       "the collector at %.150s does not answer in time", path);
    return gn_fail(err, GARNER_IO, "%.150s: %s%s", path, strerrordesc_np(n),
                   n == EACCES ? "; its user and root alone may ask it" : "");
}

static enum garner_code say(int file, const char *path,
                            const char *const *words, size_t count,
                            struct garner_error *err)
{
    struct gn_buf line = {0};
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < count; i++) {
        if (strpbrk(words[i], "\t\n") != NULL)
            code = gn_fail(err, GARNER_INVALID,
                           "'%.60s': a name has no tab or newline in it",
                           words[i]);
        gn_buf_text(&line, words[i]);
        gn_buf_byte(&line, i + 1 < count ? '\t' : '\n');
    }
    if (code == GARNER_OK && gn_buf_failed(&line))
        code = gn_fail(err, GARNER_NOMEM, "out of memory for a question");
    for (size_t sent = 0; code == GARNER_OK && sent < line.size;) {
        const ssize_t n =
            send(file, line.data + sent, line.size - sent, MSG_NOSIGNAL);

        if (n > 0)
            sent += (size_t)n;
        else if (errno != EINTR)
            code = failed(path, err);
    }
    gn_buf_fini(&line);
    return code;
}

static enum garner_code listen_to(int file, const char *path,
                                  struct gn_buf *all, struct garner_error *err)
{
    char bytes[READ];
    ssize_t n;

    while ((n = recv(file, bytes, sizeof bytes, 0)) != 0) {
        if (n > 0)
            gn_buf_append(all, bytes, (size_t)n);
        else if (errno == ECONNRESET)
            break; /* it has ended, and had not read all */
        else if (errno != EINTR)
            return failed(path, err);
    }
    if (gn_buf_failed(all))
        return gn_fail(err, GARNER_NOMEM, "out of memory for an answer");
    return GARNER_OK;
}

/* Takes the answer's first line for what it says. */
static enum garner_code judge(const struct gn_buf *all, const char *path,
                              struct gn_buf *out, struct garner_error *err)
{
    const char *text = gn_buf_cstr(all);
    char *end;
    long code;

    if (strncmp(text, "ok\n", 3) == 0) {
        gn_buf_append(out, text + 3, all->size - 3);
        return gn_buf_failed(out)
                   ? gn_fail(err, GARNER_NOMEM, "out of memory for an answer")
                   : GARNER_OK;
    }
    if (strncmp(text, "error ", 6) == 0) {
        code = strtol(text + 6, &end, 10);
        if (code > GARNER_OK && code < GARNER_ROW && *end == ' ')
            return gn_fail(err, (enum garner_code)code, "%.*s",
                           (int)strcspn(end + 1, "\n"), end + 1);
    }
    return gn_fail(err, GARNER_IO,
                   "what answers at %.120s is no collector, or ended meanwhile",
                   path);
}

static enum garner_code converse(int file, const char *path,
                                 const char *const *words, size_t count,
                                 struct gn_buf *out, struct garner_error *err)
{
    struct gn_buf all = {0};
    enum garner_code code = say(file, path, words, count, err);

    if (code == GARNER_OK)
        code = listen_to(file, path, &all, err);
    if (code == GARNER_OK)
        code = judge(&all, path, out, err);
    gn_buf_fini(&all);
    return code;
}

enum garner_code gn_inquire(const char *path, const char *const *words,
                            size_t count, int timeout_ms, struct gn_buf *out,
                            struct garner_error *err)
{
    const struct timeval most = {timeout_ms / 1000, timeout_ms % 1000 * 1000L};
    struct gn_endpoint e;
    enum garner_code code = gn_endpoint_init(&e, path, err);
    int file;

    if (code != GARNER_OK)
        return code;
    file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0 ||
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most) != 0 ||
        setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) != 0 ||
        connect(file, (const struct sockaddr *)&e.address, sizeof e.address) !=
            0)
        code = failed(path, err);
    else
        code = converse(file, path, words, count, out, err);
    if (file >= 0)
        (void)close(file); /* all was said */
    gn_endpoint_fini(&e);
    return code;
}
