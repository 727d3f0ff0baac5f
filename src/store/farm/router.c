#include "store/farm/router.h"

#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/commit/doors.h"
#include "store/farm/mend.h"
#include "store/report.h"

#define PAUSE_NS (INT64_C(1000) * 1000)
/* A shard that does not answer, held by a transaction for one, is asked again.
 */
#define ANSWER_NS (INT64_C(1000) * 1000000)

/* A thread that waits for a slot; on its stack. */
struct request {
    TAILQ_ENTRY(request) in_requests;
    unsigned number;
    unsigned slot; /* + 1; 0: all */
    bool done;
    enum garner_code code;
    struct garner_error err;
};

/* What the router's thread knows of one shard in one pass. */
struct view {
    bool wanted[GARNER_SLOTS + 1]; /* asked for, or bounced */
    uint8_t doors[GARNER_SLOTS + 1];
    struct gn_slots slots;
};

struct gn_router {
    struct gn_fleet *fleet; /* constant */
    pthread_t thread;       /* constant */

    pthread_mutex_t lock;
    pthread_cond_t work;   /* the router waits here */
    pthread_cond_t answer; /* those who asked, or settle, wait here */
    /* guarded by lock */
    TAILQ_HEAD(requests, request) requests;
    bool called; /* since the pass began */
    bool idle;   /* nothing is left to find out */
    bool ending;
    uint64_t sent;

    /* the router's */
    struct view view;
    enum garner_code trouble; /* why nothing can be mended, as it was told */
};

/* --- one slot of one shard -------------------------------------------------
 */

enum outcome { SETTLED, PENDING, REFUSED };

static struct gn_commit *commit_of(struct gn_router *r, unsigned number,
                                   struct garner_error *err)
{
    struct gn_shard *s;

    return gn_fleet_shard(r->fleet, number, &s, err) == GARNER_OK ? s->commit
                                                                  : NULL;
}

static void count_sent(struct gn_router *r)
{
    gn_lock(&r->lock);
    r->sent++;
    gn_unlock(&r->lock);
}

/* All that was bounced goes to the shard that the slot went to; once nothing is
 * left here, the route leads there too. */
static enum outcome send_on(struct gn_router *r, struct gn_commit *from,
                            unsigned slot, unsigned to,
                            struct garner_error *err)
{
    struct gn_tickets list = TAILQ_HEAD_INITIALIZER(list);
    struct gn_commit *there = commit_of(r, to, err);
    bool none;

    if (there == NULL)
        return REFUSED;
    none = gn_doors_empty(from, slot, &list);
    if (!TAILQ_EMPTY(&list)) {
        gn_doors_adopt(there, &list);
        count_sent(r);
    }
    if (!none)
        return PENDING;
    gn_doors_open(there, slot);
    atomic_store_explicit(&r->fleet->routes[slot - 1], (uint8_t)to,
                          memory_order_release);
    return SETTLED;
}

static bool is_moving(const struct gn_slots *slots)
{
    for (unsigned i = 0; i < GARNER_SLOTS; i++)
        if (slots->state[i] == GN_SLOT_LEAVING ||
            slots->state[i] == GN_SLOT_ARRIVING)
            return true;
    return false;
}

static void reopen(struct gn_router *r, struct gn_commit *commit, unsigned slot)
{
    gn_doors_reopen(commit, slot);
    count_sent(r);
}

static enum outcome resolve(struct gn_router *r, unsigned number, unsigned slot,
                            struct garner_error *err)
{
    const struct gn_slots *slots = &r->view.slots;
    struct gn_commit *commit = commit_of(r, number, err);

    if (commit == NULL)
        return REFUSED;
    if (slot == 0) { /* whatever the shard has: it waits until all is settled */
        if (is_moving(slots))
            return PENDING;
        reopen(r, commit, 0);
        return SETTLED;
    }
    if (r->view.doors[slot] != GN_DOOR_HELD &&
        gn_fleet_route(r->fleet, slot - 1) != number)
        return SETTLED;
    switch ((enum gn_slot_state)slots->state[slot - 1]) {
    case GN_SLOT_HERE:
        reopen(r, commit, slot);
        return SETTLED;
    case GN_SLOT_GONE:
        return send_on(r, commit, slot, slots->peer[slot - 1], err);
    case GN_SLOT_LEAVING:
    case GN_SLOT_ARRIVING:
        return PENDING;
    case GN_SLOT_AWAY:
        break;
    }
    gn_fail(err, GARNER_CORRUPT, "shard %u never had slot %u; restore a backup",
            number, slot - 1);
    return REFUSED;
}

