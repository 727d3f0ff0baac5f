/*
 * batch.h - statements that commit together, and the ticket with which they
 * wait for their turn.
 *
 * Memory: a batch and all it holds lie in one arena, whose first piece is in
 * the batch itself, so that a small batch is one allocation.
 */
#ifndef GN_STORE_COMMIT_BATCH_H
#define GN_STORE_COMMIT_BATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "base/arena.h"
#include "garner/write.h"

/* One statement with its arguments; all borrowed from its batch, or from the
 * caller who waits. */
struct gn_statement {
    const char *sql; /* size bytes and a NUL */
    size_t size;
    uint32_t hash; /* gn_cache_hash of it */
    const struct garner_value *args;
    size_t count;
    struct gn_statement *next;
};

/* Where a ticket stands; its waiter waits for this word to change. */
enum gn_ticket_state {
    GN_TICKET_WAITING,
    GN_TICKET_LEAD, /* its thread leads from now on */
    GN_TICKET_DONE, /* settled: code, result and *err are its thread's again */
};

/* What waits in the queue: on the stack of a waiting thread, or inside a
 * submitted batch. */
struct gn_ticket {
    /* constant while queued */
    struct gn_statement *statements;
    size_t count;
    size_t bytes;
    enum garner_ack ack;
    int64_t start_ns;    /* when its call began; of those with statements */
    unsigned slot;       /* of its keys, + 1; 0: whatever the shard has */
    int64_t deadline_ns; /* INT64_MAX: none */
    /* In place of statements: run alone, by the leader, outside a transaction,
     * with the write connection. */
    enum garner_code (*work)(void *context, void *connection,
                             struct garner_error *err);
    void *work_context;
    /* In place of statements: leadership itself, for a transaction. */
    bool holds;
    struct garner_batch *batch; /* NULL: a thread waits; else submitted */
    garner_done *done;
    void *done_context;

    /* guarded by the commit's lock */
    TAILQ_ENTRY(gn_ticket) in_queue;
    TAILQ_ENTRY(gn_ticket) in_waiters;
    bool taken; /* by a leader: it will be settled */

    /* the leader's, once taken */
    bool unrun; /* a foreign connection held the database: it had no effect */
    bool moved; /* its slot is elsewhere, or on its way: it had no effect */
    enum garner_code code;
    struct garner_result result; /* zero when it failed */
    struct garner_error *err;    /* where its message goes; may be NULL */

    atomic_uint *wakes; /* whom its thread wakes once it is done; or NULL */

    atomic_uint state; /* enum gn_ticket_state */
};

struct garner_batch {
    struct gn_arena arena;
    struct gn_ticket ticket; /* used once submitted */
    struct gn_statement *first;
    struct gn_statement *last;
    size_t count;
    size_t bytes;
    bool ack_set;
    enum garner_ack ack;
    int timeout_ms;            /* below 0: the store's */
    struct garner_error error; /* of a submitted batch */
    _Alignas(16) char memory[];
};

/* Describes one statement of the caller's without copying it. */
void gn_statement_init(struct gn_statement *s, const char *sql,
                       const struct garner_value *args, size_t count);

/* Bytes that s counts for in the queue's limits. */
size_t gn_statement_bytes(const struct gn_statement *s);

/* Gives in *copy a batch with the same statements and settings. Errors:
 * NOMEM. */
enum garner_code gn_batch_copy(const struct garner_batch *batch,
                               struct garner_batch **copy,
                               struct garner_error *err);

#endif
