#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "base/error.h"

static struct timespec read_clock(clockid_t id)
{
    struct timespec t;

    GN_CHECK(clock_gettime(id, &t) == 0);
    return t;
}

int64_t gn_clock_monotonic_ns(void)
{
    const struct timespec t = read_clock(CLOCK_MONOTONIC);

    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t gn_clock_wall_us(void)
{
    const struct timespec t = read_clock(CLOCK_REALTIME);

    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void gn_clock_format(int64_t wall_us, char text[32])
{
    int64_t us = wall_us % 1000000;
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm tm;
    size_t n;

    if (us < 0) {
        us += 1000000;
        seconds--;
    }
    GN_CHECK(gmtime_r(&seconds, &tm) != NULL);
    n = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &tm);
    GN_CHECK(n > 0);
    snprintf(text + n, 32 - n, ".%03dZ", (int)(us / 1000));
}
