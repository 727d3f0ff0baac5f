#include "store/upkeep/finding.h"

#include <stdarg.h>
#include <stdio.h>

enum { VALUE_BYTES = 401 };

void gn_finding(const struct gn_teller *t, enum garner_grade grade,
                const char *topic, const char *advice, const char *format, ...)
{
    char value[VALUE_BYTES];
    struct garner_finding finding = {grade, topic, value, advice};
    va_list args;

    va_start(args, format);
    vsnprintf(value, sizeof value, format, args);
    va_end(args);
    t->tell(t->context, &finding);
}
