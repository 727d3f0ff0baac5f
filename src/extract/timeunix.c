#include "extract/timeunix.h"

#include <math.h>

enum { BILLION = 1000000000 };

static const int64_t FIRST = -62135596800; /* year 1 */
static const int64_t LAST = 253402300799;  /* the end of year 9999 */
static const int64_t MOST = 100000000000;  /* seconds, to be taken for such */

bool gn_timeunix_integer(int64_t number, struct gn_timeunix *out)
{
    int64_t unit = 1; /* how many are a second */

    while (unit < BILLION && (number / unit >= MOST || number / unit <= -MOST))
        unit *= 1000;
    *out = (struct gn_timeunix){number / unit,
                                (int)(number % unit * (BILLION / unit))};
    if (out->nanoseconds < 0) {
        out->seconds--;
        out->nanoseconds += BILLION;
    }
    return out->seconds >= FIRST && out->seconds <= LAST;
}

bool gn_timeunix_real(double number, struct gn_timeunix *out)
{
    double whole;

    *out = (struct gn_timeunix){0};
    for (int i = 0; i < 3 && fabs(number) >= (double)MOST; i++)
        number /= 1000;
    whole = floor(number);
    if (!(whole >= (double)FIRST && whole <= (double)LAST))
        return false;
    *out = (struct gn_timeunix){(int64_t)whole, (int)((number - whole) * 1e9)};
    return true;
}
