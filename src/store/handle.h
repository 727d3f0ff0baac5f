/*
 * handle.h - what a struct garner_store is: the handle users hold. A farm has
 * one for itself, one for each shard it may have, and one for each slot, all in
 * one piece of memory.
 *
 * Thread: any.
 */
#ifndef GN_STORE_HANDLE_H
#define GN_STORE_HANDLE_H

#include "store/codecs.h"
#include "store/farm/census.h"
#include "store/farm/fleet.h"
#include "store/farm/router.h"
#include "store/shard.h"

/* A farm that is open. */
struct gn_farm {
    struct gn_fleet *fleet;
    struct gn_census *census;
    struct gn_router *router; /* NULL: read-only */
};

enum gn_handle_kind {
    GN_HANDLE_STORE, /* one database by itself */
    GN_HANDLE_FARM,
    GN_HANDLE_SHARD, /* of a farm, by its number */
    GN_HANDLE_SLOT,  /* the shard that has it */
};

/* constant; what codecs points to is any thread's */
struct garner_store {
    enum gn_handle_kind kind;
    unsigned number;        /* SHARD, SLOT */
    struct gn_shard *shard; /* STORE */
    struct gn_farm *farm;   /* the others */
    struct gn_codecs *codecs;
};

/* Gives the handle of a database, or that of a farm, taking it on OK. Errors:
 * NOMEM. */
enum garner_code gn_handle_new(struct gn_shard *shard,
                               struct garner_store **store,
                               struct garner_error *err);
enum garner_code gn_handle_new_farm(const struct gn_farm *farm,
                                    struct garner_store **store,
                                    struct garner_error *err);
/* Frees the handle alone; of a farm, all of them. */
void gn_handle_free(struct garner_store *store);

/* The handles of a farm's, by number. */
struct garner_store *gn_handle_shard(struct garner_store *farm,
                                     unsigned number);
struct garner_store *gn_handle_slot(struct garner_store *farm, unsigned slot);

/* The options it was opened with. */
const struct garner_options *
gn_handle_options(const struct garner_store *store);

/* OK, or MISUSE (store is NULL, or the parent process's), CLOSED. */
enum garner_code gn_handle_check(const struct garner_store *store,
                                 struct garner_error *err);

/* The one database that a call on store reads from, or writes to, whatever keys
 * it is about. Errors: MISUSE (as above; a farm, or a key's handle),
 * UNSUPPORTED (not for writing). */
enum garner_code gn_handle_reads(const struct garner_store *store,
                                 struct gn_shard **shard,
                                 struct garner_error *err);
enum garner_code gn_handle_writes(const struct garner_store *store,
                                  struct gn_shard **shard,
                                  struct garner_error *err);

/* Where a write goes: the same, or the shard that has the key, for now. */
struct gn_target {
    struct gn_shard *shard;
    unsigned slot; /* for the ticket */
};

enum garner_code gn_handle_target(const struct garner_store *store,
                                  struct gn_target *target,
                                  struct garner_error *err);

/* A ticket for target was moved: waits, until deadline_ns, for a target that is
 * worth while. Errors: BUSY, as gn_router_ask. */
enum garner_code gn_handle_again(const struct garner_store *store,
                                 struct gn_target *target, int64_t deadline_ns,
                                 struct garner_error *err);

#endif
