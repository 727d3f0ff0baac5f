/*
 * make.h - making the files of a farm.
 *
 * Each is whole before it counts: a shard has its tables from its first
 * transaction on, and the layout counts it when it is there. What was begun and
 * not finished is finished by the next who makes the same.
 *
 * Thread: any; several processes may make the same farm at once.
 */
#ifndef GN_STORE_FARM_MAKE_H
#define GN_STORE_FARM_MAKE_H

#include "garner/store.h"
#include "store/farm/slots.h"

enum { GN_FARM_PATH = 4096 };

/* Writes the path of a shard's file. Errors: UNSUPPORTED (too long). */
enum garner_code gn_farm_path(const char *folder, unsigned number,
                              char path[GN_FARM_PATH],
                              struct garner_error *err);

/* Makes the folder and shards 0 to shards - 1, which share all slots, unless
 * there is a farm. Errors: as garner_open. */
enum garner_code gn_farm_make(const char *folder, unsigned shards,
                              const struct garner_options *options,
                              struct garner_error *err);

/* Makes one more shard of the farm id, without slots, if it is not there; with
 * the tables of like, a connection to another. The layout does not count it
 * yet.
 */
enum garner_code gn_farm_make_shard(const char *folder, const char *id,
                                    unsigned number, struct gn_sqlite *like,
                                    const struct garner_options *options,
                                    struct garner_error *err);

#endif
