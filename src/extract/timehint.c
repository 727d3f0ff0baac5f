#include "extract/timehint.h"

#include <string.h>
#include <strings.h>

#include "extract/timezone.h"

static bool take_order(const char *word, size_t size, struct gn_timehint *out)
{
    if (out->order != GN_TIMEHINT_UNKNOWN || size != 3)
        return false;
    if (strncasecmp(word, "dmy", 3) == 0)
        out->order = GN_TIMEHINT_DAY_FIRST;
    else if (strncasecmp(word, "mdy", 3) == 0)
        out->order = GN_TIMEHINT_MONTH_FIRST;
    return out->order != GN_TIMEHINT_UNKNOWN;
}

/* A name, an offset, or an offset behind a name. */
static bool take_zone(const char *word, size_t size, struct gn_timehint *out)
{
    const char *end = word + size;
    const char *at = word;

    while (at < end && *at != '+' && *at != '-')
        at++;
    if (at > word &&
        !gn_timezone_find(word, (size_t)(at - word), &out->offset_s))
        return false;
    return at == end ||
           (gn_timezone_offset(&at, end, &out->offset_s) && at == end);
}

bool gn_timehint_read(const char *text, size_t size, struct gn_timehint *out)
{
    const char *end = text + size;
    bool good = true;
    bool zone = false;
    bool any = false;

    *out = (struct gn_timehint){0};
    while (good && text < end) {
        const char *stop = memchr(text, ' ', (size_t)(end - text));
        const size_t length = (size_t)((stop != NULL ? stop : end) - text);

        if (length > 0 && !take_order(text, length, out)) {
            good = !zone && take_zone(text, length, out);
            zone = true;
        }
        any = any || length > 0;
        text += stop != NULL ? length + 1 : length;
    }
    return good && any;
}
