/*
 * handle.h - what a struct garner_store is: the handle users hold.
 *
 * Thread: any.
 */
#ifndef GN_STORE_HANDLE_H
#define GN_STORE_HANDLE_H

#include "store/codecs.h"
#include "store/shard.h"

struct garner_store {
    struct gn_shard *shard;  /* constant */
    struct gn_codecs codecs; /* any thread */
};

/* The database that a call on store reads from, or writes to. Errors: MISUSE
 * (store is NULL, or the parent process's), UNSUPPORTED (not for writing). */
enum garner_code gn_handle_reads(const struct garner_store *store,
                                 struct gn_shard **shard,
                                 struct garner_error *err);
enum garner_code gn_handle_writes(const struct garner_store *store,
                                  struct gn_shard **shard,
                                  struct garner_error *err);

#endif
