#include "store/pool.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/report.h"

#define MS INT64_C(1000000)

struct gn_pool {
    /* constant */
    struct gn_sqlite_options options;
    int most;

    pthread_mutex_t lock;
    pthread_cond_t free_one; /* leasers wait here */

    /* guarded by lock */
    TAILQ_HEAD(leases, gn_lease) leases; /* the oldest first */
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
    gn_cond_init(&p->free_one);
    return GARNER_OK;
}

void gn_pool_free(struct gn_pool *p)
{
    if (p == NULL)
        return;
    GN_CHECK(p->idle_count == p->open); /* else a cursor is open still */
    while (p->idle_count > 0)
        gn_sqlite_close(p->idle[--p->idle_count]);
    gn_cond_fini(&p->free_one);
    gn_mutex_fini(&p->lock);
    gn_free(p);
}

/* --- leasing -------------------------------------------------------------- */

/* With the lock held. */
static enum garner_code blame_oldest(const struct gn_pool *p, int64_t waited_ns,
                                     int64_t now_ns, struct garner_error *err)
{
    const struct gn_lease *oldest = TAILQ_FIRST(&p->leases);

    return gn_fail(err, GARNER_TIMEOUT,
                   "all %d read connections were in use for %" PRId64
                   " ms; close cursors sooner, or raise readers. Thread %d has "
                   "had one for %" PRId64 " ms: %s",
                   p->most, waited_ns / MS, (int)oldest->thread,
                   (now_ns - oldest->leased_ns) / MS, oldest->sql);
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
        gn_cond_wake_one(&p->free_one);
        gn_unlock(&p->lock);
    }
    return code;
}

enum garner_code gn_pool_lease(struct gn_pool *p, int64_t deadline_ns,
                               struct gn_lease *l, struct garner_error *err)
{
    const struct timespec deadline = {.tv_sec = deadline_ns / 1000000000,
                                      .tv_nsec = deadline_ns % 1000000000};
    const int64_t asked_ns = gn_clock_monotonic_ns();
    int64_t now_ns = asked_ns;
    enum garner_code code = GARNER_OK;
    bool in_time = true;

    gn_lock(&p->lock);
    while (p->idle_count == 0 && p->open == p->most && in_time) {
        in_time = gn_cond_wait_until(&p->free_one, &p->lock, deadline);
        now_ns = gn_clock_monotonic_ns();
    }
    if (p->idle_count > 0)
        l->connection = p->idle[--p->idle_count];
    else if (p->open < p->most)
        p->open++;
    else
        code = blame_oldest(p, now_ns - asked_ns, now_ns, err);
    if (code == GARNER_OK) {
        l->leased_ns = now_ns;
        TAILQ_INSERT_TAIL(&p->leases, l, in_pool);
    }
    gn_unlock(&p->lock);
    if (code == GARNER_OK && l->connection == NULL)
        code = open_one(p, deadline_ns, l, err);
    return code;
}

void gn_pool_give_back(struct gn_pool *p, struct gn_lease *l)
{
    gn_lock(&p->lock);
    TAILQ_REMOVE(&p->leases, l, in_pool);
    p->idle[p->idle_count++] = l->connection;
    gn_cond_wake_one(&p->free_one);
    gn_unlock(&p->lock);
}

void gn_pool_count(struct gn_pool *p, int *open, int *leased)
{
    gn_lock(&p->lock);
    *open = p->open;
    *leased = p->open - p->idle_count;
    gn_unlock(&p->lock);
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
