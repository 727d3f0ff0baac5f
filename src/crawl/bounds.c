#include "crawl/bounds.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/pattern.h"
#include "base/url.h"
#include "base/urlnorm.h"
#include "crawl/site.h"

/* Patterns, and what they were made of, for messages. */
struct patterns {
    struct gn_pattern **compiled;
    const char **texts;
    size_t count; /* that compiled holds */
};

struct gn_bounds {
    struct gn_arena memory;
    enum gn_same same;
    int depth;
    struct patterns allow;
    struct patterns deny;
    const char **places; /* where it began, sorted */
    size_t place_count;
    struct gn_buf place; /* of the URL that is asked about */
};

/* --- places --------------------------------------------------------------- */

/* Puts what same compares of a URL into out. */
static void put_place(enum gn_same same, const struct gn_url *url,
                      struct gn_buf *out)
{
    const int own = url->scheme.size == 5 ? 443 : 80;
    const char *host = url->host.text;
    size_t size = url->host.size;

    gn_buf_clear(out);
    if (same == GN_SAME_SITE)
        host = gn_site_of(host, size, &size);
    gn_buf_append(out, host, size);
    if (same == GN_SAME_HOST && url->port >= 0 && url->port != own)
        gn_buf_printf(out, " %d", url->port);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum garner_code add_place(struct gn_bounds *b, const char *start,
                                  struct garner_error *err)
{
    struct gn_buf url = {0};
    struct gn_url parts;
    enum garner_code code = gn_urlnorm(start, &url, err);

