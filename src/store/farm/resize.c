/*
 * resize.c - garner_farm_resize: slots go to the shards that have them in a
 * farm of another number, a few thousand rows at a time (transit.h).
 */
#include "garner/farm.h"

#include <time.h>

#include "base/error.h"
#include "base/fault.h"
#include "base/mem.h"
#include "store/driver/sql.h"
#include "store/farm/make.h"
#include "store/farm/mend.h"
#include "store/farm/placement.h"
#include "store/farm/schema_copy.h"
#include "store/farm/transit.h"
#include "store/handle.h"

/* So many rows go together, or one slot, if it has more. */
enum { ROWS = 4096 };

struct resizing {
    struct gn_fleet *fleet;
    unsigned shards;
    gn_sql_work *note;
    struct gn_layout_keys keys;
    struct gn_slots slots; /* of the shard that is being emptied */
    int64_t weights[GARNER_SLOTS];
};

/* --- the layout ------------------------------------------------------------
 */

static enum garner_code note_start(void *context, struct gn_sqlite *c,
                                   struct garner_error *err)
{
    const struct resizing *r = context;
    struct gn_layout layout;
    enum garner_code code = gn_layout_read(c, &layout, err);

    if (code != GARNER_OK)
        return code;
    if (layout.shards != r->shards) {
        layout.before = layout.shards;
        layout.shards = r->shards;
    }
    return gn_layout_write(c, &layout, err);
}

static enum garner_code note_files(void *context, struct gn_sqlite *c,
                                   struct garner_error *err)
{
    const struct resizing *r = context;
    struct gn_layout layout;
    enum garner_code code = gn_layout_read(c, &layout, err);

    if (code == GARNER_OK && layout.files < r->shards)
        layout.files = r->shards;
    return code == GARNER_OK ? gn_layout_write(c, &layout, err) : code;
}

static enum garner_code note_end(void *context, struct gn_sqlite *c,
                                 struct garner_error *err)
{
    struct gn_layout layout;
    enum garner_code code = gn_layout_read(c, &layout, err);

    (void)context;
    layout.before = 0;
    return code == GARNER_OK ? gn_layout_write(c, &layout, err) : code;
}

static enum garner_code in_transaction(void *context, struct gn_sqlite *c,
                                       struct garner_error *err)
{
    struct resizing *r = context;

    return gn_sql_transaction(c, r->note, r, err);
}

static enum garner_code change_layout(struct resizing *r, gn_sql_work *note,
                                      struct garner_error *err)
{
    r->note = note;
    return gn_fleet_do(r->fleet, 0, in_transaction, r,
                       gn_shard_deadline_ns(r->fleet->options.timeout_ms), err);
}

/* --- more files ------------------------------------------------------------
 */

static enum garner_code make_shards(struct resizing *r,
                                    struct garner_error *err)
{
    struct gn_fleet *f = r->fleet;
    struct gn_sqlite *like;
    enum garner_code code = gn_fleet_reader(f, 0, &like, err);

    if (code != GARNER_OK)
        return code;
    for (unsigned n = gn_fleet_count(f); n < r->shards && code == GARNER_OK;
         n++)
        code = gn_farm_make_shard(f->folder, f->id, n, like, &f->options, err);
    gn_sqlite_close(like);
    GN_FAULT("resize.made");
    if (code == GARNER_OK)
        code = change_layout(r, note_files, err);
    return code == GARNER_OK ? gn_fleet_refresh(f, err) : code;
}

/* --- emptying shards -------------------------------------------------------
 */

static bool must_go(const struct resizing *r, unsigned from, unsigned slot)
{
    return r->slots.state[slot] == GN_SLOT_HERE &&
           gn_placement_shard(slot, r->shards) != from;
}

/* Whoever waits for all slots of a shard, or for a moment in which none is on
 * its way, looks every millisecond. */
static void let_others_in(void)
{
    const struct timespec pause = {.tv_nsec = 3000000L};

    (void)nanosleep(&pause, NULL);
}

