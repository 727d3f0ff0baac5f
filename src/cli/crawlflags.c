#include "cli/crawlflags.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "config/crawlrules.h"
#include "extract/onward.h"

static bool says(const char *choice, const char *word)
{
    return choice != NULL && strcmp(choice, word) == 0;
}

static enum garner_code read_depth(const char *text, int *depth,
                                   struct garner_error *err)
{
    char *end;
    long n;

    errno = 0;
    n = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || n < 0 ||
        n > GN_CRAWLRULES_DEPTH_MAX)
        return gn_fail(err, GARNER_INVALID,
                       "--depth: '%.40s' is not a number from 0 to %d", text,
                       (int)GN_CRAWLRULES_DEPTH_MAX);
    *depth = (int)n;
    return GARNER_OK;
}

/* Selectors become one; SQL stands alone. */
static enum garner_code read_follow(const struct gn_texts *list,
                                    struct gn_buf *out,
                                    struct garner_error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *text = list->items[i];

        if (text[strspn(text, " \t\r\n")] == '\0')
            return gn_fail(err, GARNER_INVALID,
                           "--follow is empty; give it a selector like 'main "
                           "a[href]', or a SELECT with a column url");
        if (list->count > 1 && gn_onward_is_sql(text))
            return gn_fail(err, GARNER_INVALID,
                           "--follow '%.40s': SQL stands alone; put all that "
                           "is to be followed into one SELECT (UNION ALL)",
                           text);
        gn_buf_printf(out, "%s%s", i > 0 ? ", " : "", text);
    }
    return gn_buf_failed(out)
               ? gn_fail(err, GARNER_NOMEM, "no memory for --follow")
               : GARNER_OK;
}

enum garner_code gn_crawlflags_read(const struct gn_crawl_flags *f,
                                    struct gn_build_crawl *crawl,
                                    struct gn_buf *follow,
                                    struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    *crawl = (struct gn_build_crawl){
        .bounds = {.same = says(f->same, "host")  ? GN_SAME_HOST
                           : says(f->same, "any") ? GN_SAME_ANY
                                                  : GN_SAME_SITE,
                   .allow = f->allow.items,
                   .allow_count = f->allow.count,
                   .deny = f->deny.items,
                   .deny_count = f->deny.count,
                   .depth = -1},
        .bytes = f->bytes,
        .sitemap = f->sitemap,
        .ignores_robots = says(f->robots, "ignore"),
        .ignores_nofollow = says(f->nofollow, "ignore"),
        .host_interval_ms = f->interval_ms,
    };
    if (f->pages > INT_MAX || f->concurrency > INT_MAX)
        return gn_fail(err, GARNER_INVALID,
                       "--pages and --concurrency: that is too many");
    if (f->bytes > GN_CRAWLRULES_BYTES_MAX)
        return gn_fail(err, GARNER_INVALID, "--bytes: that is too much");
    crawl->pages = (int)f->pages;
    crawl->host_concurrency = (int)f->concurrency;
    if (f->depth != NULL)
        code = read_depth(f->depth, &crawl->bounds.depth, err);
    if (code == GARNER_OK)
        code = read_follow(&f->follow, follow, err);
    if (code == GARNER_OK && f->follow.count > 0)
        crawl->follow = gn_buf_cstr(follow);
    return code;
}
