#include "engine/stale.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/unit.h"
#include "engine/age.h"

enum {
    LEAST_MS = 10, /* between two looks at the sources ... */
    MOST_MS = 1000,
    PART = 10, /* ... else such a part of the shortest age */
    NS = 1000000,
};

/* Tells it once, until a good run ends it (see good.h). */
static void tell(struct gn_active *a, int64_t now_ns)
{
    char age[32];
    char most[32];

    a->told_stale = true;
    gn_unit_format_duration((now_ns - a->last.fresh_ns) / NS, age);
    gn_unit_format_duration(a->source->max_age_ms, most);
    gn_log(GN_LOG_WARN, a->source->name,
           "stale: no good run for %s, which is more than max_age %s", age,
           most);
}

static void look(uv_timer_t *timer)
{
    struct gn_stale *s = timer->data;
    const int64_t now_ns = gn_clock_monotonic_ns();

    for (size_t i = 0; i < s->roster->count; i++) {
        struct gn_active *a = &s->roster->actives[i];

        /* read without the lock: this thread alone changes it */
        if (!a->told_stale &&
            gn_age_is_stale(a->source->max_age_ms, a->last.fresh_ns, now_ns))
            tell(a, now_ns);
    }
}

void gn_stale_init(struct gn_stale *s, uv_loop_t *loop,
                   const struct gn_roster *roster)
{
    GN_CHECK(uv_timer_init(loop, &s->timer) == 0); /* it never fails */
    s->timer.data = s;
    s->roster = roster;
}

void gn_stale_start(struct gn_stale *s)
{
    int64_t shortest = INT64_MAX;

    for (size_t i = 0; i < s->roster->count; i++) {
        const int64_t max_age = s->roster->actives[i].source->max_age_ms;

        if (max_age > 0 && max_age < shortest)
            shortest = max_age;
    }
    if (shortest == INT64_MAX)
        return;
    shortest /= PART;
    if (shortest < LEAST_MS)
        shortest = LEAST_MS;
    if (shortest > MOST_MS)
        shortest = MOST_MS;
    GN_CHECK(uv_timer_start(&s->timer, look, 0, (uint64_t)shortest) == 0);
}

void gn_stale_close(struct gn_stale *s)
{
    uv_close((uv_handle_t *)&s->timer, NULL);
}
