#include "schedule/spec.h"

#include "base/error.h"
#include "base/unit.h"
#include "schedule/civil.h"

enum {
    NS_PER_MS = 1000000,
    US_PER_S = 1000000,
    MOST_OPENINGS = 4000, /* looked at, for a slot in one: ten years of days */
    MOST_PASSED = 10000
};
/* From where on slots are looked for that may never come: 2024-01-01. */
#define SOME_DAY_US INT64_C(1704067200000000)

/* --- checks -------------------------------------------------------------- */

static enum garner_code check_cron(const struct gn_spec *spec,
                                   struct garner_error *err)
{
    const int64_t gap_ms =
        spec->jitter_ms > 0 ? gn_cron_gap_s(spec->cron) * 1000 : 1;
    char gap[32];

    const char *other = spec->align ? "align" : "every";

    if (gn_adapts(&spec->adapt))
        other = "adapt";
    if (spec->every_ms != 0 || spec->align || gn_adapts(&spec->adapt))
        return gn_fail(err, GARNER_INVALID,
                       "cron and %s do not go together: remove one of them",
                       other);
    if (spec->jitter_ms >= 0 && spec->jitter_ms < gap_ms)
        return GARNER_OK;
    gn_unit_format_duration(gap_ms, gap);
    return gn_fail(err, GARNER_INVALID,
                   "jitter is out of range: it must be less than the %s that "
                   "are between some due times",
                   gap);
}

/* What makes no sense for a source that is due once. */
static const char *needs_interval(const struct gn_spec *spec)
{
    if (spec->jitter_ms != 0)
        return "jitter";
    if (spec->align)
        return "align";
    if (spec->window != NULL)
        return "window";
    if (spec->queue)
        return "overlap: queue";
    return spec->once ? "missed: once" : NULL;
}

static enum garner_code check_every(const struct gn_spec *spec,
                                    struct garner_error *err)
{
    char every[32];
    char jitter[32];

    gn_unit_format_duration(spec->every_ms, every);
    gn_unit_format_duration(spec->jitter_ms, jitter);
    if (spec->every_ms != 0 &&
        (spec->every_ms < GN_EVERY_MIN_MS || spec->every_ms > GN_EVERY_MAX_MS))
        return gn_fail(err, GARNER_INVALID,
                       "interval (every) of %s is out of range: write 1ms to "
                       "366d",
                       every);
    if (spec->every_ms == 0 && needs_interval(spec) != NULL)
        return gn_fail(err, GARNER_INVALID, "%s needs an interval: add every",
                       needs_interval(spec));
    if (spec->jitter_ms < 0 ||
        (spec->jitter_ms != 0 && spec->jitter_ms >= spec->every_ms))
        return gn_fail(err, GARNER_INVALID,
                       "jitter of %s is out of range: it must be less than the "
                       "interval (every) of %s",
                       jitter, every);
    return GARNER_OK;
}

static enum garner_code check_adapt(const struct gn_spec *spec,
                                    struct garner_error *err)
{
    const struct gn_adapt *a = &spec->adapt;
    char least[32];
    char most[32];

    gn_unit_format_duration(a->least_ms, least);
    gn_unit_format_duration(a->most_ms, most);
    if (spec->align)
        return gn_fail(err, GARNER_INVALID,
                       "adapt and align do not go together: remove one of "
                       "them");
    if (a->least_ms < GN_EVERY_MIN_MS || a->most_ms > GN_EVERY_MAX_MS ||
        spec->every_ms < a->least_ms || spec->every_ms > a->most_ms)
        return gn_fail(err, GARNER_INVALID,
                       "adapt from %s to %s is out of range: it must hold the "
                       "interval (every), and be within 1ms and 366d",
                       least, most);
    if (spec->jitter_ms >= a->least_ms)
        return gn_fail(err, GARNER_INVALID,
                       "jitter is out of range: it must be less than the "
                       "shortest interval (adapt), %s",
                       least);
    return GARNER_OK;
}

enum garner_code gn_spec_check(const struct gn_spec *spec,
                               struct garner_error *err)
{
    enum garner_code code =
        spec->cron != NULL ? check_cron(spec, err) : check_every(spec, err);

    if (code == GARNER_OK && gn_adapts(&spec->adapt))
        code = check_adapt(spec, err);
    if (code == GARNER_OK && spec->window != NULL &&
        gn_spec_wall_first(spec, 0, SOME_DAY_US) == INT64_MAX)
        return gn_fail(err, GARNER_INVALID,
                       "no due time is within the window: change one of them");
    return code;
}

bool gn_spec_recurs(const struct gn_spec *spec)
{
    return spec->every_ms != 0 || spec->cron != NULL;
}

int64_t gn_spec_jitter_ns(const struct gn_spec *spec, double random)
{
    return (int64_t)(random * (double)(spec->jitter_ms * NS_PER_MS));
}

/* --- the monotonic clock ------------------------------------------------- */

/* The first whole multiple of the interval at or after wall_us. */
static int64_t first_multiple(int64_t every_ms, int64_t wall_us)
{
    const int64_t past_us = gn_civil_mod(wall_us, every_ms * 1000);

    return past_us == 0 ? wall_us : wall_us - past_us + every_ms * 1000;
}

/* The same, put on the monotonic clock. */
static int64_t first_aligned(int64_t every_ms, int64_t now_ns, int64_t wall_us)
{
    return now_ns + (first_multiple(every_ms, wall_us) - wall_us) * 1000;
}

