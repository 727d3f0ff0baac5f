#include "store/upkeep/defects.h"

#include <stdio.h>

/* Distributions mend some of these without another number: what is said is that
 * a version of that number had it. */
static const struct gn_defect known[] = {
    {
        .first = 3007000,
        .fixed = 3051003,
        .mended = {3044006, 3050007},
        .what = "a checkpoint beside a commit may lose what was committed",
        .advice = "garner's own never meet; other programs that write here "
                  "should not checkpoint (pragma wal_autocheckpoint=0); see "
                  "https://sqlite.org/wal.html#walresetbug",
        .kept_clear = true,
    },
    {
        .first = 3044000,
        .fixed = 3049001,
        .what = "concat_ws() with a very long separator writes past its memory",
        .advice = "CVE-2025-29087; run no SQL of people you do not trust",
        .kept_clear = true,
    },
    {
        .first = 3052000,
        .fixed = 3052001,
        .what = "it was withdrawn by its makers",
        .advice = "use another version",
    },
    {
        .first = 3000000,
        .fixed = 3050002,
        .what = "some queries with very many aggregates damage memory",
        .advice = "CVE-2025-6965, which distributions have mended in older "
                  "versions; run no SQL of people you do not trust",
        .kept_clear = true,
    },
};

static bool has(int version, const struct gn_defect *d)
{
    if (version < d->first || version >= d->fixed)
        return false;
    /* 3.44.6 is mended, 3.45.0 is not. */
    for (size_t i = 0; i < sizeof d->mended / sizeof d->mended[0]; i++)
        if (version >= d->mended[i] && version / 1000 == d->mended[i] / 1000)
            return false;
    return true;
}

const struct gn_defect *gn_defect_next(int version, size_t *at)
{
    while (*at < sizeof known / sizeof known[0])
        if (has(version, &known[(*at)++]))
            return &known[*at - 1];
    return NULL;
}

int gn_defect_version(const char *text)
{
    unsigned major;
    unsigned minor;
    unsigned patch;

    if (sscanf(text, "%3u.%3u.%3u", &major, &minor, &patch) != 3)
        return 0;
    return (int)(major * 1000000 + minor * 1000 + patch);
}
