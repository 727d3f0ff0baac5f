/*
 * lease.h - one reader: a leased connection, and whose its statement is now.
 *
 * A cursor is its thread's, but while that thread is in no call of it, its open
 * statement pins the log all the same. Another thread may end it then: one word
 * says whose the statement is, and is only changed by compare and swap.
 *
 * Memory: a lease is inside what its leaser allocated, and stays in place until
 * it is given back (pool.h).
 */
#ifndef GN_STORE_ROWS_LEASE_H
#define GN_STORE_ROWS_LEASE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

enum { GN_LEASE_SQL = 96 }; /* bytes kept of a query, to name it */

enum gn_lease_state {
    GN_LEASE_BUSY,   /* its thread is in a call */
    GN_LEASE_IDLE,   /* its thread is in none: who wants to may end it */
    GN_LEASE_ENDING, /* another thread is ending it */
    GN_LEASE_ENDED,  /* it has no statement, and was given back */
};

/* Why a reader is to end before its last row. */
enum gn_stop { GN_STOP_NOT, GN_STOP_CANCELED, GN_STOP_OLD, GN_STOP_CLOSED };

struct gn_lease {
    /* constant while it is leased */
    struct gn_sqlite *connection;
    int64_t leased_ns;      /* when it was; before that, when it was asked */
    pid_t thread;           /* that leased it */
    char sql[GN_LEASE_SQL]; /* how its query begins */
    /* Ends the query and gives the lease back. false: no memory for what must
     * stay; nothing has changed. Called by whoever claimed it. */
    bool (*end)(struct gn_lease *l);

    /* any thread's */
    atomic_uint state;            /* enum gn_lease_state */
    atomic_uint stop;             /* enum gn_stop: its queries look at it */
    atomic_int_fast64_t since_ns; /* when its snapshot began; 0: none yet */

    TAILQ_ENTRY(gn_lease) in_pool; /* guarded by the pool's lock */
    atomic_uint turn;              /* while it waits in the pool: the pool's */
};

/* A lease for the query sql, BUSY, and not leased yet. */
void gn_lease_init(struct gn_lease *l, const char *sql,
                   bool (*end)(struct gn_lease *l));

/* Its thread: a call begins; waits while another ends it. false: it has
 * ended. */
bool gn_lease_enter(struct gn_lease *l);
/* Its thread: the call is over; or with it the lease. */
void gn_lease_leave(struct gn_lease *l);
void gn_lease_over(struct gn_lease *l);

/* Any thread, while l is sure to stay: asks it to stop (the first reason
 * stays). true: its thread is in no call, and gn_lease_end must follow. */
bool gn_lease_claim(struct gn_lease *l, enum gn_stop reason);
/* Ends what was claimed; after that l may be gone. false: no memory; its thread
 * will end it. */
bool gn_lease_end(struct gn_lease *l);

#endif
