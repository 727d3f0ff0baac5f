#include "fetch/response.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

const char *gn_failure_name(enum gn_failure failure)
{
    switch (failure) {
#define X(name, word, text)                                                    \
    case GN_FAILURE_##name:                                                    \
        return word;
        GN_FAILURE_MAP(X)
#undef X
    }
    return "?";
}

const char *gn_failure_text(enum gn_failure failure)
{
    switch (failure) {
#define X(name, word, text)                                                    \
    case GN_FAILURE_##name:                                                    \
        return text;
        GN_FAILURE_MAP(X)
#undef X
    }
    return "?";
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Appends text without space around it, and a newline. A CR inside it could be
 * taken for a line's end further on, so it becomes a space. */
static void add_value(struct gn_buf *headers, const char *text, size_t size)
{
    char *cr;
    char *to;

    while (size > 0 && is_space(text[size - 1]))
        size--;
    while (size > 0 && is_space(text[0])) {
        text++;
        size--;
    }
    if (!gn_buf_reserve(headers, size + 1))
        return;
    to = headers->data + headers->size;
    memcpy(to, text, size);
    while ((cr = memchr(to, '\r', size)) != NULL)
        *cr = ' ';
    headers->size += size;
    gn_buf_byte(headers, '\n');
}

/* Of ASCII alone; tolower would ask the locale. */
static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        c = "abcdefghijklmnopqrstuvwxyz"[c - 'A'];
    return c;
}

static void add_name(struct gn_buf *headers, const char *name, size_t size)
{
    char *to;

    if (!gn_buf_reserve(headers, size + 2))
        return;
    to = headers->data + headers->size;
    for (size_t i = 0; i < size; i++)
        to[i] = lower(name[i]);
    headers->size += size;
    gn_buf_append(headers, ": ", 2);
}

void gn_response_header(struct gn_buf *headers, const char *line, size_t size)
{
    const char *colon = size > 0 ? memchr(line, ':', size) : NULL;

    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        gn_buf_clear(headers);
    } else if (size > 0 && (line[0] == ' ' || line[0] == '\t')) {
        /* A folded line goes on with the value before it (RFC 9112, 5.2). */
        if (headers->size > 0 && headers->data[headers->size - 1] == '\n') {
            headers->data[headers->size - 1] = ' ';
            add_value(headers, line, size);
        }
    } else if (colon != NULL && colon > line) {
        size_t name = (size_t)(colon - line);

        add_name(headers, line, name);
        add_value(headers, colon + 1, size - name - 1);
    }
}

/* The lengths in one header's value: as a rule one, but "5, 5" may be, too.
 * What is no number ends them: libcurl refuses that. false: one is not length,
 * which is -1 until there is one. */
static bool read_lengths(const char *value, long long *length)
{
    while (*value != '\n' && *value != '\0') {
        char *end;
        const long long one = strtoll(value, &end, 10);

        if (end == value)
            return true;
        if (*length >= 0 && one != *length)
            return false;
        *length = one;
        value = end + strspn(end, ", \t");
    }
    return true;
}

bool gn_response_has_two_lengths(const char *headers)
{
    static const char name[] = "content-length: ";
    long long length = -1;

    while (*headers != '\0') {
        if (strncmp(headers, name, sizeof name - 1) == 0 &&
            !read_lengths(headers + sizeof name - 1, &length))
            return true;
        headers += strcspn(headers, "\n");
        headers += *headers == '\n';
    }
    return false;
}

/* The line that begins so, or the end. */
static const char *find(const char *headers, const char *name)
{
    while (*headers != '\0' && strncmp(headers, name, strlen(name)) != 0) {
        headers += strcspn(headers, "\n");
        headers += *headers == '\n';
    }
    return headers;
}

static bool has(const char *headers, const char *name)
{
    return *find(headers, name) != '\0';
}

const char *gn_response_location(const char *headers, int status, size_t *size)
{
    enum { FIRST = 300, LAST = 399, NOT_MODIFIED = 304 };
    static const char name[] = "location: ";
    const char *line = find(headers, name);

    *size = 0;
    if (*line == '\0' || status < FIRST || status > LAST ||
        status == NOT_MODIFIED)
        return NULL;
    line += sizeof name - 1;
    *size = strcspn(line, "\n");
    return *size > 0 ? line : NULL;
}

bool gn_response_is_open_ended(const char *headers)
{
    return !has(headers, "content-length: ") &&
           !has(headers, "transfer-encoding: ");
}

bool gn_response_may_be_cut(const struct gn_response *response)
{
    enum { HTTP_2 = 20 /* there each answer says where it ends */ };
    const char *headers = gn_buf_cstr(response->headers);

    return response->http_version < HTTP_2 &&
           has(headers, "content-encoding: ") &&
           gn_response_is_open_ended(headers);
}

int64_t gn_response_received(const struct gn_response *response)
{
    return (response->started_wall_us + response->duration_us) / 1000000;
}
