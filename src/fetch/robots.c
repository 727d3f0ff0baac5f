#include "fetch/robots.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

enum { DAY_MS = 24 * 3600 * 1000 };

/* A piece of the text. */
struct slice {
    const char *text;
    size_t size;
};

static const char letters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* --- lines --------------------------------------------------------------- */

struct reader {
    const char *at;
    const char *end;
    int line; /* of the record read last: 1, 2 ... */
};

static struct reader begin(const char *text, size_t size)
{
    struct reader r = {text, text + size, 0};

    if (size > GN_ROBOTS_MAX) { /* half a rule may be quite another one */
        r.end = text + GN_ROBOTS_MAX;
        while (r.end > text && r.end[-1] != '\n' && r.end[-1] != '\r')
            r.end--;
    }
    for (const char *bom = "\xEF\xBB\xBF";
         *bom != '\0' && r.at < r.end && *r.at == *bom; bom++)
        r.at++; /* also one that was cut */
    return r;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct slice trimmed(struct slice s)
{
    while (s.size > 0 && is_blank(s.text[0])) {
        s.text++;
        s.size--;
    }
    while (s.size > 0 && is_blank(s.text[s.size - 1]))
        s.size--;
    return s;
}

static struct slice next_line(struct reader *r)
{
    struct slice line = {r->at, 0};
    const char *comment;

    while (r->at < r->end && *r->at != '\n' && *r->at != '\r')
        r->at++;
    line.size = (size_t)(r->at - line.text);
    if (r->at < r->end && *r->at == '\r' && r->end - r->at > 1 &&
        r->at[1] == '\n')
        r->at++;
    r->at += r->at < r->end;
    r->line += r->line < INT_MAX;
    comment = memchr(line.text, '#', line.size);
    if (comment != NULL)
        line.size = (size_t)(comment - line.text);
    return trimmed(line);
}

/* Where the key ends: at its colon or, as in "Disallow /x", between just two
 * words; NULL: it is no record. */
static const char *key_end(struct slice line)
{
    const char *colon = memchr(line.text, ':', line.size);
    const char *end = line.text + line.size;
    const char *between = line.text;
    const char *at;

    if (colon != NULL)
        return colon;
    while (between < end && !is_blank(*between))
        between++;
    for (at = between; at < end && is_blank(*at);)
        at++;
    while (at < end && !is_blank(*at))
        at++;
    return between < end && at == end ? between : NULL;
}

enum kind { AGENT, ALLOW, DISALLOW, DELAY, SITEMAP, KINDS };

static enum kind kind_of(struct slice key)
{
    static const char *const names[KINDS] = {
        [AGENT] = "user-agent",  [ALLOW] = "allow",     [DISALLOW] = "disallow",
        [DELAY] = "crawl-delay", [SITEMAP] = "sitemap",
    };

    for (int i = 0; i < KINDS; i++)
        if (strlen(names[i]) == key.size &&
            strncasecmp(names[i], key.text, key.size) == 0)
            return (enum kind)i;
    return KINDS;
}

/* The next record of a kind that is known. */
static bool next_record(struct reader *r, enum kind *kind, struct slice *value)
{
    while (r->at < r->end) {
        const struct slice line = next_line(r);
        const char *end = line.size > 0 ? key_end(line) : NULL;
        struct slice key = {line.text, 0};

        if (end == NULL)
            continue;
        key.size = (size_t)(end - line.text);
        *kind = kind_of(trimmed(key));
        *value = trimmed(
            (struct slice){end + 1, (size_t)(line.text + line.size - end - 1)});
        if (*kind != KINDS)
            return true;
    }
    return false;
}

/* --- whom it is for ------------------------------------------------------ */

/* Digits are not in the RFC's tokens, but in those of the web. */
static size_t token_size(const char *text, size_t size)
{
    size_t n = 0;

    while (
        n < size && text[n] != '\0' &&
        (strchr(letters, text[n]) != NULL || strchr("0123456789_-", text[n])))
        n++;
    return n;
}

void gn_robots_token(const char *user_agent, char token[GN_ROBOTS_TOKEN])
{
    const char *text = user_agent != NULL ? user_agent : "garner";
    size_t size = token_size(text, strlen(text));

    if (size >= GN_ROBOTS_TOKEN)
        size = GN_ROBOTS_TOKEN - 1;
    memcpy(token, text, size);
    token[size] = '\0';
}

/* How closely a group is ours; of all, the closest count. */
enum closeness { NOT_OURS, FOR_ALL, FOR_GARNER, FOR_US };

static bool names(struct slice value, const char *token)
{
    return value.size > 0 && value.size == strlen(token) &&
           strncasecmp(value.text, token, value.size) == 0;
}

static enum closeness closeness_of(struct slice value, const char *token)
{
    if (value.size > 0 && value.text[0] == '*' &&
        (value.size == 1 || is_blank(value.text[1])))
        return FOR_ALL;
    value.size = token_size(value.text, value.size);
    if (names(value, token))
        return FOR_US;
    return names(value, "garner") ? FOR_GARNER : NOT_OURS;
}

static enum closeness closest(const char *text, size_t size, const char *token)
{
    struct reader r = begin(text, size);
    enum closeness best = NOT_OURS;
    struct slice value;
    enum kind kind;

