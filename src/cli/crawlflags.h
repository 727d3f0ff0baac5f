/* crawlflags.h - the flags that say how a crawl goes, with the names of the
 * file's keys. */
#ifndef GN_CLI_CRAWLFLAGS_H
#define GN_CLI_CRAWLFLAGS_H

#include "base/buf.h"
#include "cli/options.h"
#include "config/crawlbuild.h"

/* A part of a command's settings. */
struct gn_crawl_flags {
    struct gn_texts follow;
    struct gn_texts allow;
    struct gn_texts deny;
    const char *same;
    const char *depth; /* a number from 0 */
    int64_t pages;
    int64_t bytes;
    bool sitemap;
    const char *robots;
    const char *nofollow;
    int64_t concurrency;
    int64_t interval_ms;
};

/* The entries of an option table for the struct gn_crawl_flags that is the
 * field `crawl` of settings. */
#define GN_CRAWL_OPTION(S, name, type, value, field, help)                     \
    GN_OPTION(S, name, 0, type, value, crawl.field, help)
#define GN_CRAWL_OPTIONS(S)                                                    \
    GN_CRAWL_OPTION(S, "follow", LIST, "CSS|SQL", follow,                      \
                    "follow the links that this selector finds, or that are "  \
                    "in what it finds; without it all (a[href]); may be "      \
                    "repeated. Or one SELECT with a column url"),              \
        GN_CRAWL_OPTION(S, "allow", LIST, "PATTERN", allow,                    \
                        "follow URLs alone in which this regular expression "  \
                        "is found; may be repeated"),                          \
        GN_CRAWL_OPTION(S, "deny", LIST, "PATTERN", deny,                      \
                        "do not follow those in which this one is; may be "    \
                        "repeated"),                                           \
        GN_CRAWL_OPTION(S, "same", CHOICE, "site|host|any", same,              \
                        "stay on the sites of the URLs, as they are "          \
                        "registered (site, unless said otherwise), on their "  \
                        "hosts, or go anywhere"),                              \
        GN_CRAWL_OPTION(S, "depth", TEXT, "COUNT", depth,                      \
                        "follow at most so many links from a URL on; 0: "      \
                        "none"),                                               \
        GN_CRAWL_OPTION(S, "pages", NUMBER, "COUNT", pages,                    \
                        "end after so many pages"),                            \
        GN_CRAWL_OPTION(S, "bytes", SIZE, "SIZE", bytes,                       \
                        "end after so many bytes of pages"),                   \
        GN_CRAWL_OPTION(S, "sitemap", FLAG, NULL, sitemap,                     \
                        "begin with the sitemaps that robots.txt names, too"), \
        GN_CRAWL_OPTION(S, "robots", CHOICE, "obey|ignore", robots,            \
                        "what robots.txt forbids is not asked for (obey, "     \
                        "unless said otherwise)"),                             \
        GN_CRAWL_OPTION(                                                       \
            S, "nofollow", CHOICE, "obey|ignore", nofollow,                    \
            "what is marked nofollow is not followed, and what is "            \
            "marked noindex makes no row (obey, the same)"),                   \
        GN_CRAWL_OPTION(S, "concurrency", NUMBER, "COUNT", concurrency,        \
                        "most fetches from a host at a time (8)"),             \
        GN_CRAWL_OPTION(S, "interval", DURATION, "TIME", interval_ms,          \
                        "begin fetches from a host at least so far apart")

/* What they say; it points into flags, and *follow, which the caller frees.
 * Errors: INVALID (the message names the flag), NOMEM. */
enum garner_code gn_crawlflags_read(const struct gn_crawl_flags *flags,
                                    struct gn_build_crawl *crawl,
                                    struct gn_buf *follow,
                                    struct garner_error *err);

#endif
