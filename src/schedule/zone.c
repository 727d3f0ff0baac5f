#include "schedule/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

enum {
    HEADER = 44,
    MOST_TIMES = 10000, /* 2,000 are in the largest file there is */
    MOST_TYPES = 256,
    MOST_NAME = 100,
    MOST_FOOTER = 200,
    MOST_FILE = 256 * 1024,
    REACH = GN_OFFSET_MOST_S - GN_OFFSET_LEAST_S /* clocks are set by less */
};

static const char folder[] = "/usr/share/zoneinfo/";

struct gn_zone {
    /* constant */
    const char *name;
    struct gn_zone *next;
    size_t count;           /* of changes that are listed */
    const int64_t *times;   /* when each comes */
    const int32_t *offsets; /* from then on, the one before the first first */
    bool has_rule;          /* after the last change */
    struct gn_rule rule;
};

/* --- a file's bytes ------------------------------------------------------ */

/* The counts in a header, in the file's order. */
struct counts {
    uint32_t utc, std, leap, times, types, chars;
};

static uint32_t big32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

static int64_t big64(const unsigned char *p)
{
    return (int64_t)((uint64_t)big32(p) << 32 | big32(p + 4));
}

static bool read_header(const unsigned char *p, size_t size, struct counts *c)
{
    if (size < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return false;
    *c = (struct counts){big32(p + 20), big32(p + 24), big32(p + 28),
                         big32(p + 32), big32(p + 36), big32(p + 40)};
    return c->times <= MOST_TIMES && c->types <= MOST_TYPES &&
           c->chars <= MOST_FILE && c->leap <= MOST_FILE &&
           c->utc <= MOST_TYPES && c->std <= MOST_TYPES;
}

/* Of what follows a header whose times have so many bytes. */
static size_t block_size(const struct counts *c, size_t time_size)
{
    return c->times * (time_size + 1) + (size_t)c->types * 6 + c->chars +
           c->leap * (time_size + 4) + c->std + c->utc;
}

static bool read_offset(const unsigned char *types, const struct counts *c,
                        unsigned type, int32_t *out)
{
    if (type >= c->types)
        return false;
    *out = (int32_t)big32(types + (size_t)type * 6);
    return *out >= GN_OFFSET_LEAST_S && *out <= GN_OFFSET_MOST_S;
}

/* Reads the block at p, which is whole. */
static bool read_block(const unsigned char *p, const struct counts *c,
                       int64_t *times, int32_t *offsets)
{
    const unsigned char *kinds = p + (size_t)c->times * 8;
    const unsigned char *types = kinds + c->times;

    if (!read_offset(types, c, 0, &offsets[0]))
        return false;
    for (uint32_t i = 0; i < c->times; i++) {
        times[i] = big64(p + (size_t)i * 8);
        if ((i > 0 && times[i] <= times[i - 1]) ||
            !read_offset(types, c, kinds[i], &offsets[i + 1]))
            return false;
    }
    return true;
}

/* The rule between two newlines, which may be empty: there is none then. */
static bool read_footer(const unsigned char *p, size_t size,
                        struct gn_zone *zone)
{
    const unsigned char *end;
    char text[MOST_FOOTER];
    size_t n;

    if (size < 2 || p[0] != '\n')
        return false;
    end = memchr(p + 1, '\n', size - 1);
    n = end != NULL ? (size_t)(end - p - 1) : sizeof text;
    if (n >= sizeof text)
        return false;
    memcpy(text, p + 1, n);
    text[n] = '\0';
    zone->has_rule = n > 0;
    return n == 0 || gn_rule_parse(text, &zone->rule);
}

static enum garner_code no_zone(struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID,
                   "no file of a time zone (TZif, version 2 or later); install "
                   "the package tzdata again");
}

enum garner_code gn_zone_parse(const void *data, size_t size,
                               struct gn_arena *memory, struct gn_zone **out,
                               struct garner_error *err)
{
    const unsigned char *p = data;
    struct counts c;
    struct gn_zone *zone;
    int64_t *times;
    int32_t *offsets;
    size_t at;

    *out = NULL;
    if (!read_header(p, size, &c))
        return no_zone(err);
    at = HEADER + block_size(&c, 4); /* for programs of old */
    if (at > size || !read_header(p + at, size - at, &c) || c.types == 0 ||
        block_size(&c, 8) > size - at - HEADER)
        return no_zone(err);
    if (c.leap > 0)
        return gn_fail(err, GARNER_INVALID,
                       "a time zone with leap seconds, which the machine's "
                       "clock does not count; name the one without");
    at += HEADER;
    zone = gn_arena_zeroed(memory, sizeof *zone);
    times = gn_arena_alloc(memory, (c.times + 1) * sizeof *times);
    offsets = gn_arena_alloc(memory, (c.times + 1) * sizeof *offsets);
    if (zone == NULL || times == NULL || offsets == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a time zone");
    if (!read_block(p + at, &c, times, offsets) ||
        !read_footer(p + at + block_size(&c, 8), size - at - block_size(&c, 8),
                     zone))
        return no_zone(err);
    zone->count = c.times;
    zone->times = times;
    zone->offsets = offsets;
    *out = zone;
    return GARNER_OK;
}

/* --- files --------------------------------------------------------------- */

/* Letters, and what stands between them in names of zones: nothing that leads
 * out of the folder. */
static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_+-/";

