#include "engine/expect/expect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/pattern.h"
#include "extract/excerpt.h"

enum { FIRST_ERROR = 400 };

static enum garner_code make(const char *text, struct gn_pattern **out,
                             struct garner_error *err)
{
    *out = NULL;
    return text != NULL ? gn_pattern_new(text, strlen(text), true, out, err)
                        : GARNER_OK;
}

enum garner_code gn_expect_patterns(const struct gn_expect *expect,
                                    struct gn_patterns *patterns,
                                    struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    *patterns = (struct gn_patterns){0};
    if (expect != NULL)
        code = make(expect->match, &patterns->match, err);
    if (expect != NULL && code == GARNER_OK)
        code = make(expect->not_match, &patterns->not_match, err);
    if (code != GARNER_OK)
        gn_expect_patterns_fini(patterns);
    return code;
}

void gn_expect_patterns_fini(struct gn_patterns *patterns)
{
    gn_pattern_free(patterns->match);
    gn_pattern_free(patterns->not_match);
    *patterns = (struct gn_patterns){0};
}

bool gn_expect_takes(const struct gn_expect *expect, int status)
{
    if (expect == NULL || expect->status_count == 0)
        return status < FIRST_ERROR;
    for (size_t i = 0; i < expect->status_count; i++)
        if (status >= expect->statuses[i].first &&
            status <= expect->statuses[i].last)
            return true;
    return false;
}

/* "200, 404 or 500 to 599", cut to fit. */
static void list_statuses(const struct gn_expect *e, char list[64])
{
    size_t used = 0;

    list[0] = '\0';
    for (size_t i = 0; i < e->status_count && used < 64; i++) {
        const struct gn_statuses *s = &e->statuses[i];
        const char *before = i == 0                    ? ""
                             : i + 1 < e->status_count ? ", "
                                                       : " or ";

        used += (size_t)(s->first == s->last
                             ? snprintf(list + used, 64 - used, "%s%d", before,
                                        s->first)
                             : snprintf(list + used, 64 - used, "%s%d to %d",
                                        before, s->first, s->last));
    }
}

/* Whether type, as far as its parameters, is in range, like text/html or
 * text/ with a star. */
static bool in_range(const char *type, size_t size, const char *range)
{
    const size_t length = strlen(range);

    if (strcmp(range, "*/*") == 0)
        return size > 0;
    if (length > 2 && strcmp(range + length - 2, "/*") == 0)
        return size > length - 1 && strncasecmp(type, range, length - 1) == 0;
    return size == length && strncasecmp(type, range, length) == 0;
}

static bool check_type(const struct gn_expect *e, const char *type,
                       struct gn_finding *f)
{
    const char *text = type != NULL ? type + strspn(type, " \t") : "";
    const size_t size = strcspn(text, "; \t");

    for (size_t i = 0; i < e->type_count; i++)
        if (in_range(text, size, e->types[i]))
            return true;
    if (size == 0)
        return gn_finding_set(
            f, "content_type", " %.60s%s, and the server named none",
            e->types[0], e->type_count > 1 ? " or others" : "");
    return gn_finding_set(f, "content_type", " %.60s%s, and found %.*s",
                          e->types[0], e->type_count > 1 ? " or others" : "",
                          size < 60 ? (int)size : 60, text);
}

static bool check_size(const struct gn_expect *e, size_t size,
                       struct gn_finding *f)
{
    if (e->min_size > 0 && size < (uint64_t)e->min_size)
        return gn_finding_set(f, "min_size",
                              " %" PRId64 " bytes, and found %zu in the body",
                              e->min_size, size);
    if (e->max_size > 0 && size > (uint64_t)e->max_size)
        return gn_finding_set(f, "max_size",
                              " %" PRId64 " bytes, and found %zu in the body",
                              e->max_size, size);
    return true;
}

bool gn_expect_answer(const struct gn_expect *expect, int status,
                      const char *content_type, size_t size,
                      struct gn_finding *finding)
{
    char list[64];

    if (expect == NULL)
        return true;
    if (expect->status_count > 0 && !gn_expect_takes(expect, status)) {
        list_statuses(expect, list);
        return gn_finding_set(finding, "status", " %s, and found %d", list,
                              status);
    }
    if (expect->type_count > 0 && !check_type(expect, content_type, finding))
        return false;
    return check_size(expect, size, finding);
}

/* A match that cannot be ended breaks the rule, too. */
static enum garner_code too_hard(const char *rule, const char *pattern,
                                 enum garner_code code,
                                 const struct garner_error *why,
                                 struct gn_finding *f, struct garner_error *err)
{
    if (code != GARNER_INVALID) {
        *err = *why;
        return code;
    }
    (void)gn_finding_set(f, rule, " \"%.60s\", and found that %.130s", pattern,
                         why->message);
    return GARNER_OK;
}

static enum garner_code check_match(const struct gn_expect *e,
                                    struct gn_pattern *pattern,
                                    const char *body, size_t size,
                                    struct gn_finding *f,
                                    struct garner_error *err)
{
    char found[GN_EXCERPT_SIZE];
    struct garner_error why;
    const enum garner_code code = gn_pattern_find(pattern, body, size, 0, &why);

    if (code == GARNER_OK)
        return GARNER_OK;
    if (code != GARNER_DONE)
        return too_hard("match", e->match, code, &why, f, err);
    gn_excerpt(found, body, size, GN_EXCERPT_START);
    (void)gn_finding_set(f, "match",
                         " \"%.60s\" in the body, and found none in \"%s\"",
                         e->match, found);
    return GARNER_OK;
}

static enum garner_code check_not_match(const struct gn_expect *e,
                                        struct gn_pattern *pattern,
                                        const char *body, size_t size,
                                        struct gn_finding *f,
                                        struct garner_error *err)
{
    char found[GN_EXCERPT_SIZE];
    struct garner_error why;
    const enum garner_code code = gn_pattern_find(pattern, body, size, 0, &why);
    size_t from = 0;
    size_t to;

    if (code == GARNER_DONE)
        return GARNER_OK;
    if (code != GARNER_OK)
        return too_hard("not_match", e->not_match, code, &why, f, err);
    (void)gn_pattern_group(pattern, 0, &from, &to);
    gn_excerpt(found, body, size, from);
    (void)gn_finding_set(f, "not_match",
                         " \"%.60s\" nowhere in the body, and found \"%s\"",
                         e->not_match, found);
    return GARNER_OK;
}

enum garner_code gn_expect_body(const struct gn_expect *expect,
                                const struct gn_patterns *patterns,
                                const char *body, size_t size,
                                struct gn_finding *finding,
                                struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    if (patterns->match != NULL)
        code = check_match(expect, patterns->match, body, size, finding, err);
    if (patterns->not_match != NULL && code == GARNER_OK &&
        finding->rule == NULL)
        code = check_not_match(expect, patterns->not_match, body, size, finding,
                               err);
    return code;
}
