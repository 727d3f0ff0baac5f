#include "schedule/due.h"

#include "base/error.h"
#include "base/random.h"

/* A wall clock set back by less brings no slot again, as with cron(8). */
#define SET_BACK_US (INT64_C(3) * 3600 * 1000000)

int64_t gn_due_key(const struct gn_due *due)
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

/* The jitter of one run. */
static int64_t jitter_ns(const struct gn_spec *spec, uint64_t *random)
{
    return spec->jitter_ms > 0
               ? gn_spec_jitter_ns(spec, gn_random_fraction(random))
               : 0;
}

static void put_at(struct gn_due *due, int64_t slot_ns, int64_t due_ns)
{
    due->slot_ns = slot_ns;
    due->slot_due_ns = due_ns;
}

/* When wall time at_us is on the monotonic clock. */
static int64_t to_ns(int64_t at_us, int64_t now_ns, int64_t wall_us)
{
    return at_us == INT64_MAX ? INT64_MAX : now_ns + (at_us - wall_us) * 1000;
}

/* Puts due at a slot on the wall clock. */
static void put_on_wall(struct gn_due *due, int64_t slot_us, int64_t now_ns,
                        int64_t wall_us, uint64_t *random)
{
    const int64_t slot_ns = to_ns(slot_us, now_ns, wall_us);

    due->slot_us = slot_us;
    put_at(due, slot_ns,
           slot_ns == INT64_MAX ? slot_ns
                                : slot_ns + jitter_ns(&due->spec, random));
}

void gn_due_place(struct gn_due *due, int64_t start_ns, int64_t now_ns,
                  int64_t wall_us, uint64_t *random)
{
    const struct gn_spec *spec = &due->spec;
    int64_t slot_ns;

    if (gn_spec_on_wall(spec)) {
        put_on_wall(due, gn_spec_wall_first(spec, due->phase, wall_us), now_ns,
                    wall_us, random);
        return;
    }
    slot_ns = gn_spec_first(spec, due->phase, start_ns, now_ns, wall_us);
    put_at(due, slot_ns, slot_ns + jitter_ns(spec, random));
}

void gn_due_go_on(struct gn_due *due, int64_t left_us, int64_t now_ns,
                  uint64_t *random)
{
    const struct gn_spec *spec = &due->spec;
    const int64_t every_us = spec->every_ms * 1000;
    const int64_t most_us =
        gn_adapts(&spec->adapt) ? spec->adapt.most_ms * 1000 : every_us;
    int64_t slot_ns = due->slot_ns;

    if (left_us <= 0)
        left_us = every_us - (-left_us % every_us);
    if (left_us <= most_us)
        slot_ns = now_ns + left_us * 1000;
    put_at(due, slot_ns, slot_ns + jitter_ns(spec, random));
}

void gn_due_adapt(struct gn_due *due, int64_t every_ms, int64_t now_ns,
                  int64_t wall_us, uint64_t *random)
{
    const int64_t every_ns = every_ms * 1000000;
    int64_t next_ns = due->taken_at_ns + every_ns;

    GN_CHECK(due->spec.every_ms != 0 && !due->spec.align);
    due->spec.every_ms = every_ms;
    if (next_ns <= now_ns)
        next_ns += ((now_ns - next_ns) / every_ns + 1) * every_ns;
    if (gn_spec_on_wall(&due->spec))
        put_on_wall(due,
                    gn_spec_wall_fit(&due->spec, due->phase,
                                     wall_us + (next_ns - now_ns) / 1000),
                    now_ns, wall_us, random);
    else
        put_at(due, next_ns, next_ns + jitter_ns(&due->spec, random));
}

void gn_due_shift(struct gn_due *due, int64_t by_us, int64_t now_ns,
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
    due->node.key = gn_due_key(due);
}

/* gn_due_advance for slots on the wall clock. */
static uint64_t advance_on_wall(struct gn_due *due, int64_t now_ns,
                                int64_t wall_us, uint64_t *random,
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
    put_on_wall(due, next_us, now_ns, wall_us, random);
    return came;
}

uint64_t gn_due_advance(struct gn_due *due, int64_t now_ns, int64_t wall_us,
                        uint64_t *random, int64_t *due_at_ns)
{
    const int64_t every = due->spec.every_ms * 1000000;
    uint64_t came = 1;
    int64_t last = due->slot_ns; /* the latest slot begun by now */
    int64_t jitter;

    if (gn_spec_on_wall(&due->spec))
        return advance_on_wall(due, now_ns, wall_us, random, due_at_ns);
    *due_at_ns = due->slot_due_ns;
    if (every == 0) {
        put_at(due, INT64_MAX, INT64_MAX);
        return came;
    }
    came += (uint64_t)((now_ns - last) / every);
    last += (int64_t)(came - 1) * every;
    if (came > 1) {
        jitter = jitter_ns(&due->spec, random);
        if (last + jitter > now_ns) {
            /* begun, but put off: it is the next one, not one that came */
            if (--came > 1)
                *due_at_ns = last - every;
            put_at(due, last, last + jitter);
            return came;
        }
        *due_at_ns = last + jitter;
    }
    last = gn_spec_after(&due->spec, last, now_ns, wall_us);
    jitter = jitter_ns(&due->spec, random);
    put_at(due, last, last + jitter);
    return came;
}

int64_t gn_due_opens_ns(const struct gn_due *due, int64_t now_ns,
                        int64_t wall_us)
{
    const int64_t opens_s =
        gn_window_opens(due->spec.window, due->spec.zone, wall_us / 1000000);

    return opens_s == INT64_MAX ? opens_s
                                : to_ns(opens_s * 1000000, now_ns, wall_us);
}

const char *gn_miss_text(enum gn_miss reason)
{
    static const char *const texts[GN_MISS_REASONS] = {
        [GN_MISS_OVERLAP] = "the last run was still going on",
        [GN_MISS_LATE] = "the next slot came before this one was looked at",
        [GN_MISS_REFUSED] = "there was no room for it downstream",
        [GN_MISS_WAITING] = "it was put off after a failure",
        [GN_MISS_ASKED] = ("it was put off, as the server had asked "
                           "(Retry-After)"),
        [GN_MISS_HOST] = "it was put off, since its host failed too often",
        [GN_MISS_STOPPED] = "garner was stopped",
    };

    GN_CHECK((size_t)reason < GN_MISS_REASONS);
    return texts[reason];
}
