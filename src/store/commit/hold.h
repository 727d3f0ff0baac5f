/*
 * hold.h - an open transaction: leadership of the write path, held by a user's
 * thread over many calls, and ended by the watch when its time is over.
 *
 * One word says whose move it is: nobody's between calls (IDLE), a call's
 * (BUSY), the watch's (ENDING), or that it is over (ENDED). Whoever moves it
 * away from IDLE has the connection, and all that is open on it, to itself:
 * exactly one ends it.
 *
 *   IDLE -> BUSY             a call comes in (gn_hold_enter)
 *   BUSY -> IDLE | ENDED     it goes out (gn_hold_leave, gn_hold_commit)
 *   IDLE -> ENDING -> ENDED  the watch found it past a deadline
 *
 * A call that is under way past the longest life is told to end: its statement
 * sees a flag, and its thread ends the transaction.
 *
 * Thread: one at a time. Memory: the caller's, until gn_hold_close.
 */
#ifndef GN_STORE_COMMIT_HOLD_H
#define GN_STORE_COMMIT_HOLD_H

#include <sys/queue.h>

#include "store/commit/commit.h"
#include "store/commit/watch.h"
#include "store/driver/sqlite.h"

struct gn_hold;

/* What is open on the connection of a transaction, a cursor for one, and is to
 * be closed before that ends. */
struct gn_held {
    struct gn_hold *hold; /* NULL: it has been ended, and let go */
    /* Closes it on the connection; on whichever thread ends the transaction. */
    void (*end)(struct gn_held *held);
    bool ended;
    LIST_ENTRY(gn_held) in_hold;
};

struct gn_hold_terms {
    int64_t life_ns; /* longest */
    int64_t idle_ns; /* longest between two calls */
    bool sync;       /* its commit is acknowledged when it is on the disk */
};

struct gn_hold {
    /* constant while it is open */
    struct gn_commit *commit;
    struct gn_watch *watch;
    struct gn_sqlite *connection;
    struct gn_hold_terms terms;
    int64_t life_ends_ns;
    int64_t waited_ns; /* to begin */
    unsigned forks;    /* gn_turn_forks when it began */

    struct gn_watched watched; /* the watch's */

    atomic_uint state;
    atomic_uint over; /* the watch says why it is to end; 0: it is not */
    atomic_int_fast64_t idle_since_ns;

    /* whose move it is */
    LIST_HEAD(, gn_held) helds;
    size_t statements;         /* that went well */
    struct garner_error error; /* of the call under way; of the end */
};

/* Waits for leadership and the process's turn until deadline_ns, and begins.
 * Errors: those of garner_begin; h is nothing then. */
enum garner_code gn_hold_begin(struct gn_hold *h, struct gn_commit *commit,
                               struct gn_watch *watch,
                               const struct gn_hold_terms *terms,
                               int64_t deadline_ns, struct garner_error *err);

/* A call comes in: on OK the connection is the caller's until it leaves.
 * Errors: why it has ended; MISUSE (another thread is in a call, a forked
 * child). */
enum garner_code gn_hold_enter(struct gn_hold *h, struct garner_error *err);

/* The same for what closes something: waits for other calls to go out. false:
 * it has ended. Not in a forked child. */
bool gn_hold_wait(struct gn_hold *h);

/* The call goes out with this code; h->error says what failed. Returns code, or
 * why the transaction has ended during the call, with *err filled if that is an
 * error. */
enum garner_code gn_hold_leave(struct gn_hold *h, enum garner_code code,
                               struct garner_error *err);

/* Adds what is open; lets it go once it is closed. Entered, or ended. */
void gn_hold_add(struct gn_hold *h, struct gn_held *held,
                 void (*end)(struct gn_held *held));
void gn_hold_remove(struct gn_held *held);

/* Commits, from outside a call. OK, and errors: as garner_commit. */
enum garner_code gn_hold_commit(struct gn_hold *h, struct garner_error *err);

/* Rolls back what has not ended, and lets go of what was open in it. false: in
 * a forked child, where nothing is done. */
bool gn_hold_close(struct gn_hold *h);

#endif
