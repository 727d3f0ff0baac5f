/*
 * census.h - queries on a farm: on the shard that has a slot, or on all shards,
 * in snapshots that fit together: each slot is in exactly one of them. So no
 * row is missed or seen twice, even while slots are moved.
 *
 * Thread: any.
 */
#ifndef GN_STORE_FARM_CENSUS_H
#define GN_STORE_FARM_CENSUS_H

#include "garner/farm.h"
#include "store/farm/fleet.h"
#include "store/rows/leased.h"

/* The slots that each shard had in the last snapshot of it that was looked at:
 * they are read again only when their version is another. */
struct gn_census;

/* Errors: NOMEM. */
enum garner_code gn_census_new(struct gn_fleet *f, struct gn_census **out,
                               struct garner_error *err);
/* NULL is fine. */
void gn_census_free(struct gn_census *census);

/* A cursor on the shard that has slot. Errors: as garner_query; BUSY (moved
 * about for timeout_ms). */
enum garner_code gn_census_query(struct gn_census *census, unsigned slot,
                                 const struct gn_statement *s,
                                 struct garner_rows **rows,
                                 struct garner_error *err);

/* A cursor over the rows of all shards, in order, or of one after the other
 * (sort is NULL). Errors: as garner_query_merged; BUSY. */
enum garner_code gn_census_query_all(struct gn_census *census,
                                     const struct gn_statement *s,
                                     const struct garner_sort *sort,
                                     struct garner_rows **rows,
                                     struct garner_error *err);

#endif
