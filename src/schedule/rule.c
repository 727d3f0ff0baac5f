#include "schedule/rule.h"

#include <string.h>

#include "schedule/civil.h"

enum { MOST_HOURS = 167, EVENTS = 6 };

/* --- reading ------------------------------------------------------------- */

/* A number of at most three digits; false: none is there, or it is more than
 * most. */
static bool number(const char **text, int least, int most, int *out)
{
    const size_t digits = strspn(*text, "0123456789");

    *out = 0;
    if (digits == 0 || digits > 3)
        return false;
    for (size_t i = 0; i < digits; i++)
        *out = *out * 10 + *(*text)++ - '0';
    return *out >= least && *out <= most;
}

/* [+-]hours[:minutes[:seconds]] */
static bool duration(const char **text, int32_t *out)
{
    const bool minus = **text == '-';
    int parts[3] = {0, 0, 0};

    if (**text == '-' || **text == '+')
        (*text)++;
    if (!number(text, 0, MOST_HOURS, &parts[0]))
        return false;
    for (int i = 1; i < 3 && **text == ':'; i++) {
        (*text)++;
        if (!number(text, 0, 59, &parts[i]))
            return false;
    }
    *out = (parts[0] * 60 + parts[1]) * 60 + parts[2];
    if (minus)
        *out = -*out;
    return true;
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "BST", "<+0330>"; nobody asks for it. */
static bool skip_name(const char **text)
{
    size_t size = 0;

    if (**text == '<') {
        size = strcspn(*text, ">");
        if ((*text)[size] == '\0')
            return false;
        *text += size + 1;
        return true;
    }
    while (letter((*text)[size]))
        size++;
    *text += size;
    return size >= 3;
}

/* What is west of Greenwich counts above 0 there. */
static bool offset(const char **text, int32_t *out)
{
    if (!duration(text, out))
        return false;
    *out = -*out;
    return *out >= GN_OFFSET_LEAST_S && *out <= GN_OFFSET_MOST_S;
}

static bool dot(const char **text)
{
    return *(*text)++ == '.';
}

static bool read_day(const char **text, struct gn_rule_day *d)
{
    bool good;

    *d = (struct gn_rule_day){.second = 2 * 3600};
    if (**text == 'M') {
        d->kind = GN_RULE_WEEKDAY;
        (*text)++;
        good = number(text, 1, 12, &d->month) && dot(text) &&
               number(text, 1, 5, &d->week) && dot(text) &&
               number(text, 0, 6, &d->day);
    } else if (**text == 'J') {
        d->kind = GN_RULE_JULIAN;
        (*text)++;
        good = number(text, 1, 365, &d->day);
    } else {
        d->kind = GN_RULE_DAY;
        good = number(text, 0, 365, &d->day);
    }
    if (!good || **text != '/')
        return good;
    (*text)++;
    return duration(text, &d->second);
}

bool gn_rule_parse(const char *text, struct gn_rule *out)
{
    *out = (struct gn_rule){0};
    if (!skip_name(&text) || !offset(&text, &out->standard))
        return false;
    if (*text == '\0')
        return true;
    out->has_summer = true;
    out->summer = out->standard + 3600;
    if (!skip_name(&text) || (*text != ',' && !offset(&text, &out->summer)) ||
        *text++ != ',' || !read_day(&text, &out->begin) || *text++ != ',' ||
        !read_day(&text, &out->end))
        return false;
    return *text == '\0' && out->summer <= GN_OFFSET_MOST_S;
}

/* --- asking -------------------------------------------------------------- */

/* Days since 1970 of the rule's day in a year. */
static int64_t day_in(const struct gn_rule_day *d, int64_t year)
{
    const int64_t first = gn_civil_days(year, 1, 1);
    int64_t month;
    int day;

    if (d->kind == GN_RULE_DAY)
        return first + d->day;
    if (d->kind == GN_RULE_JULIAN)
        return first + d->day - 1 + (d->day >= 60 && gn_civil_is_leap(year));
    month = gn_civil_days(year, d->month, 1);
    day = (d->day - gn_civil_weekday(month) + 7) % 7 + (d->week - 1) * 7;
    if (day >= gn_civil_month_days(year, d->month))
        day -= 7;
    return month + day;
}

static void add(struct gn_period *events, int *count, struct gn_period event)
{
    int at = (*count)++;

    for (; at > 0 && events[at - 1].from > event.from; at--)
        events[at] = events[at - 1];
    events[at] = event;
}

struct gn_period gn_rule_period(const struct gn_rule *rule, int64_t at_s)
{
    struct gn_period period = {INT64_MIN, INT64_MAX, rule->standard};
    struct gn_period events[EVENTS];
    int64_t year;
    int count = 0;

    if (!rule->has_summer)
        return period;
    year = gn_civil_date(gn_civil_div(at_s + rule->standard, GN_DAY_S)).year;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        add(events, &count,
            (struct gn_period){.from = day_in(&rule->begin, y) * GN_DAY_S +
                                       rule->begin.second - rule->standard,
                               .offset = rule->summer});
        add(events, &count,
            (struct gn_period){.from = day_in(&rule->end, y) * GN_DAY_S +
                                       rule->end.second - rule->summer,
                               .offset = rule->standard});
    }
    for (int i = 0; i < count; i++) {
        if (events[i].from > at_s) {
            period.until = events[i].from;
            break;
        }
        period.from = events[i].from;
        period.offset = events[i].offset;
    }
    return period;
}
