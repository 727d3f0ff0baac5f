#include "cli/trail.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/select.h"
#include "cli/text.h"
#include "crawl/order.h"
#include "crawl/urlkey.h"
#include "engine/frontier/fate.h"

#define FOLLOWED "followed"

/* A URL that is found: by which link, of those from 1; 0: it was known. */
struct find {
    int64_t key;
    size_t link;
};

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for links");
}

static struct find known(const char *url)
{
    return (struct find){.key = gn_urlkey(url, strlen(url))};
}

static int order(const void *a, const void *b)
{
    const struct find *x = a;
    const struct find *y = b;

    return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
                            : (x->link > y->link) - (x->link < y->link);
}

/* Of those that lead to one URL, the first is followed, unless it was known. */
static enum garner_code find_seen(const struct gn_source *source,
                                  const struct gn_one *answer,
                                  struct gn_trail *t, struct garner_error *err)
{
    const struct gn_crawl *crawl = source->crawl;
    struct find *all = gn_alloc((t->page->link_count + crawl->start_count + 1) *
                                sizeof all[0]);
    size_t count = 0;

    if (all == NULL)
        return no_memory(err);
    for (size_t i = 0; i < crawl->start_count; i++)
        all[count++] = known(crawl->starts[i]);
    if (answer->page_url != NULL)
        all[count++] = known(answer->page_url);
    for (size_t i = 0; i < t->page->link_count; i++)
        if (t->words[i] == NULL)
            all[count++] = (struct find){
                gn_urlkey(t->page->links[i].url, t->page->links[i].size),
                i + 1};
    qsort(all, count, sizeof all[0], order);
    for (size_t i = 1; i < count; i++)
        if (all[i].link > 0 && all[i].key == all[i - 1].key)
            t->words[all[i].link - 1] = "seen";
    gn_free(all);
    return GARNER_OK;
}

static enum garner_code find_words(const struct gn_source *source,
                                   struct gn_trail *t, bool follows,
                                   struct garner_error *err)
{
    const struct gn_crawl *crawl = source->crawl;
    struct gn_bounds *bounds;
    enum garner_code code = gn_bounds_new(&crawl->bounds, crawl->starts,
                                          crawl->start_count, &bounds, err);

    if (code != GARNER_OK)
        return code;
    for (size_t i = 0; i < t->page->link_count; i++)
        t->words[i] =
            follows ? gn_fate_bar(crawl, bounds, &t->page->links[i], t->depth)
                    : "nofollow";
    gn_bounds_free(bounds);
    return GARNER_OK;
}

enum garner_code gn_trail_read(const struct gn_source *source,
                               const struct gn_one *answer,
                               const struct gn_onward *page,
                               struct gn_trail *trail, struct garner_error *err)
{
    const struct gn_robotstag tag = gn_fate_tag(
        source, answer->headers.size > 0 ? answer->headers.data : "");
    const bool obeys = !source->crawl->ignores_nofollow;
    enum garner_code code;

    *trail = (struct gn_trail){
        .page = page,
        .depth = gn_fate_depth(answer->depth, answer->is_sitemap),
        .keeps = !answer->is_sitemap &&
                 !(obeys && (answer->rowless || page->noindex || tag.noindex))};
    trail->words = gn_alloc((page->link_count + 1) * sizeof trail->words[0]);
    if (trail->words == NULL)
        return no_memory(err);
    code = find_words(source, trail,
                      !(obeys && (page->nofollow || tag.nofollow)), err);
    if (code == GARNER_OK)
        code = find_seen(source, answer, trail, err);
    for (size_t i = 0; code == GARNER_OK && i < page->link_count; i++)
        if (trail->words[i] == NULL) {
            trail->words[i] = FOLLOWED;
            trail->followed++;
        }
    return code;
}

void gn_trail_fini(struct gn_trail *trail)
{
    gn_free(trail->words);
    *trail = (struct gn_trail){0};
}

/* --- shown ----------------------------------------------------------------*/

static enum garner_code print(const struct gn_trail *t,
                              struct gn_output *output,
                              struct garner_error *err)
{
    static const char *const names[] = {"link", "depth", "priority", "url"};
    enum garner_code code = gn_output_columns(output, names, 4, err);

    for (size_t i = 0; i < t->page->link_count && code == GARNER_OK; i++) {
        const struct gn_link *link = &t->page->links[i];
        const int64_t rank = gn_order_rank(link->priority, t->depth);
        const struct garner_value row[] = {
            garner_text(t->words[i]), garner_integer(t->depth),
            garner_integer(gn_order_priority(rank)),
            garner_text_n(link->url, link->size)};

        code = gn_output_row(output, row, err);
    }
    return code == GARNER_OK ? gn_output_end(output, err) : code;
}

static void sum_up(const struct gn_trail *t, const char *source)
{
    const size_t count = t->page->link_count;

    fprintf(stderr, "%s: %zu link%s: %zu followed", source, count,
            gn_text_plural(count), t->followed);
    if (t->page->other_count > 0)
        fprintf(stderr, "; %zu that lead to no page (http, https)",
                t->page->other_count);
    fprintf(stderr, "\n");
}

enum gn_exit gn_trail_print(const struct gn_trail *trail, const char *source,
                            const struct gn_format_flags *format)
{
    struct garner_error err = {0};
    enum gn_exit status = GN_EXIT_OK;
    struct gn_output *output = gn_select_output(format, true, &status);

    if (output == NULL)
        return status;
    if (print(trail, output, &err) != GARNER_OK)
        status = gn_exit_output(&err);
    gn_output_free(output);
    sum_up(trail, source);
    return status;
}
