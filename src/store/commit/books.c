#include "store/commit/books.h"

void gn_books_group(struct gn_books *b, struct gn_ticket *const *group,
                    size_t count, int64_t now_ns, int64_t commit_ns)
{
    int64_t batches = 0;

    for (size_t i = 0; i < count; i++) {
        if (group[i]->count == 0 || group[i]->code != GARNER_OK)
            continue;
        gn_histogram_add(&b->waits, now_ns - group[i]->start_ns);
        batches++;
    }
    if (batches > 0)
        gn_histogram_add(&b->groups, batches);
    if (commit_ns != 0)
        gn_histogram_add(&b->syncs, now_ns - commit_ns);
}

static struct garner_spread spread_of(const struct gn_histogram *h)
{
    return (struct garner_spread){
        .count = h->count,
        .sum = h->sum,
        .p50 = gn_histogram_quantile(h, 0.5),
        .p99 = gn_histogram_quantile(h, 0.99),
        .max = h->max,
    };
}

void gn_books_report(const struct gn_books *b, struct garner_stats *stats)
{
    stats->group_batches = spread_of(&b->groups);
    stats->wait_ns = spread_of(&b->waits);
    stats->sync_ns = spread_of(&b->syncs);
}
