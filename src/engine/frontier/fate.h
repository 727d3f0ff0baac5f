/*
 * fate.h - what becomes of the links of a crawl's page: whether they are
 * followed, as far as the page, the link and the crawl's bounds say it. That a
 * URL was found before is known elsewhere.
 *
 * Thread: one at a time.
 */
#ifndef GN_ENGINE_FRONTIER_FATE_H
#define GN_ENGINE_FRONTIER_FATE_H

#include <stdbool.h>

#include "config/config.h"
#include "crawl/bounds.h"
#include "crawl/robotstag.h"
#include "extract/onward.h"

/* Has page ask for the links of a page of crawl. selector: the SQL that
 * crawl->follow stands for, unless it is SQL itself; all is borrowed. */
void gn_fate_query(const struct gn_crawl *crawl, const char *selector,
                   bool is_sitemap, struct gn_onward *page);

/* What the headers of an answer to source say to robots. */
struct gn_robotstag gn_fate_tag(const struct gn_source *source,
                                const char *headers);

/* How many links from a start is what a page leads to that is itself depth
 * links away: what a sitemap names is as near as that. */
int gn_fate_depth(int depth, bool is_sitemap);

/* What url, in the form of base/urlnorm.h, is, seen from the crawl. What cannot
 * be known is NO_URL, and logged. */
enum gn_bounds_answer gn_fate_ask(struct gn_bounds *bounds, const char *url,
                                  int depth);

/* Why link, depth links from a start, is not followed, as a word; NULL: it is.
 */
const char *gn_fate_bar(const struct gn_crawl *crawl, struct gn_bounds *bounds,
                        const struct gn_link *link, int depth);

/* Why a crawl with these bounds does not go to url, where its page, depth links
 * from a start, is redirected to, as a word; NULL: it does. As a start need not
 * be allowed, nor need be where that leads. */
const char *gn_fate_bar_led(struct gn_bounds *bounds, const char *url,
                            int depth);

/* What is said of that; shown: the URL, without secrets. */
void gn_fate_tell_led(const char *word, const char *shown, char text[240]);

#endif
