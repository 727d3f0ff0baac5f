#include "store/farm/census.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/farm/mend.h"
#include "store/farm/merge.h"

/* Slots are on their way for a moment at a time: look again soon. */
enum { PAUSE_NS = 1000 * 1000 };

struct gn_census {
    struct gn_fleet *fleet; /* constant */

    /* Where slots were found last. Unlike the fleet's, which writes follow, any
     * thread changes them. */
    _Atomic(uint8_t) routes[GARNER_SLOTS];

    pthread_mutex_t lock;
    /* guarded by lock */
    struct gn_slots *seen[GARNER_SHARDS_MOST]; /* NULL: never looked */
};

/* One look at a shard. */
struct look {
    struct gn_census *census;
    unsigned number;
    struct gn_slots *slots; /* as they are in the snapshot */
};

enum garner_code gn_census_new(struct gn_fleet *f, struct gn_census **out,
                               struct garner_error *err)
{
    struct gn_census *census = gn_alloc(sizeof *census);

    *out = census;
    if (census == NULL)
        return gn_fail(err, GARNER_NOMEM, "a farm");
    census->fleet = f;
    for (unsigned i = 0; i < GARNER_SLOTS; i++)
        atomic_init(&census->routes[i], (uint8_t)gn_fleet_route(f, i));
    gn_mutex_init(&census->lock);
    return GARNER_OK;
}

void gn_census_free(struct gn_census *census)
{
    if (census == NULL)
        return;
    for (size_t i = 0; i < GARNER_SHARDS_MOST; i++)
        gn_free(census->seen[i]);
    gn_mutex_fini(&census->lock);
    gn_free(census);
}

/* true: *slots is what was seen at that version. */
static bool recall(struct gn_census *census, unsigned number, int64_t version,
                   struct gn_slots *slots)
{
    const struct gn_slots *seen;
    bool known;

    gn_lock(&census->lock);
    seen = census->seen[number];
    known = seen != NULL && seen->version == version;
    if (known)
        memcpy(slots, seen, sizeof *slots);
    gn_unlock(&census->lock);
    return known;
}

static void remember(struct gn_census *census, unsigned number,
                     const struct gn_slots *slots)
{
    struct gn_slots *copy = gn_alloc(sizeof *copy);

    if (copy == NULL)
        return; /* it is only slower */
    memcpy(copy, slots, sizeof *copy);
    gn_lock(&census->lock);
    if (census->seen[number] == NULL ||
        census->seen[number]->version < copy->version) {
        struct gn_slots *old = census->seen[number];

        census->seen[number] = copy;
        copy = old;
    }
    gn_unlock(&census->lock);
    gn_free(copy);
}

/* Run in the snapshot, before the query. */
static enum garner_code look(void *context, struct gn_sqlite *c,
                             struct garner_error *err)
{
    const struct look *l = context;
    int64_t version;
    enum garner_code code = gn_slots_version(c, &version, err);

    if (code != GARNER_OK || recall(l->census, l->number, version, l->slots))
        return code;
    code = gn_slots_read(c, l->slots, err);
    if (code == GARNER_OK)
        remember(l->census, l->number, l->slots);
    return code;
}

static enum garner_code lease(struct gn_census *census, unsigned number,
                              const struct gn_statement *s,
                              struct gn_slots *slots, struct garner_rows **rows,
                              struct garner_error *err)
{
    struct look l = {census, number, slots};
    struct gn_shard *shard;
    enum garner_code code = gn_fleet_shard(census->fleet, number, &shard, err);

    if (code != GARNER_OK)
        return code;
    code = gn_rows_lease_seen(shard->pool, s, shard->options.timeout_ms, look,
                              &l, rows, err);
    return code == GARNER_OK
               ? code
               : gn_fleet_blame(census->fleet->folder, number, code, err);
}

/* false: the deadline is over. */
static bool pause_until(int64_t deadline_ns)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};

    (void)nanosleep(&pause, NULL); /* interrupted: look again sooner */
    return gn_clock_monotonic_ns() < deadline_ns;
}

static enum garner_code still_moving(const struct gn_census *census,
                                     struct garner_error *err)
{
    return gn_fail(err, GARNER_BUSY,
                   "%s: keys are on their way between shards; try again, and "
                   "finish it with 'garner resize' if it was stopped",
                   census->fleet->folder);
}