/* --- a pass over all shards ------------------------------------------------
 */

/* true: something of this shard is to be found out. */
static bool gather(struct gn_router *r, unsigned number)
{
    struct view *v = &r->view;
    struct gn_commit *commit = commit_of(r, number, NULL);
    const struct request *q;
    bool any = false;

    memset(v->wanted, 0, sizeof v->wanted);
    if (commit == NULL)
        return false;
    gn_doors_read(commit, v->doors);
    for (unsigned i = 0; i <= GARNER_SLOTS; i++) {
        v->wanted[i] = v->doors[i] == GN_DOOR_HELD;
        any = any || v->wanted[i];
    }
    gn_lock(&r->lock);
    TAILQ_FOREACH(q, &r->requests, in_requests)
    {
        v->wanted[q->slot] = v->wanted[q->slot] || q->number == number;
        any = any || q->number == number;
    }
    gn_unlock(&r->lock);
    return any;
}

static void answer(struct gn_router *r, unsigned number, unsigned slot,
                   enum garner_code code, const struct garner_error *err)
{
    struct request *q;

    gn_lock(&r->lock);
    TAILQ_FOREACH(q, &r->requests, in_requests)
    {
        if (q->number != number || q->slot != slot || q->done)
            continue;
        q->done = true;
        q->code = code;
        q->err = *err;
    }
    gn_cond_wake_all(&r->answer);
    gn_unlock(&r->lock);
}

static void refuse(struct gn_router *r, unsigned number, unsigned slot,
                   const struct garner_error *why)
{
    struct gn_commit *commit = commit_of(r, number, NULL);

    if (commit != NULL && r->view.doors[slot] == GN_DOOR_HELD)
        gn_doors_refuse(commit, slot, why);
}

static enum garner_code read_slots(void *context, struct gn_sqlite *c,
                                   struct garner_error *err)
{
    return gn_slots_read(c, context, err);
}

/* Looks at one shard. false: something of it is still on its way. */
static bool look_at(struct gn_router *r, unsigned number)
{
    struct garner_error err = {0};
    enum garner_code code =
        gn_fleet_do(r->fleet, number, read_slots, &r->view.slots,
                    gn_clock_monotonic_ns() + ANSWER_NS, &err);
    bool settled = true;

    if (code == GARNER_BUSY || code == GARNER_TIMEOUT || code == GARNER_FULL)
        return false;
    for (unsigned slot = 0; slot <= GARNER_SLOTS; slot++) {
        enum outcome outcome = REFUSED;

        if (!r->view.wanted[slot])
            continue;
        if (code == GARNER_OK)
            outcome = resolve(r, number, slot, &err);
        if (outcome == REFUSED)
            refuse(r, number, slot, &err);
        if (outcome == PENDING)
            settled = false;
        else
            answer(r, number, slot, outcome == SETTLED ? GARNER_OK : err.code,
                   &err);
    }
    return settled;
}

/* Who moved them may be dead. A trouble is told once. */
static void help(struct gn_router *r)
{
    struct garner_error err = {0};
    enum garner_code code = gn_mend_help(r->fleet, &err);

    if (code == GARNER_BUSY)
        return;
    if (code != GARNER_OK && code != r->trouble)
        gn_report("keys on their way between shards cannot go on: %s",
                  err.message);
    r->trouble = code;
}

/* false: something is still on its way. */
static bool pass(struct gn_router *r)
{
    bool settled = true;

    for (unsigned n = 0; n < gn_fleet_count(r->fleet); n++)
        if (gather(r, n) && !look_at(r, n))
            settled = false;
    if (!settled)
        help(r);
    return settled;
}

