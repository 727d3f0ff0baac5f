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

static enum garner_code wait_for(struct gn_shard *s, struct gn_ticket *ticket,
                                 struct garner_result *result)
{
    enum garner_code code = gn_commit_wait(s->commit, ticket);

    if (result != NULL && code == GARNER_OK)
        *result = ticket->result;
    return code;
}

enum garner_code garner_exec(struct garner_store *store, const char *sql,
                             const struct garner_value *args, size_t count,
                             struct garner_result *result,
                             struct garner_error *err)
{
    struct gn_shard *s;
    enum garner_code code = gn_handle_writes(store, &s, err);
    struct gn_statement statement;
    struct gn_ticket ticket;

    if (result != NULL)
        *result = (struct garner_result){0};
    if (code != GARNER_OK)
        return code;
    if (sql == NULL || (args == NULL && count > 0))
        return gn_fail(err, GARNER_MISUSE, "garner_exec: a NULL argument");
    gn_statement_init(&statement, sql, args, count);
    if (s->options.ack == GARNER_QUEUED)
        return enqueue_statement(store, &statement, err);
    ticket.statements = &statement;
    ticket.count = 1;
    ticket.bytes = gn_statement_bytes(&statement);
    ticket.ack = s->options.ack;
    start(&ticket, s->options.timeout_ms);
    ticket.work = NULL;
    ticket.holds = false;
    ticket.err = err;
    return wait_for(s, &ticket, result);
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
    struct gn_shard *s;
    enum garner_code code = gn_handle_writes(store, &s, err);
    struct gn_ticket ticket = {.err = err};

    if (result != NULL)
        *result = (struct garner_result){0};
    if (code != GARNER_OK)
        return code;
    if (batch == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_write: batch is NULL");
    if (batch->count == 0)
        return GARNER_OK;
    if (ack_of(s, batch) == GARNER_QUEUED)
        return enqueue(store, batch, err);
    ticket.statements = batch->first;
    ticket.count = batch->count;
    ticket.bytes = batch->bytes;
    ticket.ack = ack_of(s, batch);
    start(&ticket, timeout_of(s, batch));
    return wait_for(s, &ticket, result);
}

enum garner_code garner_submit(struct garner_store *store,
                               struct garner_batch *batch, garner_done *done,
                               void *context, struct garner_error *err)
{
    struct gn_shard *s;
    enum garner_code code = gn_handle_writes(store, &s, err);
    struct gn_ticket *ticket;

    if (code != GARNER_OK)
        return code;
    if (batch == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_submit: batch is NULL");
    ticket = &batch->ticket;
    ticket->statements = batch->first;
    ticket->count = batch->count;
    ticket->bytes = batch->bytes + sizeof *batch;
    ticket->ack = ack_of(s, batch);
    ticket->work = NULL;
    ticket->holds = false;
    ticket->result =
        (struct garner_result){0}; /* an empty batch runs nothing */
    ticket->done = done;
    ticket->done_context = context;
    start(ticket, timeout_of(s, batch));
    return gn_commit_submit(s->commit, batch, ticket->deadline_ns, err);
}
