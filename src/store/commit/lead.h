/*
 * lead.h - what the leader of a write path does: take a group, run it, tell its
 * threads, hand over. What the threads do to become it is commit.h's.
 *
 * Thread: the leader's, holding no lock.
 */
#ifndef GN_STORE_COMMIT_LEAD_H
#define GN_STORE_COMMIT_LEAD_H

#include <pthread.h>

#include "store/commit/apply.h"
#include "store/commit/books.h"
#include "store/commit/gate.h"
#include "store/commit/queue.h"
#include "store/commit/turn.h"
#include "store/commit/wal.h"

/* The turn is kept so long for more work of our own, if nobody comes. */
#define GN_LEAD_KEEP_NS (INT64_C(1000) * 1000)

/* The state of one write path. */
struct gn_commit {
    /* constant */
    struct gn_group_limits limits;
    size_t most_statements;
    size_t most_bytes;
    pid_t pid;

    struct gn_gate *gate; /* NULL: no shard of a farm */
    struct gn_turn *turn; /* NULL: no other process is reckoned with; the pump
                             drops it when a close can wait no longer */

    /* the leader's */
    bool has_turn;
    bool moved;        /* the database's file, when last looked at ... */
    int64_t looked_ns; /* ... then */
    int64_t slice_ns;  /* since when, or since nobody else wanted it */
    struct gn_sqlite *connection;
    struct gn_wal wal;
    struct gn_apply_counts counts;
    struct gn_ticket **group; /* limits.statements places */
    bool had_followers;       /* others than its leader were in the last one */

    bool noted; /* there is something in doing */

    /* the leader writes, anybody reads */
    _Atomic pid_t owner; /* gn_thread_id of the thread whose transaction leads;
                            0: none does */

    pthread_mutex_t lock;
    pthread_cond_t room; /* writers wait here for a place in the queue */
    pthread_cond_t task; /* the pump waits here */

    /* guarded by lock */
    bool leading; /* somebody leads, or waits for the turn */
    bool asking;  /* the turn's thread waits for it, and leads then */
    bool kept;    /* copy of has_turn, when nobody leads */
    bool closed;
    int64_t close_ns; /* when closed: foreign locks are waited for until then */
    struct gn_queue queue;
    struct gn_tickets settled; /* submitted ones whose callback is due */
    int room_waiters;
    const struct gn_ticket *starving; /* the next room is its */
    bool pump_waits;                  /* for anything, until ... */
    int64_t pump_until_ns;            /* ... INT64_MAX: without end */
    bool pump_gathers;                /* for a full group, or its time */
    bool log_dirty;                   /* an idle gap could be used */
    int64_t last_group_ns;            /* when the last one ended */
    struct garner_stats stats;        /* the counters */
    struct gn_books books;
    struct garner_error lost; /* first failure that nobody was told of */
    struct gn_holder doing;   /* the leader's transaction, or statement that
                                 takes long */
    bool untold;              /* other processes do not know of it; or ... */
    bool told;                /* ... the pump has told them */
};

/* Takes what waits, as far as one transaction may hold, runs it, and settles
 * it. own is the leader's ticket, or NULL; if it holds, it is but taken, once
 * it is the oldest. Foreign locks are waited for until until_ns at most. false:
 * another process has the turn; it is waited for on the turn's thread, to which
 * leadership went. */
bool gn_lead_group(struct gn_commit *c, const struct gn_ticket *own,
                   int64_t until_ns);

/* true: the database's file was moved away; *err says so. */
bool gn_lead_has_moved(struct gn_commit *c, struct garner_error *err);

/* After a commit, or in an idle gap: checkpoints, if it is time for it. */
void gn_lead_tend_log(struct gn_commit *c, bool idle);

/* Those who wait in vain, in this process and in others, are told that this
 * statement, of size bytes, runs. */
void gn_lead_note(struct gn_commit *c, const char *sql, size_t size);

/* The same of the calling thread's transaction, which leads since since_ns; and
 * of its end. */
void gn_lead_claim(struct gn_commit *c, int64_t since_ns);
void gn_lead_unclaim(struct gn_commit *c);

/* The same for what may be over in a moment: other processes are told only if
 * it is not (gn_lead_tell); and what it runs. */
void gn_lead_borrow(struct gn_commit *c, int64_t since_ns);
void gn_lead_note_loan(struct gn_commit *c, const char *sql, size_t size);
void gn_lead_return(struct gn_commit *c);

/* The pump's, with the lock held, which it lets go of meanwhile: tells other
 * processes of the loan that is untold. */
void gn_lead_tell(struct gn_commit *c);

/* true: the calling thread's transaction leads. Any thread. */
bool gn_lead_is_mine(const struct gn_commit *c);

/* Uses an idle gap for a checkpoint, unless another process writes. */
void gn_lead_idle(struct gn_commit *c);

/* The leader leaves: the oldest waiting thread leads, or nobody. */
void gn_lead_hand_over(struct gn_commit *c);

/* Gives the turn, kept in case of more work, to other processes. */
void gn_lead_give_turn(struct gn_commit *c);

/* On the turn's thread, with context a gn_commit: the turn has come. */
void gn_lead_granted(void *context);

#endif
