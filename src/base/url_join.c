#include "base/url_join.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

struct slice {
    const char *at; /* NULL: there is none, which is not the same as empty */
    size_t size;
};

/* RFC 3986 section 3; every text has these. */
struct parts {
    struct slice scheme, authority, path, query, fragment;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool in_scheme(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
           c == '.';
}

static struct slice until(const char **at, const char *stops)
{
    const struct slice s = {*at, strcspn(*at, stops)};

    *at += s.size;
    return s;
}

static struct parts split(const char *text)
{
    struct parts p = {0};
    size_t n = 0;

    while (in_scheme(text[n]))
        n++;
    if (text[n] == ':' && is_letter(text[0])) {
        p.scheme = (struct slice){text, n};
        text += n + 1;
    }
    if (text[0] == '/' && text[1] == '/') {
        text += 2;
        p.authority = until(&text, "/?#");
    }
    p.path = until(&text, "?#");
    if (*text == '?') {
        text++;
        p.query = until(&text, "#");
    }
    if (*text == '#')
        p.fragment = (struct slice){text + 1, strlen(text + 1)};
    return p;
}

/* Section 5.2.4, of what stands in out from start on. */
static void remove_dots(struct gn_buf *out, size_t start)
{
    char *path = out->data + start;
    const char *end = out->data + out->size;
    const char *in = path;
    char *to = path;

    while (in < end) { /* at a slash */
        const char *next = memchr(in + 1, '/', (size_t)(end - in - 1));
        const size_t n = (size_t)((next != NULL ? next : end) - in);
        const bool one = n == 2 && in[1] == '.';
        const bool two = n == 3 && in[1] == '.' && in[2] == '.';

        if (two && to > path)
            do
                to--;
            while (to > path && *to != '/');
        if (!one && !two) {
            memmove(to, in, n);
            to += n;
        } else if (next == NULL) {
            *to++ = '/';
        }
        in += n;
    }
    out->size = (size_t)(to - out->data);
    *to = '\0';
}

/* With %XX for what cannot stand there. */
static void append_encoded(struct gn_buf *out, struct slice s)
{
    size_t from = 0; /* what is not appended yet */

    for (size_t i = 0; i < s.size; i++) {
        const unsigned char c = (unsigned char)s.at[i];

        if (c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>')
            continue;
        gn_buf_append(out, s.at + from, i - from);
        gn_buf_printf(out, "%%%02X", c);
        from = i + 1;
    }
    if (from < s.size)
        gn_buf_append(out, s.at + from, s.size - from);
}

/* Appends path, after as much of before as its last slash ends. */
static void append_path(struct gn_buf *out, struct slice before,
                        struct slice path)
{
    const size_t start = out->size;

    while (before.size > 0 && before.at[before.size - 1] != '/')
        before.size--;
    append_encoded(out, before);
    append_encoded(out, path);
    if (!out->failed && out->size > start && out->data[start] == '/')
        remove_dots(out, start);
}

/* The same without an authority: what begins with two slashes would be one. */
static void append_bare_path(struct gn_buf *out, struct slice before,
                             struct slice path)
{
    struct gn_buf whole = {0};

    append_path(&whole, before, path);
    if (whole.size > 1 && whole.data[0] == '/' && whole.data[1] == '/')
        gn_buf_text(out, "/.");
    gn_buf_append(out, gn_buf_cstr(&whole), whole.size);
    out->failed = out->failed || gn_buf_failed(&whole);
    gn_buf_fini(&whole);
}

static void append_part(struct gn_buf *out, char mark, struct slice s)
{
    if (s.at == NULL)
        return;
    gn_buf_byte(out, mark);
    append_encoded(out, s);
}

/* Puts a URL together; the path comes after what before has up to its last
 * slash. */
static void compose(struct gn_buf *out, struct slice scheme,
                    struct slice authority, struct slice before,
                    struct slice path)
{
    gn_buf_append(out, scheme.at, scheme.size);
    gn_buf_byte(out, ':');
    if (authority.at == NULL) {
        append_bare_path(out, before, path);
        return;
    }
    gn_buf_text(out, "//");
    gn_buf_append(out, authority.at, authority.size);
    append_path(out, before, path);
}

/* Without what browsers leave out. */
static void trim(const char *url, struct gn_buf *out)
{
    while (*url != '\0' && (unsigned char)*url <= ' ')
        url++;
    while (*url != '\0') {
        const size_t size = strcspn(url, "\t\r\n");

        gn_buf_append(out, url, size);
        url += size;
        url += strspn(url, "\t\r\n");
    }
    while (out->size > 0 && (unsigned char)out->data[out->size - 1] <= ' ')
        out->data[--out->size] = '\0';
}

static bool is_web(struct slice scheme)
{
    return (scheme.size == 4 && strncasecmp(scheme.at, "http", 4) == 0) ||
           (scheme.size == 5 && strncasecmp(scheme.at, "https", 5) == 0);
}

/* The parts of a URL, or of one that is seen from a URL with that scheme. On
 * the web "\\" is as good as "/" before the query. */
static struct parts read_parts(struct gn_buf *url, struct slice scheme)
{
    const struct parts p = split(gn_buf_cstr(url));

    if (!is_web(p.scheme.at != NULL ? p.scheme : scheme))
        return p;
    for (size_t i = 0; i < url->size && strchr("?#", url->data[i]) == NULL; i++)
        if (url->data[i] == '\\')
            url->data[i] = '/';
    return split(gn_buf_cstr(url));
}

/* Section 5.2.2. */
static void resolve(const struct parts *b, const struct parts *r,
                    struct gn_buf *out)
{
    static const struct slice none = {NULL, 0};
    static const struct slice root = {"/", 1};
    struct slice query = r->query;

    if (r->scheme.at != NULL) {
        compose(out, r->scheme, r->authority, none, r->path);
    } else if (r->authority.at != NULL) {
        compose(out, b->scheme, r->authority, none, r->path);
    } else if (r->path.size == 0) {
        compose(out, b->scheme, b->authority, none, b->path);
        query = query.at != NULL ? query : b->query;
    } else if (r->path.at[0] == '/') {
        compose(out, b->scheme, b->authority, none, r->path);
    } else {
        compose(out, b->scheme, b->authority,
                b->path.size == 0 ? root : b->path, r->path);
    }
    append_part(out, '?', query);
    append_part(out, '#', r->fragment);
}

bool gn_url_join(const char *base, const char *url, struct gn_buf *out)
{
    struct gn_buf texts[2] = {{0}, {0}};
    struct parts b;
    struct parts r;
    bool fits;

    trim(base, &texts[0]);
    trim(url, &texts[1]);
    b = read_parts(&texts[0], (struct slice){NULL, 0});
    r = read_parts(&texts[1], b.scheme);
    out->failed =
        out->failed || gn_buf_failed(&texts[0]) || gn_buf_failed(&texts[1]);
    fits = out->failed || r.scheme.at != NULL ||
           (b.scheme.at != NULL &&
            (b.authority.at != NULL || b.path.at[0] == '/'));
    if (fits)
        resolve(&b, &r, out);
    out->failed =
        out->failed || gn_buf_failed(&texts[0]) || gn_buf_failed(&texts[1]);
    gn_buf_fini(&texts[0]);
    gn_buf_fini(&texts[1]);
    return fits;
}
