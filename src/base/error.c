#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Makes one line of UTF-8 of it: texts quoted in a message hold anything, and
 * may have been cut off within a character. Who reads the message from the
 * database or as JSON would choke on less. */
static void tidy(char *text)
{
    const size_t size = strlen(text);

    for (size_t i = 0, n = 0; i < size; i += n) {
        n = gn_utf8_length(text + i, size - i);
        if (n == 0)
            text[i] = '?';
        else if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            text[i] = ' ';
        n += n == 0;
    }
}

enum garner_code(gn_fail)(struct garner_error *err, enum garner_code code,
                          const char *format, ...)
{
    struct garner_error filled = {.code = code};
    va_list args;

    if (err == NULL)
        return code;
    va_start(args, format); /* args may be of *err: a message put in another */
    vsnprintf(filled.message, sizeof filled.message, format, args);
    va_end(args);
    tidy(filled.message);
    *err = filled;
    return code;
}

_Noreturn void gn_check_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, what);
    abort();
}
