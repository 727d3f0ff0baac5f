#include "schedule/schedule.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"
#include "schedule/crowd.h"

/* By so much the clocks may drift apart before slots are placed again. */
#define DRIFT_US INT64_C(1000000)
/* A wall clock set back by less brings no slot again, as with cron(8). */
#define SET_BACK_US (INT64_C(3) * 3600 * 1000000)

struct gn_schedule {
    /* constant */
    int64_t start_ns;

    struct gn_heap heap;
    bool has_shift;
    int64_t shift_us; /* wall clock - monotonic, as slots were placed by */
    size_t paused;
    uint64_t random;
    struct gn_crowds crowds;
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
    gn_crowds_fini(&s->crowds);
    gn_free(s);
}

/* When to look at it next. */
static int64_t key_of(const struct gn_due *due)
{
    int64_t key = due->slot_due_ns;

    if (due->again_ns < key)
        key = due->again_ns;
    if (due->owed_ns < key && !due->running)
        key = due->owed_ns;
    if (due->paused)
        key = INT64_MAX;
    if (due->asked_ns < key && !due->running)
        key = due->asked_ns;
    return key;
}

static void replace(struct gn_schedule *s, struct gn_due *due)
{
    if (due->node.at != 0)
        gn_heap_move(&s->heap, &due->node, key_of(due));
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

/* --- slots on the wall clock --------------------------------------------- */

/* When wall time at_us is on the monotonic clock. */
static int64_t to_ns(int64_t at_us, int64_t now_ns, int64_t wall_us)
{
    return at_us == INT64_MAX ? INT64_MAX : now_ns + (at_us - wall_us) * 1000;
}

/* Puts due back at a slot on the wall clock. */
static void put_on_wall(struct gn_schedule *s, struct gn_due *due,
                        int64_t slot_us, int64_t now_ns, int64_t wall_us)
{
    const int64_t slot_ns = to_ns(slot_us, now_ns, wall_us);

    due->slot_us = slot_us;
    put_back(s, due, slot_ns,
             slot_ns == INT64_MAX ? slot_ns : slot_ns + put_off(s, &due->spec));
}

/* The wall clock was set: by so much its slots come sooner. */
static void shift(struct gn_due *due, int64_t by_us, int64_t now_ns,
                  int64_t wall_us)
{
    const int64_t put_off_ns = due->slot_due_ns - due->slot_ns;

    if (!gn_spec_on_wall(&due->spec) || due->slot_ns == INT64_MAX)
        return;
    if (by_us < -SET_BACK_US)
        due->slot_us = gn_spec_wall_first(&due->spec, due->phase, wall_us);
    due->slot_ns = to_ns(due->slot_us, now_ns, wall_us);
    due->slot_due_ns =
        due->slot_ns == INT64_MAX ? INT64_MAX : due->slot_ns + put_off_ns;
    due->node.key = key_of(due);
}

/* Places slots again when somebody has set the wall clock, or the machine has
 * slept, which the monotonic clock does not count. */
static void follow(struct gn_schedule *s, int64_t now_ns, int64_t wall_us)
{
    const int64_t shift_us = wall_us - now_ns / 1000;
    const int64_t by_us = shift_us - s->shift_us;

    if (s->has_shift && by_us < DRIFT_US && by_us > -DRIFT_US)
        return;
    for (size_t i = 0; i < s->heap.count; i++)
        shift(due_of(s->heap.nodes[i]), by_us, now_ns, wall_us);
    gn_heap_order(&s->heap);
    s->shift_us = shift_us;
    s->has_shift = true;
}

/* --- adding -------------------------------------------------------------- */

static void place_first(struct gn_schedule *s, struct gn_due *due,
                        int64_t now_ns, int64_t wall_us)
{
    const struct gn_spec *spec = &due->spec;

    if (gn_spec_on_wall(spec)) {
        follow(s, now_ns, wall_us);
        put_on_wall(s, due, gn_spec_wall_first(spec, due->phase, wall_us),
                    now_ns, wall_us);
        return;
    }
    due->slot_ns =
        gn_spec_first(spec, due->phase, s->start_ns, now_ns, wall_us);
    due->slot_due_ns = due->slot_ns + put_off(s, spec);
}

enum garner_code gn_schedule_add(struct gn_schedule *s, struct gn_due *due,
                                 const struct gn_spec *spec, int64_t now_ns,
                                 int64_t wall_us, struct garner_error *err)
{
    enum garner_code code = gn_spec_check(spec, err);
    struct gn_crowd *crowd;

    if (code != GARNER_OK)
        return code;
    crowd = gn_crowds_find(&s->crowds, spec->every_ms);
    if (crowd == NULL)
        return gn_fail(err, GARNER_NOMEM, "schedule of %zu intervals",
                       s->crowds.count + 1);
    *due = (struct gn_due){.spec = *spec,
                           .off_until_ns = INT64_MIN,
                           .again_ns = INT64_MAX,
                           .owed_ns = INT64_MAX,
                           .asked_ns = INT64_MAX};
    due->phase = gn_crowd_phase(crowd);
    place_first(s, due, now_ns, wall_us);
    due->node.key = key_of(due);
    code = gn_heap_add(&s->heap, &due->node, err);
    if (code == GARNER_OK)
        crowd->count++;
    return code;
}

void gn_schedule_make_up(struct gn_due *due)
{
    due->spec.once = true;
}

/* When an interval, whose slots are nobody's but its own, goes on. */
static int64_t go_on_ns(const struct gn_due *due, int64_t left_us,
                        int64_t now_ns)
{
    const struct gn_spec *spec = &due->spec;
    const int64_t every_us = spec->every_ms * 1000;
    const int64_t most_us =
        gn_adapts(&spec->adapt) ? spec->adapt.most_ms * 1000 : every_us;

    if (left_us <= 0)
        left_us = every_us - (-left_us % every_us);
    return left_us > most_us ? due->slot_ns : now_ns + left_us * 1000;
}

void gn_schedule_resume(struct gn_schedule *s, struct gn_due *due,
                        int64_t next_us, int64_t now_ns, int64_t wall_us)
{
    const struct gn_spec *spec = &due->spec;
    const int64_t left_us = next_us - wall_us;
    int64_t slot_ns;

    if (!gn_spec_recurs(spec))
        return;
    if (!gn_spec_on_wall(spec) && !spec->align) {
        slot_ns = go_on_ns(due, left_us, now_ns);
        put_back(s, due, slot_ns, slot_ns + put_off(s, spec));
    }
    if (left_us <= 0 && spec->once) {
        due->owed_ns = due->owed_at_ns = now_ns;
        due->owed_for = GN_MISS_LATE;
        replace(s, due);
    }
}

void gn_schedule_adapt(struct gn_schedule *s, struct gn_due *due,
                       int64_t every_ms, int64_t now_ns, int64_t wall_us)
{
    const int64_t every_ns = every_ms * 1000000;
    int64_t next_ns = due->taken_at_ns + every_ns;

    GN_CHECK(due->spec.every_ms != 0 && !due->spec.align);
    due->spec.every_ms = every_ms;
    if (next_ns <= now_ns)
        next_ns += ((now_ns - next_ns) / every_ns + 1) * every_ns;
    if (gn_spec_on_wall(&due->spec))
        put_on_wall(s, due,
                    gn_spec_wall_fit(&due->spec, due->phase,
                                     wall_us + (next_ns - now_ns) / 1000),
                    now_ns, wall_us);
    else
        put_back(s, due, next_ns, next_ns + put_off(s, &due->spec));
}

int64_t gn_schedule_slot_us(const struct gn_due *due, int64_t now_ns,
                            int64_t wall_us)
{
    if (due->owed_ns != INT64_MAX)
        return wall_us - (now_ns - due->owed_at_ns) / 1000;
    return gn_spec_on_wall(&due->spec)
               ? due->slot_us
               : wall_us + (due->slot_ns - now_ns) / 1000;
}

void gn_schedule_remove(struct gn_schedule *s, struct gn_due *due)
{
    s->paused -= due->paused;
    gn_heap_remove(&s->heap, &due->node);
}

int64_t gn_schedule_next_ns(const struct gn_schedule *s)
{
    const struct gn_heap_node *first = gn_heap_first(&s->heap);

    return first != NULL ? first->key : INT64_MAX;
}

/* The same for slots on the wall clock; see below. */
static uint64_t advance_on_wall(struct gn_schedule *s, struct gn_due *due,
                                int64_t now_ns, int64_t wall_us,
                                int64_t *due_at_ns)
{
    /* what is due is, by a clock that was set back less than is followed */
    const int64_t reached_us = wall_us > due->slot_us ? wall_us : due->slot_us;
    int64_t last_us;
    int64_t next_us;
    const uint64_t came = gn_spec_wall_pass(
        &due->spec, due->phase, due->slot_us, reached_us, &last_us, &next_us);

    *due_at_ns =
        came == 1 ? due->slot_due_ns : to_ns(last_us, now_ns, reached_us);
    put_on_wall(s, due, next_us, now_ns, wall_us);
    return came;
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

    if (gn_spec_on_wall(&due->spec))
        return advance_on_wall(s, due, now_ns, wall_us, due_at_ns);
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

/* --- taking -------------------------------------------------------------- */

/* A slot that waits will not start any more. */
static void lose_owed(struct gn_due *due)
{
    if (due->owed_ns == INT64_MAX)
        return;
    due->owed_ns = INT64_MAX;
    due->due_count++;
    due->missed[due->owed_for]++;
}

/* Slots of due came, and none of them can start now. The latest one, due at
 * due_at_ns, waits until until_ns if wait says so; the others are missed. */
static void pass_over(struct gn_due *due, uint64_t came, enum gn_miss reason,
                      bool wait, int64_t due_at_ns, int64_t until_ns)
{
    lose_owed(due);
    came -= wait;
    due->due_count += came;
    due->missed[reason] += came;
    if (!wait)
        return;
    due->owed_ns = until_ns;
    due->owed_at_ns = due_at_ns;
    due->owed_for = reason;
}

/* Takes the slots of due that came; false: none of them can be used. */
static bool take_slot(struct gn_schedule *s, struct gn_due *due, int64_t now_ns,
                      int64_t wall_us, int64_t *due_at_ns)
{
    const struct gn_spec *spec = &due->spec;
    const uint64_t came = advance(s, due, now_ns, wall_us, due_at_ns);
    const bool again = due->again_ns != INT64_MAX;

    if (due->running) {
        pass_over(due, came, GN_MISS_OVERLAP, spec->queue || spec->once,
                  *due_at_ns, *due_at_ns);
    } else if (again || *due_at_ns < due->off_until_ns) {
        pass_over(due, came, GN_MISS_WAITING, spec->once && !again, *due_at_ns,
                  due->off_until_ns);
    } else {
        lose_owed(due);
        due->due_count += came;
        due->missed[GN_MISS_LATE] += came - 1;
        due->started++;
        replace(s, due);
        return true;
    }
    replace(s, due);
    return false;
}

/* The window of the slot that waits is closed: it waits until that opens. */
static void wait_on(struct gn_due *due, int64_t now_ns, int64_t wall_us)
{
    const int64_t opens_s =
        gn_window_opens(due->spec.window, due->spec.zone, wall_us / 1000000);

    if (opens_s == INT64_MAX)
        lose_owed(due);
    else
        due->owed_ns = to_ns(opens_s * 1000000, now_ns, wall_us);
}

/* Takes the slot that waits; false: it waits on. */
static bool take_owed(struct gn_schedule *s, struct gn_due *due, int64_t now_ns,
                      int64_t wall_us, int64_t *due_at_ns)
{
    const struct gn_spec *spec = &due->spec;
    const bool open =
        spec->window == NULL ||
        gn_window_has(spec->window, spec->zone, wall_us / 1000000);

    if (open) {
        *due_at_ns = due->owed_at_ns;
        due->owed_ns = INT64_MAX;
        due->due_count++;
        due->started++;
    } else {
        wait_on(due, now_ns, wall_us);
    }
    replace(s, due);
    return open;
}

static void take_again(struct gn_schedule *s, struct gn_due *due,
                       int64_t *due_at_ns)
{
    *due_at_ns = due->again_ns;
    due->again_ns = INT64_MAX;
    replace(s, due);
}

static bool is_asked(const struct gn_due *due, int64_t now_ns)
{
    return !due->running && due->asked_ns <= now_ns;
}

/* Takes what is asked for; it stands for what was put off. */
static void take_asked(struct gn_schedule *s, struct gn_due *due,
                       int64_t *due_at_ns)
{
    *due_at_ns = due->asked_ns;
    due->asked_ns = INT64_MAX;
    due->again_ns = INT64_MAX;
    due->off_until_ns = INT64_MIN;
    replace(s, due);
}

/* Takes what due is looked at for; false: it may not start. */
static bool take(struct gn_schedule *s, struct gn_due *due, int64_t now_ns,
                 int64_t wall_us, int64_t *due_at_ns)
{
    const bool by_hand = is_asked(due, now_ns);
    const bool again =
        !by_hand && due->again_ns <= now_ns && due->again_ns < due->slot_due_ns;

    if (by_hand)
        take_asked(s, due, due_at_ns);
    else if (again)
        take_again(s, due, due_at_ns);
    else if (due->slot_due_ns <= now_ns
                 ? !take_slot(s, due, now_ns, wall_us, due_at_ns)
                 : !take_owed(s, due, now_ns, wall_us, due_at_ns))
        return false; /* what runs is what it was */
    due->by_hand = by_hand;
    due->again = again;
    due->running = true;
    due->taken_at_ns = *due_at_ns;
    return true;
}

struct gn_due *gn_schedule_pop(struct gn_schedule *s, int64_t now_ns,
                               int64_t wall_us, int64_t *due_at_ns)
{
    struct gn_heap_node *first;

    follow(s, now_ns, wall_us);
    for (first = gn_heap_first(&s->heap); first != NULL && first->key <= now_ns;
         first = gn_heap_first(&s->heap)) {
        struct gn_due *due = due_of(first);

        if (take(s, due, now_ns, wall_us, due_at_ns))
            return due;
    }
    return NULL;
}

void gn_schedule_put_off(struct gn_schedule *s, struct gn_due *due,
                         int64_t until_ns, bool again)
{
    GN_CHECK(!due->running);
    due->off_until_ns = until_ns;
    due->again_ns = again ? until_ns : INT64_MAX;
    if (again)
        lose_owed(due); /* that run makes up for it */
    else if (due->owed_ns < until_ns)
        due->owed_ns = until_ns;
    replace(s, due);
}

void gn_schedule_finish(struct gn_schedule *s, struct gn_due *due)
{
    GN_CHECK(due->running);
    due->running = false;
    if (due->asked_ns != INT64_MAX || due->owed_ns != INT64_MAX)
        replace(s, due);
}

void gn_schedule_ask(struct gn_schedule *s, struct gn_due *due, int64_t now_ns)
{
    if (due->asked_ns > now_ns)
        due->asked_ns = now_ns;
    replace(s, due);
}

void gn_schedule_pause(struct gn_schedule *s, struct gn_due *due)
{
    s->paused += !due->paused;
    due->paused = true;
    lose_owed(due);
    replace(s, due);
}

void gn_schedule_unpause(struct gn_schedule *s, struct gn_due *due,
                         int64_t now_ns, int64_t wall_us)
{
    int64_t due_at_ns;

    follow(s, now_ns, wall_us);
    s->paused -= due->paused;
    due->paused = false;
    if (due->slot_due_ns <= now_ns && gn_spec_recurs(&due->spec))
        (void)advance(s, due, now_ns, wall_us, &due_at_ns);
    replace(s, due);
}

size_t gn_schedule_paused(const struct gn_schedule *s)
{
    return s->paused;
}

/* Finishes a popped source that did not start. */
static void miss(struct gn_schedule *s, struct gn_due *due, enum gn_miss reason)
{
    gn_schedule_finish(s, due);
    if (due->again || due->by_hand)
        return;
    GN_CHECK(due->started > 0);
    due->started--;
    due->missed[reason]++;
}

void gn_schedule_refuse(struct gn_schedule *s, struct gn_due *due)
{
    miss(s, due, GN_MISS_REFUSED);
}

void gn_schedule_stop(struct gn_schedule *s, struct gn_due *due)
{
    miss(s, due, GN_MISS_STOPPED);
}

void gn_schedule_turn_away(struct gn_schedule *s, struct gn_due *due,
                           int64_t until_ns)
{
    const bool waits = due->spec.once && !due->again;

    miss(s, due, GN_MISS_WAITING);
    if (waits) {
        due->due_count--;
        due->missed[GN_MISS_WAITING]--;
        pass_over(due, 1, GN_MISS_WAITING, true, due->taken_at_ns, until_ns);
    }
    gn_schedule_put_off(s, due, until_ns, due->again);
}

void gn_schedule_give_up(struct gn_schedule *s)
{
    for (size_t i = 0; i < s->heap.count; i++) {
        struct gn_due *due = due_of(s->heap.nodes[i]);

        if (!due->spec.once) {
            due->owed_for = GN_MISS_STOPPED;
            lose_owed(due);
        }
        due->node.key = key_of(due);
    }
    gn_heap_order(&s->heap);
}

const char *gn_miss_text(enum gn_miss reason)
{
    static const char *const texts[GN_MISS_REASONS] = {
        [GN_MISS_OVERLAP] = "the last run was still going on",
        [GN_MISS_LATE] = "the next slot came before this one was looked at",
        [GN_MISS_REFUSED] = "there was no room for it downstream",
        [GN_MISS_WAITING] = "it was put off after a failure",
        [GN_MISS_STOPPED] = "garner was stopped",
    };

    GN_CHECK((size_t)reason < GN_MISS_REASONS);
    return texts[reason];
}
