#include "store/farm/mend.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "store/farm/transit.h"

/* The slots of all shards as they are when it starts; nobody moves any
 * meanwhile. */
struct mending {
    struct gn_fleet *fleet;
    struct gn_layout_keys keys;
    unsigned count;
    bool done[GARNER_SLOTS]; /* of the shard that is looked at */
    struct gn_slots *slots;
};

typedef enum garner_code mend(struct gn_transit *t, struct garner_error *err);

/* What a slot needs at this shard, as the other one has it; NULL: nothing. */
static mend *remedy(const struct mending *m, unsigned number, unsigned slot)
{
    const struct gn_slots *here = &m->slots[number];
    const enum gn_slot_state there =
        (enum gn_slot_state)m->slots[here->peer[slot]].state[slot];

    if (here->state[slot] == GN_SLOT_LEAVING)
        return there == GN_SLOT_ARRIVING ? gn_transit_finish
               : there == GN_SLOT_HERE   ? gn_transit_drop
                                         : gn_transit_unfence;
    if (here->state[slot] != GN_SLOT_ARRIVING || there == GN_SLOT_LEAVING)
        return NULL; /* it is mended at the other one */
    /* A copy that came to the disk although its commit had failed, so that the
     * slot stayed where it was, and may have been written to since. */
    return there == GN_SLOT_HERE ? gn_transit_discard : gn_transit_settle;
}

/* Gathers slots that need the same as the first one does. */
static mend *gather(struct mending *m, unsigned number, struct gn_transit *t)
{
    const struct gn_slots *here = &m->slots[number];
    mend *what = NULL;
    unsigned peer = 0;
    bool arrives;

    t->count = 0;
    for (unsigned i = 0; i < GARNER_SLOTS && t->count < GN_TRANSIT_SLOTS; i++) {
        mend *needs = m->done[i] ? NULL : remedy(m, number, i);

        if (needs == NULL ||
            (what != NULL && (needs != what || here->peer[i] != peer)))
            continue;
        what = needs;
        peer = here->peer[i];
        m->done[i] = true;
        t->slots[t->count++] = i;
    }
    arrives = what == gn_transit_settle || what == gn_transit_discard;
    t->from = arrives ? peer : number;
    t->to = arrives ? number : peer;
    return what;
}

static enum garner_code mend_shards(struct mending *m, struct garner_error *err)
{
    struct gn_transit t = {.fleet = m->fleet, .keys = &m->keys};
    enum garner_code code = GARNER_OK;
    mend *what;

    for (unsigned n = 0; n < m->count && code == GARNER_OK; n++) {
        memset(m->done, 0, sizeof m->done);
        while (code == GARNER_OK && (what = gather(m, n, &t)) != NULL)
            code = what(&t, err);
    }
    return code;
}

/* true: there is something to mend. */
static bool has_traveler(const struct gn_slots *slots)
{
    for (unsigned i = 0; i < GARNER_SLOTS; i++)
        if (slots->state[i] == GN_SLOT_LEAVING ||
            slots->state[i] == GN_SLOT_ARRIVING)
            return true;
    return false;
}

enum garner_code gn_mend(struct gn_fleet *f, struct garner_error *err)
{
    struct mending *m = gn_alloc(sizeof *m);
    enum garner_code code = gn_fleet_refresh(f, err);
    bool any = false;

    if (m == NULL)
        return gn_fail(err, GARNER_NOMEM, "the slots of a farm");
    m->fleet = f;
    m->count = gn_fleet_count(f);
    /* All that a peer could be, so that none that is wrong does harm. */
    m->slots = gn_alloc(GARNER_SHARDS_MOST * sizeof m->slots[0]);
    if (m->slots == NULL)
        code = gn_fail(err, GARNER_NOMEM, "the slots of a farm");
    for (unsigned n = 0; n < m->count && code == GARNER_OK; n++) {
        code = gn_transit_slots(f, n, &m->slots[n], err);
        any = any || (code == GARNER_OK && has_traveler(&m->slots[n]));
    }
    if (code == GARNER_OK && any)
        code = gn_transit_keys(f, &m->keys, err);
    if (code == GARNER_OK && any)
        code = mend_shards(m, err);
    gn_layout_keys_fini(&m->keys);
    gn_free(m->slots);
    gn_free(m);
    return code;
}

enum garner_code gn_mend_help(struct gn_fleet *f, struct garner_error *err)
{
    enum garner_code code;

    if (f->moves == NULL)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%s was opened for reading alone", f->folder);
    code = gn_moves_begin(f->moves, 0, err);
    if (code != GARNER_OK)
        return code;
    code = gn_mend(f, err);
    gn_moves_end(f->moves);
    return code;
}
