#include "store/handle.h"

#include "base/error.h"

enum garner_code gn_handle_reads(const struct garner_store *store,
                                 struct gn_shard **shard,
                                 struct garner_error *err)
{
    if (store == NULL)
        return gn_fail(err, GARNER_MISUSE, "the store is NULL");
    *shard = store->shard;
    return gn_shard_may_read(*shard, err);
}

enum garner_code gn_handle_writes(const struct garner_store *store,
                                  struct gn_shard **shard,
                                  struct garner_error *err)
{
    if (store == NULL)
        return gn_fail(err, GARNER_MISUSE, "the store is NULL");
    *shard = store->shard;
    return gn_shard_may_write(*shard, err);
}