    return name[0] != '\0' && name[0] != '/' && strlen(name) <= MOST_NAME &&
           name[strspn(name, letters)] == '\0';
}

static enum garner_code not_found(const char *name, struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID,
                   "there is no time zone \"%.60s\" in %.40s; write one like "
                   "Europe/London, or install the package tzdata",
                   name, folder);
}

/* Reads what is at path into an arena of the caller's. */
static enum garner_code read_file(const char *path, const char *name,
                                  struct gn_arena *memory, char **data,
                                  size_t *size, struct garner_error *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = 1;

    *size = 0;
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return not_found(name, err);
    if (fd < 0)
        return gn_fail(err, GARNER_INVALID, "%.120s cannot be read: %s", path,
                       strerror(errno));
    *data = gn_arena_alloc(memory, MOST_FILE);
    while (*data != NULL && n > 0 && *size < MOST_FILE) {
        n = read(fd, *data + *size, MOST_FILE - *size);
        *size += n > 0 ? (size_t)n : 0;
    }
    (void)close(fd); /* only read from */
    if (*data == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a time zone");
    return n < 0 ? not_found(name, err) : GARNER_OK; /* a folder */
}

static enum garner_code load(const char *name, struct gn_arena *memory,
                             struct gn_zone **out, struct garner_error *err)
{
    char path[sizeof folder + MOST_NAME];
    struct gn_arena file = {0};
    struct garner_error reason;
    char *data = NULL;
    size_t size = 0;
    enum garner_code code;

    *out = NULL;
    if (!is_name(name))
        return not_found(name, err);
    snprintf(path, sizeof path, "%s%s", folder, name);
    code = read_file(path, name, &file, &data, &size, err);
    if (code == GARNER_OK) {
        code = gn_zone_parse(data, size, memory, out, &reason);
        if (code != GARNER_OK)
            (void)gn_fail(err, code, "%.100s: %s", path, reason.message);
    }
    gn_arena_clear(&file);
    return code;
}

enum garner_code gn_zones_find(struct gn_zones *zones, const char *name,
                               struct gn_arena *memory,
                               const struct gn_zone **out,
                               struct garner_error *err)
{
    struct gn_zone *zone = zones->first;
    enum garner_code code;

    *out = NULL;
    if (strcmp(name, "UTC") == 0)
        return GARNER_OK;
    while (zone != NULL && strcmp(zone->name, name) != 0)
        zone = zone->next;
    if (zone == NULL) {
        code = load(name, memory, &zone, err);
        if (code != GARNER_OK)
            return code;
        zone->name = gn_arena_text(memory, name);
        if (zone->name == NULL)
            return gn_fail(err, GARNER_NOMEM, "out of memory for a time zone");
        zone->next = zones->first;
        zones->first = zone;
    }
    *out = zone;
    return GARNER_OK;
}

/* --- asking -------------------------------------------------------------- */

/* How many changes have come at at_s. */
static size_t changes(const struct gn_zone *zone, int64_t at_s)
{
    size_t from = 0;
    size_t end = zone->count;

    while (from < end) {
        const size_t middle = from + (end - from) / 2;

        if (zone->times[middle] <= at_s)
            from = middle + 1;
        else
            end = middle;
    }
    return from;
}

struct gn_period gn_zone_period(const struct gn_zone *zone, int64_t at_s)
{
    struct gn_period period = {INT64_MIN, INT64_MAX, 0};
    int64_t last;
    size_t n;

    if (zone == NULL)
        return period;
    n = changes(zone, at_s);
    last = n > 0 ? zone->times[n - 1] : INT64_MIN;
    if (n == zone->count && zone->has_rule) {
        period = gn_rule_period(&zone->rule, at_s);
        if (period.from < last)
            period.from = last;
        return period;
    }
    period.from = last;
    period.offset = zone->offsets[n];
    if (n < zone->count)
        period.until = zone->times[n];
    return period;
}

int64_t gn_zone_local(const struct gn_zone *zone, int64_t at_s)
{
    return at_s + gn_zone_period(zone, at_s).offset;
}

int64_t gn_zone_reached(const struct gn_zone *zone, int64_t at_s)
{
    struct gn_period p = gn_zone_period(zone, at_s);
    int64_t most = at_s + p.offset;

    while (p.from > at_s - REACH) {
        const int64_t before = p.from - 1;

        p = gn_zone_period(zone, before);
        if (before + p.offset > most)
            most = before + p.offset;
    }
    return most;
}

int64_t gn_zone_first(const struct gn_zone *zone, int64_t local_s)
{
    int64_t at_s = local_s - GN_OFFSET_MOST_S; /* not there yet */
    struct gn_period p = gn_zone_period(zone, at_s);

    while (local_s - p.offset >= p.until) {
        at_s = p.until;
        p = gn_zone_period(zone, at_s);
    }
    return local_s - p.offset > at_s ? local_s - p.offset : at_s;
}
