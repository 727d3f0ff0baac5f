#include "schedule/cron.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "schedule/civil.h"

enum {
    FIELDS = 6,
    TEXT = 128, /* of a field */
    MOST_YEARS = 41,
    GAPS = 3000 /* more times than there are minutes in two days */
};

/* A field as it is written. */
struct field {
    const char *name;
    int least;
    int most;
    int name_base; /* number of the first of names */
    const char *names;
};

static const struct field fields[FIELDS] = {
    {"second", 0, 59, 0, ""},
    {"minute", 0, 59, 0, ""},
    {"hour", 0, 23, 0, ""},
    {"day of the month", 1, 31, 0, ""},
    {"month", 1, 12, 1, "janfebmaraprmayjunjulaugsepoctnovdec"},
    {"day of the week", 0, 7, 0, "sunmontuewedthufrisat"},
};
enum { SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY };

static const struct {
    const char *name;
    const char *means;
} words[] = {
    {"@yearly", "0 0 1 1 *"},  {"@annually", "0 0 1 1 *"},
    {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
    {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
};

/* --- reading ------------------------------------------------------------- */

static enum garner_code wrong(const struct field *f, const char *text,
                              struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID,
                   "the %s of a cron line cannot be \"%.30s\"; write *, or a "
                   "list of numbers from %d to %d, ranges and steps, like "
                   "%d,%d-%d or */2",
                   f->name, text, f->least, f->most, f->least, f->least + 2,
                   f->least + 4);
}

static bool number(const char **text, int *out)
{
    const size_t digits = strspn(*text, "0123456789");

    *out = 0;
    if (digits == 0 || digits > 3)
        return false;
    for (size_t i = 0; i < digits; i++)
        *out = *out * 10 + *(*text)++ - '0';
    return true;
}

/* A number of the field, or a name. */
static bool value(const struct field *f, const char **text, int *out)
{
    if (number(text, out))
        return *out >= f->least && *out <= f->most;
    for (int i = 0; f->names[i] != '\0'; i += 3)
        if (strncasecmp(*text, f->names + i, 3) == 0) {
            *text += 3;
            *out = f->name_base + i / 3;
            return true;
        }
    return false;
}

/* From low to high, or low alone, as text says. */
static bool range(const struct field *f, const char **text, int *low, int *high)
{
    if (**text == '*') {
        (*text)++;
        *low = f->least;
        *high = f->most;
        return true;
    }
    if (!value(f, text, low))
        return false;
    *high = *low;
    if (**text != '-')
        return **text != '/'; /* some read 5/10 as 5-59/10, others refuse it */
    (*text)++;
    if (!value(f, text, high))
        return false;
    if (f == &fields[WEEKDAY] && *high == 0 && *low > 0)
        *high = 7; /* sat-sun */
    return *high >= *low;
}

static bool read_list(const struct field *f, const char *text, uint64_t *bits)
{
    *bits = 0;
    for (;;) {
        int low;
        int high;
        int step = 1;

        if (!range(f, &text, &low, &high))
            return false;
        if (*text == '/') {
            text++;
            if (!number(&text, &step) || step == 0)
                return false;
        }
        for (; low <= high; low += step)
            *bits |= UINT64_C(1) << low;
        if (*text == '\0')
            return true;
        if (*text++ != ',')
            return false;
    }
}

/* The next of the fields between blanks; false: there is none, or a long one.
 */
static bool take(const char **text, char field[TEXT])
{
    size_t size;

    *text += strspn(*text, " \t");
    size = strcspn(*text, " \t");
    if (size == 0 || size >= TEXT)
        return false;
    memcpy(field, *text, size);
    field[size] = '\0';
    *text += size;
    return true;
}

static int count_fields(const char *text)
{
    int count = 0;

    for (text += strspn(text, " \t"); *text != '\0';
         text += strspn(text, " \t"), count++)
        text += strcspn(text, " \t");
    return count;
}

/* Each month that it may be is too short for the days. */
static bool never(const struct gn_cron *c)
{
    static const int most[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    for (int month = 1; month <= 12; month++)
        if ((c->months >> month & 1) != 0 &&
            (c->days & ((UINT64_C(2) << most[month - 1]) - 1)) != 0)
            return false;
    return !c->either_day;
}

static enum garner_code read_fields(const char *text, struct gn_cron *out,
                                    struct garner_error *err)
{
    const int count = count_fields(text);
    uint64_t bits[FIELDS] = {1};
    char field[TEXT];
    bool star[FIELDS] = {false};

    if (count != FIELDS - 1 && count != FIELDS)
        return gn_fail(err, GARNER_INVALID,
                       "a cron line has 5 fields (minute, hour, day, month, "
                       "weekday), or 6 with seconds first; \"%.60s\" has %d",
                       text, count);
    for (int i = FIELDS - count; i < FIELDS; i++) {
        if (!take(&text, field))
            return wrong(&fields[i], text, err);
        if (!read_list(&fields[i], field, &bits[i]))
            return wrong(&fields[i], field, err);
        star[i] = field[0] == '*';
    }
    *out = (struct gn_cron){
        .seconds = bits[SECOND],
        .minutes = bits[MINUTE],
        .hours = (uint32_t)bits[HOUR],
        .days = (uint32_t)bits[DAY],
        .months = (uint16_t)bits[MONTH],
        .weekdays = (uint8_t)((bits[WEEKDAY] | bits[WEEKDAY] >> 7) & 0x7f),
        .either_day = !star[DAY] && !star[WEEKDAY],
    };
    return GARNER_OK;
}

enum garner_code gn_cron_parse(const char *text, struct gn_cron *out,
                               struct garner_error *err)
{
    const char *line = text;
    enum garner_code code;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(text, words[i].name) == 0)
            line = words[i].means;
    if (line[0] == '@')
        return gn_fail(err, GARNER_INVALID,
                       "\"%.30s\" is no word for a cron line; write @hourly, "
                       "@daily, @weekly, @monthly or @yearly",
                       text);
    code = read_fields(line, out, err);
    if (code == GARNER_OK && never(out))
        return gn_fail(err, GARNER_INVALID,
                       "the day of \"%.60s\" never comes: none of its months "
                       "is that long; choose another",
                       text);
    return code;
}

/* --- asking -------------------------------------------------------------- */

/* The first bit at or after from; -1: there is none. */
static int next_bit(uint64_t bits, int from)
{
    if (from > 63 || bits >> from == 0)
        return -1;
    return from + __builtin_ctzll(bits >> from);
}

static bool is_day(const struct gn_cron *c, const struct gn_date *d,
                   int64_t days)
{
    const bool month_day = (c->days >> d->day & 1) != 0;
    const bool weekday = (c->weekdays >> gn_civil_weekday(days) & 1) != 0;

    return c->either_day ? month_day || weekday : month_day && weekday;
}

/* The first day at or after days that it may be, since 1970. */
static int64_t next_day(const struct gn_cron *c, int64_t days)
{
    struct gn_date d = gn_civil_date(days);
    const int64_t last = d.year + MOST_YEARS;

    while (d.year <= last) {
        if ((c->months >> d.month & 1) == 0) {
            d.day = 1;
            d.month = d.month % 12 + 1;
            d.year += d.month == 1;
            days = gn_civil_days(d.year, d.month, 1);
            continue;
        }
        if (is_day(c, &d, days))
            return days;
        d = gn_civil_date(++days);
    }
    return INT64_MAX; /* "29 feb" and a weekday come within 40 years */
}

static int join(int hour, int minute, int second)
{
    return (hour * 60 + minute) * 60 + second;
}

/* The first second of a day at or after from that it may be; -1: none. */
static int next_second(const struct gn_cron *c, int from)
{
    const int first = next_bit(c->seconds, 0);
    int hour = next_bit(c->hours, from / 3600);
    int minute;

    if (hour == from / 3600) {
        minute = next_bit(c->minutes, from / 60 % 60);
        if (minute == from / 60 % 60) {
            const int second = next_bit(c->seconds, from % 60);

            if (second >= 0)
                return join(hour, minute, second);
            minute = next_bit(c->minutes, minute + 1);
        }
        if (minute >= 0)
            return join(hour, minute, first);
        hour = next_bit(c->hours, hour + 1);
    }
    return hour < 0 ? -1 : join(hour, next_bit(c->minutes, 0), first);
}

/* The first local time at or after local_s that it may be. */
static int64_t next_local(const struct gn_cron *c, int64_t local_s)
{
    const int64_t today = gn_civil_div(local_s, GN_DAY_S);
    int64_t day = next_day(c, today);
    int second = -1;

    if (day == today)
        second = next_second(c, (int)gn_civil_mod(local_s, GN_DAY_S));
    if (second < 0) {
        day = next_day(c, day == today ? today + 1 : day);
        second = next_second(c, 0);
    }
    return day == INT64_MAX ? INT64_MAX : day * GN_DAY_S + second;
}

int64_t gn_cron_next(const struct gn_cron *cron, const struct gn_zone *zone,
                     int64_t after_s)
{
    const int64_t local = next_local(cron, gn_zone_reached(zone, after_s) + 1);

    GN_CHECK(local != INT64_MAX);
    return gn_zone_first(zone, local);
}

int64_t gn_cron_gap_s(const struct gn_cron *cron)
{
    int64_t last = gn_cron_next(cron, NULL, 0);
    int64_t least = INT64_MAX;

    for (int i = 0; i < GAPS; i++) {
        const int64_t next = gn_cron_next(cron, NULL, last);

        least = next - last < least ? next - last : least;
        last = next;
    }
    return least;
}
