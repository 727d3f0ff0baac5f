#include "store/commit/queue.h"

void gn_queue_init(struct gn_queue *q)
{
    *q = (struct gn_queue){0};
    TAILQ_INIT(&q->all);
    TAILQ_INIT(&q->waiters);
}

static void count_in(struct gn_queue *q, struct gn_ticket *t)
{
    t->taken = false;
    q->statements += t->count;
    q->bytes += t->bytes;
    q->batches++;
    q->submitted += t->batch != NULL;
}

void gn_queue_push(struct gn_queue *q, struct gn_ticket *t, int64_t now_ns)
{
    if (t->batch != NULL && q->submitted == 0)
        q->oldest_ns = now_ns;
    TAILQ_INSERT_TAIL(&q->all, t, in_queue);
    if (t->batch == NULL)
        TAILQ_INSERT_TAIL(&q->waiters, t, in_waiters);
    count_in(q, t);
}

void gn_queue_put_back(struct gn_queue *q, struct gn_ticket *t)
{
    TAILQ_INSERT_HEAD(&q->all, t, in_queue);
    if (t->batch == NULL)
        TAILQ_INSERT_HEAD(&q->waiters, t, in_waiters);
    count_in(q, t);
}

void gn_queue_remove(struct gn_queue *q, struct gn_ticket *t)
{
    TAILQ_REMOVE(&q->all, t, in_queue);
    if (t->batch == NULL)
        TAILQ_REMOVE(&q->waiters, t, in_waiters);
    q->statements -= t->count;
    q->bytes -= t->bytes;
    q->batches--;
    q->submitted -= t->batch != NULL;
}

static bool is_alone(const struct gn_ticket *t)
{
    return t->work != NULL || t->holds;
}

size_t gn_queue_take(struct gn_queue *q, const struct gn_group_limits *limits,
                     const struct gn_ticket *own, struct gn_ticket **group)
{
    struct gn_group taken = {0};
    struct gn_ticket *t;

    while ((t = TAILQ_FIRST(&q->all)) != NULL && (!t->holds || t == own) &&
           taken.tickets < limits->statements &&
           gn_group_admits(&taken, limits, t->count, t->bytes, is_alone(t))) {
        gn_queue_remove(q, t);
        t->taken = true;
        group[taken.tickets++] = t;
        taken.statements += t->count;
        taken.bytes += t->bytes;
        taken.alone = is_alone(t);
    }
    return taken.tickets;
}
