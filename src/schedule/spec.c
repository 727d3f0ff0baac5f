#include "schedule/spec.h"

#include "base/error.h"
#include "base/unit.h"

enum { NS_PER_MS = 1000000 };

enum garner_code gn_spec_check(const struct gn_spec *spec,
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
    if (spec->every_ms == 0 && (spec->jitter_ms != 0 || spec->align))
        return gn_fail(err, GARNER_INVALID, "%s needs an interval: add every",
                       spec->align ? "align" : "jitter");
    if (spec->jitter_ms < 0 ||
        (spec->jitter_ms != 0 && spec->jitter_ms >= spec->every_ms))
        return gn_fail(err, GARNER_INVALID,
                       "jitter of %s is out of range: it must be less than the "
                       "interval (every) of %s",
                       jitter, every);
    return GARNER_OK;
}

/* The first whole multiple of the interval on the wall clock at or after now,
 * put on the monotonic clock. */
static int64_t first_aligned(int64_t every_ms, int64_t now_ns, int64_t wall_us)
{
    const int64_t every_us = every_ms * 1000;
    int64_t past_us = wall_us % every_us;

    if (past_us < 0)
        past_us += every_us;
    return past_us == 0 ? now_ns : now_ns + (every_us - past_us) * 1000;
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

int64_t gn_spec_jitter_ns(const struct gn_spec *spec, double random)
{
    return (int64_t)(random * (double)(spec->jitter_ms * NS_PER_MS));
}
