/*
 * write.c - garner/write.h: statements and batches become tickets of a write
 * path.
 */
#include "garner/write.h"

#include "base/clock.h"
#include "base/error.h"
#include "store/handle.h"

/* A copy of what is to be queued: nobody waits for it. */
static enum garner_code enqueue(struct garner_store *store,
                                const struct garner_batch *batch,
                                struct garner_error *err)
{
    struct garner_batch *copy;
    enum garner_code code = gn_batch_copy(batch, &copy, err);

    if (code != GARNER_OK)
        return code;
    code = garner_submit(store, copy, NULL, NULL, err);
    if (code != GARNER_OK)
        garner_batch_free(copy);
    return code;
}

static enum garner_code enqueue_statement(struct garner_store *store,
                                          const struct gn_statement *s,
                                          struct garner_error *err)
{
    struct garner_batch *batch;
    enum garner_code code = garner_batch_new(&batch, err);

    if (code != GARNER_OK)
        return code;
    code = garner_batch_add(batch, s->sql, s->args, s->count, err);
    if (code == GARNER_OK)
        code = garner_submit(store, batch, NULL, NULL, err);
    if (code != GARNER_OK)
        garner_batch_free(batch);
    return code;
}

/* One look at the clock tells both. */
static void start(struct gn_ticket *ticket, int timeout_ms)
{
    ticket->start_ns = gn_clock_monotonic_ns();
    ticket->deadline_ns = ticket->start_ns + timeout_ms * INT64_C(1000000);
}

static enum garner_code wait_for(struct garner_store *store,
                                 struct gn_target *target,
                                 struct gn_ticket *ticket,
                                 struct garner_result *result)
{
    enum garner_code code;

    for (;;) {
        ticket->slot = target->slot;
        code = gn_commit_wait(target->shard->commit, ticket);
        if (!ticket->moved)
            break;
        code = gn_handle_again(store, target, ticket->deadline_ns, ticket->err);
        if (code != GARNER_OK)
            break;
    }
    if (result != NULL && code == GARNER_OK)
        *result = ticket->result;
    return code;
}

enum garner_code garner_exec(struct garner_store *store, const char *sql,
                             const struct garner_value *args, size_t count,
                             struct garner_result *result,
                             struct garner_error *err)
{
    struct gn_target target;
    enum garner_code code = gn_handle_target(store, &target, err);
    const struct garner_options *options;
    struct gn_statement statement;
    struct gn_ticket ticket;

    if (result != NULL)
        *result = (struct garner_result){0};
    if (code != GARNER_OK)
        return code;
    if (sql == NULL || (args == NULL && count > 0))
        return gn_fail(err, GARNER_MISUSE, "garner_exec: a NULL argument");
    options = &target.shard->options;
    gn_statement_init(&statement, sql, args, count);
    if (options->ack == GARNER_QUEUED)
        return enqueue_statement(store, &statement, err);
    ticket.statements = &statement;
    ticket.count = 1;
    ticket.bytes = gn_statement_bytes(&statement);
    ticket.ack = options->ack;
    start(&ticket, options->timeout_ms);
    ticket.work = NULL;
    ticket.holds = false;
    ticket.err = err;
    return wait_for(store, &target, &ticket, result);
}

static enum garner_ack ack_of(const struct gn_shard *s,
                              const struct garner_batch *batch)
{
    return batch->ack_set ? batch->ack : s->options.ack;
}

static int timeout_of(const struct gn_shard *s,
                      const struct garner_batch *batch)
{
    return batch->timeout_ms >= 0 ? batch->timeout_ms : s->options.timeout_ms;
}

enum garner_code garner_write(struct garner_store *store,
                              struct garner_batch *batch,
                              struct garner_result *result,
                              struct garner_error *err)
{
    struct gn_target target;
    enum garner_code code = gn_handle_target(store, &target, err);
    struct gn_ticket ticket = {.err = err};

    if (result != NULL)
        *result = (struct garner_result){0};
    if (code != GARNER_OK)
        return code;
    if (batch == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_write: batch is NULL");
    if (batch->count == 0)
        return GARNER_OK;
    if (ack_of(target.shard, batch) == GARNER_QUEUED)
        return enqueue(store, batch, err);
    ticket.statements = batch->first;
    ticket.count = batch->count;
    ticket.bytes = batch->bytes;
    ticket.ack = ack_of(target.shard, batch);
    start(&ticket, timeout_of(target.shard, batch));
    return wait_for(store, &target, &ticket, result);
}

enum garner_code garner_submit(struct garner_store *store,
                               struct garner_batch *batch, garner_done *done,
                               void *context, struct garner_error *err)
{
    struct gn_target target;
    enum garner_code code = gn_handle_target(store, &target, err);
    struct gn_ticket *ticket;
    int64_t deadline_ns;

    if (code != GARNER_OK)
        return code;
    if (batch == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_submit: batch is NULL");
    ticket = &batch->ticket;
    ticket->statements = batch->first;
    ticket->count = batch->count;
    ticket->bytes = batch->bytes + sizeof *batch;
    ticket->ack = ack_of(target.shard, batch);
    ticket->work = NULL;
    ticket->holds = false;
    ticket->result =
        (struct garner_result){0}; /* an empty batch runs nothing */
    ticket->done = done;
    ticket->done_context = context;
    start(ticket, timeout_of(target.shard, batch));
    deadline_ns = ticket->deadline_ns; /* which the queue takes away */
    for (;;) {
        ticket->slot = target.slot;
        code = gn_commit_submit(target.shard->commit, batch, deadline_ns, err);
        if (code == GARNER_OK || !ticket->moved) /* on OK it may be gone */
            return code;
        code = gn_handle_again(store, &target, deadline_ns, err);
        if (code != GARNER_OK)
            return code;
    }
}
