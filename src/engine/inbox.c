#include "engine/inbox.h"

#include "base/error.h"
#include "base/thread.h"

static void rung(uv_async_t *async)
{
    struct gn_inbox *inbox = async->data;

    inbox->receive(inbox->context);
}

enum garner_code gn_inbox_init(struct gn_inbox *inbox, uv_loop_t *loop,
                               void (*receive)(void *context), void *context,
                               struct garner_error *err)
{
    int rc = uv_async_init(loop, &inbox->async, rung);

    if (rc != 0)
        return gn_fail(err, GARNER_IO, "an event loop: %s", uv_strerror(rc));
    inbox->async.data = inbox;
    inbox->receive = receive;
    inbox->context = context;
    gn_mutex_init(&inbox->lock);
    STAILQ_INIT(&inbox->jobs);
    return GARNER_OK;
}

void gn_inbox_post(struct gn_inbox *inbox, struct gn_job *job)
{
    gn_lock(&inbox->lock);
    STAILQ_INSERT_TAIL(&inbox->jobs, job, next);
    gn_unlock(&inbox->lock);
    gn_inbox_ring(inbox);
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

static void closed(uv_handle_t *handle)
{
    struct gn_inbox *inbox = handle->data;

    gn_mutex_fini(&inbox->lock);
}

void gn_inbox_close(struct gn_inbox *inbox)
{
    uv_close((uv_handle_t *)&inbox->async, closed);
}
