#include "extract/charset.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

enum { BINARY_LOOK = 1445 }; /* https://mimesniff.spec.whatwg.org */

/* What is between two places; at goes on from one to the other. */
struct text {
    const char *at, *end;
};

static const struct gn_charset *named(const char *name)
{
    return gn_charset_find(name, strlen(name));
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blank(struct text *t)
{
    while (t->at < t->end && is_blank(*t->at))
        t->at++;
}

static bool begins(const struct text *t, const char *with)
{
    const size_t size = strlen(with);

    return (size_t)(t->end - t->at) >= size &&
           strncasecmp(t->at, with, size) == 0;
}

static bool is_word(struct text t, const char *word)
{
    return (size_t)(t.end - t.at) == strlen(word) && begins(&t, word);
}

/* What is told of two bytes is not so: they could not have been read. */
static const struct gn_charset *told_inside(const struct gn_charset *found)
{
    return found != NULL && found->kind == GN_CHARSET_UTF16 ? named("utf-8")
                                                            : found;
}

/* Takes a value, which may be in quotes and else ends at a blank or one of
 * stops. */
static struct text take_value(struct text *t, const char *stops)
{
    struct text value = *t;

    if (t->at < t->end && (*t->at == '"' || *t->at == '\'')) {
        value.at++;
        value.end = memchr(value.at, *t->at, (size_t)(t->end - value.at));
        if (value.end == NULL)
            value.end = t->end;
        t->at = value.end < t->end ? value.end + 1 : t->end;
        return value;
    }
    while (t->at < t->end && !is_blank(*t->at) &&
           (*t->at == '\0' || strchr(stops, *t->at) == NULL))
        t->at++;
    value.end = t->at;
    return value;
}

/* The charset named behind the next "charset=" in a text. */
static const struct gn_charset *of_parameter(struct text t)
{
    while (t.at < t.end) {
        struct text value;

        if (!begins(&t, "charset")) {
            t.at++;
            continue;
        }
        t.at += strlen("charset");
        skip_blank(&t);
        if (t.at == t.end || *t.at != '=')
            continue;
        t.at++;
        skip_blank(&t);
        value = take_value(&t, ";,");
        return gn_charset_find(value.at, (size_t)(value.end - value.at));
    }
    return NULL;
}

static const struct gn_charset *of_mark(const char *body, size_t size)
{
    if (size >= 3 && memcmp(body, "\xef\xbb\xbf", 3) == 0)
        return named("utf-8");
    if (size >= 2 && memcmp(body, "\xff\xfe", 2) == 0)
        return named("utf-16le");
    if (size >= 2 && memcmp(body, "\xfe\xff", 2) == 0)
        return named("utf-16be");
    return NULL;
}

/* --- what a document says of itself ---------------------------------------*/

/* <?xml version="1.0" encoding="x"?> */
static const struct gn_charset *of_declaration(struct text t)
{
    const char *end = memchr(t.at, '>', (size_t)(t.end - t.at));

    t.end = end != NULL ? end : t.end;
    for (; t.at < t.end; t.at++) {
        struct text value;

        if (!begins(&t, "encoding"))
            continue;
        t.at += strlen("encoding");
        skip_blank(&t);
        if (t.at == t.end || *t.at != '=')
            return NULL;
        t.at++;
        skip_blank(&t);
        value = take_value(&t, "?");
        return told_inside(
            gn_charset_find(value.at, (size_t)(value.end - value.at)));
    }
    return NULL;
}

/* Takes an attribute of a tag. false: the tag ends. */
static bool take_attribute(struct text *t, struct text *name,
                           struct text *value)
{
    while (t->at < t->end && (is_blank(*t->at) || *t->at == '/'))
        t->at++;
    if (t->at == t->end || *t->at == '>')
        return false;
    *name = *value = *t;
    while (t->at < t->end && !is_blank(*t->at) && *t->at != '=' &&
           *t->at != '>' && *t->at != '/')
        t->at++;
    name->end = value->at = value->end = t->at;
    skip_blank(t);
    if (t->at == t->end || *t->at != '=')
        return true;
    t->at++;
    skip_blank(t);
    *value = take_value(t, ">");
    return true;
}

/* The charset that the attributes of a meta element say. */
static const struct gn_charset *of_meta(struct text *t)
{
    const struct gn_charset *direct = NULL;
    const struct gn_charset *in_content = NULL;
    bool is_content_type = false;
    struct text name, value;

    while (take_attribute(t, &name, &value)) {
        if (is_word(name, "charset"))
            direct = gn_charset_find(value.at, (size_t)(value.end - value.at));
        else if (is_word(name, "content"))
            in_content = of_parameter(value);
        else if (is_word(name, "http-equiv"))
            is_content_type = is_word(value, "content-type");
    }
    if (direct == NULL && is_content_type)
        direct = in_content;
    return told_inside(direct);
}

static void skip_comment(struct text *t)
{
    const char *end = memmem(t->at + 2, (size_t)(t->end - t->at - 2), "-->", 3);

    t->at = end != NULL ? end + 3 : t->end;
}

static const struct gn_charset *of_html(struct text t)
{
    struct text name, value;

    while (t.at < t.end) {
        const struct gn_charset *found = NULL;

        if (begins(&t, "<!--")) {
            skip_comment(&t);
        } else if (begins(&t, "<meta") && t.end - t.at > 5 &&
                   (is_blank(t.at[5]) || t.at[5] == '/')) {
            t.at += 5;
            found = of_meta(&t);
        } else if (*t.at == '<' && t.end - t.at > 1 &&
                   (t.at[1] == '/' || (t.at[1] | 32) >= 'a')) {
            t.at++;
            while (take_attribute(&t, &name, &value))
                ;
        } else {
            t.at++;
        }
        if (found != NULL)
            return found;
    }
    return NULL;
}

static const struct gn_charset *of_itself(const char *body, size_t size)
{
    struct text t = {body,
                     body + (size < GN_CHARSET_LOOK ? size : GN_CHARSET_LOOK)};
    const struct gn_charset *found = NULL;

    if (size >= 6 && memcmp(body, "<\0?\0x\0", 6) == 0)
        return named("utf-16le");
    if (size >= 6 && memcmp(body, "\0<\0?\0x", 6) == 0)
        return named("utf-16be");
    skip_blank(&t);
    if (t.at == t.end || *t.at != '<')
        return NULL;
    if (begins(&t, "<?xml"))
        found = of_declaration(t);
    return found != NULL ? found : of_html(t);
}

/* --- all together ---------------------------------------------------------*/

/* Whether there are bytes that texts do not have. */
static bool is_binary(const char *body, size_t size)
{
    for (size_t i = 0; i < size && i < BINARY_LOOK; i++) {
        const unsigned char c = (unsigned char)body[i];

        if (c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r' &&
            c != 0x1b)
            return true;
    }
    return false;
}

/* RFC 8259: JSON has no charset but UTF-8, whatever servers say. */
static bool is_json(struct text type)
{
    const char *end = memchr(type.at, ';', (size_t)(type.end - type.at));

    type.end = end != NULL ? end : type.end;
    while (type.end > type.at && is_blank(type.end[-1]))
        type.end--;
    type.at = type.end - type.at > 4 ? type.end - 4 : type.at;
    return begins(&type, "json");
}

const struct gn_charset *gn_charset_detect(const char *body, size_t size,
                                           const char *type, size_t type_size)
{
    const struct text told = {type, type + type_size};
    const struct gn_charset *found = of_mark(body, size);
    const bool good = found == NULL && gn_utf8_good(body, size) == size;

    if (found == NULL && good && is_json(told))
        found = named("utf-8");
    if (found == NULL)
        found = of_parameter(told);
    if (found == NULL)
        found = of_itself(body, size);
    if (found == NULL && good)
        found = named("utf-8");
    if (is_binary(body, size) &&
        (found == NULL || found->kind == GN_CHARSET_UTF8))
        return NULL;
    return found != NULL ? found : named("windows-1252");
}
