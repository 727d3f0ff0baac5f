#include "store/farm/placement.h"

#include <stdint.h>

#include "base/hash.h"
#include "garner/farm.h"

unsigned gn_placement_slot(const void *key, size_t size)
{
    return (unsigned)(gn_hash_add(GN_HASH_START, key, size) % GARNER_SLOTS);
}

/* Lamping and Veach, A Fast, Minimal Memory, Consistent Hash Algorithm. */
unsigned gn_placement_shard(unsigned slot, unsigned shards)
{
    uint64_t state = slot;
    int64_t at = -1;
    int64_t next = 0;

    while (next < shards) {
        at = next;
        state = state * UINT64_C(2862933555777941757) + 1;
        next = (int64_t)((double)(at + 1) * ((double)(INT64_C(1) << 31) /
                                             (double)((state >> 33) + 1)));
    }
    return (unsigned)at;
}

unsigned garner_slot(const void *key, size_t size)
{
    return gn_placement_slot(key, size);
}

unsigned garner_slot_shard(unsigned slot, unsigned shards)
{
    if (shards < 1)
        return 0;
    return gn_placement_shard(slot % GARNER_SLOTS, shards < GARNER_SHARDS_MOST
                                                       ? shards
                                                       : GARNER_SHARDS_MOST);
}