/* Sends slots from one shard to another, as many together as ROWS allows. */
static enum garner_code send(struct resizing *r, unsigned from, unsigned to,
                             struct garner_error *err)
{
    struct gn_transit t = {
        .fleet = r->fleet, .keys = &r->keys, .from = from, .to = to};
    enum garner_code code = GARNER_OK;
    int64_t rows = 0;

    for (unsigned slot = 0; slot <= GARNER_SLOTS && code == GARNER_OK; slot++) {
        const bool end = slot == GARNER_SLOTS;

        if (!end && (!must_go(r, from, slot) ||
                     gn_placement_shard(slot, r->shards) != to))
            continue;
        if (t.count > 0 && (end || t.count == GN_TRANSIT_SLOTS ||
                            rows + r->weights[slot] > ROWS)) {
            code = gn_transit_go(&t, err);
            let_others_in();
            t.count = 0;
            rows = 0;
        }
        if (!end) {
            t.slots[t.count++] = slot;
            rows += r->weights[slot];
        }
    }
    return code;
}

static enum garner_code empty_shard(struct resizing *r, unsigned from,
                                    struct garner_error *err)
{
    enum garner_code code = gn_transit_slots(r->fleet, from, &r->slots, err);
    bool any = false;

    for (unsigned slot = 0; slot < GARNER_SLOTS; slot++) {
        any = any || must_go(r, from, slot);
        r->weights[slot] = 0;
    }
    if (code != GARNER_OK || !any)
        return code;
    code = gn_transit_prepare(r->fleet, from, &r->keys, err);
    if (code == GARNER_OK)
        code = gn_transit_weigh(r->fleet, from, &r->keys, r->weights, err);
    for (unsigned to = 0; to < r->shards && code == GARNER_OK; to++)
        if (to != from)
            code = send(r, from, to, err);
    return code;
}

static enum garner_code resize(struct resizing *r, struct garner_error *err)
{
    struct gn_fleet *f = r->fleet;
    enum garner_code code = gn_mend(f, err);

    if (code == GARNER_OK)
        code = gn_transit_keys(f, &r->keys, err);
    if (code == GARNER_OK)
        code = change_layout(r, note_start, err);
    if (code == GARNER_OK && gn_fleet_count(f) < r->shards)
        code = make_shards(r, err);
    for (unsigned n = 0; n < gn_fleet_count(f) && code == GARNER_OK; n++)
        code = empty_shard(r, n, err);
    GN_FAULT("resize.emptied");
    for (unsigned n = 0; n < gn_fleet_count(f) && code == GARNER_OK; n++)
        code = gn_transit_clean(f, n, err);
    return code == GARNER_OK ? change_layout(r, note_end, err) : code;
}

enum garner_code garner_farm_resize(struct garner_store *store, unsigned shards,
                                    struct garner_error *err)
{
    struct resizing *r;
    enum garner_code code = gn_handle_check(store, err);

    if (code != GARNER_OK)
        return code;
    if (store->kind != GN_HANDLE_FARM)
        return gn_fail(
            err, GARNER_MISUSE,
            "this store is one database, no farm: it has no shards to "
            "move");
    if (shards < 1 || shards > GARNER_SHARDS_MOST)
        return gn_fail(err, GARNER_MISUSE, "a farm has 1 to %d shards",
                       GARNER_SHARDS_MOST);
    if (store->farm->fleet->moves == NULL)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%s was opened for reading alone",
                       store->farm->fleet->folder);
    r = gn_alloc(sizeof *r);
    if (r == NULL)
        return gn_fail(err, GARNER_NOMEM, "the slots of a farm");
    r->fleet = store->farm->fleet;
    r->shards = shards;
    code =
        gn_moves_begin(r->fleet->moves,
                       gn_shard_deadline_ns(r->fleet->options.timeout_ms), err);
    if (code == GARNER_OK) {
        code = resize(r, err);
        gn_moves_end(r->fleet->moves);
    }
    gn_layout_keys_fini(&r->keys);
    gn_free(r);
    return code;
}
