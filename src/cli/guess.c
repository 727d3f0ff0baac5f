#include "cli/guess.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The digits that text begins with. */
static size_t digits(const char *text, size_t size)
{
    size_t n = 0;

    while (n < size && text[n] >= '0' && text[n] <= '9')
        n++;
    return n;
}

/* Whether text is a number as JSON has them; *whole: without . and e. */
static bool is_number(const char *text, size_t size, bool *whole)
{
    size_t at = size > 0 && *text == '-' ? 1 : 0;
    size_t n = digits(text + at, size - at);

    if (n == 0 || (n > 1 && text[at] == '0'))
        return false;
    at += n;
    *whole = at == size;
    if (at < size && text[at] == '.') {
        n = digits(text + at + 1, size - at - 1);
        if (n == 0)
            return false;
        at += n + 1;
    }
    if (at < size && (text[at] | 32) == 'e') {
        at++;
        at += at < size && (text[at] == '-' || text[at] == '+') ? 1 : 0;
        n = digits(text + at, size - at);
        if (n == 0)
            return false;
        at += n;
    }
    return at == size;
}

struct garner_value gn_guess_value(const char *text, size_t size)
{
    const struct garner_value plain = garner_text_n(text, size);
    char copy[64];
    int64_t integer;
    bool whole;

    if (size >= sizeof copy || !is_number(text, size, &whole))
        return plain;
    memcpy(copy, text, size);
    copy[size] = '\0';
    if (!whole)
        return garner_real(strtod(copy, NULL));
    errno = 0;
    integer = strtoll(copy, NULL, 10);
    return errno == 0 ? garner_integer(integer) : plain;
}