int64_t gn_spec_first(const struct gn_spec *spec, double phase,
                      int64_t start_ns, int64_t now_ns, int64_t wall_us)
{
    const int64_t every = spec->every_ms * NS_PER_MS;
    int64_t slot;

    if (every == 0)
        return now_ns > start_ns ? now_ns : start_ns;
    if (spec->align)
        return first_aligned(spec->every_ms, now_ns, wall_us);
    slot = start_ns + (int64_t)(phase * (double)every);
    if (slot < now_ns)
        slot += (now_ns - slot + every - 1) / every * every;
    return slot;
}

int64_t gn_spec_after(const struct gn_spec *spec, int64_t slot_ns,
                      int64_t now_ns, int64_t wall_us)
{
    const int64_t every = spec->every_ms * NS_PER_MS;
    int64_t next;

    GN_CHECK(every > 0 && slot_ns <= now_ns);
    if (!spec->align)
        return slot_ns + ((now_ns - slot_ns) / every + 1) * every;
    next = first_aligned(spec->every_ms, now_ns, wall_us);
    return next - slot_ns < every / 2 ? next + every : next;
}

/* --- the wall clock ------------------------------------------------------ */

bool gn_spec_on_wall(const struct gn_spec *spec)
{
    return spec->cron != NULL || spec->window != NULL;
}

/* The times of a cron line, or multiples of the interval: the first one at or
 * after wall_us, whatever the window. */
static int64_t first_fixed(const struct gn_spec *spec, int64_t wall_us)
{
    if (spec->cron == NULL)
        return first_multiple(spec->every_ms, wall_us);
    return gn_cron_next(spec->cron, spec->zone,
                        gn_civil_div(wall_us - 1, US_PER_S)) *
           US_PER_S;
}

static bool in_window(const struct gn_spec *spec, int64_t wall_us)
{
    return spec->window == NULL ||
           gn_window_has(spec->window, spec->zone,
                         gn_civil_div(wall_us, US_PER_S));
}

/* When the window opens after wall_us, at which it is closed. */
static int64_t opens_us(const struct gn_spec *spec, int64_t wall_us)
{
    const int64_t opens_s = gn_window_opens(spec->window, spec->zone,
                                            gn_civil_div(wall_us, US_PER_S));

    return opens_s == INT64_MAX ? INT64_MAX : opens_s * US_PER_S;
}

/* Until when it stays open; it is open at wall_us. */
static int64_t closes_us(const struct gn_spec *spec, int64_t wall_us)
{
    const int64_t closes_s = gn_window_closes(spec->window, spec->zone,
                                              gn_civil_div(wall_us, US_PER_S));

    return closes_s == INT64_MAX ? INT64_MAX : closes_s * US_PER_S;
}

static int64_t first_fixed_in_window(const struct gn_spec *spec,
                                     int64_t wall_us)
{
    for (int i = 0; i < MOST_OPENINGS && wall_us != INT64_MAX; i++) {
        const int64_t slot_us = first_fixed(spec, wall_us);

        if (in_window(spec, slot_us))
            return slot_us;
        wall_us = opens_us(spec, slot_us);
    }
    return INT64_MAX;
}

int64_t gn_spec_wall_fit(const struct gn_spec *spec, double phase,
                         int64_t slot_us)
{
    int64_t room_us = spec->every_ms * 1000;
    int64_t open_us;

    if (in_window(spec, slot_us))
        return slot_us;
    open_us = opens_us(spec, slot_us);
    if (open_us == INT64_MAX)
        return INT64_MAX;
    if (closes_us(spec, open_us) - open_us < room_us)
        room_us = closes_us(spec, open_us) - open_us;
    return open_us + (int64_t)(phase * (double)room_us);
}

static bool is_fixed(const struct gn_spec *spec)
{
    return spec->cron != NULL || spec->align;
}

int64_t gn_spec_wall_first(const struct gn_spec *spec, double phase,
                           int64_t wall_us)
{
    if (is_fixed(spec))
        return first_fixed_in_window(spec, wall_us);
    return gn_spec_wall_fit(
        spec, phase,
        wall_us + (int64_t)(phase * (double)(spec->every_ms * 1000)));
}

static int64_t wall_after(const struct gn_spec *spec, double phase,
                          int64_t slot_us)
{
    return is_fixed(spec)
               ? first_fixed_in_window(spec, slot_us + 1)
               : gn_spec_wall_fit(spec, phase, slot_us + spec->every_ms * 1000);
}

/* How many slots of an interval follow slot_us until the window closes, or
 * wall_us. */
static int64_t rest_of_opening(const struct gn_spec *spec, int64_t slot_us,
                               int64_t wall_us)
{
    const int64_t closes = closes_us(spec, slot_us);
    const int64_t end = closes <= wall_us ? closes - 1 : wall_us;

    return (end - slot_us) / (spec->every_ms * 1000);
}

uint64_t gn_spec_wall_pass(const struct gn_spec *spec, double phase,
                           int64_t slot_us, int64_t wall_us, int64_t *last_us,
                           int64_t *next_us)
{
    uint64_t came = 0;

    *last_us = *next_us = slot_us;
    for (int i = 0; i < MOST_PASSED && *next_us <= wall_us; i++) {
        *last_us = *next_us;
        came++;
        if (spec->cron == NULL) {
            const int64_t more = rest_of_opening(spec, *last_us, wall_us);

            *last_us += more * spec->every_ms * 1000;
            came += (uint64_t)more;
        }
        *next_us = wall_after(spec, phase, *last_us);
    }
    if (*next_us <= wall_us)
        *next_us = gn_spec_wall_first(spec, phase, wall_us + 1);
    return came;
}