    while (next_record(&r, &kind, &value))
        if (kind == AGENT && closeness_of(value, token) > best)
            best = closeness_of(value, token);
    return best;
}

/* --- paths --------------------------------------------------------------- */

/* A character of a path: plain, or one that is written percent-encoded. */
struct symbol {
    unsigned char value;
    bool coded;
    size_t size; /* bytes read */
};

static int hex(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct symbol read_symbol(const char *at, const char *end)
{
    struct symbol s = {(unsigned char)*at, false, 1};

    if (*at == '%' && end - at > 2 && hex(at[1]) >= 0 && hex(at[2]) >= 0)
        s = (struct symbol){(unsigned char)(hex(at[1]) * 16 + hex(at[2])), true,
                            3};
    if (s.value != '\0' && (strchr(letters, s.value) != NULL ||
                            strchr("0123456789-._~", s.value) != NULL))
        s.coded = false; /* unreserved: the same either way */
    else if (s.value == '\0' || strchr(":/?#[]@!$&'()*+,;=", s.value) == NULL)
        s.coded = true; /* it may not stand in a URL but so */
    return s;
}

/* In a query, "/" and ":" mean nothing else when they are encoded; and a rule
 * has to encode "*" and "$" to speak of them. */
static bool same(struct symbol rule, struct symbol path, bool in_query)
{
    if (rule.value != path.value)
        return false;
    return rule.coded == path.coded || rule.value == '*' || rule.value == '$' ||
           (in_query && (rule.value == ':' || rule.value == '/'));
}

/* Octets of a rule, as it would be with all encoded that has to be. */
static size_t length(struct slice rule)
{
    const char *end = rule.text + rule.size;
    size_t octets = 0;

    for (const char *at = rule.text; at < end;) {
        const struct symbol s = read_symbol(at, end);

        octets += s.coded ? 3 : 1;
        at += s.size;
    }
    return octets;
}

static bool matches(struct slice rule, const char *path)
{
    const bool anchored = rule.size > 0 && rule.text[rule.size - 1] == '$';
    const char *p = rule.text;
    const char *p_end = rule.text + rule.size - anchored;
    const char *s = path;
    const char *s_end = path + strlen(path);
    const char *query = strchr(path, '?');
    const char *star = NULL; /* what follows the last one ... */
    const char *from = s;    /* ... is looked for from here on */

    for (;;) {
        if (p < p_end && *p == '*') {
            star = ++p;
            from = s;
            continue;
        }
        if (p == p_end && (!anchored || s == s_end))
            return true;
        if (s == s_end)
            return false;
        if (p < p_end) {
            const struct symbol a = read_symbol(p, p_end);
            const struct symbol b = read_symbol(s, s_end);

            if (same(a, b, query != NULL && s > query)) {
                p += a.size;
                s += b.size;
                continue;
            }
        }
        if (star == NULL)
            return false;
        from += read_symbol(from, s_end).size;
        s = from;
        p = star;
    }
}

/* --- asking -------------------------------------------------------------- */

/* The best rule so far. */
struct best {
    struct gn_robots_verdict *out;
    size_t octets;
};

static void try_rule(struct best *b, enum kind kind, struct slice rule,
                     const char *path, int line)
{
    size_t octets;

    if (rule.size == 0 || !matches(rule, path))
        return;
    octets = length(rule);
    if (octets < b->octets ||
        (octets == b->octets && (b->out->allowed || kind == DISALLOW)))
        return;
    b->octets = octets;
    b->out->allowed = kind == ALLOW;
    b->out->line = line;
    b->out->rule = rule.text;
    b->out->rule_size = rule.size;
}

/* "10", "0.5"; 0: it is no such number. */
static int64_t delay_of(struct slice value)
{
    const char *at = value.text;
    const char *end = at + value.size;
    int64_t ms = 0;
    bool any = false;

    for (; at < end && is_digit(*at); at++, any = true)
        if (ms < GN_ROBOTS_DELAY_MAX_MS)
            ms = ms * 10 + (*at - '0') * INT64_C(1000);
    if (at < end && *at == '.') {
        at++;
        for (int64_t unit = 100; at < end && is_digit(*at); at++, any = true) {
            ms += (*at - '0') * unit;
            unit /= 10;
        }
    }
    if (!any || at < end)
        return 0;
    return ms < GN_ROBOTS_DELAY_MAX_MS ? ms : GN_ROBOTS_DELAY_MAX_MS;
}

static void note_delay(struct gn_robots_verdict *out, struct slice value)
{
    const int64_t ms = delay_of(value);

    if (ms > out->delay_ms)
        out->delay_ms = ms;
}

void gn_robots_ask(const char *text, size_t size, const char *token,
                   const char *path, struct gn_robots_verdict *out)
{
    const enum closeness wanted = closest(text, size, token);
    struct reader r = begin(text, size);
    struct best best = {out, 0};
    bool ours = false;   /* the group at hand */
    bool naming = false; /* its names are still being read */
    struct slice value;
    enum kind kind;

    *out = (struct gn_robots_verdict){.allowed = true};
    if (*path == '\0')
        path = "/";
    if (wanted == NOT_OURS)
        return;
    while (next_record(&r, &kind, &value))
        if (kind == AGENT) {
            ours = (naming && ours) || closeness_of(value, token) == wanted;
            naming = true;
        } else if (kind == DELAY && ours) {
            note_delay(out, value);
        } else if (kind == ALLOW || kind == DISALLOW) {
            naming = false;
            if (ours)
                try_rule(&best, kind, value, path, r.line);
        }
    if (strcmp(path, "/robots.txt") == 0) /* section 2.2.2: always */
        *out = (struct gn_robots_verdict){.allowed = true,
                                          .delay_ms = out->delay_ms};
}

bool gn_robots_sitemap(const char *text, size_t size, size_t *at,
                       const char **url, size_t *url_size)
{
    struct reader r = begin(text, size);
    struct slice value;
    enum kind kind;

    if (*at > 0)
        r.at = text + *at < r.end ? text + *at : r.end;
    while (next_record(&r, &kind, &value))
        if (kind == SITEMAP && value.size > 0) {
            *at = (size_t)(r.at - text);
            *url = value.text;
            *url_size = value.size;
            return true;
        }
    return false;
}

/* --- how to come by it --------------------------------------------------- */

enum gn_robots_access gn_robots_access(enum gn_failure failure, int status)
{
    enum {
        OK = 200,
        REDIRECTS = 300,
        CLIENT = 400,
        TOO_MANY = 429,
        SERVER = 500
    };

    if (failure == GN_FAILURE_REDIRECT)
        return GN_ROBOTS_UNAVAILABLE;
    if (failure != GN_FAILURE_NONE || status >= SERVER || status == TOO_MANY ||
        status < OK)
        return GN_ROBOTS_UNREACHABLE;
    return status < REDIRECTS ? GN_ROBOTS_RULES : GN_ROBOTS_UNAVAILABLE;
}

/* The max-age of a list of directives; -1: it has none. */
static int64_t max_age_ms(const char *text, size_t size)
{
    static const char word[] = "max-age=";
    const size_t n = sizeof word - 1;

    for (size_t i = 0; i + n < size; i++) {
        int64_t s = 0;

        if (strncasecmp(text + i, word, n) != 0 ||
            (i > 0 && text[i - 1] != ' ' && text[i - 1] != ','))
            continue;
        for (i += n; i < size && is_digit(text[i]) && s < DAY_MS / 1000; i++)
            s = s * 10 + hex(text[i]);
        return s * 1000;
    }
    return -1;
}

int64_t gn_robots_fresh_ms(const char *headers)
{
    static const char name[] = "cache-control: ";
    int64_t ms = -1;

    while (*headers != '\0' && ms < 0) {
        const size_t size = strcspn(headers, "\n");

        if (strncmp(headers, name, sizeof name - 1) == 0)
            ms = max_age_ms(headers + sizeof name - 1, size - sizeof name + 1);
        headers += size + (headers[size] == '\n');
    }
    return ms >= 0 && ms < DAY_MS ? ms : DAY_MS;
}