static void *route(void *context)
{
    struct gn_router *r = context;
    bool settled = true;

    gn_lock(&r->lock);
    while (!r->ending) {
        if (settled && !r->called)
            gn_cond_wait(&r->work, &r->lock);
        else if (!r->called)
            (void)gn_cond_wait_until(&r->work, &r->lock,
                                     gn_clock_monotonic_ns() + PAUSE_NS);
        if (r->ending)
            break;
        r->called = false;
        gn_unlock(&r->lock);
        settled = pass(r);
        gn_lock(&r->lock);
        r->idle = settled && !r->called;
        gn_cond_wake_all(&r->answer);
    }
    gn_unlock(&r->lock);
    return NULL;
}

/* --- for other threads -----------------------------------------------------
 */

static void call(struct gn_router *r)
{
    r->called = true;
    r->idle = false;
    gn_cond_wake_one(&r->work);
}

static void wake(void *context)
{
    struct gn_router *r = context;

    gn_lock(&r->lock);
    call(r);
    gn_unlock(&r->lock);
}

enum garner_code gn_router_ask(struct gn_router *r, unsigned number,
                               unsigned slot, int64_t deadline_ns,
                               struct garner_error *err)
{
    struct request q = {.number = number, .slot = slot};
    bool in_time = true;

    gn_lock(&r->lock);
    TAILQ_INSERT_TAIL(&r->requests, &q, in_requests);
    call(r);
    while (!q.done && in_time && !r->ending)
        in_time = gn_cond_wait_until(&r->answer, &r->lock, deadline_ns);
    TAILQ_REMOVE(&r->requests, &q, in_requests);
    gn_unlock(&r->lock);
    if (!q.done)
        return gn_fail(err, GARNER_BUSY,
                       "its key was on its way between shards until the "
                       "deadline; it was not run. Finish it with 'garner "
                       "resize' if that was stopped");
    if (q.code != GARNER_OK && err != NULL)
        *err = q.err;
    return q.code;
}

bool gn_router_settle(struct gn_router *r, int64_t deadline_ns, uint64_t *sent)
{
    bool in_time = true;
    bool idle;

    gn_lock(&r->lock);
    while (!r->idle && in_time)
        in_time = gn_cond_wait_until(&r->answer, &r->lock, deadline_ns);
    idle = r->idle;
    *sent = r->sent;
    gn_unlock(&r->lock);
    return idle;
}

/* --- starting and stopping -------------------------------------------------
 */

enum garner_code gn_router_start(struct gn_fleet *f, struct gn_router **out,
                                 struct garner_error *err)
{
    struct gn_router *r = gn_alloc(sizeof *r);
    enum garner_code code;

    *out = NULL;
    if (r == NULL)
        return gn_fail(err, GARNER_NOMEM, "a farm");
    r->fleet = f;
    r->idle = true;
    TAILQ_INIT(&r->requests);
    gn_mutex_init(&r->lock);
    gn_cond_init(&r->work);
    gn_cond_init(&r->answer);
    code = gn_thread_start(&r->thread, route, r, err);
    if (code != GARNER_OK) {
        gn_router_free(r);
        return code;
    }
    gn_fleet_on_bounce(f, wake, r);
    *out = r;
    return GARNER_OK;
}

void gn_router_stop(struct gn_router *r)
{
    struct garner_error why;

    gn_lock(&r->lock);
    r->ending = true;
    gn_cond_wake_all(&r->work);
    gn_cond_wake_all(&r->answer);
    gn_unlock(&r->lock);
    gn_thread_join(r->thread);
    gn_fail(&why, GARNER_BUSY,
            "its key was on its way between shards until the store was closed; "
            "it was not run");
    for (unsigned n = 0; n < gn_fleet_count(r->fleet); n++)
        gn_doors_close(commit_of(r, n, NULL), &why);
}

void gn_router_free(struct gn_router *r)
{
    if (r == NULL)
        return;
    gn_cond_fini(&r->answer);
    gn_cond_fini(&r->work);
    gn_mutex_fini(&r->lock);
    gn_free(r);
}
