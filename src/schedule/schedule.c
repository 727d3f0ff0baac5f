#include "schedule/schedule.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"

/* 2^64 over the golden ratio. Multiples of the golden ratio, fractions taken,
 * fall into the widest gap that those before left. */
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

/* How many sources were added with an interval: the next one's place in the
 * golden-ratio sequence. */
struct crowd {
    int64_t every_ms;
    uint64_t count;
};

struct gn_schedule {
    /* constant */
    int64_t start_ns;

    struct gn_heap heap;
    uint64_t random;
    struct crowd *crowds; /* by every_ms, ascending */
    size_t crowd_count;
    size_t crowd_room;
};

static struct gn_due *due_of(struct gn_heap_node *node)
{
    return (struct gn_due *)(void *)((char *)node -
                                     offsetof(struct gn_due, node));
}

enum garner_code gn_schedule_new(int64_t start_ns, uint64_t seed,
                                 struct gn_schedule **out,
                                 struct garner_error *err)
{
    struct gn_schedule *s = gn_alloc(sizeof *s);

    *out = s;
    if (s == NULL)
        return gn_fail(err, GARNER_NOMEM, "schedule");
    s->start_ns = start_ns;
    s->random = seed;
    return GARNER_OK;
}

void gn_schedule_free(struct gn_schedule *s)
{
    if (s == NULL)
        return;
    gn_heap_fini(&s->heap);
    gn_free(s->crowds);
    gn_free(s);
}

/* Where every_ms stands, or would stand, in s->crowds. */
static size_t place_of(const struct gn_schedule *s, int64_t every_ms)
{
    size_t from = 0;
    size_t end = s->crowd_count;

    while (from < end) {
        const size_t middle = from + (end - from) / 2;

        if (s->crowds[middle].every_ms < every_ms)
            from = middle + 1;
        else
            end = middle;
    }
    return from;
}

/* The crowd of every_ms, made if it is new; NULL: no memory. */
static struct crowd *join(struct gn_schedule *s, int64_t every_ms)
{
    const size_t at = place_of(s, every_ms);
    struct crowd *crowd;

    if (at < s->crowd_count && s->crowds[at].every_ms == every_ms)
        return &s->crowds[at];
    if (s->crowd_count == s->crowd_room) {
        const size_t room = s->crowd_room > 0 ? s->crowd_room * 2 : 8;

        crowd = gn_realloc(s->crowds, room * sizeof *crowd);
        if (crowd == NULL)
            return NULL;
        s->crowds = crowd;
        s->crowd_room = room;
    }
    crowd = &s->crowds[at];
    memmove(crowd + 1, crowd, (s->crowd_count++ - at) * sizeof *crowd);
    *crowd = (struct crowd){.every_ms = every_ms};
    return crowd;
}

static void replace(struct gn_schedule *s, struct gn_due *due)
{
    gn_heap_move(&s->heap, &due->node,
                 due->slot_due_ns < due->again_ns ? due->slot_due_ns
                                                  : due->again_ns);
}

static void put_back(struct gn_schedule *s, struct gn_due *due, int64_t slot_ns,
                     int64_t due_ns)
{
    due->slot_ns = slot_ns;
    due->slot_due_ns = due_ns;
    replace(s, due);
}

/* The jitter of one run. */
static int64_t put_off(struct gn_schedule *s, const struct gn_spec *spec)
{
    return spec->jitter_ms > 0
               ? gn_spec_jitter_ns(spec, gn_random_fraction(&s->random))
               : 0;
}

enum garner_code gn_schedule_add(struct gn_schedule *s, struct gn_due *due,
                                 const struct gn_spec *spec, int64_t now_ns,
                                 int64_t wall_us, struct garner_error *err)
{
    enum garner_code code = gn_spec_check(spec, err);
    struct crowd *crowd;

    if (code != GARNER_OK)
        return code;
    crowd = join(s, spec->every_ms);
    if (crowd == NULL)
        return gn_fail(err, GARNER_NOMEM, "schedule of %zu intervals",
                       s->crowd_count + 1);
    *due = (struct gn_due){
        .spec = *spec, .off_until_ns = INT64_MIN, .again_ns = INT64_MAX};
    due->phase = (double)((crowd->count * GOLDEN) >> 11) * 0x1p-53;
    due->slot_ns =
        gn_spec_first(spec, due->phase, s->start_ns, now_ns, wall_us);
    due->slot_due_ns = due->slot_ns + put_off(s, spec);
    due->node.key = due->slot_due_ns;
    code = gn_heap_add(&s->heap, &due->node, err);
    if (code == GARNER_OK)
        crowd->count++;
    return code;
}

void gn_schedule_remove(struct gn_schedule *s, struct gn_due *due)
{
    gn_heap_remove(&s->heap, &due->node);
}

