#include "schedule/window.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "schedule/civil.h"

enum {
    DAY = 24 * 60, /* minutes */
    WEEK = 7 * DAY,
    WEEK_S = WEEK * 60,
    SUNDAY_S = 3 * GN_DAY_S, /* 1970-01-04 00:00 was the first */
    MOST_TRIES = 10 * GN_WINDOW_SPANS_MAX,
};

static const char days[] = "sunmontuewedthufrisat";

/* --- reading ------------------------------------------------------------- */

static enum garner_code wrong(const char *text, struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID,
                   "window: \"%.60s\" is no span of time; write one like "
                   "08:00-18:00, mon-fri 08:00-18:00 or sat,sun 22:00-06:00",
                   text);
}

static bool take_day(const char **text, int *out)
{
    for (int i = 0; i < 7; i++)
        if (strncasecmp(*text, days + (size_t)i * 3, 3) == 0) {
            *text += 3;
            *out = i;
            return true;
        }
    return false;
}

/* "mon-fri"; all days where there are none. *which: a bit each. */
static bool take_days(const char **text, unsigned *which)
{
    int from;
    int to;

    if (!take_day(text, &from)) {
        *which = 0x7f;
        return true;
    }
    to = from;
    if (**text == '-') {
        (*text)++;
        if (!take_day(text, &to))
            return false;
    }
    for (*which = 1U << to; from != to; from = (from + 1) % 7)
        *which |= 1U << from;
    return true;
}

/* "08:00", up to 24:00, in minutes. */
static bool take_time(const char **text, int *out)
{
    const char *t = *text;
    const size_t digits = strspn(t, "0123456789");
    int hour = 0;

    if (digits < 1 || digits > 2 || t[digits] != ':' ||
        strspn(t + digits + 1, "0123456789") != 2)
        return false;
    for (size_t i = 0; i < digits; i++)
        hour = hour * 10 + t[i] - '0';
    t += digits + 1;
    *out = hour * 60 + (t[0] - '0') * 10 + t[1] - '0';
    *text = t + 2;
    return t[0] < '6' && *out <= DAY;
}

static void skip_blanks(const char **text)
{
    *text += strspn(*text, " \t");
}

/* A day of the list has no time of its own: "sat,sun 10:00-12:00". */
static bool take_more_days(const char **text, unsigned *which)
{
    for (;;) {
        const char *t = *text;
        unsigned more;
        int day;

        skip_blanks(&t);
        if (*t != ',')
            return true;
        t++;
        skip_blanks(&t);
        *text = t;
        if (!take_day(&t, &day) || !take_days(text, &more))
            return false;
        *which |= more;
    }
}

/* Marks the minutes of one span in week[]. */
static bool take_span(const char **text, bool week[WEEK])
{
    unsigned which;
    int from;
    int until;

    skip_blanks(text);
    if (!take_days(text, &which) ||
        (which != 0x7f && !take_more_days(text, &which)))
        return false;
    skip_blanks(text);
    if (!take_time(text, &from) || *(*text)++ != '-' ||
        !take_time(text, &until) || from == DAY)
        return false;
    skip_blanks(text);
    if (until <= from)
        until += DAY;
    for (int day = 0; day < 7; day++)
        for (int m = from; m < until && (which >> day & 1) != 0; m++)
            week[(day * DAY + m) % WEEK] = true;
    return true;
}

/* What is marked as spans; false: they are too many. */
static bool gather(const bool week[WEEK], struct gn_window *out)
{
    out->count = 0;
    for (int m = 0; m < WEEK; m++) {
        if (!week[m])
            continue;
        if (out->count == GN_WINDOW_SPANS_MAX)
            return false;
        out->spans[out->count].from = (int16_t)m;
        while (m < WEEK && week[m])
            m++;
        out->spans[out->count++].until = (int16_t)m;
    }
    return true;
}

enum garner_code gn_window_parse(const char *text, struct gn_window *out,
                                 struct garner_error *err)
{
    const char *at = text;
    bool week[WEEK] = {false};

    for (;;) {
        if (!take_span(&at, week))
            return wrong(text, err);
        if (*at == '\0')
            break;
        if (*at++ != ',')
            return wrong(text, err);
    }
    if (!gather(week, out))
        return gn_fail(err, GARNER_INVALID,
                       "window: \"%.60s\" has more than %d spans in a week; "
                       "join some",
                       text, GN_WINDOW_SPANS_MAX);
    return GARNER_OK;
}

/* --- asking -------------------------------------------------------------- */

/* The span that local_s is in, or the first one after it: count when the next
 * week's first. *into_s: seconds since the beginning of its week. */
static size_t look(const struct gn_window *w, int64_t local_s, int64_t *into_s)
{
    size_t i = 0;

    *into_s = gn_civil_mod(local_s - SUNDAY_S, WEEK_S);
    while (i < w->count && (int64_t)w->spans[i].until * 60 <= *into_s)
        i++;
    return i;
}

static bool is_open(const struct gn_window *w, int64_t local_s)
{
    int64_t into_s;
    const size_t i = look(w, local_s, &into_s);

    return i < w->count && (int64_t)w->spans[i].from * 60 <= into_s;
}

bool gn_window_has(const struct gn_window *window, const struct gn_zone *zone,
                   int64_t at_s)
{
    return is_open(window, gn_zone_local(zone, at_s));
}

/* The local time after local_s, which is not in it, at which it opens. */
static int64_t next_opening(const struct gn_window *w, int64_t local_s)
{
    int64_t into_s;
    const size_t i = look(w, local_s, &into_s);

    return local_s - into_s +
           (i < w->count ? (int64_t)w->spans[i].from * 60
                         : WEEK_S + (int64_t)w->spans[0].from * 60);
}

int64_t gn_window_opens(const struct gn_window *window,
                        const struct gn_zone *zone, int64_t at_s)
{
    int64_t local_s = gn_zone_local(zone, at_s);

    if (is_open(window, local_s))
        return at_s;
    local_s = gn_zone_reached(zone, at_s);
    for (int i = 0; i < MOST_TRIES; i++) {
        if (!is_open(window, local_s))
            local_s = next_opening(window, local_s);
        at_s = gn_zone_first(zone, local_s);
        local_s = gn_zone_local(zone, at_s);
        if (is_open(window, local_s))
            return at_s;
    }
    return INT64_MAX;
}

int64_t gn_window_closes(const struct gn_window *window,
                         const struct gn_zone *zone, int64_t at_s)
{
    const int64_t start_s = gn_zone_local(zone, at_s);
    int64_t local_s = start_s;

    while (is_open(window, local_s) && local_s - start_s <= WEEK_S) {
        int64_t into_s;
        const size_t i = look(window, local_s, &into_s);

        local_s += (int64_t)window->spans[i].until * 60 - into_s;
    }
    if (local_s - start_s > WEEK_S)
        return INT64_MAX;
    at_s = gn_zone_first(zone, local_s) > at_s ? gn_zone_first(zone, local_s)
                                               : at_s + local_s - start_s;
    return at_s;
}
