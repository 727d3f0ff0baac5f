/* crawl_testing.h - for tests: a source that crawls. */
#ifndef GN_ENGINE_FRONTIER_CRAWL_TESTING_H
#define GN_ENGINE_FRONTIER_CRAWL_TESTING_H

#include "config/config.h"

/* What such a source points to. */
struct crawling {
    struct gn_crawl crawl;
    const char *starts[1];
};

/* Has source crawl from its URL, by all links, on that host. */
static inline void begin_crawling(struct crawling *c, struct gn_source *source)
{
    c->starts[0] = source->request.url;
    c->crawl = (struct gn_crawl){.starts = c->starts,
                                 .start_count = 1,
                                 .follow = "a[href]",
                                 .bounds = {.same = GN_SAME_HOST, .depth = -1}};
    source->crawl = &c->crawl;
    source->host_concurrency = 2;
}

#endif
