#include "engine/frontier/ahead.h"

#include <stdlib.h>

#include "base/mem.h"

void gn_ahead_init(struct gn_ahead *w)
{
    *w = (struct gn_ahead){.ready_count = 0};
    TAILQ_INIT(&w->ready);
    TAILQ_INIT(&w->out);
    TAILQ_INIT(&w->delayed);
}

/* Notes whether page, which becomes ready, has another host than those. */
static void mix(struct gn_ahead *w, const struct gn_page *page)
{
    const struct gn_page *first = TAILQ_FIRST(&w->ready);

    w->mixed = first != NULL && (w->mixed || first->host != page->host);
}

void gn_ahead_fill(struct gn_ahead *w, struct gn_page_list *list)
{
    struct gn_page *page;

    while ((page = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, page, next);
        mix(w, page);
        TAILQ_INSERT_TAIL(&w->ready, page, next);
        w->ready_count++;
    }
}

struct gn_page *gn_ahead_take(struct gn_ahead *w,
                              bool (*may)(const struct gn_page *page,
                                          const void *context),
                              const void *context)
{
    struct gn_page *page = TAILQ_FIRST(&w->ready);

    /* Where the first may not, others of its host need not be asked. */
    while (page != NULL && !may(page, context))
        page = w->mixed ? TAILQ_NEXT(page, next) : NULL;
    if (page == NULL)
        return NULL;
    TAILQ_REMOVE(&w->ready, page, next);
    w->ready_count--;
    TAILQ_INSERT_TAIL(&w->out, page, next);
    w->out_count++;
    return page;
}

static void come_back(struct gn_ahead *w, struct gn_page *page)
{
    TAILQ_REMOVE(&w->out, page, next);
    w->out_count--;
}

void gn_ahead_return(struct gn_ahead *w, struct gn_page *page)
{
    come_back(w, page);
    mix(w, page);
    TAILQ_INSERT_HEAD(&w->ready, page, next);
    w->ready_count++;
}

void gn_ahead_delay(struct gn_ahead *w, struct gn_page *page, int64_t until_us)
{
    come_back(w, page);
    page->off_until_us = until_us;
    TAILQ_INSERT_TAIL(&w->delayed, page, next);
}

void gn_ahead_done(struct gn_ahead *w, struct gn_page *page)
{
    come_back(w, page);
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;

    return (*x > *y) - (*x < *y);
}

int64_t *gn_ahead_ids(const struct gn_ahead *w, size_t *count)
{
    int64_t *ids =
        gn_alloc((w->ready_count + w->out_count + 1) * sizeof ids[0]);
    const struct gn_page *page;
    size_t n = 0;

    if (ids == NULL)
        return NULL;
    TAILQ_FOREACH(page, &w->ready, next)
    ids[n++] = page->id;
    TAILQ_FOREACH(page, &w->out, next)
    ids[n++] = page->id;
    qsort(ids, n, sizeof ids[0], by_value);
    *count = n;
    return ids;
}

bool gn_ahead_has(const int64_t *ids, size_t count, int64_t id)
{
    return count > 0 &&
           bsearch(&id, ids, count, sizeof ids[0], by_value) != NULL;
}
