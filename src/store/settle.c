#include "store/settle.h"

#include "base/futex.h"
#include "store/report.h"

static void add_up(struct gn_settled *s, const struct gn_ticket *t)
{
    if (t->count == 0)
        return;
    if (t->code == GARNER_OK) {
        s->batches++;
        s->statements += t->count;
    } else {
        s->failed++;
    }
}

size_t gn_settle_sort(struct gn_ticket **group, size_t count,
                      struct gn_settled *s)
{
    size_t others = 0;

    *s = (struct gn_settled){0};
    TAILQ_INIT(&s->due);
    for (size_t i = 0; i < count; i++) {
        struct gn_ticket *t = group[i];

        add_up(s, t);
        if (t->batch != NULL && t->done != NULL) {
            TAILQ_INSERT_TAIL(&s->due, t, in_queue);
            continue;
        }
        if (t->batch != NULL && t->code != GARNER_OK &&
            s->lost.code == GARNER_OK)
            s->lost = t->batch->error;
        group[others++] = t;
    }
    return others;
}

void gn_settle_tell(struct gn_ticket **group, size_t count,
                    const struct gn_ticket *own)
{
    size_t submitted = 0;

    for (size_t i = 0; i < count; i++) {
        struct gn_ticket *t = group[i];

        if (t->batch != NULL) {
            group[submitted++] = t;
            continue;
        }
        atomic_store_explicit(&t->state, GN_TICKET_DONE, memory_order_release);
        if (t != own)
            gn_futex_wake(&t->state);
    }
    /* Freeing takes a while: when nobody waits for it any more. */
    for (size_t i = 0; i < submitted; i++) {
        struct garner_batch *batch = group[i]->batch;

        if (group[i]->code != GARNER_OK)
            gn_report("a queued write failed: %s", batch->error.message);
        garner_batch_free(batch);
    }
}

void gn_settle_call_back(struct gn_tickets *due)
{
    struct gn_ticket *t;

    while ((t = TAILQ_FIRST(due)) != NULL) {
        TAILQ_REMOVE(due, t, in_queue);
        t->done(t->done_context, &t->result,
                t->code == GARNER_OK ? NULL : &t->batch->error);
        garner_batch_free(t->batch);
    }
}