static void count_query(struct gn_fleet *f, unsigned number)
{
    struct gn_shard *shard;

    if (gn_fleet_shard(f, number, &shard, NULL) == GARNER_OK)
        atomic_fetch_add_explicit(&shard->queries, 1, memory_order_relaxed);
}

enum garner_code gn_census_query(struct gn_census *census, unsigned slot,
                                 const struct gn_statement *s,
                                 struct garner_rows **rows,
                                 struct garner_error *err)
{
    const int64_t deadline_ns =
        gn_shard_deadline_ns(census->fleet->options.timeout_ms);
    struct gn_slots slots;
    unsigned number =
        atomic_load_explicit(&census->routes[slot], memory_order_relaxed);

    for (;;) {
        enum garner_code code = lease(census, number, s, &slots, rows, err);

        if (code != GARNER_OK)
            return code;
        if (gn_slots_has(&slots, slot))
            break;
        garner_rows_close(*rows);
        *rows = NULL;
        if (slots.state[slot] == GN_SLOT_GONE) {
            number = slots.peer[slot]; /* it was there before it was gone */
        } else {
            return gn_fail(err, GARNER_CORRUPT,
                           "shard %u never had slot %u; restore a backup",
                           number, slot);
        }
        if (gn_clock_monotonic_ns() >= deadline_ns)
            return still_moving(census, err);
    }
    atomic_store_explicit(&census->routes[slot], (uint8_t)number,
                          memory_order_relaxed);
    count_query(census->fleet, number);
    return GARNER_OK;
}

/* --- all shards ------------------------------------------------------------
 */

struct all {
    unsigned count;
    struct gn_slots slots;         /* of the shard looked at last */
    uint8_t holders[GARNER_SLOTS]; /* how many have it, up to 2 */
    struct garner_rows *rows[GARNER_SHARDS_MOST];
};

static void close_all(struct all *all)
{
    for (unsigned i = 0; i < all->count; i++)
        garner_rows_close(all->rows[i]);
    all->count = 0;
}

/* Of every shard that is open; *fits: each slot was in one of them. */
static enum garner_code lease_all(struct gn_census *census,
                                  const struct gn_statement *s, struct all *all,
                                  bool *fits, struct garner_error *err)
{
    const unsigned count = gn_fleet_count(census->fleet);
    enum garner_code code = GARNER_OK;

    memset(all->holders, 0, sizeof all->holders);
    for (all->count = 0; all->count < count && code == GARNER_OK;) {
        code = lease(census, all->count, s, &all->slots, &all->rows[all->count],
                     err);
        if (code != GARNER_OK)
            break;
        all->count++;
        for (unsigned slot = 0; slot < GARNER_SLOTS; slot++)
            if (gn_slots_has(&all->slots, slot) && all->holders[slot] < 2)
                all->holders[slot]++;
    }
    *fits = code == GARNER_OK;
    for (unsigned slot = 0; slot < GARNER_SLOTS && *fits; slot++)
        *fits = all->holders[slot] == 1;
    if (!*fits)
        close_all(all);
    return code;
}

static enum garner_code lease_fitting(struct gn_census *census,
                                      const struct gn_statement *s,
                                      struct all *all, struct garner_error *err)
{
    const int64_t deadline_ns =
        gn_shard_deadline_ns(census->fleet->options.timeout_ms);
    bool fits = false;
    enum garner_code code = gn_fleet_refresh(census->fleet, err);

    while (code == GARNER_OK) {
        code = lease_all(census, s, all, &fits, err);
        if (code != GARNER_OK || fits)
            break;
        if (!pause_until(deadline_ns))
            return still_moving(census, err);
        (void)gn_mend_help(census->fleet, NULL); /* who moved may be dead */
        code = gn_fleet_refresh(census->fleet, err);
    }
    return code;
}

enum garner_code gn_census_query_all(struct gn_census *census,
                                     const struct gn_statement *s,
                                     const struct garner_sort *sort,
                                     struct garner_rows **rows,
                                     struct garner_error *err)
{
    struct all *all = gn_alloc(sizeof *all);
    enum garner_code code;

    if (all == NULL)
        return gn_fail(err, GARNER_NOMEM, "a cursor over all shards");
    code = lease_fitting(census, s, all, err);
    if (code == GARNER_OK)
        code = gn_merge_open(all->rows, all->count, sort, census->fleet->folder,
                             rows, err);
    if (code == GARNER_OK)
        count_query(census->fleet, 0);
    else
        close_all(all);
    gn_free(all);
    return code;
}
