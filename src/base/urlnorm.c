#include "base/urlnorm.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/url.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 32) >= 'a' && (c | 32) <= 'f')
        return (c | 32) - 'a' + 10;
    return -1;
}

/* The byte that %xx at at is; -1: it is no escape. */
static int escaped_byte(const char *at, const char *end)
{
    if (end - at < 3 || *at != '%' || hex_value(at[1]) < 0 ||
        hex_value(at[2]) < 0)
        return -1;
    return hex_value(at[1]) * 16 + hex_value(at[2]);
}

static bool is_unreserved(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

/* Whether it has a meaning of its own where it stands: it is not the same as
 * its escape. */
static bool is_reserved(int c)
{
    return c > 0 && c < 0x80 && strchr(":/?#[]@!$&'()*+,;=", c) != NULL;
}

static void append_escape(struct gn_buf *out, int byte)
{
    static const char figures[] = "0123456789ABCDEF";
    const char text[3] = {'%', figures[byte >> 4 & 15], figures[byte & 15]};

    gn_buf_append(out, text, sizeof text);
}

/* Escapes what must be, and nothing else. */
static void append_part(struct gn_buf *out, struct gn_url_part part)
{
    const char *end;
    const char *from = part.text; /* what is not appended yet */

    if (part.size == 0)
        return;
    end = part.text + part.size;
    for (const char *at = part.text; at < end; at++) {
        const int byte = escaped_byte(at, end);

        if (byte < 0 && (is_unreserved(*at) || is_reserved(*at)))
            continue;
        gn_buf_append(out, from, (size_t)(at - from));
        if (byte < 0)
            append_escape(out, (unsigned char)*at);
        else if (is_unreserved(byte))
            gn_buf_byte(out, (char)byte);
        else
            append_escape(out, byte);
        at += byte >= 0 ? 2 : 0;
        from = at + 1;
    }
    if (from < end)
        gn_buf_append(out, from, (size_t)(end - from));
}

/* Takes . and .. out of the path that out has from start on, which begins with
 * a slash (RFC 3986 section 5.2.4). */
static void remove_dots(struct gn_buf *out, size_t start)
{
    char *path = out->data + start;
    const size_t size = out->size - start;
    size_t to = 0;

    for (size_t at = 0; at < size;) {
        const char *slash = memchr(path + at + 1, '/', size - at - 1);
        const size_t next = slash != NULL ? (size_t)(slash - path) : size;
        const size_t length = next - at - 1;
        const bool up =
            length == 2 && path[at + 1] == '.' && path[at + 2] == '.';

        if (up || (length == 1 && path[at + 1] == '.')) {
            while (up && to > 0 && path[--to] != '/')
                ;
            if (next == size)
                path[to++] = '/';
        } else {
            memmove(path + to, path + at, next - at);
            to += next - at;
        }
        at = next;
    }
    out->size = start + to;
    path[to] = '\0';
}

static void append_lower(struct gn_buf *out, struct gn_url_part part)
{
    for (size_t i = 0; i < part.size; i++) {
        const char c = part.text[i];
        const int capital = c >= 'A' && c <= 'Z' ? 32 : 0;

        gn_buf_byte(out, (char)(c | capital));
    }
}

static void append_host(struct gn_buf *out, const struct gn_url *url)
{
    char text[INET6_ADDRSTRLEN];
    char shortest[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (url->host.text[-1] != '[') {
        append_lower(out, url->host);
        return;
    }
    gn_buf_byte(out, '[');
    if (url->host.size < sizeof text) {
        memcpy(text, url->host.text, url->host.size);
        text[url->host.size] = '\0';
    }
    if (url->host.size < sizeof text &&
        inet_pton(AF_INET6, text, &address) == 1 &&
        inet_ntop(AF_INET6, &address, shortest, sizeof shortest) != NULL)
        gn_buf_text(out, shortest);
    else
        append_lower(out, url->host); /* it has a zone */
    gn_buf_byte(out, ']');
}

static void append_url(struct gn_buf *out, const struct gn_url *url)
{
    const int own = url->scheme.size == 5 ? 443 : 80;
    size_t start;

    append_lower(out, url->scheme);
    gn_buf_text(out, "://");
    append_part(out, url->user);
    if (url->password.size > 0) {
        gn_buf_byte(out, ':');
        append_part(out, url->password);
    }
    if (url->user.size + url->password.size > 0)
        gn_buf_byte(out, '@');
    append_host(out, url);
    if (url->port >= 0 && url->port != own)
        gn_buf_printf(out, ":%d", url->port);
    start = out->size;
    if (url->path.size == 0)
        gn_buf_byte(out, '/');
    append_part(out, url->path);
    if (!gn_buf_failed(out))
        remove_dots(out, start);
    if (url->query.size > 0) {
        gn_buf_byte(out, '?');
        append_part(out, url->query);
    }
}

/* As browsers do: without blanks around it and line ends in it, and with other
 * blanks escaped. */
static void append_clean(struct gn_buf *out, const char *url)
{
    size_t size = strlen(url);
    size_t from = 0; /* what is not appended yet */

    while (size > 0 && (unsigned char)url[size - 1] <= ' ')
        size--;
    while (size > 0 && (unsigned char)*url <= ' ') {
        url++;
        size--;
    }
    for (size_t i = 0; i < size; i++) {
        const char c = url[i];

        if ((unsigned char)c > ' ' && c != 0x7f)
            continue;
        gn_buf_append(out, url + from, i - from);
        if (c != '\t' && c != '\n' && c != '\r')
            append_escape(out, (unsigned char)c);
        from = i + 1;
    }
    gn_buf_append(out, url + from, size - from);
}

enum garner_code gn_urlnorm(const char *url, struct gn_buf *out,
                            struct garner_error *err)
{
    struct gn_buf clean = {0};
    struct gn_url parts;
    enum garner_code code = GARNER_NOMEM;

    append_clean(&clean, url);
    if (!gn_buf_failed(&clean))
        code = gn_url_split(gn_buf_cstr(&clean), &parts, err);
    if (code == GARNER_OK && parts.host.text[-1] != '[' &&
        memchr(parts.host.text, '%', parts.host.size) != NULL)
        code = gn_fail(err, GARNER_INVALID, "URL has a %% in its host");
    if (code == GARNER_OK) {
        append_url(out, &parts);
        code = gn_buf_failed(out) ? GARNER_NOMEM : GARNER_OK;
    }
    gn_buf_fini(&clean);
    return code == GARNER_NOMEM
               ? gn_fail(err, GARNER_NOMEM, "no memory for a URL")
               : code;
}

/* --- parameters -----------------------------------------------------------*/

static void append_value(struct gn_buf *out, const char *at, const char *end)
{
    for (; at < end; at++) {
        int byte = escaped_byte(at, end);

        if (byte >= 0)
            at += 2;
        else if (*at == '+')
            byte = ' ';
        else
            byte = (unsigned char)*at;
        gn_buf_byte(out, (char)byte);
    }
}

static const char *until(const char *at, const char *end, char stop)
{
    const char *found = at < end ? memchr(at, stop, (size_t)(end - at)) : NULL;

    return found != NULL ? found : end;
}

bool gn_urlnorm_parameter(const char *query, size_t size, const char *name,
                          struct gn_buf *out)
{
    const char *end;
    struct gn_buf key = {0};
    bool found = false;

    if (size == 0)
        return false;
    end = query + size;
    while (!found && query < end) {
        const char *stop = until(query, end, '&');
        const char *equal = until(query, stop, '=');

        gn_buf_clear(&key);
        append_value(&key, query, equal);
        found = !gn_buf_failed(&key) && equal > query &&
                strcmp(gn_buf_cstr(&key), name) == 0 &&
                key.size == strlen(name);
        if (gn_buf_failed(&key))
            out->failed = true;
        if (found && equal < stop)
            append_value(out, equal + 1, stop);
        query = stop < end ? stop + 1 : end;
    }
    gn_buf_fini(&key);
    return found && !gn_buf_failed(out);
}
