#include "store/pool.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"

struct gn_pool {
    /* constant */
    struct gn_sqlite_options options;
    int most;

    pthread_mutex_t lock;
    pthread_cond_t free_one; /* leasers wait here */

    /* guarded by lock */
    int open; /* those being opened too */
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

/* The place for it is taken already; opening may wait, so without the lock. */
static enum garner_code open_one(struct gn_pool *p, int64_t deadline_ns,
                                 struct gn_sqlite **connection,
                                 struct garner_error *err)
{
    struct gn_sqlite_options options = p->options;
    enum garner_code code;

    options.deadline_ns = deadline_ns;
    code = gn_sqlite_open(&options, connection, err);
    if (code != GARNER_OK) {
        gn_lock(&p->lock);
        p->open--;
        gn_cond_wake_one(&p->free_one);
        gn_unlock(&p->lock);
    }
    return code;
}

enum garner_code gn_pool_lease(struct gn_pool *p, int64_t deadline_ns,
                               struct gn_sqlite **connection,
                               struct garner_error *err)
{
    const struct timespec deadline = {.tv_sec = deadline_ns / 1000000000,
                                      .tv_nsec = deadline_ns % 1000000000};
    bool in_time = true;
    bool opens = false;

    *connection = NULL;
    gn_lock(&p->lock);
    while (p->idle_count == 0 && p->open == p->most && in_time)
        in_time = gn_cond_wait_until(&p->free_one, &p->lock, deadline);
    if (p->idle_count > 0) {
        *connection = p->idle[--p->idle_count];
    } else if (p->open < p->most) {
        p->open++;
        opens = true;
    }
    gn_unlock(&p->lock);
    if (opens)
        return open_one(p, deadline_ns, connection, err);
    if (*connection == NULL)
        return gn_fail(err, GARNER_TIMEOUT,
                       "all %d read connections are in use; close cursors "
                       "sooner, or raise readers",
                       p->most);
    return GARNER_OK;
}

void gn_pool_give_back(struct gn_pool *p, struct gn_sqlite *connection)
{
    gn_lock(&p->lock);
    p->idle[p->idle_count++] = connection;
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
