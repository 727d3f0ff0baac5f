#include "extract/timezone.h"

#include <strings.h>

enum { MOST_HOURS = 15 }; /* no clock is further from UTC */

/* Minutes east of UTC. Those of RFC 822 come first; CST and BST have other
 * meanings elsewhere, but America and Britain have the most feeds. */
static const struct {
    char name[5];
    short minutes;
} zones[] = {
    {"GMT", 0},     {"UTC", 0},     {"UT", 0},     {"Z", 0},      {"EST", -300},
    {"EDT", -240},  {"CST", -360},  {"CDT", -300}, {"MST", -420}, {"MDT", -360},
    {"PST", -480},  {"PDT", -420},  {"WET", 0},    {"WEST", 60},  {"BST", 60},
    {"CET", 60},    {"CEST", 120},  {"MET", 60},   {"MEST", 120}, {"MEZ", 60},
    {"MESZ", 120},  {"EET", 120},   {"EEST", 180}, {"MSK", 180},  {"SAST", 120},
    {"HKT", 480},   {"SGT", 480},   {"JST", 540},  {"KST", 540},  {"AWST", 480},
    {"ACST", 570},  {"ACDT", 630},  {"AEST", 600}, {"AEDT", 660}, {"NZST", 720},
    {"NZDT", 780},  {"NST", -210},  {"NDT", -150}, {"AST", -240}, {"ADT", -180},
    {"AKST", -540}, {"AKDT", -480}, {"HST", -600},
};

bool gn_timezone_find(const char *name, size_t size, int *offset_s)
{
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        if (size < sizeof zones[i].name && zones[i].name[size] == '\0' &&
            strncasecmp(zones[i].name, name, size) == 0) {
            *offset_s = zones[i].minutes * 60;
            return size > 0;
        }
    *offset_s = 0;
    /* RFC 822 had the letters' signs wrong: RFC 2822 has them mean UTC */
    return size == 1 && name[0] >= 'A' && name[0] <= 'Y' && name[0] != 'J';
}

static int digits_at(const char *at, const char *end)
{
    int n = 0;

    while (at + n < end && at[n] >= '0' && at[n] <= '9')
        n++;
    return n;
}

static int take(const char **at, int digits)
{
    int value = 0;

    while (digits-- > 0)
        value = value * 10 + (*(*at)++ - '0');
    return value;
}

bool gn_timezone_offset(const char **at, const char *end, int *offset_s)
{
    const int sign = *(*at)++ == '-' ? -1 : 1;
    const int n = digits_at(*at, end);
    int hours;
    int minutes = 0;

    if (n < 1 || n > 4)
        return false;
    hours = take(at, n > 2 ? n - 2 : n);
    if (n > 2) {
        minutes = take(at, 2);
    } else if (*at < end && **at == ':') {
        ++*at;
        if (digits_at(*at, end) != 2)
            return false;
        minutes = take(at, 2);
    }
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return hours <= MOST_HOURS && minutes <= 59;
}
