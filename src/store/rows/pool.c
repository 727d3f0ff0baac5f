#include "store/rows/pool.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/futex.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/report.h"

#define MS INT64_C(1000000)

/* A connection that was just used is warm, and so is the thread that asks for
 * it: so who comes may pass those who wait, but so often only. */
enum { PATIENCE = 32 };

/* Of one who waits. */
enum turn { WAITS, LOOKS, HAS_ONE };

struct gn_pool {
    /* constant */
    struct gn_sqlite_options options;
    int most;

    pthread_mutex_t lock;
    pthread_cond_t back; /* one was given back while all are waited for */

    /* guarded by lock */
    TAILQ_HEAD(leases, gn_lease) leases; /* the oldest first */
    struct leases waiting;               /* the first is to have one first */
    int passed;                          /* how often it was passed */
    int open;                            /* those being opened too */
    int idle_count;
    struct gn_sqlite *idle[]; /* the last given back is leased first */
};

enum garner_code gn_pool_new(const struct gn_sqlite_options *options, int most,
                             struct gn_pool **out, struct garner_error *err)
{
    struct gn_pool *p;

    GN_CHECK(most >= 1);
    *out = p = gn_alloc(sizeof *p + (size_t)most * sizeof(struct gn_sqlite *));
    if (p == NULL)
        return gn_fail(err, GARNER_NOMEM, "a pool of %d connections", most);
    p->options = *options;
    p->most = most;
    TAILQ_INIT(&p->leases);
    gn_mutex_init(&p->lock);
    gn_cond_init(&p->back);
    TAILQ_INIT(&p->waiting);
    return GARNER_OK;
}

void gn_pool_free(struct gn_pool *p)
{
    if (p == NULL)
        return;
    GN_CHECK(p->idle_count == p->open); /* else a cursor is open still */
    while (p->idle_count > 0)
        gn_sqlite_close(p->idle[--p->idle_count]);
    gn_cond_fini(&p->back);
    gn_mutex_fini(&p->lock);
    gn_free(p);
}

/* --- leasing -------------------------------------------------------------- */

/* With the lock held: there is a connection, or room for one. */
static bool has_one(const struct gn_pool *p)
{
    return p->idle_count > 0 || p->open < p->most;
}

/* With the lock held. */
static void take_one(struct gn_pool *p, struct gn_lease *l)
{
    if (p->idle_count > 0)
        l->connection = p->idle[--p->idle_count];
    else
        p->open++;
    TAILQ_INSERT_TAIL(&p->leases, l, in_pool);
}

static void set_turn(struct gn_lease *l, enum turn turn)
{
    atomic_store_explicit(&l->turn, turn, memory_order_release);
    gn_futex_wake(&l->turn);
}

/* With the lock held: if there is one, the first who waits is to look; what it
 * leaves is for the next. */
static void wake_first(struct gn_pool *p)
{
    struct gn_lease *first = TAILQ_FIRST(&p->waiting);

    if (first != NULL && has_one(p) && atomic_load(&first->turn) == WAITS)
        set_turn(first, LOOKS);
}

/* With the lock held: the wait of l, since leased_ns, was in vain. */
static enum garner_code blame_oldest(const struct gn_pool *p,
                                     const struct gn_lease *l,
                                     struct garner_error *err)
{
    const struct gn_lease *oldest = TAILQ_FIRST(&p->leases);
    const int64_t now_ns = gn_clock_monotonic_ns();

    return gn_fail(err, GARNER_TIMEOUT,
                   "all %d read connections were in use for %" PRId64
                   " ms; close cursors sooner, or raise readers. Thread %d has "
                   "had one for %" PRId64 " ms: %s",
                   p->most, (now_ns - l->leased_ns) / MS, (int)oldest->thread,
                   (now_ns - oldest->leased_ns) / MS, oldest->sql);
}

