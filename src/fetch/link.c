#include "fetch/link.h"

#include <string.h>
#include <strings.h>

#define SPACES " \t"

/* A parameter of a link: name, and value without its quotes. */
struct param {
    const char *name;
    size_t name_size;
    const char *value;
    size_t value_size;
};

static const char *skip(const char *at)
{
    return at + strspn(at, SPACES);
}

/* at is behind a quote; returns where the text in quotes ends. */
static const char *quoted_end(const char *at)
{
    while (*at != '\0' && *at != '"' && *at != '\n')
        at += at[0] == '\\' && at[1] != '\0' && at[1] != '\n' ? 2 : 1;
    return at;
}

/* Reads the parameter at at, behind a semicolon; returns what follows it. */
static const char *read_param(const char *at, struct param *p)
{
    at = skip(at);
    *p = (struct param){.name = at};
    p->name_size = strcspn(at, "=;,\n" SPACES);
    at = skip(at + p->name_size);
    if (*at != '=')
        return at;
    at = skip(at + 1);
    if (*at == '"') {
        p->value = at + 1;
        at = quoted_end(p->value);
        p->value_size = (size_t)(at - p->value);
        return *at == '"' ? at + 1 : at;
    }
    p->value = at;
    p->value_size = strcspn(at, ";,\n" SPACES);
    return at + p->value_size;
}

static bool is_named(const struct param *p, const char *name)
{
    return p->name_size == strlen(name) &&
           strncasecmp(p->name, name, p->name_size) == 0;
}

/* Whether a list of relations, with spaces between, has "next". */
static bool has_next(const struct param *p)
{
    const char *at = p->value;
    const char *end = at + p->value_size;

    while (at < end) {
        const size_t gap = strspn(at, SPACES);
        const size_t size = strcspn(at + gap, SPACES "\";,\n");

        if (size == 4 && at + gap + size <= end &&
            strncasecmp(at + gap, "next", 4) == 0)
            return true;
        at += gap + (size > 0 ? size : 1);
    }
    return false;
}

/* Reads the parameters of a link; returns what follows them. Of several rel the
 * first counts. */
static const char *read_params(const char *at, bool *is_next)
{
    bool related = false;
    bool elsewhere = false;

    *is_next = false;
    for (at = skip(at); *at == ';'; at = skip(at)) {
        struct param p;

        at = read_param(at + 1, &p);
        if (is_named(&p, "rel") && !related) {
            related = true;
            *is_next = has_next(&p);
        }
        elsewhere = elsewhere || is_named(&p, "anchor");
    }
    *is_next = *is_next && !elsewhere;
    return at;
}

/* Looks through the links of a header's value, which ends with its line. */
static bool read_value(const char *at, struct gn_buf *out)
{
    for (;;) {
        const char *url;
        size_t size;
        bool is_next;

        at += strspn(at, "," SPACES);
        if (*at != '<')
            return false;
        url = at + 1;
        size = strcspn(url, ">\n");
        if (url[size] != '>')
            return false;
        at = read_params(url + size + 1, &is_next);
        if (is_next) {
            gn_buf_append(out, url, size);
            return true;
        }
        if (*at != ',')
            return false; /* its end, or what is no link */
    }
}

bool gn_link_next(const char *headers, struct gn_buf *out)
{
    static const char name[] = "link:";

    for (const char *line = headers; *line != '\0';) {
        if (strncmp(line, name, sizeof name - 1) == 0 &&
            read_value(line + sizeof name - 1, out))
            return true;
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return false;
}
