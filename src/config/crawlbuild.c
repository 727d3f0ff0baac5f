#include "config/crawlbuild.h"

#include <string.h>

#include "base/error.h"
#include "config/check.h"
#include "config/crawlrules.h"

static enum garner_code check_patterns(const char *what,
                                       const char *const *patterns,
                                       size_t count, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    struct garner_error why;

    for (size_t i = 0; i < count && code == GARNER_OK; i++) {
        code = gn_crawlrules_pattern(patterns[i], &why);
        if (code != GARNER_OK)
            gn_fail(err, code, "%s '%.60s': %s", what, patterns[i],
                    why.message);
    }
    return code;
}

enum garner_code gn_crawlbuild_check(const struct gn_build_crawl *b,
                                     const struct gn_request *request,
                                     struct garner_error *err)
{
    const struct gn_bounds_rules *r = &b->bounds;
    enum garner_code code =
        check_patterns("allow", r->allow, r->allow_count, err);

    if (code == GARNER_OK)
        code = check_patterns("deny", r->deny, r->deny_count, err);
    if (code != GARNER_OK)
        return code;
    if (b->host_concurrency < 0 ||
        b->host_concurrency > GN_CHECK_CONCURRENCY_MAX)
        return gn_fail(err, GARNER_INVALID,
                       "%d fetches at a time from a host are out of range: "
                       "write 1 to %d",
                       b->host_concurrency, GN_CHECK_CONCURRENCY_MAX);
    if (!gn_crawlrules_asks(request))
        return gn_fail(err, GARNER_INVALID,
                       "a crawl asks for pages by GET; leave out the method, "
                       "and what is sent");
    return GARNER_OK;
}

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for a crawl");
}

static bool is_among(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

static enum garner_code make_starts(const char *const *urls, size_t count,
                                    const struct gn_source *source,
                                    struct gn_arena *memory,
                                    struct gn_crawl *crawl,
                                    struct garner_error *err)
{
    const char **starts = gn_arena_zeroed(memory, count * sizeof *starts);
    struct garner_error why;

    if (starts == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const char *start;
        const enum garner_code code = gn_crawlrules_start(
            urls[i], source, "--user", memory, &start, &why);

        if (code != GARNER_OK)
            return gn_check_blame(urls[i], code, &why, err);
        if (!is_among(start, starts, crawl->start_count))
            starts[crawl->start_count++] = start;
    }
    crawl->starts = starts;
    return GARNER_OK;
}

enum garner_code gn_crawlbuild_fill(const struct gn_build_crawl *b,
                                    const char *const *urls, size_t count,
                                    struct gn_arena *memory,
                                    struct gn_source *source,
                                    struct garner_error *err)
{
    struct gn_crawl *crawl = gn_arena_zeroed(memory, sizeof *crawl);
    struct gn_bounds_rules *bounds;
    enum garner_code code;

    if (crawl == NULL)
        return no_memory(err);
    *crawl = gn_crawlrules_usual();
    if (b->follow != NULL)
        crawl->follow = gn_arena_text(memory, b->follow);
    bounds = &crawl->bounds;
    *bounds = b->bounds;
    bounds->allow = gn_arena_texts(memory, bounds->allow, bounds->allow_count);
    bounds->deny = gn_arena_texts(memory, bounds->deny, bounds->deny_count);
    crawl->pages = b->pages;
    crawl->bytes = b->bytes;
    crawl->sitemap = b->sitemap;
    crawl->ignores_nofollow = b->ignores_nofollow;
    code = make_starts(urls, count, source, memory, crawl, err);
    if (code != GARNER_OK)
        return code;
    source->obeys_robots = !b->ignores_robots;
    source->host_concurrency = b->host_concurrency;
    source->host_interval_ms = b->host_interval_ms;
    gn_crawlrules_apply(crawl, source);
    return memory->failed ? no_memory(err) : GARNER_OK;
}
