#include "extract/xmlbytes.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include <libxml/HTMLparser.h>

#include "base/utf8.h"

/* --- charsets -------------------------------------------------------------*/

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The value of encoding="..." in <?xml ...?>. */
static bool declared(const char *xml, size_t size, char *name, size_t room)
{
    const char *end;
    const char *at;
    size_t n = 0;
    char quote;

    if (size < 6 || xml == NULL || memcmp(xml, "<?xml", 5) != 0)
        return false;
    end = memmem(xml, size, "?>", 2);
    at = end != NULL ? memmem(xml, (size_t)(end - xml), "encoding", 8) : NULL;
    if (at == NULL)
        return false;
    for (at += 8; at < end && (is_space(*at) || *at == '='); at++)
        ;
    quote = *at++;
    if (quote != '"' && quote != '\'')
        return false;
    while (at < end && *at != quote && n < room - 1)
        name[n++] = *at++;
    name[n] = '\0';
    return n > 0 && at < end && *at == quote;
}

static bool guess(const char *xml, size_t size, char *name, size_t room)
{
    if (size >= 2 && memcmp(xml, "\xff\xfe", 2) == 0)
        memcpy(name, "UTF-16LE", 9);
    else if (size >= 2 && memcmp(xml, "\xfe\xff", 2) == 0)
        memcpy(name, "UTF-16BE", 9);
    else
        return declared(xml, size, name, room);
    return true;
}

static bool convert(const char *charset, const char *xml, size_t size,
                    struct gn_buf *out)
{
    char *in = (char *)xml; /* iconv does not write to it */
    iconv_t cd = iconv_open("UTF-8", charset);
    bool ok = cd != (iconv_t)-1;

    while (ok && size > 0) {
        char piece[4096];
        char *to = piece;
        size_t room = sizeof piece;

        ok = iconv(cd, &in, &size, &to, &room) != (size_t)-1 || errno == E2BIG;
        gn_buf_append(out, piece, (size_t)(to - piece));
        ok = ok && !gn_buf_failed(out);
    }
    if (cd != (iconv_t)-1)
        (void)iconv_close(cd);
    return ok;
}

bool gn_xmlbytes_decode(const char *xml, size_t size, struct gn_buf *out)
{
    char charset[40];

    if (size >= 3 && memcmp(xml, "\xef\xbb\xbf", 3) == 0) {
        xml += 3;
        size -= 3;
    }
    if (gn_utf8_good(xml, size) == size) {
        gn_buf_append(out, xml, size);
        return true;
    }
    if (!guess(xml, size, charset, sizeof charset))
        return false;
    if (strncmp(charset, "UTF-16", 6) == 0 && (xml[0] & 0x80) != 0) {
        xml += 2;
        size -= 2;
    }
    return convert(charset, xml, size, out);
}

/* --- the DTD --------------------------------------------------------------*/

/* Behind what begins at at and ends with stop; end if it does not. */
static const char *behind(const char *at, const char *end, const char *stop)
{
    const size_t n = strlen(stop);
    const char *found =
        at < end ? memmem(at, (size_t)(end - at), stop, n) : NULL;

    return found != NULL ? found + n : end;
}

static bool starts(const char *at, const char *end, const char *with)
{
    const size_t n = strlen(with);

    return (size_t)(end - at) >= n && memcmp(at, with, n) == 0;
}

/* Behind the > of the declaration at at. */
static const char *doctype_end(const char *at, const char *end)
{
    bool inside = false; /* in [ ] */

    while (at < end) {
        if (starts(at, end, "<!--"))
            at = behind(at + 4, end, "-->");
        else if (starts(at, end, "<?"))
            at = behind(at, end, "?>");
        else if (*at == '"' || *at == '\'')
            at = behind(at + 1, end, *at == '"' ? "\"" : "'");
        else if (*at == '>' && !inside)
            return at + 1;
        else if (*at == '[' || *at == ']')
            inside = *at++ == '[';
        else
            at++;
    }
    return end;
}

/* It can only stand before the first element. */
static const char *find_doctype(const char *at, const char *end)
{
    while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        if (starts(at, end, "<!DOCTYPE"))
            return at;
        if (starts(at, end, "<!--"))
            at = behind(at + 4, end, "-->");
        else if (starts(at, end, "<?"))
            at = behind(at, end, "?>");
        else
            break;
    }
    return NULL;
}

void gn_xmlbytes_blank_doctype(char *xml, size_t size)
{
    const char *end = xml + size;
    const char *from = find_doctype(xml, end);
    const char *to = from != NULL ? doctype_end(from, end) : NULL;

    for (char *p = xml + (from != NULL ? from - xml : 0); to != NULL && p < to;
         p++)
        if (*p != '\n')
            *p = ' ';
}

/* Behind what is markup of a kind in which & is no reference; at: nothing. */
static const char *opaque_end(const char *at, const char *end)
{
    if (starts(at, end, "<![CDATA["))
        return behind(at, end, "]]>");
    if (starts(at, end, "<!--"))
        return behind(at + 4, end, "-->");
    return at;
}

