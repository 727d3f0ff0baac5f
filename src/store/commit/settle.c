#include "store/commit/settle.h"

#include "base/futex.h"
#include "store/report.h"

static void add_up(struct gn_settled *s, const struct gn_ticket *t)
{
    if (t->count == 0 || (t->moved && t->batch == NULL))
        return; /* nothing was run; what moved is run elsewhere */
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

enum { CHAIN = 16 };

/* A call of the kernel for each thread is what large groups cost most: so one
 * in CHAIN is woken here, and wakes the next, which wakes the next. All are
 * marked done first, and only addresses are used after that: who is marked may
 * look by itself, and be gone with its ticket. */
static void tell_waiting(struct gn_ticket **waiting, size_t count)
{
    const size_t chain = count > CHAIN ? CHAIN : 1;

    for (size_t i = 0; i < count; i++)
        waiting[i]->wakes = (i + 1) % chain != 0 && i + 1 < count
                                ? &waiting[i + 1]->state
                                : NULL;
    for (size_t i = 0; i < count; i++)
        atomic_store_explicit(&waiting[i]->state, GN_TICKET_DONE,
                              memory_order_release);
    for (size_t i = 0; i < count; i += chain)
        gn_futex_wake(&waiting[i]->state);
}

static void free_submitted(struct gn_ticket **submitted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct garner_batch *batch = submitted[i]->batch;

        if (submitted[i]->code != GARNER_OK)
            gn_report("a queued write failed: %s", batch->error.message);
        garner_batch_free(batch);
    }
}

void gn_settle_tell(struct gn_ticket **group, size_t count,
                    const struct gn_ticket *own)
{
    size_t waiting = 0;
    size_t submitted = count;

    /* Those who wait to the front, the submitted ones to the back. */
    for (size_t i = 0; i < submitted;) {
        struct gn_ticket *t = group[i];

        if (t->batch != NULL) {
            group[i] = group[--submitted];
            group[submitted] = t;
        } else {
            i++;
            if (t != own)
                group[waiting++] = t;
        }
    }
    tell_waiting(group, waiting);
    /* Freeing takes a while: when nobody waits for it any more. */
    free_submitted(group + submitted, count - submitted);
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
