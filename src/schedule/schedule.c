#include "schedule/schedule.h"

#include "base/error.h"
#include "base/mem.h"
#include "schedule/crowd.h"

/* By so much the clocks may drift apart before slots are placed again. */
#define DRIFT_US INT64_C(1000000)
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

static void replace(struct gn_schedule *s, struct gn_due *due)
{
    if (due->node.at != 0)
        gn_heap_move(&s->heap, &due->node, gn_due_key(due));
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
        gn_due_shift(due_of(s->heap.nodes[i]), by_us, now_ns, wall_us);
    gn_heap_order(&s->heap);
    s->shift_us = shift_us;
    s->has_shift = true;
}

/* --- adding -------------------------------------------------------------- */

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
    if (gn_spec_on_wall(spec))
        follow(s, now_ns, wall_us);
    gn_due_place(due, s->start_ns, now_ns, wall_us, &s->random);
    due->node.key = gn_due_key(due);
    code = gn_heap_add(&s->heap, &due->node, err);
    if (code == GARNER_OK)
        crowd->count++;
    return code;
}

void gn_schedule_make_up(struct gn_due *due)
{
    due->spec.once = true;
}

void gn_schedule_resume(struct gn_schedule *s, struct gn_due *due,
                        int64_t next_us, int64_t now_ns, int64_t wall_us)
{
    const struct gn_spec *spec = &due->spec;
    const int64_t left_us = next_us - wall_us;

    if (!gn_spec_recurs(spec))
        return;
    if (!gn_spec_on_wall(spec) && !spec->align)
        gn_due_go_on(due, left_us, now_ns, &s->random);
    if (left_us <= 0 && spec->once) {
        due->owed_ns = due->owed_at_ns = now_ns;
        due->owed_for = GN_MISS_LATE;
    }
    replace(s, due);
}

void gn_schedule_adapt(struct gn_schedule *s, struct gn_due *due,
                       int64_t every_ms, int64_t now_ns, int64_t wall_us)
{
    gn_due_adapt(due, every_ms, now_ns, wall_us, &s->random);
    replace(s, due);
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
    const uint64_t came =
        gn_due_advance(due, now_ns, wall_us, &s->random, due_at_ns);
    const bool again = due->again_ns != INT64_MAX;

    if (due->running) {
        pass_over(due, came, GN_MISS_OVERLAP, spec->queue || spec->once,
                  *due_at_ns, *due_at_ns);
    } else if (again || *due_at_ns < due->off_until_ns) {
        pass_over(due, came, due->off_for, spec->once && !again, *due_at_ns,
                  due->off_until_ns);
    } else {
        lose_owed(due);
        due->due_count += came;
        due->missed[GN_MISS_LATE] += came - 1;
        due->started++;
        return true;
    }
    return false;
}

/* The window of the slot that waits is closed: it waits until that opens. */
static void wait_on(struct gn_due *due, int64_t now_ns, int64_t wall_us)
{
    const int64_t opens_ns = gn_due_opens_ns(due, now_ns, wall_us);

    if (opens_ns == INT64_MAX)
        lose_owed(due);
    else
        due->owed_ns = opens_ns;
}

/* Takes the slot that waits; false: it waits on. */
static bool take_owed(struct gn_due *due, int64_t now_ns, int64_t wall_us,
                      int64_t *due_at_ns)
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
    return open;
}

static void take_again(struct gn_due *due, int64_t *due_at_ns)
{
    *due_at_ns = due->again_ns;
    due->again_ns = INT64_MAX;
}

static bool is_asked(const struct gn_due *due, int64_t now_ns)
{
    return !due->running && due->asked_ns <= now_ns;
}

/* Takes what is asked for; it stands for what was put off. */
static void take_asked(struct gn_due *due, int64_t *due_at_ns)
{
    *due_at_ns = due->asked_ns;
    due->asked_ns = INT64_MAX;
    due->again_ns = INT64_MAX;
    due->off_until_ns = INT64_MIN;
}

/* Takes what due is looked at for; false: it may not start. */
static bool take(struct gn_schedule *s, struct gn_due *due, int64_t now_ns,
                 int64_t wall_us, int64_t *due_at_ns)
{
    const bool by_hand = is_asked(due, now_ns);
    const bool again =
        !by_hand && due->again_ns <= now_ns && due->again_ns < due->slot_due_ns;
    bool taken = true;

    if (by_hand)
        take_asked(due, due_at_ns);
    else if (again)
        take_again(due, due_at_ns);
    else if (due->slot_due_ns <= now_ns)
        taken = take_slot(s, due, now_ns, wall_us, due_at_ns);
    else
        taken = take_owed(due, now_ns, wall_us, due_at_ns);
    if (taken) { /* else what runs is what it was */
        due->by_hand = by_hand;
        due->again = again;
        due->running = true;
        due->taken_at_ns = *due_at_ns;
    }
    replace(s, due); /* a slot that waits does not start beside it */
    return taken;
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
                         int64_t until_ns, enum gn_miss why, bool again)
{
    GN_CHECK(!due->running);
    due->off_until_ns = until_ns;
    due->off_for = why;
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
        (void)gn_due_advance(due, now_ns, wall_us, &s->random, &due_at_ns);
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
                           int64_t until_ns, enum gn_miss why)
{
    const bool waits = due->spec.once && !due->again;

    miss(s, due, why);
    if (waits) {
        due->due_count--;
        due->missed[why]--;
        pass_over(due, 1, why, true, due->taken_at_ns, until_ns);
    }
    gn_schedule_put_off(s, due, until_ns, why, due->again);
}

void gn_schedule_give_up(struct gn_schedule *s)
{
    for (size_t i = 0; i < s->heap.count; i++) {
        struct gn_due *due = due_of(s->heap.nodes[i]);

        if (!due->spec.once) {
            due->owed_for = GN_MISS_STOPPED;
            lose_owed(due);
        }
        due->node.key = gn_due_key(due);
    }
    gn_heap_order(&s->heap);
}
