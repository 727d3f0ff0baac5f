/*
 * open.h - a farm as one store: opened, flushed, counted and closed as a
 * whole.
 *
 * Thread: as garner/store.h.
 */
#ifndef GN_STORE_FARM_OPEN_H
#define GN_STORE_FARM_OPEN_H

#include "store/handle.h"

/* As garner_open on a folder; shards is 0 if the URL does not say. */
enum garner_code gn_farm_open(const char *folder, unsigned shards,
                              const struct garner_options *options,
                              struct garner_store **store,
                              struct garner_error *err);

/* As garner_close on the farm's own handle. */
void gn_farm_close(struct garner_store *store);

/* As garner_flush, on all shards. */
enum garner_code gn_farm_flush(struct gn_farm *farm, struct garner_error *err);

/* The sums over all shards; and what is the largest, of the largest. */
void gn_farm_stats(struct gn_farm *farm, struct garner_stats *stats);

#endif
