/*
 * fleet.h - the open shards of a farm, and where each slot is as far as this
 * process knows.
 *
 * A route may be old: who follows it is told so by the shard (gate.h for
 * writes, the slots in a snapshot for reads). Only the router changes routes.
 *
 * Thread: any, except that gn_fleet_close must be the last call.
 */
#ifndef GN_STORE_FARM_FLEET_H
#define GN_STORE_FARM_FLEET_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/farm/layout.h"
#include "store/farm/moves.h"
#include "store/farm/slots.h"
#include "store/shard.h"

struct gn_fleet {
    /* constant */
    char *folder;
    struct garner_options options;
    char id[GN_FARM_ID];
    unsigned forks;
    struct gn_moves *moves; /* NULL: read-only */

    atomic_bool closing;
    _Atomic(struct gn_shard *) shards[GARNER_SHARDS_MOST];
    atomic_uint count; /* of them, from 0 on without a gap */
    _Atomic(uint8_t) routes[GARNER_SLOTS];

    /* by gn_fleet_on_bounce; constant then */
    void (*wake)(void *context);
    void *context;

    pthread_mutex_t lock;
    pthread_cond_t change;
    /* guarded by lock */
    bool opening; /* a thread opens shards */
};

/* Opens the farm in folder, made with that many shards if it is not there (0:
 * it must be). Errors: as garner_open; UNSUPPORTED if it has another number. */
enum garner_code gn_fleet_open(const char *folder, unsigned shards,
                               const struct garner_options *options,
                               struct gn_fleet **out, struct garner_error *err);

/* Closes the shards, within the store's timeout_ms for all. NULL is fine. */
void gn_fleet_close(struct gn_fleet *f);

/* OK, or MISUSE in a forked child; CLOSED. */
enum garner_code gn_fleet_may_use(const struct gn_fleet *f,
                                  struct garner_error *err);

/* wake is called when some gate has bounced something. Before the first write.
 */
void gn_fleet_on_bounce(struct gn_fleet *f, void (*wake)(void *context),
                        void *context);

unsigned gn_fleet_count(const struct gn_fleet *f);

/* Gives a shard, opening it, and those before it, if another process has made
 * them. Errors: NOTFOUND (the farm has none of that number), those of opening.
 */
enum garner_code gn_fleet_shard(struct gn_fleet *f, unsigned number,
                                struct gn_shard **shard,
                                struct garner_error *err);

/* The number of a shard that it gave. */
unsigned gn_fleet_number(const struct gn_fleet *f,
                         const struct gn_shard *shard);

/* The shard that is known to have a slot. */
unsigned gn_fleet_route(const struct gn_fleet *f, unsigned slot);

/* Reads the layout. Errors: those of reading. */
enum garner_code gn_fleet_layout(struct gn_fleet *f, struct gn_layout *layout,
                                 struct garner_error *err);

/* Opens what the layout counts and is not open yet. */
enum garner_code gn_fleet_refresh(struct gn_fleet *f, struct garner_error *err);

/* Closes the last shard, and removes its files: while nobody else has the farm
 * open, nor a handle of that shard. Errors: IO. */
enum garner_code gn_fleet_remove_last(struct gn_fleet *f,
                                      struct garner_error *err);

/* Runs work alone on the write connection of a shard, which it is given as
 * context and connection; it is not asked whether its slots are there. Waits
 * until deadline_ns. Errors: its own, those of garner_exec. */
typedef enum garner_code gn_fleet_work(void *context, struct gn_sqlite *c,
                                       struct garner_error *err);
enum garner_code gn_fleet_do(struct gn_fleet *f, unsigned number,
                             gn_fleet_work *work, void *context,
                             int64_t deadline_ns, struct garner_error *err);

/* Opens a connection that reads a shard, beside those of its pool, which users
 * may have leased all. Errors: as garner_open. */
enum garner_code gn_fleet_reader(struct gn_fleet *f, unsigned number,
                                 struct gn_sqlite **reader,
                                 struct garner_error *err);

/* "shard 2 (farm/002.db): " before the message of *err, whose code it returns.
 * Pure: a cursor's errors may come when the farm is closed. */
enum garner_code gn_fleet_blame(const char *folder, unsigned number,
                                enum garner_code code,
                                struct garner_error *err);

#endif
