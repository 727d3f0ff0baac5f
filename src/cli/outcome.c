#include "cli/outcome.h"

#include <stdarg.h>
#include <stdio.h>

enum gn_exit gn_exit_for(enum garner_code code)
{
    switch (code) {
    case GARNER_OK:
    case GARNER_ROW:
    case GARNER_DONE:
        return GN_EXIT_OK;
    case GARNER_CONSTRAINT:
        return GN_EXIT_FAILED;
    case GARNER_MISUSE:
    case GARNER_SQL:
    case GARNER_INVALID:
        return GN_EXIT_USAGE;
    case GARNER_TIMEOUT:
        return GN_EXIT_DEADLINE;
    case GARNER_CANCELED:
        return GN_EXIT_INTERRUPTED;
    case GARNER_NOMEM:
    case GARNER_BUSY:
    case GARNER_FULL:
    case GARNER_CLOSED:
    case GARNER_NOTFOUND:
    case GARNER_IO:
    case GARNER_CORRUPT:
    case GARNER_UNSUPPORTED:
        break;
    }
    return GN_EXIT_STORE;
}

/* One write, so that lines of several processes do not mix. */
static void complain(const char *format, va_list args)
{
    char message[1024];

    vsnprintf(message, sizeof message, format, args);
    fprintf(stderr, "garner: %s\n", message);
}

void gn_complain(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(format, args);
    va_end(args);
}

enum gn_exit gn_exit_error(const struct garner_error *err)
{
    gn_complain("%s", err->message);
    return gn_exit_for(err->code);
}

enum gn_exit gn_exit_output(const struct garner_error *err)
{
    if (err->code == GARNER_CLOSED)
        return GN_EXIT_OK;
    gn_complain("%s", err->message);
    return GN_EXIT_FAILED;
}

enum gn_exit gn_exit_usage(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(format, args);
    va_end(args);
    return GN_EXIT_USAGE;
}
