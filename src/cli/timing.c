#include "cli/timing.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/unit.h"

static void add_interval(const struct gn_spec *spec, int64_t interval_ms,
                         struct gn_buf *out)
{
    char least[32];
    char most[32];

    if (!gn_adapts(&spec->adapt)) {
        gn_unit_format_duration(spec->every_ms, least);
        gn_buf_printf(out, "every %s", least);
        return;
    }
    gn_unit_format_duration(spec->adapt.least_ms, least);
    gn_unit_format_duration(spec->adapt.most_ms, most);
    gn_buf_printf(out, "every %s to %s, as often as it changes", least, most);
    if (interval_ms <= 0)
        interval_ms = spec->every_ms; /* where it begins */
    gn_unit_format_duration(gn_adapt_bound_ms(&spec->adapt, interval_ms),
                            least);
    gn_buf_printf(out, ": %s now", least);
}

void gn_timing_schedule(const struct gn_source *source, int64_t interval_ms,
                        struct gn_buf *out)
{
    const struct gn_spec *spec = &source->schedule;
    const struct gn_written *written = &source->written;
    char jitter[32];

    if (!gn_spec_recurs(spec)) {
        gn_buf_text(out, "none: once, at the collector's start");
        return;
    }
    if (spec->cron != NULL)
        gn_buf_printf(out, "cron \"%s\"",
                      written->cron != NULL ? written->cron : "");
    else
        add_interval(spec, interval_ms, out);
    if (spec->window != NULL)
        gn_buf_printf(out, ", within %s",
                      written->window != NULL ? written->window : "its window");
    if (gn_spec_on_wall(spec))
        gn_buf_printf(out, " (%s)",
                      written->zone != NULL ? written->zone : "UTC");
    if (spec->align)
        gn_buf_text(out, ", aligned to the clock");
    if (spec->jitter_ms > 0) {
        gn_unit_format_duration(spec->jitter_ms, jitter);
        gn_buf_printf(out, ", jitter up to %s", jitter);
    }
    if (spec->queue)
        gn_buf_text(out, ", what comes during a fetch starts after it "
                         "(overlap: queue)");
    if (spec->once)
        gn_buf_text(out, ", what is missed is made up for by one fetch "
                         "(missed: once)");
}
