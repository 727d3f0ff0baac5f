#include "extract/jsonscan.h"

#include <stdbool.h>
#include <string.h>

const char *gn_jsonscan_blank(const char *at, const char *end)
{
    while (at < end &&
           (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    return at;
}

static const char *string_end(const char *at, const char *end)
{
    at++;
    while (at < end && *at != '"')
        at += *at == '\\' && end - at > 1 ? 2 : 1;
    return at < end ? at + 1 : end;
}

static bool ends_word(char c)
{
    return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\t' ||
           c == '\r' || c == '\n' || c == '\0';
}

const char *gn_jsonscan_end(const char *at, const char *end)
{
    size_t depth = 0;

    do {
        if (at == end)
            return end;
        if (*at == '"') {
            at = string_end(at, end);
            continue;
        }
        if (*at == '{' || *at == '[') {
            depth++;
        } else if (*at == '}' || *at == ']') {
            depth--;
        } else if (depth == 0) { /* a number, or a word */
            while (at < end && !ends_word(*at))
                at++;
            return at;
        }
        at++;
    } while (depth > 0);
    return at;
}

/* --- strings --------------------------------------------------------------*/

static unsigned hex4(const char *at)
{
    unsigned value = 0;

    for (int i = 0; i < 4; i++) {
        const char c = at[i];

        value =
            value * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return value;
}

static void append_utf8(struct gn_buf *out, unsigned c)
{
    if (c < 0x80) {
        gn_buf_byte(out, (char)c);
        return;
    }
    if (c >= 0xd800 && c <= 0xdfff)
        c = 0xfffd; /* half a pair */
    if (c < 0x800) {
        gn_buf_byte(out, (char)(0xc0 | c >> 6));
    } else {
        if (c < 0x10000) {
            gn_buf_byte(out, (char)(0xe0 | c >> 12));
        } else {
            gn_buf_byte(out, (char)(0xf0 | c >> 18));
            gn_buf_byte(out, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        gn_buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    gn_buf_byte(out, (char)(0x80 | (c & 0x3f)));
}

/* Appends what the escape at the backslash at stands for; where it ends. */
static const char *append_escape(const char *at, const char *end,
                                 struct gn_buf *out)
{
    static const char from[] = "bfnrt";
    static const char to[] = "\b\f\n\r\t";
    const char *known = strchr(from, at[1]);
    unsigned c;

    if (at[1] != 'u') {
        gn_buf_append(out, known != NULL ? to + (known - from) : at + 1, 1);
        return at + 2;
    }
    c = hex4(at + 2);
    at += 6;
    if (c >= 0xd800 && c <= 0xdbff && end - at >= 6 && at[0] == '\\' &&
        at[1] == 'u') {
        const unsigned low = hex4(at + 2);

        if (low >= 0xdc00 && low <= 0xdfff) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            at += 6;
        }
    }
    append_utf8(out, c);
    return at;
}

void gn_jsonscan_text(const char *at, const char *end, struct gn_buf *out)
{
    const char *stop = string_end(at, end) - 1;

    at++;
    while (at < stop) {
        const char *escape = memchr(at, '\\', (size_t)(stop - at));
        const char *plain = escape != NULL ? escape : stop;

        gn_buf_append(out, at, (size_t)(plain - at));
        at = escape != NULL ? append_escape(escape, stop, out) : stop;
    }
}

/* --- paths ----------------------------------------------------------------*/

/* The value of a member of the object at at; NULL: it has none. */
static const char *find_member(const char *at, const char *end,
                               const char *name, size_t size, bool *failed)
{
    struct gn_buf key = {0};
    const char *found = NULL;

    at = gn_jsonscan_blank(at + 1, end);
    while (*at == '"' && found == NULL) {
        const char *value;

        gn_buf_clear(&key);
        gn_jsonscan_text(at, end, &key);
        *failed = *failed || gn_buf_failed(&key);
        value = gn_jsonscan_blank(string_end(at, end), end) + 1; /* : */
        value = gn_jsonscan_blank(value, end);
        if (key.size == size && memcmp(gn_buf_cstr(&key), name, size) == 0)
            found = value;
        at = gn_jsonscan_blank(gn_jsonscan_end(value, end), end);
        if (*at == ',')
            at = gn_jsonscan_blank(at + 1, end);
    }
    gn_buf_fini(&key);
    return found;
}

/* The nth element, from 0, of the array at at; NULL: it has fewer. */
static const char *find_element(const char *at, const char *end, size_t n)
{
    at = gn_jsonscan_blank(at + 1, end);
    while (*at != ']') {
        if (n-- == 0)
            return at;
        at = gn_jsonscan_blank(gn_jsonscan_end(at, end), end);
        if (*at == ',')
            at = gn_jsonscan_blank(at + 1, end);
    }
    return NULL;
}

/* Reads .name or ."name" at *path. false: it is wrong. */
static bool read_name(const char **path, const char **name, size_t *size)
{
    const char *at = *path + 1;
    const char *end;

    if (*at == '"') {
        end = strchr(++at, '"');
        if (end == NULL)
            return false;
        *path = end + 1;
    } else {
        end = at + strcspn(at, ".[");
        *path = end;
    }
    *name = at;
    *size = (size_t)(end - at);
    return *size > 0 || *end == '"';
}

/* Reads [n] at *path. */
static bool read_index(const char **path, size_t *n)
{
    const char *at = *path + 1;
    const char *start = at;

    for (*n = 0; *at >= '0' && *at <= '9' && at - start < 9; at++)
        *n = *n * 10 + (size_t)(*at - '0');
    *path = at + 1;
    return at > start && *at == ']';
}

enum garner_code gn_jsonscan_find(const char *at, const char *end,
                                  const char *path, const char **out,
                                  size_t *fault)
{
    const char *start = path;
    bool failed = false;

    *out = NULL;
    *fault = 0;
    if (*path++ != '$')
        return GARNER_INVALID;
    while (*path != '\0') {
        const char *name = NULL;
        size_t n = 0;

        *fault = (size_t)(path - start);
        if (*path == '.' ? !read_name(&path, &name, &n)
                         : *path != '[' || !read_index(&path, &n))
            return GARNER_INVALID;
        if (at != NULL && name != NULL)
            at = *at == '{' ? find_member(at, end, name, n, &failed) : NULL;
        else if (at != NULL)
            at = *at == '[' ? find_element(at, end, n) : NULL;
    }
    *out = at;
    return failed ? GARNER_NOMEM : GARNER_OK;
}
