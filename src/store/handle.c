#include "store/handle.h"

#include <time.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"

/* The farm's own, then its shards', then its slots'. */
enum {
    SHARDS_AT = 1,
    SLOTS_AT = SHARDS_AT + GARNER_SHARDS_MOST,
    HANDLES = SLOTS_AT + GARNER_SLOTS,
};

enum garner_code gn_handle_new(struct gn_shard *shard,
                               struct garner_store **store,
                               struct garner_error *err)
{
    struct garner_store *s = gn_alloc(sizeof *s);
    struct gn_codecs *codecs = gn_alloc(sizeof *codecs);

    *store = s;
    if (s == NULL || codecs == NULL) {
        gn_free(codecs);
        gn_free(s);
        *store = NULL;
        return gn_fail(err, GARNER_NOMEM, "a store");
    }
    gn_codecs_init(codecs);
    s->shard = shard;
    s->codecs = codecs;
    return GARNER_OK;
}

enum garner_code gn_handle_new_farm(const struct gn_farm *farm,
                                    struct garner_store **store,
                                    struct garner_error *err)
{
    struct gn_farm *kept = gn_alloc(sizeof *kept);
    struct garner_store *s = gn_alloc(HANDLES * sizeof *s);
    struct gn_codecs *codecs = gn_alloc(sizeof *codecs);

    *store = s;
    if (kept == NULL || s == NULL || codecs == NULL) {
        gn_free(kept);
        gn_free(codecs);
        gn_free(s);
        *store = NULL;
        return gn_fail(err, GARNER_NOMEM, "a farm");
    }
    *kept = *farm;
    gn_codecs_init(codecs);
    s[0].kind = GN_HANDLE_FARM;
    for (unsigned i = 0; i < GARNER_SHARDS_MOST; i++)
        s[SHARDS_AT + i] =
            (struct garner_store){.kind = GN_HANDLE_SHARD, .number = i};
    for (unsigned i = 0; i < GARNER_SLOTS; i++)
        s[SLOTS_AT + i] =
            (struct garner_store){.kind = GN_HANDLE_SLOT, .number = i};
    for (unsigned i = 0; i < HANDLES; i++) {
        s[i].farm = kept;
        s[i].codecs = codecs;
    }
    return GARNER_OK;
}

void gn_handle_free(struct garner_store *store)
{
    gn_codecs_fini(store->codecs);
    gn_free(store->codecs);
    gn_free(store->farm);
    gn_free(store);
}

struct garner_store *gn_handle_shard(struct garner_store *farm, unsigned number)
{
    return farm + SHARDS_AT + number;
}

struct garner_store *gn_handle_slot(struct garner_store *farm, unsigned slot)
{
    return farm + SLOTS_AT + slot;
}

const struct garner_options *gn_handle_options(const struct garner_store *store)
{
    return store->kind == GN_HANDLE_STORE ? &store->shard->options
                                          : &store->farm->fleet->options;
}

enum garner_code gn_handle_check(const struct garner_store *store,
                                 struct garner_error *err)
{
    if (store == NULL)
        return gn_fail(err, GARNER_MISUSE, "the store is NULL");
    return store->kind == GN_HANDLE_STORE
               ? gn_shard_may_read(store->shard, err)
               : gn_fleet_may_use(store->farm->fleet, err);
}

static enum garner_code refuse_farm(const struct garner_store *store,
                                    struct garner_error *err)
{
    return gn_fail(err, GARNER_MISUSE,
                   "%s is a farm of %u databases: choose one with garner_shard "
                   "(by a key), garner_shard_at (by its number), all with "
                   "garner_exec_all, or open one of its files",
                   store->farm->fleet->folder,
                   gn_fleet_count(store->farm->fleet));
}

/* Of a shard that is known by its number. */
static enum garner_code shard_of(const struct garner_store *store,
                                 struct gn_shard **shard,
                                 struct garner_error *err)
{
    enum garner_code code = gn_handle_check(store, err);

    if (code != GARNER_OK)
        return code;
    if (store->kind == GN_HANDLE_FARM)
        return refuse_farm(store, err);
    if (store->kind == GN_HANDLE_SLOT)
        return gn_fail(err, GARNER_MISUSE,
                       "this call is for one database, and a key may move to "
                       "another: use garner_shard_at");
    if (store->kind == GN_HANDLE_SHARD)
        return gn_fleet_shard(store->farm->fleet, store->number, shard, err);
    *shard = store->shard;
    return GARNER_OK;
}

enum garner_code gn_handle_reads(const struct garner_store *store,
                                 struct gn_shard **shard,
                                 struct garner_error *err)
{
    return shard_of(store, shard, err);
}

enum garner_code gn_handle_writes(const struct garner_store *store,
                                  struct gn_shard **shard,
                                  struct garner_error *err)
{
    const enum garner_code code = shard_of(store, shard, err);

    return code == GARNER_OK ? gn_shard_may_write(*shard, err) : code;
}

enum garner_code gn_handle_target(const struct garner_store *store,
                                  struct gn_target *target,
                                  struct garner_error *err)
{
    enum garner_code code;

    target->slot = 0;
    if (store == NULL || store->kind != GN_HANDLE_SLOT)
        return gn_handle_writes(store, &target->shard, err);
    code = gn_handle_check(store, err);
    if (code != GARNER_OK)
        return code;
    target->slot = store->number + 1;
    code = gn_fleet_shard(store->farm->fleet,
                          gn_fleet_route(store->farm->fleet, store->number),
                          &target->shard, err);
    return code == GARNER_OK ? gn_shard_may_write(target->shard, err) : code;
}

/* Of a shard that was opened by itself, without a farm that could tell. */
static enum garner_code wait_a_moment(int64_t deadline_ns,
                                      struct garner_error *err)
{
    const struct timespec pause = {.tv_nsec = 1000000L};

    if (gn_clock_monotonic_ns() >= deadline_ns)
        return gn_fail(err, GARNER_BUSY,
                       "keys of this shard of a farm were being moved until "
                       "the deadline; it was not run");
    (void)nanosleep(&pause, NULL); /* interrupted: look again sooner */
    return GARNER_OK;
}

enum garner_code gn_handle_again(const struct garner_store *store,
                                 struct gn_target *target, int64_t deadline_ns,
                                 struct garner_error *err)
{
    const unsigned number =
        store->kind == GN_HANDLE_SLOT
            ? gn_fleet_number(store->farm->fleet, target->shard)
            : store->number;
    enum garner_code code;

    if (store->kind == GN_HANDLE_STORE)
        return wait_a_moment(deadline_ns, err);
    code = gn_router_ask(store->farm->router, number, target->slot, deadline_ns,
                         err);
    return code == GARNER_OK ? gn_handle_target(store, target, err) : code;
}
