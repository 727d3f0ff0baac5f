/*
 * crawlrules.h - what holds for crawls, whether a file or flags say them.
 */
#ifndef GN_CONFIG_CRAWLRULES_H
#define GN_CONFIG_CRAWLRULES_H

#include "base/arena.h"
#include "config/config.h"

/* The most links from a start. */
enum { GN_CRAWLRULES_DEPTH_MAX = 1000000 };
/* The most bytes of one crawl. */
#define GN_CRAWLRULES_BYTES_MAX INT64_C(1000000000000000)

/* Nothing said: all links of the site are followed. It has no starts yet. */
struct gn_crawl gn_crawlrules_usual(void);

/* Puts url, with source's variables filled in, into *out, in the form in which
 * it will be known again, in memory. place: where a user and password belong,
 * since the URLs of a crawl are kept. Errors: INVALID, NOMEM. */
enum garner_code gn_crawlrules_start(const char *url,
                                     const struct gn_source *source,
                                     const char *place, struct gn_arena *memory,
                                     const char **out,
                                     struct garner_error *err);

/* Whether text is a regular expression. Errors: INVALID, NOMEM. */
enum garner_code gn_crawlrules_pattern(const char *text,
                                       struct garner_error *err);

/* Whether a request asks for pages, as a crawl does. */
bool gn_crawlrules_asks(const struct gn_request *request);

/* Makes crawl, which has starts, what source does. */
void gn_crawlrules_apply(const struct gn_crawl *crawl,
                         struct gn_source *source);

#endif
