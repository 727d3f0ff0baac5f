#include "extract/jsonfault.h"

#include <string.h>

/* The text under the cursor. A step that fails sets what and stays on the
 * fault. */
struct cursor {
    const char *text;
    size_t size;
    size_t at;
    const char *what; /* NULL: all well so far */
    size_t depth;
    char open[GN_JSON_DEPTH]; /* { or [ of each level */
};

/* The byte under the cursor, 0 at the end (and for a NUL, which is as wrong
 * anywhere outside of strings). */
static char peek(const struct cursor *c)
{
    if (c->at == c->size)
        return '\0';
    return c->text[c->at];
}

static bool fail(struct cursor *c, const char *what)
{
    c->what = c->at < c->size ? what : "it ends too early";
    return false;
}

static void skip_space(struct cursor *c)
{
    while (c->at < c->size && strchr(" \t\r\n", c->text[c->at]) != NULL &&
           c->text[c->at] != '\0')
        c->at++;
}

static bool digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool hex(char byte)
{
    return digit(byte) || (byte >= 'a' && byte <= 'f') ||
           (byte >= 'A' && byte <= 'F');
}

static bool read_escape(struct cursor *c)
{
    const char kind = peek(c);

    if (kind == '\0' || strchr("\"\\/bfnrtu", kind) == NULL)
        return fail(c, "no such escape in a string");
    c->at++;
    for (int i = 0; kind == 'u' && i < 4; i++, c->at++)
        if (!hex(peek(c)))
            return fail(c, "\\u needs four hexadecimal digits");
    return true;
}

static bool read_string(struct cursor *c)
{
    c->at++;
    while (c->at < c->size) {
        const char byte = c->text[c->at];

        if ((unsigned char)byte < 0x20)
            return fail(c, "a line break or control character in a string");
        c->at++;
        if (byte == '"')
            return true;
        if (byte == '\\' && !read_escape(c))
            return false;
    }
    return fail(c, "");
}

static bool read_digits(struct cursor *c)
{
    if (!digit(peek(c)))
        return fail(c, "a number needs a digit here");
    while (digit(peek(c)))
        c->at++;
    return true;
}

static bool read_number(struct cursor *c)
{
    if (peek(c) == '-')
        c->at++;
    if (peek(c) == '0' && c->at + 1 < c->size && digit(c->text[c->at + 1]))
        return fail(c, "a number may not begin with 0");
    if (!read_digits(c))
        return false;
    if (peek(c) == '.') {
        c->at++;
        if (!read_digits(c))
            return false;
    }
    if (peek(c) == 'e' || peek(c) == 'E') {
        c->at++;
        if (peek(c) == '+' || peek(c) == '-')
            c->at++;
        return read_digits(c);
    }
    return true;
}

static bool read_word(struct cursor *c)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t length = strlen(words[i]);

        if (c->size - c->at >= length &&
            memcmp(c->text + c->at, words[i], length) == 0) {
            c->at += length;
            return true;
        }
    }
    return fail(c, "no value begins like this");
}

/* A name and its colon, inside an object. */
static bool read_name(struct cursor *c)
{
    skip_space(c);
    if (peek(c) != '"')
        return fail(c, "a name in double quotes is missing");
    if (!read_string(c))
        return false;
    skip_space(c);
    if (peek(c) != ':')
        return fail(c, "a colon is missing after the name");
    c->at++;
    return true;
}

/* Goes to the next value: into what just opened, or past commas and closing
 * brackets. *more: there is one. */
static bool next_value(struct cursor *c, bool opened, bool *more)
{
    *more = false;
    for (; c->depth > 0; opened = false) {
        const char open = c->open[c->depth - 1];

        skip_space(c);
        if (peek(c) == (open == '{' ? '}' : ']')) {
            c->at++;
            c->depth--;
            continue;
        }
        *more = true;
        if (!opened && peek(c) != ',')
            return fail(c, open == '{' ? "a comma or } is missing"
                                       : "a comma or ] is missing");
        if (!opened)
            c->at++;
        return open == '[' || read_name(c);
    }
    return true;
}

/* A value without what it contains. *opened: it can contain values. */
static bool read_value(struct cursor *c, bool *opened)
{
    const char first = peek(c);

    *opened = first == '{' || first == '[';
    if (*opened) {
        if (c->depth == GN_JSON_DEPTH)
            return fail(c, "nested more than 2,000 deep");
        c->open[c->depth++] = first;
        c->at++;
        return true;
    }
    if (first == '"')
        return read_string(c);
    if (first == '-' || digit(first))
        return read_number(c);
    return read_word(c);
}

bool gn_json_fault(const char *text, size_t size, struct gn_json_fault *fault)
{
    struct cursor c = {.text = text, .size = size};
    bool more = true;
    bool opened;

    while (c.what == NULL && more) {
        skip_space(&c);
        if (read_value(&c, &opened))
            (void)next_value(&c, opened, &more);
    }
    if (c.what == NULL)
        skip_space(&c);
    if (c.what == NULL && c.at < size)
        c.what = peek(&c) == '{' || peek(&c) == '['
                     ? "a second JSON document follows the first "
                       "(lines_each reads one a line)"
                     : "more text follows the end of the JSON";
    *fault = (struct gn_json_fault){c.at, c.what};
    return c.what != NULL;
}
