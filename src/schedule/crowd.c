#include "schedule/crowd.h"

#include <string.h>

#include "base/mem.h"

/* 2^64 over the golden ratio. Multiples of the golden ratio, fractions taken,
 * fall into the widest gap that those before left. */
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

void gn_crowds_fini(struct gn_crowds *crowds)
{
    gn_free(crowds->all);
    *crowds = (struct gn_crowds){0};
}

/* Where every_ms stands, or would stand. */
static size_t place_of(const struct gn_crowds *c, int64_t every_ms)
{
    size_t from = 0;
    size_t end = c->count;

    while (from < end) {
        const size_t middle = from + (end - from) / 2;

        if (c->all[middle].every_ms < every_ms)
            from = middle + 1;
        else
            end = middle;
    }
    return from;
}

struct gn_crowd *gn_crowds_find(struct gn_crowds *crowds, int64_t every_ms)
{
    const size_t at = place_of(crowds, every_ms);
    struct gn_crowd *crowd;

    if (at < crowds->count && crowds->all[at].every_ms == every_ms)
        return &crowds->all[at];
    if (crowds->count == crowds->room) {
        const size_t room = crowds->room > 0 ? crowds->room * 2 : 8;

        crowd = gn_realloc(crowds->all, room * sizeof *crowd);
        if (crowd == NULL)
            return NULL;
        crowds->all = crowd;
        crowds->room = room;
    }
    crowd = &crowds->all[at];
    memmove(crowd + 1, crowd, (crowds->count++ - at) * sizeof *crowd);
    *crowd = (struct gn_crowd){.every_ms = every_ms};
    return crowd;
}

double gn_crowd_phase(const struct gn_crowd *crowd)
{
    return (double)((crowd->count * GOLDEN) >> 11) * 0x1p-53;
}
