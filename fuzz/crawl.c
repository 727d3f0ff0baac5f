/* crawl.c - a page and where it leads to: its lines are a selector, its URL,
 * and what X-Robots-Tag says; the rest is its body. Links come in one form,
 * which is within bounds or not, but is a URL; and where a page is, is within.
 */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/urlnorm.h"
#include "crawl/bounds.h"
#include "crawl/order.h"
#include "crawl/robotstag.h"
#include "crawl/urlkey.h"
#include "extract/worker.h"
#include "target.h"

static const struct gn_extractor_options options = {
    .max_statements = 64, .limits = {5000, 256 << 20, 16 << 20, 1 << 28}};
static struct gn_worker worker;

/* The first line of what is left, without it; free with gn_free. */
static char *cut_line(const uint8_t **data, size_t *size)
{
    const uint8_t *end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
    const size_t length = end != NULL ? (size_t)(end - *data) : *size;
    char *line = gn_memdup(*data, length);
    const size_t used = length + (end != NULL ? 1 : 0);

    GN_CHECK(line != NULL);
    *data += used;
    *size -= used;
    return line;
}

static void check_tag(const char *value)
{
    struct gn_buf headers = {0};
    struct gn_robotstag tag;
    struct gn_robotstag others;

    gn_buf_printf(&headers, "a: b\nx-robots-tag: %s\n", value);
    tag = gn_robotstag_read(gn_buf_cstr(&headers), "garner");
    others = gn_robotstag_read(gn_buf_cstr(&headers), "");
    GN_CHECK(tag.noindex || !others.noindex);
    GN_CHECK(tag.nofollow || !others.nofollow);
    gn_buf_fini(&headers);
}

/* A URL of a page or a link: its form is its own, and its place is its own. */
static void check_url(const char *url)
{
    struct gn_buf form = {0};

    if (gn_urlnorm(url, &form, NULL) == GARNER_OK) {
        const char *const starts[] = {gn_buf_cstr(&form)};

        for (int same = GN_SAME_SITE; same <= GN_SAME_ANY; same++) {
            const struct gn_bounds_rules rules = {.same = (enum gn_same)same};
            enum gn_bounds_answer answer;
            struct gn_bounds *bounds;

            GN_CHECK(gn_bounds_new(&rules, starts, 1, &bounds, NULL) ==
                     GARNER_OK);
            GN_CHECK(gn_bounds_ask(bounds, starts[0], 0, &answer, NULL) ==
                     GARNER_OK);
            GN_CHECK(answer == GN_BOUNDS_WITHIN ||
                     (answer == GN_BOUNDS_NO_URL && strchr(url, '@') != NULL));
            gn_bounds_free(bounds);
        }
        GN_CHECK(gn_urlkey(form.data, form.size) ==
                 gn_urlkey(starts[0], strlen(starts[0])));
    }
    gn_buf_fini(&form);
}

static void check_links(const struct gn_onward *page)
{
    for (size_t i = 0; i < page->link_count; i++) {
        const struct gn_link *link = &page->links[i];
        const int64_t rank = gn_order_rank(link->priority, (int)(i % 100));
        struct gn_buf form = {0};

        GN_CHECK(gn_urlnorm(link->url, &form, NULL) == GARNER_OK);
        GN_CHECK(form.size == link->size &&
                 strcmp(gn_buf_cstr(&form), link->url) == 0);
        GN_CHECK(gn_order_depth(rank) == (int)(i % 100));
        GN_CHECK(!page->nofollow || link->nofollow);
        gn_buf_fini(&form);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *selector = cut_line(&data, &size);
    char *url = cut_line(&data, &size);
    char *tag = cut_line(&data, &size);
    const struct gn_param params[] = {
        {"body", garner_text_n((const char *)data, size)},
        {"final_url", garner_text(url)}};
    struct gn_onward page = {.html_only = true};
    struct gn_buf sql = {0};
    struct gn_extraction job = {
        .params = params, .param_count = 2, .onward = &page};

    if (worker.limits.time_ms == 0)
        GN_CHECK(gn_worker_open(&worker, &options, NULL) == GARNER_OK);
    check_tag(tag);
    check_url(url);
    gn_onward_selector(selector, &sql);
    page.sql =
        gn_onward_is_sql(selector) ? gn_onward_sitemap : gn_buf_cstr(&sql);
    gn_worker_run(&worker, &job);
    GN_CHECK(job.code == GARNER_OK || page.link_count == 0);
    check_links(&page);
    gn_onward_fini(&page);
    gn_buf_fini(&sql);
    gn_free(selector);
    gn_free(url);
    gn_free(tag);
    return 0;
}
