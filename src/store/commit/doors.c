#include "store/commit/doors.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/thread.h"
#include "store/commit/lead.h"
#include "store/commit/settle.h"

void gn_doors_read(struct gn_commit *c, uint8_t doors[GARNER_SLOTS + 1])
{
    gn_lock(&c->lock);
    memcpy(doors, c->gate->doors, GARNER_SLOTS + 1);
    gn_unlock(&c->lock);
}

/* With the lock held. */
static void take(struct gn_commit *c, unsigned slot, struct gn_tickets *list)
{
    struct gn_ticket *t = TAILQ_FIRST(&c->gate->bounced);

    while (t != NULL) {
        struct gn_ticket *next = TAILQ_NEXT(t, in_queue);

        if (t->slot == slot) {
            TAILQ_REMOVE(&c->gate->bounced, t, in_queue);
            TAILQ_INSERT_TAIL(list, t, in_queue);
        }
        t = next;
    }
}

/* With the lock held: a submitted one for the slot is still to be taken. */
static bool is_expected(const struct gn_commit *c, unsigned slot)
{
    const struct gn_ticket *t;

    TAILQ_FOREACH(t, &c->queue.all, in_queue)
    {
        if (t->batch != NULL && t->slot == slot)
            return true;
    }
    return false;
}

bool gn_doors_empty(struct gn_commit *c, unsigned slot, struct gn_tickets *list)
{
    bool none;

    gn_lock(&c->lock);
    take(c, slot, list);
    none = !is_expected(c, slot);
    if (none)
        c->gate->doors[slot] = GN_DOOR_SHUT;
    gn_unlock(&c->lock);
    return none;
}

void gn_doors_open(struct gn_commit *c, unsigned slot)
{
    gn_lock(&c->lock);
    if (c->gate->doors[slot] == GN_DOOR_SHUT)
        c->gate->doors[slot] = GN_DOOR_OPEN;
    gn_unlock(&c->lock);
}

/* With the lock held. */
static void wake_pump(struct gn_commit *c)
{
    if (c->pump_waits || c->pump_gathers)
        gn_cond_wake_one(&c->task);
}

void gn_doors_adopt(struct gn_commit *c, struct gn_tickets *list)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    struct gn_ticket *t;

    gn_lock(&c->lock);
    while ((t = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, t, in_queue);
        gn_queue_push(&c->queue, t, now_ns);
    }
    wake_pump(c);
    gn_unlock(&c->lock);
}

void gn_doors_reopen(struct gn_commit *c, unsigned slot)
{
    struct gn_tickets list = TAILQ_HEAD_INITIALIZER(list);
    struct gn_ticket *t;

    gn_lock(&c->lock);
    take(c, slot, &list);
    while ((t = TAILQ_LAST(&list, gn_tickets)) != NULL) {
        TAILQ_REMOVE(&list, t, in_queue);
        gn_queue_put_back(&c->queue, t);
    }
    c->gate->doors[slot] = GN_DOOR_OPEN;
    wake_pump(c);
    gn_unlock(&c->lock);
}

/* Its callback hears of it, or the next flush. */
static void refuse(struct gn_commit *c, struct gn_ticket *t,
                   const struct garner_error *why)
{
    struct gn_settled s;

    t->code = why->code;
    t->result = (struct garner_result){0};
    t->batch->error = *why;
    if (gn_settle_sort(&t, 1, &s) > 0)
        gn_settle_tell(&t, 1, NULL);
    gn_lock(&c->lock);
    TAILQ_CONCAT(&c->settled, &s.due, in_queue);
    if (c->lost.code == GARNER_OK)
        c->lost = s.lost;
    c->stats.failed++;
    wake_pump(c);
    gn_unlock(&c->lock);
}

static void refuse_all(struct gn_commit *c, struct gn_tickets *list,
                       const struct garner_error *why)
{
    struct gn_ticket *t;

    while ((t = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, t, in_queue);
        refuse(c, t, why);
    }
}

void gn_doors_refuse(struct gn_commit *c, unsigned slot,
                     const struct garner_error *why)
{
    struct gn_tickets list = TAILQ_HEAD_INITIALIZER(list);

    gn_lock(&c->lock);
    take(c, slot, &list);
    c->gate->doors[slot] = GN_DOOR_OPEN;
    gn_unlock(&c->lock);
    refuse_all(c, &list, why);
}

void gn_doors_close(struct gn_commit *c, const struct garner_error *why)
{
    struct gn_tickets list = TAILQ_HEAD_INITIALIZER(list);

    gn_lock(&c->lock);
    c->gate->wake = NULL;
    TAILQ_CONCAT(&list, &c->gate->bounced, in_queue);
    gn_unlock(&c->lock);
    refuse_all(c, &list, why);
}
