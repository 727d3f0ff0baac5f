#include "engine/frontier/links.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/urlnorm.h"
#include "crawl/order.h"
#include "crawl/urlkey.h"
#include "engine/frontier/fate.h"
#include "engine/frontier/page.h"
#include "engine/frontier/pass_state.h"
#include "fetch/robots.h"

/* Links that many pages share are remembered, as far as there is room, so that
 * each costs one statement, and not one a page. */
enum { SEEN = 1 << 14 };

struct gn_links {
    const struct gn_crawl *crawl;
    struct gn_bounds *bounds;
    int64_t seen[SEEN]; /* keys, each at the place that its low bits say */
};

enum garner_code gn_links_new(const struct gn_crawl *crawl,
                              struct gn_links **out, struct garner_error *err)
{
    struct gn_links *links = gn_alloc(sizeof *links);
    enum garner_code code;

    *out = NULL;
    if (links == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a crawl");
    links->crawl = crawl;
    code = gn_bounds_new(&crawl->bounds, crawl->starts, crawl->start_count,
                         &links->bounds, err);
    if (code == GARNER_OK)
        *out = links;
    else
        gn_links_free(links);
    return code;
}

void gn_links_free(struct gn_links *links)
{
    if (links == NULL)
        return;
    gn_bounds_free(links->bounds);
    gn_free(links);
}

void gn_links_forget(struct gn_links *links)
{
    memset(links->seen, 0, sizeof links->seen);
}

static struct gn_links *of(const struct gn_job *job)
{
    return job->active->page != NULL ? job->active->pass->links : NULL;
}

/* --- the answer ---------------------------------------------------------- */

const char *gn_links_bar(const struct gn_job *job, const char *url)
{
    struct gn_links *links = of(job);

    return links == NULL
               ? NULL
               : gn_fate_bar_led(links->bounds, url, job->active->page->depth);
}

void gn_links_begin(struct gn_job *job, const struct gn_response *response)
{
    struct gn_links *links = of(job);
    struct gn_robotstag tag;

    if (links == NULL || job->run.failure != NULL)
        return;
    tag = gn_fate_tag(job->active->source, gn_buf_cstr(response->headers));
    job->noindex = tag.noindex;
    job->nofollow = tag.nofollow;
    job->leads_on = true;
    gn_fate_query(links->crawl, job->active->pass->follow,
                  job->active->page->is_sitemap, &job->onward);
    job->extraction.onward = &job->onward;
}

/* --- the links ----------------------------------------------------------- */

static bool is_seen(const struct gn_links *links, int64_t key)
{
    return links->seen[(uint64_t)key % SEEN] == key && key != 0;
}

static bool is_wanted(struct gn_links *links, const struct gn_link *link,
                      int depth)
{
    return !is_seen(links, gn_urlkey(link->url, link->size)) &&
           gn_fate_bar(links->crawl, links->bounds, link, depth) == NULL;
}

static void drop_rows(struct gn_job *job)
{
    struct gn_extraction *x = &job->extraction;

    for (size_t i = 0; i < x->query_count; i++)
        gn_rowset_fini(&x->queries[i].rows);
    x->query_count = 0;
}

void gn_links_take(struct gn_job *job)
{
    struct gn_links *links = of(job);
    struct gn_onward *page = &job->onward;
    size_t n = 0;
    int depth;

    if (links == NULL || !job->leads_on)
        return;
    depth =
        gn_fate_depth(job->active->page->depth, job->active->page->is_sitemap);
    if (!links->crawl->ignores_nofollow) {
        job->run.noindex = page->noindex || job->noindex;
        if (job->run.noindex)
            drop_rows(job);
        if (page->nofollow || job->nofollow)
            page->link_count = 0;
    }
    if (job->active->page->is_sitemap)
        drop_rows(job);
    for (size_t i = 0; i < page->link_count; i++)
        if (is_wanted(links, &page->links[i], depth))
            page->links[n++] = page->links[i];
    page->link_count = n;
}

/* Whatever becomes of its rows; but what was not expected is perhaps not the
 * page at all. */
static bool is_followed(const struct gn_job *job)
{
    return of(job) != NULL && job->leads_on && job->onward.read &&
           !job->quarantined;
}

/* The sitemaps that the host's robots.txt names are as near as a start. */
static enum garner_code add_sitemaps(struct gn_job *job, int64_t pass,
                                     struct garner_error *err)
{
    const struct gn_active *a = job->active;
    const struct gn_rules *rules = &job->host->rules;
    enum garner_code code = GARNER_OK;
    const char *text;
    size_t size;
    size_t at = 0;

    while (code == GARNER_OK && rules->text != NULL &&
           gn_robots_sitemap(rules->text, rules->size, &at, &text, &size)) {
        struct gn_buf plain = {0};
        struct gn_buf url = {0};

        gn_buf_append(&plain, text, size);
        if (!gn_buf_failed(&plain) &&
            gn_urlnorm(gn_buf_cstr(&plain), &url, NULL) == GARNER_OK &&
            gn_fate_ask(of(job)->bounds, gn_buf_cstr(&url), 0) ==
                GN_BOUNDS_WITHIN)
            code = gn_page_add_found(
                job->batch, a->memory.id,
                &(struct gn_page_found){.url = gn_buf_cstr(&url),
                                        .size = url.size,
                                        .pass = pass,
                                        .is_sitemap = true},
                err);
        gn_buf_fini(&plain);
        gn_buf_fini(&url);
    }
    return code;
}

enum garner_code gn_links_add(struct gn_job *job, int64_t pass,
                              struct garner_error *err)
{
    const struct gn_links *links = of(job);
    const struct gn_page *page = job->active->page;
    enum garner_code code = GARNER_OK;
    int depth;

    if (!is_followed(job))
        return GARNER_OK;
    depth = gn_fate_depth(page->depth, page->is_sitemap);
    for (size_t i = 0; i < job->onward.link_count && code == GARNER_OK; i++) {
        const struct gn_link *link = &job->onward.links[i];
        const struct gn_page_found found = {
            .url = link->url,
            .size = link->size,
            .pass = pass,
            .depth = depth,
            .rank = gn_order_rank(link->priority, depth),
            .is_sitemap = link->is_sitemap};

        code =
            gn_page_add_found(job->batch, job->active->memory.id, &found, err);
    }
    if (code == GARNER_OK && links->crawl->sitemap && page->depth == 0 &&
        !page->is_sitemap)
        code = add_sitemaps(job, pass, err);
    return code;
}

bool gn_links_settled(struct gn_job *job)
{
    struct gn_links *links = of(job);

    if (!is_followed(job))
        return false;
    for (size_t i = 0; i < job->onward.link_count; i++) {
        const struct gn_link *link = &job->onward.links[i];
        const int64_t key = gn_urlkey(link->url, link->size);

        links->seen[(uint64_t)key % SEEN] = key;
    }
    return job->onward.link_count > 0 || links->crawl->sitemap;
}
