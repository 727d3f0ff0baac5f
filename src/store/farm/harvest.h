/*
 * harvest.h - what the two ends of a harvest know of each other, and the steps
 * of one batch, each one transaction, synced before the next:
 *
 *   claim   shard: rows leave their table for its outbox there, numbered
 *   carry   store: they come in, and the number is noted
 *   drop    shard: they leave the outbox
 *
 * A number is noted once, in the transaction that brought the rows: whoever
 * finds a batch in an outbox carries it, or, if it was noted, only drops it.
 * There is one harvest of a farm at a time (gn_moves_begin).
 *
 * Tables in a shard: garner_outbox(source, number), one row; a source is known
 * by a random name. garner_outbox_batch(number, name, target, place), those
 * claimed. garner_out_T(garner_number, columns of T).
 * Tables in the store: garner_harvest(target), one row, its random name.
 * garner_harvested(source, number), the last that came. garner_harvest_row(
 * source, name, row), what a copy of a source's table brought.
 *
 * Thread: that of the harvest.
 */
#ifndef GN_STORE_FARM_HARVEST_H
#define GN_STORE_FARM_HARVEST_H

#include "garner/farm.h"
#include "store/farm/fleet.h"
#include "store/farm/shape.h"

enum { GN_HARVEST_ID = 33 };

struct gn_harvest {
    /* constant */
    struct gn_fleet *fleet;
    struct gn_shard *into;
    const struct garner_harvest_options *options;
    const struct gn_layout_keys *keys; /* of the farm's tables */
    char target[GN_HARVEST_ID];
    int64_t most; /* rows in a batch */

    /* of the shard that is harvested now */
    unsigned number;
    char source[GN_HARVEST_ID];
    struct gn_sqlite *reader;

    int64_t batch_rows; /* that came with the last batch */
    struct garner_harvested done;
};

/* A batch in an outbox. */
struct gn_harvest_batch {
    int64_t number; /* 0: none */
    char *table;    /* gn_free it */
    int64_t rows;   /* of a claim */
};

/* --- in the shard (harvest_source.c) -------------------------------------- */

/* Makes what is needed there, and reads the source's name. */
enum garner_code gn_harvest_open_source(struct gn_harvest *h,
                                        struct garner_error *err);

/* Gives the first batch in the outboxes. Errors: BUSY (it is for another
 * store). */
enum garner_code gn_harvest_pending(struct gn_harvest *h,
                                    struct gn_harvest_batch *batch,
                                    struct garner_error *err);

/* Claims rows of a table; none is no batch. Errors: NOTFOUND (no such table).
 */
enum garner_code gn_harvest_claim(struct gn_harvest *h, const char *table,
                                  struct gn_harvest_batch *batch,
                                  struct garner_error *err);

enum garner_code gn_harvest_drop(struct gn_harvest *h,
                                 const struct gn_harvest_batch *batch,
                                 struct garner_error *err);

/* Reads the outbox of a table as a table like the others. */
enum garner_code gn_harvest_outbox(struct gn_sqlite *c, const char *table,
                                   struct gn_shape *outbox,
                                   struct garner_error *err);

/* --- in the store (harvest_target.c) -------------------------------------- */

/* Makes what is needed there, and reads the target's name. */
enum garner_code gn_harvest_open_target(struct gn_harvest *h,
                                        struct garner_error *err);

enum garner_code gn_harvest_carry(struct gn_harvest *h,
                                  const struct gn_harvest_batch *batch,
                                  struct garner_error *err);

/* Replaces what earlier copies of the shard's table brought by what it has. */
enum garner_code gn_harvest_copy(struct gn_harvest *h, const char *table,
                                 struct garner_error *err);

/* Takes out what copies brought: the rows come by themselves now. */
enum garner_code gn_harvest_forget(struct gn_harvest *h, const char *table,
                                   struct garner_error *err);

#endif
