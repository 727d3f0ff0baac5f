#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum garner_code gn_fail(struct garner_error *err, enum garner_code code,
                         const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        err->code = code;
        err->native = 0;
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return code;
}

_Noreturn void gn_check_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, what);
    abort();
}
