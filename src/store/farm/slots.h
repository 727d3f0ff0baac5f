/*
 * slots.h - which slots a shard has, as its database says. Tables:
 *
 *   garner_shard(farm, number, version)   one row; version counts the changes
 *   garner_slot(slot, state, peer)        slots that are here, or were
 *
 * A slot's rows are in a shard exactly when its state there is HERE, LEAVING or
 * ARRIVING: state and rows change in one transaction. On its way from a shard
 * to another (transit.h) a slot is
 *
 *   HERE -> LEAVING         nobody writes it any more; peer is where it goes
 *           AWAY -> ARRIVING   there, with a copy of its rows; peer is the
 * first LEAVING -> GONE         the rows are deleted; peer is where they went
 *           ARRIVING -> HERE   it is written there
 *
 * so at least one shard has all its rows at any time, and at most one may write
 * them. An ARRIVING one proves that the copy is complete.
 *
 * Thread: the connection's.
 */
#ifndef GN_STORE_FARM_SLOTS_H
#define GN_STORE_FARM_SLOTS_H

#include <stdbool.h>

#include "garner/farm.h"
#include "store/driver/sqlite.h"

enum gn_slot_state {
    GN_SLOT_AWAY, /* has no row in garner_slot */
    GN_SLOT_HERE,
    GN_SLOT_LEAVING,
    GN_SLOT_ARRIVING,
    GN_SLOT_GONE,
};

struct gn_slots {
    int64_t version;
    uint8_t state[GARNER_SLOTS]; /* enum gn_slot_state */
    uint8_t peer[GARNER_SLOTS];
};

/* The slot's rows are there. */
bool gn_slots_has(const struct gn_slots *slots, unsigned slot);

enum { GN_FARM_ID = 33 };

struct gn_shard_name {
    char farm[GN_FARM_ID]; /* the same in all shards of a farm */
    unsigned number;
};

/* Makes the tables in a transaction of the caller's, if they are not there;
 * slots: those that it then has (of shards), 0: none. Errors: those of writing.
 */
enum garner_code gn_slots_make(struct gn_sqlite *c,
                               const struct gn_shard_name *name,
                               unsigned shards, struct garner_error *err);

/* Reads whose shard it is. NOTFOUND, without a message: none's. */
enum garner_code gn_slots_name(struct gn_sqlite *c, struct gn_shard_name *name,
                               struct garner_error *err);

/* Reads the version; or all, in a session (session.h) or with the turn to
 * write. Errors: CORRUPT, those of reading. */
enum garner_code gn_slots_version(struct gn_sqlite *c, int64_t *version,
                                  struct garner_error *err);
enum garner_code gn_slots_read(struct gn_sqlite *c, struct gn_slots *slots,
                               struct garner_error *err);

/* In a transaction of the caller's: sets the state of a slot, and its peer;
 * the same for one that is in the state before, else CORRUPT; and says that
 * some were set. */
enum garner_code gn_slots_set(struct gn_sqlite *c, unsigned slot,
                              enum gn_slot_state state, unsigned peer,
                              struct garner_error *err);
enum garner_code gn_slots_move(struct gn_sqlite *c, unsigned slot,
                               enum gn_slot_state before,
                               enum gn_slot_state after, unsigned peer,
                               struct garner_error *err);
enum garner_code gn_slots_changed(struct gn_sqlite *c,
                                  struct garner_error *err);

#endif
