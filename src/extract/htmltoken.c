#include "extract/htmltoken.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <libxml/HTMLparser.h>

#include "base/utf8.h"

enum { MOST_NAME = 255 /* bytes of one; htmltree.c cuts longer ones */ };

/* --- characters -----------------------------------------------------------*/

/* Of more than one byte, which is well-formed. Browsers leave control
 * characters as they are; gumbo puts U+FFFD in the place of them, and of
 * those that will never be characters. */
static bool is_odd(const unsigned char *s, size_t size)
{
    if (size == 2)
        return s[0] == 0xc2 && s[1] < 0xa0;
    if (size == 3)
        return s[0] == 0xef && (s[1] == 0xb7 || s[1] == 0xbf || s[1] == 0xbb);
    return (s[1] & 0x0f) == 0x0f && s[2] == 0xbf && s[3] >= 0xbe;
}

/* Of one byte: 1 as it is, 2 odd, 0 of more bytes. */
static void classify(unsigned char classes[256])
{
    memset(classes, 0, 256);
    memset(classes, 2, 0x80);
    memset(&classes[' '], 1, 0x7f - ' ');
    classes['\t'] = classes['\n'] = classes['\f'] = 1;
}

bool gn_htmltoken_is_plain(const char *html, size_t size)
{
    const unsigned char *at = (const unsigned char *)html;
    const unsigned char *end = at + size;
    unsigned char classes[256];

    classify(classes);
    while (at < end) {
        size_t n;

        while (at < end && classes[*at] == 1)
            at++;
        if (at == end)
            break;
        n = classes[*at] == 0
                ? gn_utf8_length((const char *)at, (size_t)(end - at))
                : 0;
        if (n == 0 || is_odd(at, n))
            return false;
        at += n;
    }
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\f';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- references -----------------------------------------------------------*/

/* Those that do not mean themselves, and large ones, are odd. */
static bool put_character(uint32_t c, struct gn_buf *out)
{
    if (c < ' ' || (c >= 0x7f && c < 0xa0) || (c >= 0xd800 && c < 0xe000) ||
        (c >= 0xfdd0 && c < 0xfdf0) || c >= 0xfffe)
        return false;
    if (c < 0x80) {
        gn_buf_byte(out, (char)c);
        return true;
    }
    if (c < 0x800) {
        gn_buf_byte(out, (char)(0xc0 | c >> 6));
    } else {
        gn_buf_byte(out, (char)(0xe0 | c >> 12));
        gn_buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    gn_buf_byte(out, (char)(0x80 | (c & 0x3f)));
    return true;
}

/* A character by its number. */
static bool decode_number(const char *digits, size_t size, struct gn_buf *out)
{
    const bool hex = digits[0] == 'x' || digits[0] == 'X';
    uint32_t c = 0;

    for (size_t i = hex; i < size; i++) {
        const char d = (char)(digits[i] | ' ');

        if (!is_digit(digits[i]) && !(hex && d >= 'a' && d <= 'f'))
            return false;
        c = c * (hex ? 16 : 10) +
            (uint32_t)(is_digit(d) ? d - '0' : d - 'a' + 10);
        if (c > 0xffff)
            return false;
    }
    return put_character(c, out);
}

/* libxml2 knows those of HTML 4, two of which mean others now. */
static bool decode_name(const char *name, size_t size, struct gn_buf *out)
{
    const htmlEntityDesc *entity;
    char text[16];

    if (size >= sizeof text)
        return false;
    memcpy(text, name, size);
    text[size] = '\0';
    if (strcmp(text, "lang") == 0 || strcmp(text, "rang") == 0)
        return false;
    entity = htmlEntityLookup((const xmlChar *)text);
    return entity != NULL && put_character(entity->value, out);
}

/* What stands at text, after an &. Returns its size, 0: odd. */
static size_t decode_one(const char *text, size_t size, bool in_attribute,
                         struct gn_buf *out)
{
    size_t n = size > 0 && text[0] == '#';
    const bool number = n == 1;

    while (n < size && (is_letter(text[n]) || is_digit(text[n])))
        n++;
    if (n < size && text[n] == ';' && n > number)
        return (number ? decode_number(text + 1, n - 1, out)
                       : decode_name(text, n, out))
                   ? n + 1
                   : 0;
    /* An ampersand that is no reference; in a URL's query, one more value. */
    if (number || (n > 0 && !(in_attribute && n < size && text[n] == '=')))
        return 0;
    gn_buf_byte(out, '&');
    gn_buf_append(out, text, n);
    return n > 0 ? n : SIZE_MAX;
}

bool gn_htmltoken_decode(const char *text, size_t size, bool in_attribute,
                         struct gn_buf *out)
{
    const char *end = text + size;

    while (text < end) {
        const char *mark = memchr(text, '&', (size_t)(end - text));
        size_t n;

        gn_buf_append(out, text, (size_t)((mark != NULL ? mark : end) - text));
        if (mark == NULL)
            return true;
        text = mark + 1;
        n = decode_one(text, (size_t)(end - text), in_attribute, out);
        if (n == 0)
            return false;
        text += n != SIZE_MAX ? n : 0;
    }
    return true;
}

/* --- tokens ---------------------------------------------------------------*/

static struct gn_htmltoken token(enum gn_htmltoken_kind kind, const char *data,
                                 size_t size)
{
    return (struct gn_htmltoken){kind, data, size};
}

static struct gn_htmltoken odd(void)
{
    return token(GN_HTMLTOKEN_ODD, "", 0);
}

static bool begins(const char *at, const char *end, const char *text)
{
    const size_t size = strlen(text);

    return (size_t)(end - at) >= size && strncasecmp(at, text, size) == 0;
}

/* at <! */
static struct gn_htmltoken declaration(struct gn_htmltokens *t)
{
    static const char doctype[] = "<!doctype html>";
    const char *text = t->at + 4;
    const char *close;

    if (begins(t->at, t->end, doctype)) {
        t->at += sizeof doctype - 1;
        return token(GN_HTMLTOKEN_DOCTYPE, "", 0);
    }
    if (!begins(t->at, t->end, "<!--") || begins(text, t->end, ">") ||
        begins(text, t->end, "->"))
        return odd();
    close = memmem(text, (size_t)(t->end - text), "-->", 3);
    if (close == NULL || memmem(text, (size_t)(close - text), "--!", 3) != NULL)
        return odd();
    t->at = close + 3;
    return token(GN_HTMLTOKEN_COMMENT, text, (size_t)(close - text));
}

static struct gn_htmltoken tag(struct gn_htmltokens *t)
{
    const bool closes = t->end - t->at > 1 && t->at[1] == '/';
    const char *name = t->at + 1 + closes;
    const char *at = name;

    if (at == t->end || !is_letter(*at))
        return odd();
    while (at < t->end && (is_letter(*at) || is_digit(*at) || *at == '-'))
        at++;
    if (at - name > MOST_NAME)
        return odd();
    t->at = at;
    if (!closes)
        return token(GN_HTMLTOKEN_START, name, (size_t)(at - name));
    while (t->at < t->end && is_space(*t->at))
        t->at++;
    if (t->at == t->end || *t->at != '>')
        return odd();
    t->at++;
    return token(GN_HTMLTOKEN_END, name, (size_t)(at - name));
}

struct gn_htmltoken gn_htmltoken_next(struct gn_htmltokens *t)
{
    const char *text = t->at;
    const char *mark;

    if (t->at == t->end)
        return token(GN_HTMLTOKEN_DONE, "", 0);
    if (*t->at == '<')
        return t->end - text > 1 && text[1] == '!' ? declaration(t) : tag(t);
    mark = memchr(text, '<', (size_t)(t->end - text));
    t->at = mark != NULL ? mark : t->end;
    return token(GN_HTMLTOKEN_TEXT, text, (size_t)(t->at - text));
}

static bool is_name(char c)
{
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == ':' ||
           c == '.';
}

/* After =. false: odd. */
static bool value(struct gn_htmltokens *t, struct gn_htmlattribute *a)
{
    const char *close;

    if (t->at == t->end)
        return false;
    if (*t->at == '"' || *t->at == '\'') {
        a->value = t->at + 1;
        close = memchr(a->value, *t->at, (size_t)(t->end - a->value));
        if (close == NULL)
            return false;
        t->at = close + 1;
    } else {
        a->value = close = t->at;
        while (close < t->end && !is_space(*close) && *close != '>') {
            if (strchr("\"'<=`", *close) != NULL)
                return false;
            close++;
        }
        if (close == a->value)
            return false;
        t->at = close;
    }
    a->value_size = (size_t)(close - a->value);
    return true;
}

enum gn_htmltoken_kind gn_htmltoken_attribute(struct gn_htmltokens *t,
                                              struct gn_htmlattribute *a)
{
    const char *start = t->at;

    while (t->at < t->end && is_space(*t->at))
        t->at++;
    t->closed = t->end - t->at > 1 && t->at[0] == '/' && t->at[1] == '>';
    t->at += t->closed;
    if (t->at < t->end && *t->at == '>') {
        t->at++;
        return GN_HTMLTOKEN_END;
    }
    if (t->at == t->end || t->at == start || !is_name(*t->at))
        return GN_HTMLTOKEN_ODD;
    *a = (struct gn_htmlattribute){.name = t->at, .value = ""};
    while (t->at < t->end && is_name(*t->at))
        t->at++;
    a->name_size = (size_t)(t->at - a->name);
    if (t->at == t->end || a->name_size > MOST_NAME ||
        strchr(" \n\t\f=>/", *t->at) == NULL)
        return GN_HTMLTOKEN_ODD;
    start = t->at;
    while (t->at < t->end && is_space(*t->at))
        t->at++;
    if (t->at == t->end || *t->at != '=') {
        t->at = start;
        return GN_HTMLTOKEN_START;
    }
    do
        t->at++;
    while (t->at < t->end && is_space(*t->at));
    return value(t, a) ? GN_HTMLTOKEN_START : GN_HTMLTOKEN_ODD;
}

struct gn_htmltoken gn_htmltoken_raw(struct gn_htmltokens *t, const char *name,
                                     size_t size)
{
    const char *text = t->at;
    const char *at = text;

    while (at < t->end &&
           (at = memchr(at, '<', (size_t)(t->end - at))) != NULL) {
        if (begins(at, t->end, "<!--"))
            return odd();
        if ((size_t)(t->end - at) > size + 2 && at[1] == '/' &&
            strncasecmp(at + 2, name, size) == 0) {
            if (at[size + 2] != '>')
                return odd();
            t->at = at + size + 3;
            return token(GN_HTMLTOKEN_TEXT, text, (size_t)(at - text));
        }
        at++;
    }
    return odd();
}
