#include "fetch/validator.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* Seconds that a server's clock, which it does not tell, and ours may be apart.
 */
enum { APART = 60 };

/* A header's value; points into the lines. */
struct value {
    const char *text; /* NULL: it did not come */
    size_t size;
    bool differs; /* it came again, as another */
};

static bool is_named(const char *line, size_t size, const char *name)
{
    const size_t n = strlen(name);

    return size > n + 1 && memcmp(line, name, n) == 0 && line[n] == ':';
}

static void note(struct value *v, const char *text, size_t size)
{
    if (v->text != NULL &&
        (v->size != size || memcmp(v->text, text, size) != 0))
        v->differs = true;
    v->text = text;
    v->size = size;
}

/* Whether a list like `max-age=0, no-store` holds the word. One in quotes, as
 * in private="no-store", counts too: that costs a fetch, no change. */
static bool lists(const char *text, size_t size, const char *word)
{
    const size_t n = strlen(word);

    for (size_t i = 0; i + n <= size; i++)
        if (strncasecmp(text + i, word, n) == 0)
            return true;
    return false;
}

/* What of a reply's head counts here. */
struct head {
    struct value etag;
    struct value modified;
    struct value date;
    bool no_store;
};

static void read_line(struct head *h, const char *line, size_t size)
{
    const char *colon = memchr(line, ':', size);
    const char *text;
    size_t rest;

    if (colon == NULL)
        return;
    text = colon + 1;
    text += *text == ' ';
    rest = (size_t)(line + size - text);
    if (is_named(line, size, "etag"))
        note(&h->etag, text, rest);
    else if (is_named(line, size, "last-modified"))
        note(&h->modified, text, rest);
    else if (is_named(line, size, "date"))
        note(&h->date, text, rest);
    else if (is_named(line, size, "cache-control"))
        h->no_store = h->no_store || lists(text, rest, "no-store");
}

static struct head read_head(const char *lines)
{
    struct head h = {0};

    while (*lines != '\0') {
        const size_t size = strcspn(lines, "\n");

        read_line(&h, lines, size);
        lines += size + (lines[size] == '\n');
    }
    return h;
}

/* One that can be kept and sent again as it is. */
static bool is_usable(const struct value *v)
{
    if (v->text == NULL || v->differs || v->size == 0 ||
        v->size > GN_VALIDATOR_MAX)
        return false;
    for (size_t i = 0; i < v->size; i++) {
        const unsigned char c = (unsigned char)v->text[i];

        if ((c < ' ' && c != '\t') || c >= 127)
            return false;
    }
    return true;
}

/* Seconds since 1970; -1: it is no date. */
static time_t seconds(const char *date)
{
    return date != NULL ? curl_getdate(date, NULL) : -1;
}

/* nginx and its like make the ETag of the time of the last change, in whole
 * seconds and hexadecimal, and the size. */
static bool is_made_of(const char *etag, time_t modified)
{
    char text[32];

    snprintf(text, sizeof text, "\"%llx-", (long long)modified);
    if (strncmp(etag, "W/", 2) == 0)
        etag += 2;
    return strncasecmp(etag, text, strlen(text)) == 0;
}

/* Drops what does not tell two changes within one second apart, unless that
 * second was over (RFC 9110 section 8.8.2.2). received: in place of no date. */
static void drop_young(struct gn_validators *v, const char *date,
                       int64_t received)
{
    time_t modified;

    if (v->modified == NULL)
        return;
    modified = seconds(v->modified);
    if (modified >= 0 && (date != NULL ? seconds(date) : received) > modified)
        return;
    if (v->etag != NULL && modified >= 0 && is_made_of(v->etag, modified))
        v->etag = NULL;
    v->modified = NULL;
}

static bool copy(const struct value *v, struct gn_arena *memory,
                 const char **out)
{
    *out = is_usable(v) ? gn_arena_copy(memory, v->text, v->size) : NULL;
    return *out != NULL || !is_usable(v);
}

static bool copy_all(const struct head *h, struct gn_arena *memory,
                     struct gn_validators *out)
{
    *out = (struct gn_validators){0};
    return copy(&h->etag, memory, &out->etag) &&
           copy(&h->modified, memory, &out->modified);
}

bool gn_validators_read(const char *headers, int64_t received,
                        struct gn_arena *memory, struct gn_validators *out)
{
    const struct head h = read_head(headers);
    const char *date;

    *out = (struct gn_validators){0};
    if (h.no_store)
        return true;
    if (!copy_all(&h, memory, out) || !copy(&h.date, memory, &date)) {
        *out = (struct gn_validators){0};
        return false;
    }
    drop_young(out, date,
               h.date.text == NULL && received > 0 ? received - APART : -1);
    return true;
}

bool gn_validators_read_304(const char *headers, struct gn_arena *memory,
                            struct gn_validators *out)
{
    const struct head h = read_head(headers);

    return copy_all(&h, memory, out);
}

bool gn_validators_any(const struct gn_validators *v)
{
    return v->etag != NULL || v->modified != NULL;
}

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool gn_validators_equal(const struct gn_validators *a,
                         const struct gn_validators *b)
{
    return same(a->etag, b->etag) && same(a->modified, b->modified);
}

/* The size of what stands between the quotes at *text, without what Apache,
 * Jetty and others put there when they compress. */
static size_t opaque(const char **text)
{
    static const char *const behind[] = {"--gzip", "-gzip", ";gzip", "-br",
                                         ";br"};
    size_t size;

    if (strncmp(*text, "W/", 2) == 0)
        *text += 2;
    size = strlen(*text);
    if (size >= 2 && (*text)[0] == '"' && (*text)[size - 1] == '"') {
        ++*text;
        size -= 2;
    }
    for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++) {
        const size_t n = strlen(behind[i]);

        if (size > n && memcmp(*text + size - n, behind[i], n) == 0)
            return size - n;
    }
    return size;
}

static bool same_etag(const char *a, const char *b)
{
    const size_t size = opaque(&a);

    return size == opaque(&b) && memcmp(a, b, size) == 0;
}

bool gn_validators_confirm(const struct gn_validators *asked,
                           const struct gn_validators *reply)
{
    if (reply->etag != NULL && asked->etag != NULL)
        return same_etag(reply->etag, asked->etag);
    return reply->modified == NULL || asked->modified == NULL ||
           strcmp(reply->modified, asked->modified) == 0;
}