/* --- attributes -----------------------------------------------------------*/

/* Behind the tag at at; *attributes: how many it has, or more. */
static const char *tag_end(const char *at, const char *end, size_t *attributes)
{
    char quote = '\0';

    *attributes = 0;
    for (at++; at < end && *at != '<'; at++) { /* no value may have a < */
        if (quote != '\0' && *at == quote)
            quote = '\0';
        else if (quote != '\0')
            continue;
        else if (*at == '"' || *at == '\'')
            quote = *at;
        else if (*at == '=')
            ++*attributes;
        else if (*at == '>')
            break;
    }
    return at;
}

size_t gn_xmlbytes_crowded(const char *xml, size_t size, size_t most)
{
    const char *end = xml + size;
    const char *at = xml;
    size_t attributes;

    while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        const char *tag = at;

        if (opaque_end(at, end) != at) {
            at = opaque_end(at, end);
            continue;
        }
        at = tag_end(at, end, &attributes);
        if (attributes > most)
            return (size_t)(tag - xml);
    }
    return size;
}

/* --- repair ---------------------------------------------------------------*/

/* Bytes of a name, of at most 32. */
static size_t name_length(const char *at, const char *end)
{
    size_t n = 0;

    while (at + n < end && n < 32 &&
           ((at[n] >= 'a' && at[n] <= 'z') || (at[n] >= 'A' && at[n] <= 'Z') ||
            (at[n] >= '0' && at[n] <= '9')))
        n++;
    return n;
}

static bool is_allowed(unsigned long c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c < 0xd800) ||
           (c >= 0xe000 && c <= 0x10ffff && c != 0xfffe && c != 0xffff);
}

/* The character that &...; at at is, and where it ends; 0: it is none. */
static unsigned long reference(const char *at, const char *end,
                               const char **behind_it)
{
    const bool numbered = starts(at, end, "&#");
    const bool hex = numbered && end - at > 2 && (at[2] | 32) == 'x';
    const char *from = at + 1 + numbered + hex;
    const size_t n = name_length(from, end);
    const htmlEntityDesc *entity = NULL;
    unsigned long c = 0;
    char name[33];

    if (n == 0 || from + n == end || from[n] != ';')
        return 0;
    *behind_it = from + n + 1;
    memcpy(name, from, n);
    name[n] = '\0';
    if (!numbered) {
        entity = htmlEntityLookup((const xmlChar *)name);
        return entity != NULL ? entity->value
                              : (strcmp(name, "apos") == 0 ? '\'' : 0);
    }
    for (size_t i = 0; i < n && c < 0x110000; i++) {
        const char digit = name[i];

        if (digit <= '9')
            c = c * (hex ? 16 : 10) + (unsigned long)(digit - '0');
        else if (hex && (digit | 32) <= 'f')
            c = c * 16 + (unsigned long)((digit | 32) - 'a' + 10);
        else
            return 0;
    }
    return is_allowed(c) ? c : 0;
}

/* Written as numbers, for libxml2 gives up those with names after an error. */
static const char *repair_reference(const char *at, const char *end,
                                    struct gn_buf *out)
{
    const char *next = at + 1;
    const unsigned long c = reference(at, end, &next);

    if (c == 0)
        next = at + 1;
    gn_buf_printf(out, "&#%lu;", c != 0 ? c : '&');
    return next;
}

static const char *repair_character(const char *at, const char *end,
                                    struct gn_buf *out)
{
    const size_t n = gn_utf8_length(at, (size_t)(end - at));
    /* U+FFFE and U+FFFF */
    const bool last = n == 3 && memcmp(at, "\xef\xbf", 2) == 0 &&
                      (unsigned char)at[2] >= 0xbe;

    if (n == 0)
        gn_buf_text(out, "\xef\xbf\xbd");
    else if (n > 1 ? !last : is_allowed((unsigned char)*at))
        gn_buf_append(out, at, n);
    return at + (n > 0 ? n : 1);
}

/* Where the next byte is that may need repair. */
static const char *plain_end(const char *at, const char *end)
{
    while (at < end && (*at >= ' ' || *at == '\n') && *at != '&' && *at != '<')
        at++;
    return at;
}

void gn_xmlbytes_repair(const char *xml, size_t size, struct gn_buf *out)
{
    const char *end = xml + size;
    const char *opaque = xml; /* till here, & is no reference */
    const char *at = xml;

    while (at < end && !gn_buf_failed(out)) {
        const char *stop = plain_end(at, end);

        gn_buf_append(out, at, (size_t)(stop - at));
        at = stop;
        if (at == end)
            return;
        if (*at == '<' && at >= opaque)
            opaque = opaque_end(at, end);
        if (*at == '&' && at >= opaque)
            at = repair_reference(at, end, out);
        else
            at = repair_character(at, end, out);
    }
}
