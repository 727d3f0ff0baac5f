/*
 * zone.h - the local time of a time zone, by the system's files of them (TZif,
 * RFC 8536). The C library's own calls know one zone for the whole process.
 *
 * A local time may come twice, when clocks are set back, or not at all. What
 * has a local time to happen at, happens at the first instant at which clocks
 * have reached it: once either way.
 *
 * All instants are seconds since 1970 UTC, without leap seconds; a local time
 * is what clocks show, as if it were UTC. A zone of NULL is UTC itself.
 *
 * Thread: a zone is constant; any number of threads. Only gn_zones_find reads
 * files.
 */
#ifndef GN_SCHEDULE_ZONE_H
#define GN_SCHEDULE_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "garner/error.h"
#include "schedule/rule.h"

struct gn_zone;

/* Makes *out of a file's bytes, in memory. Errors: INVALID (it is none, or a
 * kind that is not known), NOMEM. */
enum garner_code gn_zone_parse(const void *data, size_t size,
                               struct gn_arena *memory, struct gn_zone **out,
                               struct garner_error *err);

/* Zones that were read, each once. All zero holds none. */
struct gn_zones {
    struct gn_zone *first;
};

/* Finds a zone by its name ("Europe/London"), or reads it, in memory. NULL in
 * *out: it is UTC. Errors: INVALID (no name of a zone, or no good file), NOMEM.
 */
enum garner_code gn_zones_find(struct gn_zones *zones, const char *name,
                               struct gn_arena *memory,
                               const struct gn_zone **out,
                               struct garner_error *err);

/* The period of one offset in which at_s lies. */
struct gn_period gn_zone_period(const struct gn_zone *zone, int64_t at_s);

/* The local time at at_s. */
int64_t gn_zone_local(const struct gn_zone *zone, int64_t at_s);

/* The highest local time that clocks have shown until at_s (and at it): more
 * than that at at_s when they were set back a short while ago. */
int64_t gn_zone_reached(const struct gn_zone *zone, int64_t at_s);

/* The first instant at which clocks show local_s, or more. */
int64_t gn_zone_first(const struct gn_zone *zone, int64_t local_s);

#endif
