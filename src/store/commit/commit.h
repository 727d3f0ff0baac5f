/*
 * commit.h - the write path of one database: whoever writes leads.
 *
 * A thread that writes puts a ticket into the queue. If nobody leads, it leads:
 * takes what waits, runs it as one transaction, wakes the others, and hands
 * leadership to the oldest waiter. There is no writer thread to hand over to;
 * the pump (pump.h) leads only for submitted batches, when nobody else does.
 *
 * Threads and locks: leadership is held by one thread at a time and is what
 * owns the write connection. The lock guards the queue and is held for a few
 * instructions, never while anything else is called that waits.
 */
#ifndef GN_STORE_COMMIT_COMMIT_H
#define GN_STORE_COMMIT_COMMIT_H

#include "garner/store.h"
#include "store/commit/batch.h"
#include "store/commit/gate.h"
#include "store/commit/group.h"
#include "store/commit/turn.h"
#include "store/driver/sqlite.h"
#include "store/rows/pool.h"

struct gn_commit;

/* What the pump is to do next. */
enum gn_commit_task {
    GN_TASK_NONE,
    GN_TASK_CALLBACKS, /* run the callbacks of settled batches */
    GN_TASK_LEAD,      /* lead one group; leadership is taken */
    GN_TASK_IDLE,      /* use an idle gap; leadership is taken */
    GN_TASK_GIVE,      /* give the turn away; leadership is taken */
    GN_TASK_ABANDON,   /* stop waiting for the turn; leadership comes back */
    GN_TASK_END,       /* closed, and nothing is left */
};

/* Takes connection on OK (freed with the commit). Errors: NOMEM. */
enum garner_code gn_commit_new(struct gn_sqlite *connection,
                               const struct garner_options *options,
                               struct gn_commit **out,
                               struct garner_error *err);
/* From now on each write waits for this turn, whose granted is gn_lead_granted
 * with c. Takes turn. Before the first write. */
void gn_commit_set_turn(struct gn_commit *c, struct gn_turn *turn);

/* Those who read beside the writes: the oldest may be ended to free the log.
 * Borrows readers, until the pump has ended. Before the first write. */
void gn_commit_set_readers(struct gn_commit *c, struct gn_pool *readers);

/* So much may wait in the queue, in place of the options'. Before the first
 * write. */
void gn_commit_set_room(struct gn_commit *c, size_t statements, size_t bytes);

/* The database is a shard of a farm: tickets go through this gate. Takes it.
 * Before the first write. */
void gn_commit_set_gate(struct gn_commit *c, struct gn_gate *gate);

/* wake is called, on any thread, when the gate has bounced something (doors.h).
 * Before the first write, on a shard of a farm. */
void gn_commit_on_bounce(struct gn_commit *c, void (*wake)(void *context),
                         void *context);

/* Only when the pump has ended and no call is under way. NULL is fine. */
void gn_commit_free(struct gn_commit *c);

/* Queues t (deadline_ns, statements, ack, slot, err set) and returns when it is
 * settled: its code. Leads if need be. If t holds, the caller leads on OK, with
 * the process's turn (lead.h): it hands over when it is done. Errors: those of
 * the statements, FULL, TIMEOUT, BUSY, CLOSED, MISUSE (it would wait for a
 * transaction of its own thread). t->moved: BUSY, since its slot is not the
 * shard's. */
enum garner_code gn_commit_wait(struct gn_commit *c, struct gn_ticket *t);

/* Queues a batch's ticket (as above), waiting for room until deadline_ns. Takes
 * the batch on OK. Errors: FULL, CLOSED; BUSY if the ticket is moved. */
enum garner_code gn_commit_submit(struct gn_commit *c,
                                  struct garner_batch *batch,
                                  int64_t deadline_ns,
                                  struct garner_error *err);

/* Waits until all that was accepted before is committed and synced. Errors:
 * those of garner_flush. */
enum garner_code gn_commit_flush(struct gn_commit *c, int64_t deadline_ns,
                                 struct garner_error *err);

/* Refuses new tickets from now on, and lets foreign locks delay what is left
 * until deadline_ns at most. */
void gn_commit_close(struct gn_commit *c, int64_t deadline_ns);

/* The pump's: waits for a task; does it. */
enum gn_commit_task gn_commit_next_task(struct gn_commit *c);
void gn_commit_do(struct gn_commit *c, enum gn_commit_task task);

/* A backup begins (1) or ends (-1), which holds the log meanwhile. */
void gn_commit_count_backups(struct gn_commit *c, int change);

/* Fills the counters and gauges of the write path. */
void gn_commit_stats(struct gn_commit *c, struct garner_stats *stats);

#endif
