/* crawlbuild.h - a crawl from the command line. */
#ifndef GN_CONFIG_CRAWLBUILD_H
#define GN_CONFIG_CRAWLBUILD_H

#include "base/arena.h"
#include "config/config.h"

/* Only borrowed; all zero but bounds.depth is a crawl of which a file says
 * nothing. */
struct gn_build_crawl {
    const char *follow; /* as in struct gn_crawl; NULL: each link */
    struct gn_bounds_rules bounds;
    int pages; /* as in struct gn_crawl, as the next ones */
    int64_t bytes;
    bool sitemap;
    bool ignores_nofollow;
    bool ignores_robots;
    int host_concurrency; /* as in struct gn_source; 0: as in a file */
    int64_t host_interval_ms;
};

/* Errors: INVALID (a value; the message names it), NOMEM. */
enum garner_code gn_crawlbuild_check(const struct gn_build_crawl *build,
                                     const struct gn_request *request,
                                     struct garner_error *err);

/* Makes source, which has its variables, a crawl of copies in memory that
 * begins at urls (count of them, at least one), each once. Errors: as above. */
enum garner_code gn_crawlbuild_fill(const struct gn_build_crawl *build,
                                    const char *const *urls, size_t count,
                                    struct gn_arena *memory,
                                    struct gn_source *source,
                                    struct garner_error *err);

#endif
