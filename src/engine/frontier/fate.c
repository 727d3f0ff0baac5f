#include "engine/frontier/fate.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/urlnorm.h"
#include "fetch/robots.h"

void gn_fate_query(const struct gn_crawl *crawl, const char *selector,
                   bool is_sitemap, struct gn_onward *page)
{
    *page = (struct gn_onward){.html_only = false};
    if (is_sitemap) {
        page->sql = gn_onward_sitemap;
    } else if (gn_onward_is_sql(crawl->follow)) {
        page->sql = crawl->follow;
    } else {
        page->sql = selector;
        page->html_only = true;
    }
}

struct gn_robotstag gn_fate_tag(const struct gn_source *source,
                                const char *headers)
{
    char token[GN_ROBOTS_TOKEN];

    gn_robots_token(source->request.user_agent, token);
    return gn_robotstag_read(headers, token);
}

int gn_fate_depth(int depth, bool is_sitemap)
{
    return depth + !is_sitemap;
}

enum gn_bounds_answer gn_fate_ask(struct gn_bounds *bounds, const char *url,
                                  int depth)
{
    enum gn_bounds_answer answer = GN_BOUNDS_NO_URL;
    struct garner_error err;

    if (gn_bounds_ask(bounds, url, depth, &answer, &err) == GARNER_OK)
        return answer;
    gn_log(GN_LOG_WARN, NULL, "%.120s is not followed: %s", url, err.message);
    return GN_BOUNDS_NO_URL;
}

const char *gn_fate_bar(const struct gn_crawl *crawl, struct gn_bounds *bounds,
                        const struct gn_link *link, int depth)
{
    enum gn_bounds_answer answer;

    if (link->nofollow && !crawl->ignores_nofollow)
        return "nofollow";
    answer = gn_fate_ask(bounds, link->url, depth);
    return answer == GN_BOUNDS_WITHIN ? NULL : gn_bounds_word(answer);
}

const char *gn_fate_bar_led(struct gn_bounds *bounds, const char *url,
                            int depth)
{
    struct gn_buf form = {0};
    enum gn_bounds_answer answer = GN_BOUNDS_NO_URL;

    if (gn_urlnorm(url, &form, NULL) == GARNER_OK)
        answer = gn_fate_ask(bounds, gn_buf_cstr(&form), depth);
    gn_buf_fini(&form);
    return answer == GN_BOUNDS_WITHIN ||
                   (answer == GN_BOUNDS_NOT_ALLOWED && depth == 0)
               ? NULL
               : gn_bounds_word(answer);
}

void gn_fate_tell_led(const char *word, const char *shown, char text[240])
{
    snprintf(text, 240, "it leads to where the crawl does not go (%s): %.120s",
             word, shown);
}
