/* zone.c - any bytes as a file of a time zone: what is taken has whole periods,
 * and each local time an instant. */
#include "schedule/zone.h"
#include "base/error.h"
#include "target.h"

enum { LOOKS = 50 };
#define HALF_YEAR_S INT64_C(15552000)

static void look(const struct gn_zone *zone, int64_t t)
{
    const struct gn_period p = gn_zone_period(zone, t);
    const int64_t local = gn_zone_local(zone, t);
    const int64_t reached = gn_zone_reached(zone, t);

    GN_CHECK(p.from <= t && t < p.until);
    GN_CHECK(p.offset >= GN_OFFSET_LEAST_S && p.offset <= GN_OFFSET_MOST_S);
    GN_CHECK(local == t + p.offset && reached >= local);
    GN_CHECK(gn_zone_first(zone, local) <= t);
    GN_CHECK(gn_zone_first(zone, reached + 1) > t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_arena memory = {0};
    struct gn_zone *zone;
    int64_t t = INT64_C(-5000000000);

    if (gn_zone_parse(data, size, &memory, &zone, NULL) == GARNER_OK)
        for (int i = 0; i < LOOKS; i++) {
            struct gn_period p;

            look(zone, t);
            p = gn_zone_period(zone, t);
            if (p.until < INT64_C(20000000000))
                look(zone, p.until);
            t = p.until < t + HALF_YEAR_S ? p.until : t + HALF_YEAR_S;
        }
    gn_arena_clear(&memory);
    return 0;
}
