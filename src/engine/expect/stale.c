#include "engine/expect/stale.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/unit.h"
#include "engine/expect/age.h"
#include "engine/tell/events.h"

enum {
    LEAST_MS = 10, /* between two looks at the sources ... */
    MOST_MS = 1000,
    PART = 10, /* ... else such a part of the shortest age */
    GRACE_MS = 60000,
    NS = 1000000, /* in a millisecond */
    TEXT = 400
};

/* --- the outbox ----------------------------------------------------------- */

static void write_batch(uv_work_t *work)
{
    struct gn_stale *s = work->data;
    struct garner_error err;

    if (garner_write(s->flow->store, s->writing, NULL, &err) != GARNER_OK)
        gn_log(GN_LOG_ERROR, NULL, "what is stale could not be told: %s",
               err.message);
}

static void written(uv_work_t *work, int status)
{
    struct gn_stale *s = work->data;

    (void)status; /* it is never canceled */
    garner_batch_free(s->writing);
    s->writing = NULL;
    if (!s->flow->abandoned)
        s->flow->told(s->flow->receive_context);
}

/* Hands the messages on, unless others are under way: then the next look does.
 */
static void hand_on(struct gn_stale *s)
{
    if (s->batch == NULL || garner_batch_count(s->batch) == 0 ||
        s->writing != NULL)
        return;
    s->writing = s->batch;
    s->batch = NULL;
    s->work.data = s;
    GN_CHECK(uv_queue_work(s->flow->loop, &s->work, write_batch, written) ==
             0); /* it only looks at its arguments */
}

static void add_messages(struct gn_stale *s, const struct gn_active *a,
                         const char *text)
{
    struct garner_error err;
    enum garner_code code = GARNER_OK;

    if (!gn_config_tells(a->source))
        return;
    if (s->batch == NULL)
        code = garner_batch_new(&s->batch, &err);
    if (code == GARNER_OK)
        code = gn_events_add_stale(a, s->batch, text, &err);
    if (code != GARNER_OK)
        gn_log(GN_LOG_ERROR, a->source->name,
               "nobody is told that it is stale: %s", err.message);
}

/* --- looking -------------------------------------------------------------- */

/* Tells it once, until a good run ends it (see good.h). */
static void tell(struct gn_stale *s, struct gn_active *a, int64_t now_ns)
{
    char age[32];
    char most[32];
    char text[TEXT];

    a->told_stale = true;
    gn_unit_format_duration((now_ns - a->last.fresh_ns) / NS, age);
    gn_unit_format_duration(a->source->max_age_ms, most);
    gn_log(GN_LOG_WARN, a->source->name,
           "stale: no good run for %s, which is more than max_age %s", age,
           most);
    snprintf(text, sizeof text,
             "%s is stale: no good run for %s, which is more than %s",
             a->source->name, age, most);
    add_messages(s, a, text);
}

/* It has been at work long enough for a run. */
static bool had_time(const struct gn_active *a, int64_t now_ns)
{
    const int64_t max_age_ms = a->source->max_age_ms;

    return now_ns - a->came_ns >=
           (max_age_ms < GRACE_MS ? max_age_ms : GRACE_MS) * NS;
}

static void look(uv_timer_t *timer)
{
    struct gn_stale *s = timer->data;
    const int64_t now_ns = gn_clock_monotonic_ns();

    for (size_t i = 0; i < s->roster->count; i++) {
        struct gn_active *a = s->roster->actives[i];
        const int64_t max_age_ms = a->source->max_age_ms;

        /* read without the lock: this thread alone changes it */
        if (!a->leaving && !a->told_stale &&
            gn_age_is_stale(max_age_ms, a->last.fresh_ns, now_ns) &&
            had_time(a, now_ns))
            tell(s, a, now_ns);
    }
    hand_on(s);
}

/* --- beginning and end ---------------------------------------------------- */

void gn_stale_init(struct gn_stale *s, struct gn_flow *flow,
                   const struct gn_roster *roster)
{
    GN_CHECK(uv_timer_init(flow->loop, &s->timer) == 0); /* it never fails */
    s->timer.data = s;
    s->flow = flow;
    s->roster = roster;
}

void gn_stale_start(struct gn_stale *s)
{
    int64_t shortest = INT64_MAX;

    for (size_t i = 0; i < s->roster->count; i++) {
        const int64_t max_age = s->roster->actives[i]->source->max_age_ms;

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
    GN_CHECK(uv_timer_start(&s->timer, look, (uint64_t)shortest,
                            (uint64_t)shortest) == 0);
}

void gn_stale_close(struct gn_stale *s)
{
    garner_batch_free(s->batch);
    s->batch = NULL;
    uv_close((uv_handle_t *)&s->timer, NULL);
}
