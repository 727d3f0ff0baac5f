#include "serve/token.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static enum garner_code cannot_read(struct garner_error *err, const char *path)
{
    const int native = errno;
    const enum garner_code code = gn_fail(
        err, native == ENOENT ? GARNER_NOTFOUND : GARNER_IO,
        "cannot read the token file %.120s: %s", path, strerrordesc_np(native));

    if (err != NULL)
        err->native = native;
    return code;
}

/* Reads up to room bytes of what fd is; -1: errno says why not. */
static ssize_t read_some(int fd, char *data, size_t room)
{
    size_t size = 0;

    while (size < room) {
        const ssize_t n = read(fd, data + size, room - size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        size += (size_t)n;
    }
    return (ssize_t)size;
}

static enum garner_code check(struct gn_token *token, const char *path,
                              struct garner_error *err)
{
    while (token->size > 0 &&
           strchr(" \t\r\n", token->text[token->size - 1]) != NULL)
        token->size--;
    token->text[token->size] = '\0';
    if (token->size == 0)
        return gn_fail(err, GARNER_INVALID,
                       "the token file %.100s is empty: write a token into it, "
                       "e.g. by: openssl rand -hex 32 > FILE",
                       path);
    for (size_t i = 0; i < token->size; i++)
        if (token->text[i] <= ' ' || token->text[i] > '~')
            return gn_fail(err, GARNER_INVALID,
                           "the token file %.120s must be one line of "
                           "printable characters without spaces",
                           path);
    return GARNER_OK;
}

static enum garner_code read_open(int fd, const char *path,
                                  struct gn_token *token,
                                  struct garner_error *err)
{
    struct stat st;
    ssize_t size;

    if (fstat(fd, &st) != 0)
        return cannot_read(err, path);
    if ((st.st_mode & (S_IROTH | S_IWOTH)) != 0)
        return gn_fail(err, GARNER_INVALID,
                       "everybody on this machine may read or write the token "
                       "file %.80s: chmod o-rw it",
                       path);
    size = read_some(fd, token->text, GN_TOKEN_MAX + 1);
    if (size < 0)
        return cannot_read(err, path);
    if (size > GN_TOKEN_MAX)
        return gn_fail(err, GARNER_INVALID,
                       "the token file %.120s has more than %d bytes", path,
                       GN_TOKEN_MAX);
    token->size = (size_t)size;
    return check(token, path, err);
}

enum garner_code gn_token_read(const char *path, struct gn_token *token,
                               struct garner_error *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum garner_code code;

    *token = (struct gn_token){.size = 0};
    if (fd < 0)
        return cannot_read(err, path);
    code = read_open(fd, path, token, err);
    close(fd);
    if (code != GARNER_OK)
        *token = (struct gn_token){.size = 0};
    return code;
}

bool gn_token_shown(const struct gn_token *token, const char *authorization)
{
    static const char scheme[] = "bearer ";
    const char *shown = authorization;
    size_t size;
    unsigned different;

    if (token->size == 0)
        return true;
    if (shown == NULL || strncasecmp(shown, scheme, sizeof scheme - 1) != 0)
        return false;
    shown += sizeof scheme - 1;
    shown += strspn(shown, " ");
    size = strlen(shown);
    different = size != token->size;
    for (size_t i = 0; i < token->size; i++)
        different |= (unsigned char)token->text[i] ^
                     (unsigned char)shown[i < size ? i : 0];
    return different == 0;
}
