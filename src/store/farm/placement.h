/*
 * placement.h - which slot a key belongs to, and which shard a slot. The rules
 * are public (garner/farm.h) and may never change: rows lie by them. Pure.
 */
#ifndef GN_STORE_FARM_PLACEMENT_H
#define GN_STORE_FARM_PLACEMENT_H

#include <stddef.h>

/* As garner_slot and garner_slot_shard; shards is 1 to GARNER_SHARDS_MOST. */
unsigned gn_placement_slot(const void *key, size_t size);
unsigned gn_placement_shard(unsigned slot, unsigned shards);

#endif
