#include "extract/csslex.h"

#include <string.h>

bool gn_csslex_fail_at(struct gn_csslex *p, const char *at, const char *what)
{
    if (p->fault->what == NULL)
        *p->fault = (struct gn_css_fault){(size_t)(at - p->start), what};
    return false;
}

bool gn_csslex_fail(struct gn_csslex *p, const char *what)
{
    return gn_csslex_fail_at(p, p->at, what);
}

bool gn_csslex_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

void gn_csslex_skip_comments(struct gn_csslex *p)
{
    const char *end;

    while (p->at[0] == '/' && p->at[1] == '*') {
        end = strstr(p->at + 2, "*/");
        p->at = end != NULL ? end + 2 : p->at + strlen(p->at);
    }
}

void gn_csslex_skip_space(struct gn_csslex *p)
{
    gn_csslex_skip_comments(p);
    while (gn_csslex_is_space(*p->at)) {
        p->at++;
        gn_csslex_skip_comments(p);
    }
}

bool gn_csslex_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool gn_csslex_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool gn_csslex_is_name(char c)
{
    return gn_csslex_is_letter(c) || gn_csslex_is_digit(c) || c == '_' ||
           c == '-' || (unsigned char)c >= 0x80;
}

char gn_csslex_lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        c = (char)(c + ('a' - 'A'));
    return c;
}

static void append_character(struct gn_buf *out, unsigned c)
{
    if (c == 0 || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
        c = 0xfffd;
    if (c < 0x80) {
        gn_buf_byte(out, (char)c);
    } else if (c < 0x800) {
        gn_buf_byte(out, (char)(0xc0 | c >> 6));
        gn_buf_byte(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        gn_buf_byte(out, (char)(0xe0 | c >> 12));
        gn_buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
        gn_buf_byte(out, (char)(0x80 | (c & 0x3f)));
    } else {
        gn_buf_byte(out, (char)(0xf0 | c >> 18));
        gn_buf_byte(out, (char)(0x80 | (c >> 12 & 0x3f)));
        gn_buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
        gn_buf_byte(out, (char)(0x80 | (c & 0x3f)));
    }
}

static int hex_digit(char c)
{
    if (gn_csslex_is_digit(c))
        return c - '0';
    c = gn_csslex_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What follows a backslash: a hexadecimal number, or a character itself. */
static bool read_escape(struct gn_csslex *p, struct gn_buf *out)
{
    unsigned c = 0;
    int digits = 0;

    p->at++;
    if (*p->at == '\0' || *p->at == '\n')
        return gn_csslex_fail(p, "nothing follows the backslash");
    if (hex_digit(*p->at) < 0) {
        gn_buf_byte(out, *p->at++);
        return true;
    }
    for (; digits < 6 && hex_digit(*p->at) >= 0; digits++)
        c = c * 16 + (unsigned)hex_digit(*p->at++);
    if (gn_csslex_is_space(*p->at))
        p->at++;
    append_character(out, c);
    return true;
}

bool gn_csslex_name(struct gn_csslex *p, struct gn_buf *out, const char *what)
{
    const char *start = p->at;
    bool ok = true;

    if (gn_csslex_is_digit(*p->at) ||
        (p->at[0] == '-' && gn_csslex_is_digit(p->at[1])))
        return gn_csslex_fail(
            p, "a name cannot begin with a digit (write it \\3x )");
    while (ok && (gn_csslex_is_name(*p->at) || *p->at == '\\')) {
        if (*p->at == '\\')
            ok = read_escape(p, out);
        else
            gn_buf_byte(out, *p->at++);
    }
    if (ok && (p->at == start || (p->at == start + 1 && *start == '-')))
        return gn_csslex_fail_at(p, start, what);
    return ok;
}

bool gn_csslex_string(struct gn_csslex *p, struct gn_buf *out)
{
    const char *start = p->at;
    const char quote = *p->at++;

    while (*p->at != quote) {
        if (*p->at == '\0' || *p->at == '\n')
            return gn_csslex_fail_at(p, start, "the string does not end");
        if (*p->at != '\\') {
            gn_buf_byte(out, *p->at++);
        } else if (p->at[1] == '\n') {
            p->at += 2;
        } else if (!read_escape(p, out)) {
            return false;
        }
    }
    p->at++;
    return true;
}

static bool starts_with(struct gn_csslex *p, const char *word)
{
    const size_t size = strlen(word);

    for (size_t i = 0; i < size; i++)
        if (gn_csslex_lower(p->at[i]) != word[i])
            return false;
    if (gn_csslex_is_name(p->at[size]))
        return false;
    p->at += size;
    return true;
}

/* Up to six digits; false: there are none. */
static bool read_number(struct gn_csslex *p, int *n)
{
    int digits = 0;

    for (*n = 0; gn_csslex_is_digit(*p->at) && digits < 6; digits++)
        *n = *n * 10 + (*p->at++ - '0');
    return digits > 0 && !gn_csslex_is_digit(*p->at);
}

/* https://www.w3.org/TR/css-syntax-3/#anb-microsyntax */
bool gn_csslex_an_plus_b(struct gn_csslex *p, int *a, int *b)
{
    static const char what[] = "odd, even, a number or an+b is expected";
    int sign = *p->at == '-' ? -1 : 1;
    bool has_number;

    *a = 2;
    *b = 1;
    if (starts_with(p, "odd"))
        return true;
    *b = 0;
    if (starts_with(p, "even"))
        return true;
    if (*p->at == '-' || *p->at == '+')
        p->at++;
    has_number = read_number(p, a);
    if (gn_csslex_lower(*p->at) != 'n') {
        *b = sign * *a;
        *a = 0;
        return has_number || gn_csslex_fail(p, what);
    }
    p->at++;
    *a = sign * (has_number ? *a : 1);
    gn_csslex_skip_space(p);
    if (*p->at != '-' && *p->at != '+')
        return true;
    sign = *p->at++ == '-' ? -1 : 1;
    gn_csslex_skip_space(p);
    if (!read_number(p, b))
        return gn_csslex_fail(p, what);
    *b *= sign;
    return true;
}