/* With the lock held. */
static enum garner_code wait_for_one(struct gn_pool *p, struct gn_lease *l,
                                     int64_t deadline_ns,
                                     struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    bool in_time = true;

    if (TAILQ_EMPTY(&p->waiting))
        p->passed = 0;
    atomic_store(&l->turn, WAITS);
    TAILQ_INSERT_TAIL(&p->waiting, l, in_pool);
    while (in_time && atomic_load(&l->turn) == WAITS) {
        gn_unlock(&p->lock);
        in_time = gn_futex_wait(&l->turn, WAITS, deadline_ns);
        gn_lock(&p->lock);
        if (atomic_load(&l->turn) == LOOKS && !has_one(p))
            atomic_store(&l->turn, WAITS); /* somebody passed */
    }
    if (atomic_load(&l->turn) != HAS_ONE) {
        TAILQ_REMOVE(&p->waiting, l, in_pool);
        if (atomic_load(&l->turn) == LOOKS) {
            take_one(p, l);
            p->passed = 0;
        } else {
            code = blame_oldest(p, l, err);
        }
    }
    wake_first(p);
    l->leased_ns = gn_clock_monotonic_ns();
    return code;
}

/* The place for it is taken already; opening may wait, so without the lock. */
static enum garner_code open_one(struct gn_pool *p, int64_t deadline_ns,
                                 struct gn_lease *l, struct garner_error *err)
{
    struct gn_sqlite_options options = p->options;
    enum garner_code code;

    options.deadline_ns = deadline_ns;
    code = gn_sqlite_open(&options, &l->connection, err);
    if (code != GARNER_OK) {
        gn_lock(&p->lock);
        TAILQ_REMOVE(&p->leases, l, in_pool);
        p->open--;
        wake_first(p);
        gn_unlock(&p->lock);
    }
    return code;
}

enum garner_code gn_pool_lease(struct gn_pool *p, int64_t deadline_ns,
                               struct gn_lease *l, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    gn_lock(&p->lock);
    if (!has_one(p) || (!TAILQ_EMPTY(&p->waiting) && ++p->passed > PATIENCE))
        code = wait_for_one(p, l, deadline_ns, err);
    else
        take_one(p, l);
    gn_unlock(&p->lock);
    if (code == GARNER_OK && l->connection == NULL)
        code = open_one(p, deadline_ns, l, err);
    return code;
}

void gn_pool_give_back(struct gn_pool *p, struct gn_lease *l)
{
    struct gn_lease *first;

    gn_lock(&p->lock);
    TAILQ_REMOVE(&p->leases, l, in_pool);
    first = TAILQ_FIRST(&p->waiting);
    if (first != NULL && p->passed >= PATIENCE) {
        TAILQ_REMOVE(&p->waiting, first, in_pool);
        TAILQ_INSERT_TAIL(&p->leases, first, in_pool);
        first->connection = l->connection;
        p->passed = 0;
        set_turn(first, HAS_ONE);
    } else {
        p->idle[p->idle_count++] = l->connection;
        wake_first(p);
    }
    gn_cond_wake_all(&p->back);
    gn_unlock(&p->lock);
}

void gn_pool_count(struct gn_pool *p, int *open, int *leased)
{
    gn_lock(&p->lock);
    *open = p->open;
    *leased = p->open - p->idle_count;
    gn_unlock(&p->lock);
}

int gn_pool_waiting(struct gn_pool *p)
{
    const struct gn_lease *l;
    int waiting = 0;

    gn_lock(&p->lock);
    TAILQ_FOREACH(l, &p->waiting, in_pool)
    waiting++;
    gn_unlock(&p->lock);
    return waiting;
}

/* --- snapshots ------------------------------------------------------------ */

/* When l's snapshot began; INT64_MAX: it has none. */
static int64_t since_ns(struct gn_lease *l)
{
    const int64_t ns = atomic_load(&l->since_ns);

    return ns != 0 ? ns : INT64_MAX;
}

static void describe(const struct gn_lease *l, int64_t since,
                     struct gn_reader *reader)
{
    reader->age_ns = gn_clock_monotonic_ns() - since;
    reader->thread = l->thread;
    memcpy(reader->sql, l->sql, sizeof reader->sql);
}