int64_t gn_schedule_next_ns(const struct gn_schedule *s)
{
    const struct gn_heap_node *first = gn_heap_first(&s->heap);

    return first != NULL ? first->key : INT64_MAX;
}

/* Moves due, whose time has come, on to the first slot that has not come yet.
 * Returns how many came; *due_at_ns is when the latest of them was due. */
static uint64_t advance(struct gn_schedule *s, struct gn_due *due,
                        int64_t now_ns, int64_t wall_us, int64_t *due_at_ns)
{
    const int64_t every = due->spec.every_ms * 1000000;
    uint64_t came = 1;
    int64_t last = due->slot_ns; /* the latest slot begun by now */
    int64_t jitter;

    *due_at_ns = due->slot_due_ns;
    if (every == 0) {
        put_back(s, due, INT64_MAX, INT64_MAX);
        return came;
    }
    came += (uint64_t)((now_ns - last) / every);
    last += (int64_t)(came - 1) * every;
    if (came > 1) {
        jitter = put_off(s, &due->spec);
        if (last + jitter > now_ns) {
            /* begun, but put off: it is the next one, not one that came */
            if (--came > 1)
                *due_at_ns = last - every;
            put_back(s, due, last, last + jitter);
            return came;
        }
        *due_at_ns = last + jitter;
    }
    last = gn_spec_after(&due->spec, last, now_ns, wall_us);
    jitter = put_off(s, &due->spec);
    put_back(s, due, last, last + jitter);
    return came;
}

/* Takes the slots of due that came; false: none of them can be used. */
static bool take_slot(struct gn_schedule *s, struct gn_due *due, int64_t now_ns,
                      int64_t wall_us, int64_t *due_at_ns)
{
    const uint64_t came = advance(s, due, now_ns, wall_us, due_at_ns);

    due->due_count += came;
    if (due->running) {
        due->missed[GN_MISS_OVERLAP] += came;
        return false;
    }
    if (due->again_ns != INT64_MAX || *due_at_ns < due->off_until_ns) {
        due->missed[GN_MISS_WAITING] += came;
        return false;
    }
    due->missed[GN_MISS_LATE] += came - 1;
    due->started++;
    return true;
}

static bool take_again(struct gn_schedule *s, struct gn_due *due,
                       int64_t *due_at_ns)
{
    *due_at_ns = due->again_ns;
    due->again_ns = INT64_MAX;
    replace(s, due);
    return true;
}

struct gn_due *gn_schedule_pop(struct gn_schedule *s, int64_t now_ns,
                               int64_t wall_us, int64_t *due_at_ns)
{
    struct gn_heap_node *first = gn_heap_first(&s->heap);

    for (; first != NULL && first->key <= now_ns;
         first = gn_heap_first(&s->heap)) {
        struct gn_due *due = due_of(first);
        const bool again = due->again_ns < due->slot_due_ns;

        if (again ? take_again(s, due, due_at_ns)
                  : take_slot(s, due, now_ns, wall_us, due_at_ns)) {
            due->again = again;
            due->running = true;
            return due;
        }
    }
    return NULL;
}

void gn_schedule_put_off(struct gn_schedule *s, struct gn_due *due,
                         int64_t until_ns, bool again)
{
    GN_CHECK(!due->running);
    due->off_until_ns = until_ns;
    due->again_ns = again ? until_ns : INT64_MAX;
    replace(s, due);
}

void gn_schedule_finish(struct gn_schedule *s, struct gn_due *due)
{
    (void)s;
    GN_CHECK(due->running);
    due->running = false;
}

/* Finishes a popped source that did not start. */
static void miss(struct gn_schedule *s, struct gn_due *due, enum gn_miss reason)
{
    gn_schedule_finish(s, due);
    if (due->again)
        return;
    GN_CHECK(due->started > 0);
    due->started--;
    due->missed[reason]++;
}

void gn_schedule_refuse(struct gn_schedule *s, struct gn_due *due)
{
    miss(s, due, GN_MISS_REFUSED);
}

void gn_schedule_turn_away(struct gn_schedule *s, struct gn_due *due,
                           int64_t until_ns)
{
    miss(s, due, GN_MISS_WAITING);
    gn_schedule_put_off(s, due, until_ns, due->again);
}

const char *gn_miss_text(enum gn_miss reason)
{
    static const char *const texts[GN_MISS_REASONS] = {
        [GN_MISS_OVERLAP] = "the last run was still going on",
        [GN_MISS_LATE] = "the next slot came before this one was looked at",
        [GN_MISS_REFUSED] = "there was no room for it downstream",
        [GN_MISS_WAITING] = "it was put off after a failure",
    };

    GN_CHECK((size_t)reason < GN_MISS_REASONS);
    return texts[reason];
}
