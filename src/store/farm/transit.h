/*
 * transit.h - slots on their way from a shard to another. Each step is one
 * transaction on one shard, synced before the next:
 *
 *   fence    first shard:  HERE -> LEAVING; and an index by slot is there
 *   copy     second shard: their rows, and ARRIVING
 *   drop     first shard:  their rows are deleted, and GONE
 *   settle   second shard: ARRIVING -> HERE
 *
 * Whoever dies between two steps leaves slots that nobody may write, until the
 * next who has the moves (moves.h) mends that (mend.h).
 *
 * The index keeps foreign connections from writing between copy and drop, as
 * they lack garner_slot (a DELETE without a WHERE needs no index: it is not
 * kept off); garner's own are kept off by the gate.
 *
 * Thread: the one that has the moves (moves.h).
 */
#ifndef GN_STORE_FARM_TRANSIT_H
#define GN_STORE_FARM_TRANSIT_H

#include "store/farm/fleet.h"
#include "store/farm/layout.h"

enum { GN_TRANSIT_SLOTS = 256 }; /* most that go together */

struct gn_transit {
    struct gn_fleet *fleet;
    const struct gn_layout_keys *keys; /* of the tables whose rows go */
    unsigned from;
    unsigned to;
    unsigned slots[GN_TRANSIT_SLOTS];
    size_t count;
};

/* Makes the index of each table of a shard that has a key; writers of the shard
 * wait meanwhile. Or drops them. */
enum garner_code gn_transit_prepare(struct gn_fleet *f, unsigned number,
                                    const struct gn_layout_keys *keys,
                                    struct garner_error *err);
enum garner_code gn_transit_clean(struct gn_fleet *f, unsigned number,
                                  struct garner_error *err);

/* Reads which slots a shard has. */
enum garner_code gn_transit_slots(struct gn_fleet *f, unsigned number,
                                  struct gn_slots *slots,
                                  struct garner_error *err);

/* Reads which tables have a key (gn_layout_keys_fini, after an error too). */
enum garner_code gn_transit_keys(struct gn_fleet *f,
                                 struct gn_layout_keys *keys,
                                 struct garner_error *err);

/* Adds to weights how many rows each slot has in a shard. */
enum garner_code gn_transit_weigh(struct gn_fleet *f, unsigned number,
                                  const struct gn_layout_keys *keys,
                                  int64_t weights[GARNER_SLOTS],
                                  struct garner_error *err);

/* Moves the slots, which are HERE in from. On an error none of them is moved,
 * or they wait to be mended. Errors: as garner_farm_resize. */
enum garner_code gn_transit_go(struct gn_transit *t, struct garner_error *err);

/* Single steps, for who finds slots on their way (mend.h): deletes the rows of
 * those that are LEAVING and have been copied; settles those that are ARRIVING
 * and have been dropped; both; takes back the fence of those not copied;
 * deletes the copy of those whose fence was taken back. */
enum garner_code gn_transit_drop(struct gn_transit *t,
                                 struct garner_error *err);
enum garner_code gn_transit_settle(struct gn_transit *t,
                                   struct garner_error *err);
enum garner_code gn_transit_finish(struct gn_transit *t,
                                   struct garner_error *err);
enum garner_code gn_transit_unfence(struct gn_transit *t,
                                    struct garner_error *err);
enum garner_code gn_transit_discard(struct gn_transit *t,
                                    struct garner_error *err);

#endif