bool gn_pool_oldest(struct gn_pool *p, struct gn_reader *oldest)
{
    struct gn_lease *l;
    struct gn_lease *found = NULL;
    int64_t since = INT64_MAX;

    gn_lock(&p->lock);
    TAILQ_FOREACH(l, &p->leases, in_pool)
    {
        if (since_ns(l) < since) {
            since = since_ns(l);
            found = l;
        }
    }
    if (found != NULL)
        describe(found, since, oldest);
    gn_unlock(&p->lock);
    return found != NULL;
}

/* With the lock held: asks all that are too old to stop, and claims the first
 * whose thread is in no call. NULL: there is none (more). */
static struct gn_lease *claim_old(struct gn_pool *p, int64_t before_ns,
                                  struct gn_pool_ended *sum)
{
    struct gn_lease *l;

    sum->asked = 0;
    sum->oldest_ns = INT64_MAX;
    TAILQ_FOREACH(l, &p->leases, in_pool)
    {
        const int64_t since = since_ns(l);

        if (since < before_ns) {
            if (gn_lease_claim(l, GN_STOP_OLD))
                return l;
            sum->asked++;
        } else if (since < sum->oldest_ns) {
            sum->oldest_ns = since;
        }
    }
    return NULL;
}

struct gn_pool_ended gn_pool_end_old(struct gn_pool *p, int64_t before_ns)
{
    struct gn_pool_ended sum = {0};

    for (;;) {
        struct gn_reader reader;
        struct gn_lease *l;

        gn_lock(&p->lock);
        l = claim_old(p, before_ns, &sum);
        if (l != NULL)
            describe(l, since_ns(l), &reader);
        gn_unlock(&p->lock);
        if (l == NULL)
            return sum;
        if (!gn_lease_end(l)) {
            sum.asked++;
            return sum;
        }
        sum.ended++;
        gn_report("a cursor that thread %d had open for %" PRId64
                  " ms was ended, since it kept the log growing: %s",
                  (int)reader.thread, reader.age_ns / MS, reader.sql);
    }
}

/* --- the end -------------------------------------------------------------- */

/* So soon closing looks again at a reader that was in a call when it was asked:
 * who leaves one tells nobody. */
#define AGAIN_NS (INT64_C(10) * 1000000)

struct gn_lease *gn_pool_lent(struct gn_pool *p)
{
    const pid_t self = gn_thread_id();
    struct gn_lease *l;

    gn_lock(&p->lock);
    TAILQ_FOREACH(l, &p->leases, in_pool)
    {
        if (l->end == NULL && l->thread == self)
            break;
    }
    gn_unlock(&p->lock);
    return l;
}

/* With the lock held: asks all to stop, and claims the first whose thread is in
 * no call. NULL: there is none (more). */
static struct gn_lease *claim_any(struct gn_pool *p)
{
    struct gn_lease *l;

    TAILQ_FOREACH(l, &p->leases, in_pool)
    {
        if (gn_lease_claim(l, GN_STOP_CLOSED))
            return l;
    }
    return NULL;
}

/* With the lock held. false: the deadline is over. */
static bool wait_for_return(struct gn_pool *p, int64_t deadline_ns)
{
    const int64_t again_ns = gn_clock_monotonic_ns() + AGAIN_NS;

    (void)gn_cond_wait_until(&p->back, &p->lock,
                             again_ns < deadline_ns ? again_ns : deadline_ns);
    return gn_clock_monotonic_ns() < deadline_ns;
}

int gn_pool_close(struct gn_pool *p, int64_t deadline_ns)
{
    bool in_time = true;
    int left;

    gn_lock(&p->lock);
    while (p->idle_count < p->open && in_time) {
        struct gn_lease *l = claim_any(p);
        bool ended = false;

        if (l != NULL) {
            gn_unlock(&p->lock);
            ended = gn_lease_end(l);
            gn_lock(&p->lock);
        }
        if (!ended && p->idle_count < p->open)
            in_time = wait_for_return(p, deadline_ns);
    }
    left = p->open - p->idle_count;
    gn_unlock(&p->lock);
    return left;
}
