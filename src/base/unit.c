#include "base/unit.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

struct unit {
    const char *name;
    int64_t size;
};

/* From large to small: the order in which formatting tries them. */
static const struct unit durations[] = {
    {"w", INT64_C(604800000)},
    {"d", 86400000},
    {"h", 3600000},
    {"m", 60000},
    {"s", 1000},
    {"ms", 1},
};

static const struct unit sizes[] = {
    {"B", 1},
    {"kB", 1000},
    {"MB", 1000000},
    {"GB", 1000000000},
    {"TB", INT64_C(1000000000000)},
    {"KiB", INT64_C(1) << 10},
    {"MiB", INT64_C(1) << 20},
    {"GiB", INT64_C(1) << 30},
    {"TiB", INT64_C(1) << 40},
};

enum {
    DURATIONS = sizeof durations / sizeof durations[0],
    SIZES = sizeof sizes / sizeof sizes[0],
    FRACTION_DIGITS = 6, /* 10^6 times any unit fits */
};

/* A decimal number: (whole + part / scale), what follows it in rest. */
struct number {
    int64_t whole;
    int64_t part;
    int64_t scale;
    const char *rest;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "12", "1.5": digits on both sides of the point, no sign, no exponent. */
static bool read_number(const char *text, struct number *n)
{
    const char *p = text;

    *n = (struct number){.scale = 1};
    for (; is_digit(*p); p++)
        if (__builtin_mul_overflow(n->whole, 10, &n->whole) ||
            __builtin_add_overflow(n->whole, *p - '0', &n->whole))
            return false;
    if (p == text)
        return false;
    if (*p == '.') {
        const char *first = ++p;

        for (; is_digit(*p) && p - first < FRACTION_DIGITS; p++) {
            n->part = n->part * 10 + (*p - '0');
            n->scale *= 10;
        }
        if (p == first || is_digit(*p))
            return false;
    }
    n->rest = p;
    return true;
}

static const struct unit *find(const struct unit *units, size_t count,
                               const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

/* n of unit; exact: a remainder is refused, else dropped. */
static bool multiply(const struct number *n, const struct unit *unit,
                     bool exact, int64_t *out)
{
    const int64_t part = n->part * unit->size;

    return !(exact && part % n->scale != 0) &&
           !__builtin_mul_overflow(n->whole, unit->size, out) &&
           !__builtin_add_overflow(*out, part / n->scale, out);
}

enum garner_code gn_unit_duration(const char *text, int64_t *ms,
                                  struct garner_error *err)
{
    const struct unit *unit;
    struct number n;

    if (!read_number(text, &n))
        return gn_fail(err, GARNER_INVALID,
                       "\"%.40s\" is not a duration; write a number and a "
                       "unit, like 900ms, 5s, 1.5h, 30d",
                       text);
    unit = find(durations, DURATIONS, n.rest);
    if (*n.rest == '\0' && n.whole == 0 && n.part == 0)
        unit = &durations[DURATIONS - 1];
    if (unit == NULL)
        return gn_fail(err, GARNER_INVALID,
                       "\"%.40s\" is not a duration: %s%.20s%s; the units are "
                       "ms, s, m, h, d, w, as in 900ms or 1.5h",
                       text, *n.rest == '\0' ? "it has no unit" : "\"", n.rest,
                       *n.rest == '\0' ? "" : "\" is no unit");
    if (!multiply(&n, unit, true, ms))
        return gn_fail(err, GARNER_INVALID,
                       "\"%.40s\" is out of range: write whole milliseconds, "
                       "at most 292 million years",
                       text);
    return GARNER_OK;
}

enum garner_code gn_unit_size(const char *text, int64_t *bytes,
                              struct garner_error *err)
{
    const struct unit *unit;
    struct number n;

    if (!read_number(text, &n))
        return gn_fail(err, GARNER_INVALID,
                       "\"%.40s\" is not a size; write a number and a unit, "
                       "like 512, 10MB, 4GiB",
                       text);
    unit = find(sizes, SIZES, *n.rest == '\0' ? "B" : n.rest);
    if (unit == NULL)
        return gn_fail(err, GARNER_INVALID,
                       "\"%.40s\" is not a size: \"%.20s\" is no unit; they "
                       "are B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, as in 4GiB",
                       text, n.rest);
    if (!multiply(&n, unit, false, bytes))
        return gn_fail(err, GARNER_INVALID,
                       "\"%.40s\" is out of range: it must be below 8 EiB",
                       text);
    return GARNER_OK;
}

/* ms in unit, if that is at least 1 and exact with up to three decimals. */
static bool in_unit(uint64_t ms, const struct unit *unit, char text[32])
{
    const uint64_t size = (uint64_t)unit->size;
    const uint64_t thousandths = ms % size * 1000 / size;
    char decimals[8] = "";

    if (ms < size || ms % size * 1000 % size != 0)
        return false;
    if (thousandths != 0) {
        snprintf(decimals, sizeof decimals, ".%03u", (unsigned)thousandths);
        for (size_t end = 4; decimals[end - 1] == '0'; end--)
            decimals[end - 1] = '\0';
    }
    snprintf(text, 32, "%" PRIu64 "%s%s", ms / size, decimals, unit->name);
    return true;
}

void gn_unit_format_duration(int64_t ms, char text[32])
{
    const uint64_t size = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    char best[32] = "0s";
    char next[32];

    for (size_t i = 0; i < DURATIONS; i++)
        if (in_unit(size, &durations[i], next) &&
            (size == 0 || best[0] == '0' || strlen(next) < strlen(best)))
            memcpy(best, next, sizeof best);
    snprintf(text, 32, "%s%.30s", ms < 0 ? "-" : "", best);
}

void gn_unit_format_size(int64_t bytes, char text[32])
{
    static const char *const names[] = {"B",   "KiB", "MiB", "GiB",
                                        "TiB", "PiB", "EiB"};
    double value = bytes < 0 ? -(double)bytes : (double)bytes;
    const char *sign = bytes < 0 ? "-" : "";
    size_t unit = 0;

    /* 1023.96 would be rounded to 1024.0 of a unit: take the next one. */
    for (; unit < 6 && value >= (unit == 0 ? 1024 : 1023.5); unit++)
        value /= 1024;
    if (unit == 0 || value >= 9.95)
        snprintf(text, 32, "%s%.0f %s", sign, value, names[unit]);
    else
        snprintf(text, 32, "%s%.1f %s", sign, value, names[unit]);
}