    if (code == GARNER_OK)
        code = gn_url_split(gn_buf_cstr(&url), &parts, err);
    if (code == GARNER_OK) {
        put_place(b->same, &parts, &b->place);
        b->places[b->place_count++] =
            gn_arena_text(&b->memory, gn_buf_cstr(&b->place));
        if (b->memory.failed || gn_buf_failed(&b->place))
            code = gn_fail(err, GARNER_NOMEM, "no memory for a crawl's hosts");
    }
    gn_buf_fini(&url);
    return code;
}

static enum garner_code add_places(struct gn_bounds *b,
                                   const char *const *starts, size_t count,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    b->places = gn_arena_alloc(&b->memory, (count + 1) * sizeof b->places[0]);
    if (b->places == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for a crawl's hosts");
    for (size_t i = 0; i < count && code == GARNER_OK; i++)
        code = add_place(b, starts[i], err);
    if (code == GARNER_OK)
        qsort(b->places, count, sizeof b->places[0], by_text);
    return code;
}

static bool is_elsewhere(struct gn_bounds *b, const struct gn_url *url)
{
    const char *place;

    if (b->same == GN_SAME_ANY)
        return false;
    put_place(b->same, url, &b->place);
    place = gn_buf_cstr(&b->place);
    return bsearch(&place, b->places, b->place_count, sizeof place, by_text) ==
           NULL;
}

/* --- patterns ------------------------------------------------------------- */

static enum garner_code add_patterns(struct gn_bounds *b, struct patterns *p,
                                     const char *key, const char *const *texts,
                                     size_t count, struct garner_error *err)
{
    struct garner_error why;
    enum garner_code code = GARNER_OK;

    p->compiled =
        gn_arena_alloc(&b->memory, (count + 1) * sizeof p->compiled[0]);
    p->texts = gn_arena_alloc(&b->memory, (count + 1) * sizeof p->texts[0]);
    if (b->memory.failed)
        return gn_fail(err, GARNER_NOMEM, "no memory for a crawl's patterns");
    for (size_t i = 0; i < count; i++) {
        code = gn_pattern_new(texts[i], strlen(texts[i]), true, &p->compiled[i],
                              &why);
        if (code != GARNER_OK)
            return gn_fail(err, code, "%s \"%.60s\": %.150s", key, texts[i],
                           why.message);
        p->count++;
        p->texts[i] = gn_arena_text(&b->memory, texts[i]);
        if (p->texts[i] == NULL)
            return gn_fail(err, GARNER_NOMEM,
                           "no memory for a crawl's patterns");
    }
    return GARNER_OK;
}

static void free_patterns(struct patterns *p)
{
    for (size_t i = 0; i < p->count; i++)
        gn_pattern_free(p->compiled[i]);
}

/* Whether one of them is in url. */
static enum garner_code find(const struct patterns *p, const char *key,
                             const char *url, bool *found,
                             struct garner_error *err)
{
    struct garner_error why;
    enum garner_code code = GARNER_DONE;

    for (size_t i = 0; i < p->count && code == GARNER_DONE; i++) {
        code = gn_pattern_find(p->compiled[i], url, strlen(url), 0, &why);
        if (code != GARNER_OK && code != GARNER_DONE)
            return gn_fail(err, code, "%s \"%.60s\": %.150s", key, p->texts[i],
                           why.message);
    }
    *found = code == GARNER_OK;
    return GARNER_OK;
}

/* --- the whole ------------------------------------------------------------ */

enum garner_code gn_bounds_new(const struct gn_bounds_rules *rules,
                               const char *const *starts, size_t start_count,
                               struct gn_bounds **out, struct garner_error *err)
{
    struct gn_bounds *b = gn_alloc(sizeof *b);
    enum garner_code code;

    *out = NULL;
    if (b == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for a crawl");
    *b = (struct gn_bounds){.same = rules->same, .depth = rules->depth};
    code = add_patterns(b, &b->allow, "allow", rules->allow, rules->allow_count,
                        err);
    if (code == GARNER_OK)
        code = add_patterns(b, &b->deny, "deny", rules->deny, rules->deny_count,
                            err);
    if (code == GARNER_OK)
        code = add_places(b, starts, start_count, err);
    if (code == GARNER_OK)
        *out = b;
    else
        gn_bounds_free(b);
    return code;
}

void gn_bounds_free(struct gn_bounds *b)
{
    if (b == NULL)
        return;
    free_patterns(&b->allow);
    free_patterns(&b->deny);
    gn_buf_fini(&b->place);
    gn_arena_clear(&b->memory);
    gn_free(b);
}

enum garner_code gn_bounds_ask(struct gn_bounds *b, const char *url, int depth,
                               enum gn_bounds_answer *answer,
                               struct garner_error *err)
{
    struct gn_url parts;
    bool found = true;
    enum garner_code code = GARNER_OK;

    *answer = GN_BOUNDS_NO_URL;
    if (gn_url_split(url, &parts, NULL) != GARNER_OK ||
        parts.user.size + parts.password.size > 0)
        return GARNER_OK;
    *answer = GN_BOUNDS_DEPTH;
    if (b->depth >= 0 && depth > b->depth)
        return GARNER_OK;
    *answer = GN_BOUNDS_ELSEWHERE;
    if (is_elsewhere(b, &parts))
        return gn_buf_failed(&b->place)
                   ? gn_fail(err, GARNER_NOMEM, "no memory for a URL")
                   : GARNER_OK;
    *answer = GN_BOUNDS_NOT_ALLOWED;
    if (b->allow.count > 0)
        code = find(&b->allow, "allow", url, &found, err);
    if (code != GARNER_OK || !found)
        return code;
    *answer = GN_BOUNDS_DENIED;
    code = find(&b->deny, "deny", url, &found, err);
    if (code == GARNER_OK && !found)
        *answer = GN_BOUNDS_WITHIN;
    return code;
}

const char *gn_bounds_word(enum gn_bounds_answer answer)
{
    static const char *const words[] = {
        [GN_BOUNDS_WITHIN] = "within",
        [GN_BOUNDS_NO_URL] = "no URL",
        [GN_BOUNDS_DEPTH] = "too deep",
        [GN_BOUNDS_ELSEWHERE] = "elsewhere",
        [GN_BOUNDS_NOT_ALLOWED] = "not allowed",
        [GN_BOUNDS_DENIED] = "denied",
    };

    return words[answer];
}
