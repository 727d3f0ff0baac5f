#include "extract/regex.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/pattern.h"

enum { MOST_PATTERN = 10000 };

struct gn_regex {
    char *text;
    size_t size;
    unsigned held;
    struct gn_pattern *pattern;
};

static void free_regex(struct gn_regex *r)
{
    gn_pattern_free(r->pattern);
    gn_free(r->text);
    gn_free(r);
}

void gn_regex_hold(struct gn_regex *r)
{
    if (r != NULL)
        r->held++;
}

void gn_regex_release(struct gn_regex *r)
{
    if (r != NULL && --r->held == 0)
        free_regex(r);
}

void gn_regexes_fini(struct gn_regexes *r)
{
    for (size_t i = 0; i < r->count; i++)
        gn_regex_release(r->kept[i]);
    *r = (struct gn_regexes){0};
}

/* --- compiling ------------------------------------------------------------*/

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "no memory for a regular expression");
}

static void keep(struct gn_regexes *all, struct gn_regex *r)
{
    gn_regex_hold(r);
    if (all->count < GN_REGEX_KEPT) {
        all->kept[all->count++] = r;
        return;
    }
    gn_regex_release(all->kept[all->oldest]);
    all->kept[all->oldest] = r;
    all->oldest = (all->oldest + 1) % GN_REGEX_KEPT;
}

enum garner_code gn_regexes_get(struct gn_regexes *all, const char *pattern,
                                size_t size, struct gn_regex **out,
                                struct garner_error *err)
{
    struct gn_regex *r;
    enum garner_code code;

    for (size_t i = 0; i < all->count; i++)
        if (all->kept[i]->size == size &&
            memcmp(all->kept[i]->text, pattern, size) == 0) {
            *out = all->kept[i];
            return GARNER_OK;
        }
    if (size > MOST_PATTERN)
        return gn_fail(err, GARNER_INVALID,
                       "the regular expression is longer than %d bytes",
                       MOST_PATTERN);
    r = gn_alloc(sizeof *r);
    if (r == NULL)
        return no_memory(err);
    r->size = size;
    r->text = gn_memdup(pattern, size);
    code = r->text != NULL
               ? gn_pattern_new(pattern, size, false, &r->pattern, err)
               : no_memory(err);
    if (code != GARNER_OK) {
        free_regex(r);
        return code;
    }
    keep(all, r);
    *out = r;
    return GARNER_OK;
}

/* --- matching -------------------------------------------------------------*/

static enum garner_code take_parts(const struct gn_regex *r, const char *text,
                                   struct gn_regex_match *match,
                                   struct garner_error *err)
{
    const size_t count = gn_pattern_groups(r->pattern) + 1;

    if (match->count != count) {
        struct gn_regex_part *parts =
            gn_realloc(match->parts, count * sizeof match->parts[0]);

        if (parts == NULL)
            return no_memory(err);
        match->parts = parts;
        match->count = count;
    }
    for (size_t i = 0; i < count; i++) {
        size_t from;
        size_t to;

        match->parts[i] = (struct gn_regex_part){NULL, 0};
        if (gn_pattern_group(r->pattern, i, &from, &to))
            match->parts[i] = (struct gn_regex_part){text + from, to - from};
    }
    return GARNER_OK;
}

enum garner_code gn_regex_find(struct gn_regex *r, const char *text,
                               size_t size, size_t start,
                               struct gn_regex_match *match,
                               struct garner_error *err)
{
    const enum garner_code code =
        gn_pattern_find(r->pattern, text, size, start, err);

    return code == GARNER_OK ? take_parts(r, text, match, err) : code;
}

void gn_regex_match_fini(struct gn_regex_match *m)
{
    gn_free(m->parts);
    *m = (struct gn_regex_match){0};
}

/* --- groups ---------------------------------------------------------------*/

size_t gn_regex_groups(const struct gn_regex *r)
{
    return gn_pattern_groups(r->pattern);
}

size_t gn_regex_group(const struct gn_regex *r, const char *name)
{
    return gn_pattern_number(r->pattern, name);
}

void gn_regex_write_part(const struct gn_regex_part *p, struct gn_json *out)
{
    if (p->text != NULL)
        gn_json_text_n(out, p->text, p->size);
    else
        gn_json_null(out);
}

void gn_regex_write_named(const struct gn_regex *r,
                          const struct gn_regex_match *m, struct gn_json *out)
{
    const char *name;
    size_t group;

    gn_json_open(out, '{');
    for (size_t i = 0; (name = gn_pattern_name(r->pattern, i, &group)) != NULL;
         i++) {
        gn_json_key(out, name);
        gn_regex_write_part(&m->parts[group], out);
    }
    gn_json_close(out, '}');
}
