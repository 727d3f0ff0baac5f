#include "base/url.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"

enum { PORT_MAX = 65535 };

static struct gn_url_part slice(const char *from, const char *end)
{
    return (struct gn_url_part){from, (size_t)(end - from)};
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The first of stops in [p, end), or end. */
static const char *until(const char *p, const char *end, const char *stops)
{
    while (p < end && strchr(stops, *p) == NULL)
        p++;
    return p;
}

/* Letters, digits and what else RFC 3986 lets stand in a registered name;
 * bytes above ASCII are left to the resolver (IDN). */
static bool in_name(char c)
{
    return is_alpha(c) || is_digit(c) || (unsigned char)c >= 0x80 ||
           strchr("-._~!$&'()*+,;=%", c) != NULL;
}

static enum garner_code check_bytes(const char *text, struct garner_error *err)
{
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f)
            return gn_fail(err, GARNER_INVALID,
                           "URL has %s at character %zu; write it as %%%02X",
                           *p == ' ' ? "a space" : "a control character",
                           (size_t)(p - text) + 1, (unsigned char)*p);
    return GARNER_OK;
}

/* Splits "scheme://" off; *rest is what follows. */
static enum garner_code split_scheme(const char *text, struct gn_url *url,
                                     const char **rest,
                                     struct garner_error *err)
{
    const char *end = until(text, text + strlen(text), ":/?#");

    if (*text == '\0')
        return gn_fail(err, GARNER_INVALID,
                       "URL is empty; write one like https://example.org/");
    if (strncmp(end, "://", 3) != 0)
        return gn_fail(err, GARNER_INVALID,
                       "URL has no scheme; write https:// or http:// before "
                       "\"%.60s\"",
                       text + strspn(text, ":/"));
    url->scheme = slice(text, end);
    if (!((url->scheme.size == 4 && strncasecmp(text, "http", 4) == 0) ||
          (url->scheme.size == 5 && strncasecmp(text, "https", 5) == 0)))
        return gn_fail(err, GARNER_INVALID,
                       "URL has the scheme \"%.*s\"; only http and https can "
                       "be fetched",
                       (int)(url->scheme.size < 40 ? url->scheme.size : 40),
                       text);
    *rest = end + 3;
    return GARNER_OK;
}

static enum garner_code split_user(const char *p, const char *end,
                                   struct gn_url *url, const char **rest,
                                   struct garner_error *err)
{
    const char *at = memchr(p, '@', (size_t)(end - p));

    *rest = p;
    if (at == NULL)
        return GARNER_OK;
    /* Which @ counts is read differently by different programs: whoever
     * checks and whoever connects might mean different hosts. */
    if (memchr(at + 1, '@', (size_t)(end - at - 1)) != NULL)
        return gn_fail(err, GARNER_INVALID,
                       "URL has two @ before its path; write the one in the "
                       "user name or password as %%40");
    url->user = slice(p, until(p, at, ":"));
    if (p + url->user.size < at)
        url->password = slice(p + url->user.size + 1, at);
    *rest = at + 1;
    return GARNER_OK;
}

static enum garner_code split_ipv6(const char *p, const char *end,
                                   struct gn_url *url, const char **rest,
                                   struct garner_error *err)
{
    const char *close = memchr(p, ']', (size_t)(end - p));
    const char *stop = close != NULL ? until(p, close, "%") : end;
    char address[INET6_ADDRSTRLEN] = "";
    struct in6_addr binary;

    if (stop - p - 1 < (ptrdiff_t)sizeof address)
        memcpy(address, p + 1, (size_t)(stop - p - 1));
    if (close == NULL || inet_pton(AF_INET6, address, &binary) != 1)
        return gn_fail(err, GARNER_INVALID,
                       "URL has no IPv6 address between [ and ]; write one "
                       "like http://[::1]/");
    url->host = slice(p + 1, close);
    *rest = close + 1;
    return GARNER_OK;
}

static enum garner_code split_name(const char *p, const char *end,
                                   struct gn_url *url, const char **rest,
                                   struct garner_error *err)
{
    const char *stop = until(p, end, ":");

