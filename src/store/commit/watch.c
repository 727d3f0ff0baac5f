#include "store/commit/watch.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"

struct gn_watch {
    pthread_mutex_t lock;
    pthread_cond_t change; /* the thread waits here */

    /* guarded by lock */
    struct gn_watched *watched; /* NULL: nothing is */
    int64_t close_ns;
    int64_t until_ns; /* the thread waits until then; 0: it does not */
    bool has_thread;
    bool ended;
    pthread_t thread;
};

enum garner_code gn_watch_new(struct gn_watch **out, struct garner_error *err)
{
    struct gn_watch *w = gn_alloc(sizeof *w);

    *out = w;
    if (w == NULL)
        return gn_fail(err, GARNER_NOMEM, "a watch");
    w->close_ns = INT64_MAX;
    gn_mutex_init(&w->lock);
    gn_cond_init(&w->change);
    return GARNER_OK;
}

static void wait_until(struct gn_watch *w, int64_t until_ns)
{
    w->until_ns = until_ns;
    (void)gn_cond_wait_until(&w->change, &w->lock, until_ns);
    w->until_ns = 0;
}

/* When there is something to do next; 0: now. */
static int64_t look(struct gn_watch *w)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    const bool closing = now_ns >= w->close_ns;
    int64_t until_ns;

    if (w->watched == NULL)
        return INT64_MAX;
    until_ns = w->watched->look(w->watched, now_ns, closing);
    return closing || until_ns < w->close_ns ? until_ns : w->close_ns;
}

static void *watch(void *argument)
{
    struct gn_watch *w = argument;

    gn_lock(&w->lock);
    while (!w->ended) {
        const int64_t until_ns = look(w);
        struct gn_watched *over = w->watched;

        if (until_ns > 0) {
            wait_until(w, until_ns);
            continue;
        }
        w->watched = NULL;
        gn_unlock(&w->lock);
        over->end(over);
        gn_lock(&w->lock);
    }
    gn_unlock(&w->lock);
    return NULL;
}

enum garner_code gn_watch_start(struct gn_watch *w, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    gn_lock(&w->lock);
    if (!w->has_thread)
        code = gn_thread_start(&w->thread, watch, w, err);
    w->has_thread = code == GARNER_OK;
    gn_unlock(&w->lock);
    return code;
}

void gn_watch_set(struct gn_watch *w, struct gn_watched *watched,
                  int64_t due_ns)
{
    gn_lock(&w->lock);
    GN_CHECK(w->watched == NULL && w->has_thread);
    w->watched = watched;
    if (w->until_ns > due_ns || w->close_ns < INT64_MAX)
        gn_cond_wake_one(&w->change);
    gn_unlock(&w->lock);
}

void gn_watch_take_back(struct gn_watch *w)
{
    gn_lock(&w->lock);
    w->watched = NULL;
    gn_unlock(&w->lock);
}

void gn_watch_close(struct gn_watch *w, int64_t until_ns)
{
    gn_lock(&w->lock);
    w->close_ns = until_ns;
    gn_cond_wake_one(&w->change);
    gn_unlock(&w->lock);
}

void gn_watch_free(struct gn_watch *w)
{
    if (w == NULL)
        return;
    gn_lock(&w->lock);
    w->ended = true;
    gn_cond_wake_one(&w->change);
    gn_unlock(&w->lock);
    if (w->has_thread)
        gn_thread_join(w->thread);
    GN_CHECK(w->watched == NULL);
    gn_cond_fini(&w->change);
    gn_mutex_fini(&w->lock);
    gn_free(w);
}
