/*
 * pool.h - read connections, leased one query at a time, opened on demand up
 * to a bound; and who holds a snapshot for how long.
 *
 * Thread: any; a leased connection is its leaser's, as lease.h says.
 */
#ifndef GN_STORE_ROWS_POOL_H
#define GN_STORE_ROWS_POOL_H

#include "store/driver/sqlite.h"
#include "store/rows/lease.h"

struct gn_pool;

/* options say how connections are opened (copied; path borrowed until freed),
 * most how many there may be. Opens none yet. Errors: NOMEM. */
enum garner_code gn_pool_new(const struct gn_sqlite_options *options, int most,
                             struct gn_pool **out, struct garner_error *err);

/* A lease of the calling thread's that nobody else may end; NULL: none. */
struct gn_lease *gn_pool_lent(struct gn_pool *p);

/* Ends all readers: those whose threads are in no call at once, the others as
 * soon as they look, which is waited for until deadline_ns. Returns how many
 * are left. No connection is leased from now on. */
int gn_pool_close(struct gn_pool *p, int64_t deadline_ns);

/* All connections must have been given back. NULL is fine. */
void gn_pool_free(struct gn_pool *p);

/* Leases a connection to l, which is initialized and stays in place until it is
 * given back; waits for one until deadline_ns. Errors: TIMEOUT (it names the
 * oldest), and those of opening. */
enum garner_code gn_pool_lease(struct gn_pool *p, int64_t deadline_ns,
                               struct gn_lease *l, struct garner_error *err);
/* By who has it BUSY or ENDING; its connection has no open statement. */
void gn_pool_give_back(struct gn_pool *p, struct gn_lease *l);

/* Gauges. */
void gn_pool_count(struct gn_pool *p, int *open, int *leased);
int gn_pool_waiting(struct gn_pool *p);

/* A copy of what is known of a reader. */
struct gn_reader {
    int64_t age_ns; /* of its snapshot */
    pid_t thread;   /* gettid(2) of who opened it */
    char sql[GN_LEASE_SQL];
};

/* Who has the oldest snapshot. false: nobody has one. */
bool gn_pool_oldest(struct gn_pool *p, struct gn_reader *oldest);

struct gn_pool_ended {
    unsigned ended;    /* these have gone, */
    unsigned asked;    /* and these will when their threads look */
    int64_t oldest_ns; /* when the oldest snapshot of the others began;
                          INT64_MAX: there are none */
};

/* Ends the readers whose snapshots began before before_ns, and reports it.
 * Thread: any that holds no lock; it may come to free much memory. */
struct gn_pool_ended gn_pool_end_old(struct gn_pool *p, int64_t before_ns);

#endif
