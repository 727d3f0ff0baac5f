#include "engine/inbox.h"

#include <pthread.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"

struct gn_inbox {
    /* constant */
    uv_async_t async;
    void (*receive)(void *context);
    void *context;

    pthread_mutex_t lock;
    /* guarded by lock */
    struct gn_jobs jobs;
    bool closed;
    size_t awaited; /* when closed: jobs to come, and the handle's end */
};

static void rung(uv_async_t *async)
{
    struct gn_inbox *inbox = async->data;

    inbox->receive(inbox->context);
}

static void free_inbox(struct gn_inbox *inbox)
{
    gn_mutex_fini(&inbox->lock);
    gn_free(inbox);
}

enum garner_code gn_inbox_new(uv_loop_t *loop, void (*receive)(void *context),
                              void *context, struct gn_inbox **out,
                              struct garner_error *err)
{
    struct gn_inbox *inbox = gn_alloc(sizeof *inbox);
    int rc;

    *out = NULL;
    if (inbox == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for an event loop");
    rc = uv_async_init(loop, &inbox->async, rung);
    if (rc != 0) {
        gn_free(inbox);
        return gn_fail(err, GARNER_IO, "an event loop: %s", uv_strerror(rc));
    }
    inbox->async.data = inbox;
    inbox->receive = receive;
    inbox->context = context;
    gn_mutex_init(&inbox->lock);
    STAILQ_INIT(&inbox->jobs);
    *out = inbox;
    return GARNER_OK;
}

/* One of those awaited after the end has come. */
static void came(struct gn_inbox *inbox)
{
    bool last;

    gn_lock(&inbox->lock);
    last = --inbox->awaited == 0;
    gn_unlock(&inbox->lock);
    if (last)
        free_inbox(inbox);
}

void gn_inbox_post(struct gn_inbox *inbox, struct gn_job *job)
{
    bool closed;

    gn_lock(&inbox->lock);
    closed = inbox->closed;
    if (!closed) {
        STAILQ_INSERT_TAIL(&inbox->jobs, job, next);
        /* with the lock held, so that it is not closed meanwhile */
        gn_inbox_ring(inbox);
    }
    gn_unlock(&inbox->lock);
    if (closed) {
        gn_job_free(job);
        came(inbox);
    }
}

void gn_inbox_ring(struct gn_inbox *inbox)
{
    GN_CHECK(uv_async_send(&inbox->async) == 0);
}

void gn_inbox_take(struct gn_inbox *inbox, struct gn_jobs *jobs)
{
    gn_lock(&inbox->lock);
    STAILQ_CONCAT(jobs, &inbox->jobs);
    gn_unlock(&inbox->lock);
}

static void on_closed(uv_handle_t *handle)
{
    came(handle->data);
}

void gn_inbox_close(struct gn_inbox *inbox, size_t out)
{
    struct gn_job *job;

    gn_lock(&inbox->lock);
    inbox->closed = true;
    for (; (job = STAILQ_FIRST(&inbox->jobs)) != NULL; out--) {
        GN_CHECK(out > 0);
        STAILQ_REMOVE_HEAD(&inbox->jobs, next);
        gn_job_free(job);
    }
    inbox->awaited = out + 1;
    gn_unlock(&inbox->lock);
    uv_close((uv_handle_t *)&inbox->async, on_closed);
}
