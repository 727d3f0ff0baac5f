#include "fetch/freshness.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
    TEXT = 64, /* of a date; a longer one is none */
    MOST_S = 10 * 365 * 24 * 3600
};
#define NONE (-1) /* of seconds: it was not said */
#define BAD  (-2) /* ... or not as it should be: the reply counts as stale */

/* What of a reply's head counts here, in seconds; dates since 1970. */
struct head {
    int64_t max_age;
    int64_t expires;
    int64_t date;
    int64_t age;
    bool forbids;
};

/* A number without a sign: what is more than MOST_S is that. */
static int64_t seconds(const char *text, size_t size)
{
    int64_t n = 0;

    if (size == 0)
        return BAD;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return BAD;
        if (n <= MOST_S)
            n = n * 10 + (text[i] - '0');
    }
    return n < MOST_S ? n : MOST_S;
}

static int64_t date(const char *text, size_t size)
{
    char copy[TEXT];
    time_t at;

    if (size >= TEXT)
        return BAD;
    memcpy(copy, text, size);
    copy[size] = '\0';
    at = curl_getdate(copy, NULL);
    return at >= 0 ? (int64_t)at : BAD;
}

/* What was said twice, and not alike, is as good as nothing. */
static void note(int64_t *value, int64_t said)
{
    *value = *value == NONE || *value == said ? said : BAD;
}

/* --- Cache-Control ------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The size of the directive at text: up to a comma that is not in quotes. */
static size_t directive_size(const char *text, size_t size)
{
    bool quoted = false;

    for (size_t i = 0; i < size; i++) {
        if (quoted && text[i] == '\\' && i + 1 < size)
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == ',' && !quoted)
            return i;
    }
    return size;
}

static bool is_word(const char *text, size_t size, const char *word)
{
    return size == strlen(word) && strncasecmp(text, word, size) == 0;
}

static void read_directive(struct head *h, const char *text, size_t size)
{
    const char *equals = memchr(text, '=', size);
    const size_t name = equals != NULL ? (size_t)(equals - text) : size;
    const char *value = text + name + 1;
    size_t rest = equals != NULL ? size - name - 1 : 0;

    if (is_word(text, name, "no-store") || is_word(text, name, "no-cache"))
        h->forbids = true;
    if (!is_word(text, name, "max-age"))
        return;
    if (rest >= 2 && value[0] == '"' && value[rest - 1] == '"') {
        value++;
        rest -= 2;
    }
    note(&h->max_age, rest > 0 ? seconds(value, rest) : BAD);
}

static void read_directives(struct head *h, const char *text, size_t size)
{
    while (size > 0) {
        const size_t whole = directive_size(text, size);
        size_t from = 0;
        size_t end = whole;

        while (from < end && is_blank(text[from]))
            from++;
        while (end > from && is_blank(text[end - 1]))
            end--;
        read_directive(h, text + from, end - from);
        if (whole == size)
            return;
        text += whole + 1;
        size -= whole + 1;
    }
}

/* --- the head ------------------------------------------------------------ */

static void read_line(struct head *h, const char *line, size_t size)
{
    const char *colon = memchr(line, ':', size);
    const size_t name = colon != NULL ? (size_t)(colon - line) : size;
    size_t from = name + 1;

    if (colon == NULL)
        return;
    while (from < size && is_blank(line[from]))
        from++;
    while (size > from && is_blank(line[size - 1]))
        size--;
    if (is_word(line, name, "cache-control"))
        read_directives(h, line + from, size - from);
    else if (is_word(line, name, "expires"))
        note(&h->expires, date(line + from, size - from));
    else if (is_word(line, name, "date"))
        note(&h->date, date(line + from, size - from));
    else if (is_word(line, name, "age"))
        note(&h->age, seconds(line + from, size - from));
}

static struct head read_head(const char *lines)
{
    struct head h = {NONE, NONE, NONE, NONE, false};

    while (*lines != '\0') {
        const size_t size = strcspn(lines, "\n");

        read_line(&h, lines, size);
        lines += size + (lines[size] == '\n');
    }
    return h;
}

/* For how long it is fresh from when it was made. */
static int64_t lifetime(const struct head *h, int64_t came_s)
{
    if (h->max_age != NONE)
        return h->max_age; /* whatever Expires says */
    if (h->expires < 0)
        return 0;
    return h->expires - (h->date >= 0 ? h->date : came_s);
}

/* How old it was when it came (RFC 9111 section 4.2.3). */
static int64_t age(const struct head *h, int64_t came_s, int64_t took_s)
{
    const int64_t told = (h->age >= 0 ? h->age : 0) + took_s;
    const int64_t apparent = h->date >= 0 ? came_s - h->date : 0;

    return told > apparent ? told : apparent;
}

int64_t gn_freshness_ms(const char *headers, int64_t started_us,
                        int64_t duration_us)
{
    const struct head h = read_head(headers);
    const int64_t came_s = (started_us + duration_us) / 1000000;
    int64_t left;

    if (h.forbids || h.max_age == BAD || h.age == BAD || h.date == BAD)
        return 0;
    left = lifetime(&h, came_s) -
           age(&h, came_s, (duration_us + 999999) / 1000000);
    if (left > MOST_S)
        left = MOST_S;
    return left > 0 ? left * 1000 : 0;
}