    if (stop == p)
        return gn_fail(err, GARNER_INVALID,
                       "URL has no host; write one like https://example.org/");
    for (const char *c = p; c < stop; c++)
        if (!in_name(*c))
            return gn_fail(err, GARNER_INVALID,
                           "URL has \"%c\" in its host, where it cannot be; "
                           "check what stands between // and the next /",
                           *c);
    url->host = slice(p, stop);
    *rest = stop;
    return GARNER_OK;
}

/* ":8080", ":" or nothing. */
static enum garner_code split_port(const char *p, const char *end,
                                   struct gn_url *url, struct garner_error *err)
{
    int port = 0;
    bool good = p == end || *p == ':';

    url->port = -1;
    if (end - p <= (good ? 1 : 0))
        return GARNER_OK;
    for (const char *c = p + 1; good && c < end; c++) {
        good = is_digit(*c);
        port = good ? port * 10 + (*c - '0') : 0;
        good = good && port <= PORT_MAX;
    }
    if (!good || port == 0)
        return gn_fail(err, GARNER_INVALID,
                       "URL has a port that is no number from 1 to 65535; "
                       "check what follows the host");
    url->port = port;
    return GARNER_OK;
}

static void split_tail(const char *p, const char *end, struct gn_url *url)
{
    const char *stop = until(p, end, "?#");

    url->path = slice(p, stop);
    if (*stop == '?') {
        p = stop + 1;
        stop = until(p, end, "#");
        url->query = slice(p, stop);
    }
    if (*stop == '#')
        url->fragment = slice(stop + 1, end);
}

enum garner_code gn_url_split(const char *text, struct gn_url *url,
                              struct garner_error *err)
{
    const char *end = text + strlen(text);
    const char *p = text;
    const char *stop;
    enum garner_code code;

    *url = (struct gn_url){.port = -1};
    code = check_bytes(text, err);
    if (code == GARNER_OK)
        code = split_scheme(text, url, &p, err);
    if (code != GARNER_OK)
        return code;
    stop = until(p, end, "/?#");
    code = split_user(p, stop, url, &p, err);
    if (code == GARNER_OK)
        code = *p == '[' ? split_ipv6(p, stop, url, &p, err)
                         : split_name(p, stop, url, &p, err);
    if (code == GARNER_OK)
        code = split_port(p, stop, url, err);
    if (code == GARNER_OK)
        split_tail(stop, end, url);
    return code;
}

static bool is_port(const char *p, const char *end)
{
    while (p < end && is_digit(*p))
        p++;
    return p == end;
}

/* Appends [p, end), which begins with an authority, without what is or may be
 * a password. One with a raw / in it makes the text no URL, yet it must not be
 * shown either: then what follows the first colon is no port, and an @ comes
 * later. */
static void redact_authority(struct gn_buf *out, const char *p, const char *end)
{
    const char *stop = until(p, end, "/?# \t\r\n");
    const char *at = memrchr(p, '@', (size_t)(stop - p));
    const char *colon = until(p, at != NULL ? at : stop, ":");

    if (at == NULL && *p != '[' && colon < stop && !is_port(colon + 1, stop))
        at = memrchr(colon, '@', (size_t)(end - colon));
    if (at != NULL && colon + 1 < at && *colon == ':') {
        gn_buf_append(out, p, (size_t)(colon + 1 - p));
        gn_buf_text(out, "***");
        p = at;
    }
    gn_buf_append(out, p, (size_t)(end - p));
}

char *gn_url_redact(const char *text)
{
    const char *end = text + strlen(text);
    const char *p = text;
    const char *mark = strstr(p, "://");
    struct gn_buf out = {0};

    if (p == end)
        return gn_strdup(text);
    if (mark == NULL)
        redact_authority(&out, p, end);
    while (mark != NULL) {
        const char *next = strstr(mark + 3, "://");
        const char *piece = mark + 3;

        gn_buf_append(&out, p, (size_t)(piece - p));
        p = next != NULL ? next : end;
        redact_authority(&out, piece, p);
        mark = next;
    }
    return gn_buf_take(&out);
}
