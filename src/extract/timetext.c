#include "extract/timetext.h"

#include <string.h>
#include <strings.h>

#include "extract/calendar.h"
#include "extract/timezone.h"

enum { DAY = 86400, MOST_BYTES = 200, BILLION = 1000000000 };

/* A text on its way to a time. */
struct reading {
    const char *at, *end;
    enum gn_timehint_order order;
    int year, month, day; /* 0: not read yet */
    int week, week_day;   /* the day by these, if week is not 0 */
    int second;           /* of the day */
    int nanoseconds;
    int offset_s;
    bool has_time;
    bool has_half;   /* AM or PM was read */
    bool has_zone;   /* its name */
    bool has_offset; /* as a number */
};

/* --- scanning -------------------------------------------------------------*/

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char peek(const struct reading *r)
{
    if (r->at < r->end)
        return *r->at;
    return '\0';
}

static bool skip(struct reading *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static size_t digits_at(const char *at, const char *end)
{
    size_t n = 0;

    while (at + n < end && is_digit(at[n]))
        n++;
    return n;
}

/* The number of the n digits here, at most 9. */
static int take(struct reading *r, size_t n)
{
    int value = 0;

    for (size_t i = 0; i < n; i++)
        value = value * 10 + (*r->at++ - '0');
    return value;
}

/* Takes one or two digits. false: there are none, or more. */
static bool take_short(struct reading *r, int *out)
{
    const size_t n = digits_at(r->at, r->end);

    *out = 0;
    if (n < 1 || n > 2)
        return false;
    *out = take(r, n);
    return true;
}

/* --- times of day and zones -----------------------------------------------*/

/* A fraction of a second after its mark. false: there is none. */
static bool take_fraction(struct reading *r)
{
    const size_t n = digits_at(r->at, r->end);
    int scale = BILLION / 10;

    for (size_t i = 0; i < n; i++, scale /= 10)
        r->nanoseconds += (*r->at++ - '0') * scale;
    return n > 0;
}

static bool set_time(struct reading *r, int hour, int minute, int second)
{
    /* 24:00 is the end of the day, 60 a leap second: the next one */
    if (hour > 24 || minute > 59 || second > 60 ||
        (hour == 24 && minute + second + r->nanoseconds > 0))
        return false;
    r->second = hour * 3600 + minute * 60 + second;
    r->has_time = true;
    return true;
}

/* h:mm[:ss[.f]] */
static bool take_time(struct reading *r)
{
    int hour, minute;
    int second = 0;

    if (r->has_time || !take_short(r, &hour) || !skip(r, ':') ||
        digits_at(r->at, r->end) != 2)
        return false;
    minute = take(r, 2);
    if (skip(r, ':')) {
        if (!take_short(r, &second))
            return false;
        if ((peek(r) == '.' || peek(r) == ',') &&
            digits_at(r->at + 1, r->end)) {
            r->at++;
            (void)take_fraction(r);
        }
    }
    return set_time(r, hour, minute, second);
}

/* hhmm[ss[.f]], after ISO 8601's T */
static bool take_basic_time(struct reading *r)
{
    const size_t n = digits_at(r->at, r->end);
    int hour, minute, second;

    if (n != 4 && n != 6)
        return false;
    hour = take(r, 2);
    minute = take(r, 2);
    second = n == 6 ? take(r, 2) : 0;
    if (n == 6 && (skip(r, '.') || skip(r, ',')) && !take_fraction(r))
        return false;
    return set_time(r, hour, minute, second);
}

/* +0100 and the like */
static bool take_offset(struct reading *r)
{
    const bool first = !r->has_offset;

    r->has_offset = true;
    return first && gn_timezone_offset(&r->at, r->end, &r->offset_s);
}

static bool set_half(struct reading *r, bool afternoon)
{
    const int hour = r->second / 3600;

    if (r->has_half || hour < 1 || hour > 12)
        return false;
    r->has_half = true;
    r->second += ((afternoon ? 12 : 0) - (hour == 12 ? 12 : 0)) * 3600;
    return true;
}

/* --- words ----------------------------------------------------------------*/

/* Which of count names begins as the word does, by at least three letters, from
 * 1; 0: none. */
static int find_name(const char *const *names, int count, const char *word,
                     size_t size)
{
    for (int i = 0; i < count; i++)
        if (size >= 3 && size <= strlen(names[i]) &&
            strncasecmp(names[i], word, size) == 0)
            return i + 1;
    return 0;
}

static bool has_date(const struct reading *r)
{
    return (r->year != 0 && r->month != 0 && r->day != 0) || r->week != 0;
}

static bool is_word(const char *word, size_t size, const char *other)
{
    return size == strlen(other) && strncasecmp(word, other, size) == 0;
}

static bool take_word(struct reading *r)
{
    static const char *const months[] = {
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"};
    static const char *const days[] = {"monday",   "tuesday", "wednesday",
                                       "thursday", "friday",  "saturday",
                                       "sunday"};
    const char *word = r->at;
    size_t size = 0;
    int month;

    while (r->at < r->end && is_alpha(*r->at))
        r->at++;
    size = (size_t)(r->at - word);
    month = find_name(months, 12, word, size);
    if (month != 0 && r->month == 0 && r->week == 0) {
        r->month = month;
        return skip(r, '.') || true;
    }
    if (find_name(days, 7, word, size) != 0)
        return skip(r, '.') || true;
    if (r->has_time && (is_word(word, size, "am") || is_word(word, size, "pm")))
        return set_half(r, (*word | 32) == 'p');
    if (has_date(r) && !r->has_time && is_word(word, size, "at"))
        return true;
    if ((!r->has_time && !has_date(r)) || r->has_zone || r->has_offset)
        return false;
    r->has_zone = true;
    return gn_timezone_find(word, size, &r->offset_s);
}

/* Two digits are of 1950 to 2049, three count from 1900 (RFC 2822). */
static int whole_year(int year, size_t digits)
{
    if (digits == 2)
        return year + (year < 50 ? 2000 : 1900);
    return digits == 3 ? year + 1900 : year;
}

/* A number that stands for itself: the day or the year. */
static bool take_number(struct reading *r)
{
    static const char *const endings[] = {"st", "nd", "rd", "th"};
    const size_t n = digits_at(r->at, r->end);

    if (n <= 2 && r->at + n < r->end && r->at[n] == ':')
        return take_time(r);
    if (n > 4 || r->week != 0)
        return false;
    if (n <= 2 && r->day == 0) {
        r->day = take(r, n);
        for (size_t i = 0; i < 4 && r->end - r->at >= 2; i++)
            if (strncasecmp(r->at, endings[i], 2) == 0) {
                r->at += 2;
                break;
            }
        if (r->end - r->at > 1 && (is_blank(r->at[1]) || is_alpha(r->at[1])))
            (void)skip(r, '.'); /* 1. September, as in German */
        return r->day > 0;
    }
    if (n < 2 || r->year != 0)
        return false;
    r->year = whole_year(take(r, n), n);
    (void)skip(r, ':'); /* as in the logs of web servers */
    return true;
}

/* What mail has in parentheses, and Java in brackets. */
static bool skip_comment(struct reading *r)
{
    const char *close =
        memchr(r->at, *r->at == '(' ? ')' : ']', (size_t)(r->end - r->at));

    if (close == NULL || !has_date(r))
        return false;
    r->at = close + 1;
    return true;
}

/* All that is left: words, numbers, a time, a zone. */
static bool take_rest(struct reading *r)
{
    bool good = true;

    while (good && r->at < r->end) {
        const char c = *r->at;

        if (is_digit(c))
            good = take_number(r);
        else if (is_alpha(c))
            good = take_word(r);
        else if (c == '(' || c == '[')
            good = skip_comment(r);
        else if (c == '+' || (c == '-' && (r->has_time || has_date(r))))
            good = (r->has_time || has_date(r)) && take_offset(r);
        else if (is_blank(c) || c == ',' ||
                 (!has_date(r) && (c == '-' || c == '/')))
            r->at++;
        else
            good = false;
    }
    return good;
}

/* --- dates in figures -----------------------------------------------------*/

/* After a date of ISO 8601, a T may stand before the time. */
static bool take_iso_rest(struct reading *r)
{
    if (peek(r) == 'T' || peek(r) == 't' || peek(r) == '_') {
        r->at++;
        while (peek(r) == ' ')
            r->at++;
        if (!is_digit(peek(r)))
            return false;
        if (digits_at(r->at, r->end) > 2 && !take_basic_time(r))
            return false;
    }
    return take_rest(r);
}

/* ISO 8601's Www[-D], after the year. */
static bool take_week(struct reading *r)
{
    if (digits_at(r->at, r->end) < 2)
        return false;
    r->week = take(r, 2);
    r->week_day = 1;
    (void)skip(r, '-');
    if (digits_at(r->at, r->end) == 1)
        r->week_day = take(r, 1);
    return r->week >= 1 && r->week_day >= 1 && r->week_day <= 7 &&
           take_iso_rest(r);
}

/* yyyy-mm-dd and what begins so; the same with / and . */
static bool take_year_first(struct reading *r)
{
    char mark;

    r->year = take(r, 4);
    if (skip(r, 'W'))
        return take_week(r);
    mark = *r->at++;
    if (mark == '-' && skip(r, 'W'))
        return take_week(r);
    if (mark == '-' && digits_at(r->at, r->end) == 3) {
        const int day = take(r, 3); /* of the year */

        r->month = 1;
        while (r->month <= 12 && r->day == 0) {
            const int days = (int)(gn_calendar_days(r->year, r->month, 1) -
                                   gn_calendar_days(r->year, 1, 1));

            if (day > days &&
                day <= days + gn_calendar_month(r->year, r->month))
                r->day = day - days;
            else
                r->month++;
        }
        return r->day != 0 && take_iso_rest(r);
    }
    if (!is_digit(peek(r)))
        return take_rest(r); /* 2026-Sep-07 */
    if (!take_short(r, &r->month))
        return false;
    r->day = 1;
    if (!skip(r, mark))
        return mark == '-' && r->at == r->end; /* yyyy-mm */
    return take_short(r, &r->day) && take_iso_rest(r);
}

/* d.m.yyyy, and d/m/yyyy or m/d/yyyy */
static bool take_year_last(struct reading *r)
{
    int first, second;
    size_t n;
    char mark;
    bool day_first;

    (void)take_short(r, &first);
    mark = *r->at++;
    if (!take_short(r, &second) || !skip(r, mark))
        return false;
    n = digits_at(r->at, r->end);
    if (n != 2 && n != 4)
        return false;
    r->year = whole_year(take(r, n), n);
    if (r->order == GN_TIMEHINT_UNKNOWN && mark != '.' && first <= 12 &&
        second <= 12 && first != second)
        return false;
    day_first = r->order == GN_TIMEHINT_UNKNOWN
                    ? mark == '.' || second <= 12
                    : r->order == GN_TIMEHINT_DAY_FIRST;
    r->day = day_first ? first : second;
    r->month = day_first ? second : first;
    return take_rest(r);
}

/* yyyymmdd, and yyyymmddhhmmss */
static bool take_packed(struct reading *r, size_t digits)
{
    int hour, minute, second;

    r->year = take(r, 4);
    r->month = take(r, 2);
    r->day = take(r, 2);
    if (digits == 14) {
        hour = take(r, 2);
        minute = take(r, 2);
        second = take(r, 2);
        return set_time(r, hour, minute, second) && take_rest(r);
    }
    return take_iso_rest(r);
}

/* --- all together ---------------------------------------------------------*/

static bool finish(const struct reading *r, struct gn_timeunix *out)
{
    int64_t days;

    if (!has_date(r) || r->year < 1 || r->year > 9999)
        return false;
    if (r->week != 0) {
        days = gn_calendar_week(r->year) + (r->week - 1) * INT64_C(7);
        if (days >= gn_calendar_week(r->year + 1))
            return false;
        days += r->week_day - 1;
    } else {
        if (r->month < 1 || r->month > 12 || r->day < 1 ||
            r->day > gn_calendar_month(r->year, r->month))
            return false;
        days = gn_calendar_days(r->year, r->month, r->day);
    }
    *out = (struct gn_timeunix){days * DAY + r->second - r->offset_s,
                                r->nanoseconds};
    return true;
}

static bool take_all(struct reading *r)
{
    const size_t n = digits_at(r->at, r->end);
    const int mark = r->at + n < r->end ? r->at[n] : 0;
    const bool figures =
        n > 0 && r->at + n + 1 < r->end && is_digit(r->at[n + 1]);

    if (n == 4 && (mark == '-' || mark == 'W' ||
                   (figures && (mark == '/' || mark == '.'))))
        return take_year_first(r);
    if (n == 8 || n == 14)
        return take_packed(r, n);
    if ((n == 1 || n == 2) && figures &&
        (mark == '.' || mark == '/' || mark == '-'))
        return take_year_last(r);
    return take_rest(r);
}

/* 9 digits and more (but for dates), with a sign and a fraction at will. */
static bool read_unix(const struct reading *r, struct gn_timeunix *out)
{
    struct reading copy = *r;
    const bool negative = skip(&copy, '-');
    const size_t n = digits_at(copy.at, copy.end);
    uint64_t value = 0;

    if (n < 9 || n > 19)
        return false;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (uint64_t)(*copy.at++ - '0');
    if (value > INT64_MAX)
        return false;
    if (skip(&copy, '.') && !take_fraction(&copy))
        return false;
    if (copy.at != copy.end ||
        !gn_timeunix_integer(negative ? -(int64_t)value : (int64_t)value, out))
        return false;
    if (copy.nanoseconds > 0 && value < 100000000000) {
        if (negative)
            out->seconds--;
        out->nanoseconds =
            negative ? BILLION - copy.nanoseconds : copy.nanoseconds;
    }
    return true;
}

static struct reading begin(const char *text, size_t size)
{
    struct reading r = {.at = text, .end = text + size};

    while (r.at < r.end && is_blank(*r.at))
        r.at++;
    while (r.end > r.at && is_blank(r.end[-1]))
        r.end--;
    return r;
}

bool gn_timetext_read(const char *text, size_t size,
                      const struct gn_timehint *hint, struct gn_timeunix *out)
{
    struct reading r = begin(text, size);
    size_t n;

    r.order = hint->order;
    if (r.end == r.at || r.end - r.at > MOST_BYTES)
        return false;
    n = digits_at(r.at, r.end);
    if (n != 14 && (n >= 9 || *r.at == '-') && read_unix(&r, out))
        return true;
    if (!take_all(&r))
        return false;
    if (!r.has_zone && !r.has_offset)
        r.offset_s = hint->offset_s;
    return finish(&r, out);
}
