#include "cli/sniff.h"

#include <string.h>

static bool ends_line(char c)
{
    return c == '\n' || c == '\r';
}

/* How much of text is its first line that is not empty, with what is empty
 * before it; size: it does not end there. */
static size_t line_size(const char *text, size_t size, char quote)
{
    bool quoted = false;
    size_t i = 0;

    while (i < size && ends_line(text[i]))
        i++;
    for (; i < size && (quoted || !ends_line(text[i])); i++)
        quoted ^= quote != '\0' && text[i] == quote;
    return i;
}

bool gn_sniff_is_whole(const char *text, size_t size, char quote)
{
    return line_size(text, size, quote) < size;
}

char gn_sniff_delimiter(const char *text, size_t size, char quote)
{
    static const char known[] = ",\t;|";
    const size_t end = line_size(text, size, quote);
    size_t counts[sizeof known] = {0};
    size_t best = 0;
    bool quoted = false;

    for (size_t i = 0; i < end; i++) {
        const char *found = strchr(known, text[i]);

        if (text[i] == quote && quote != '\0')
            quoted = !quoted;
        else if (!quoted && found != NULL && *found != '\0')
            counts[found - known]++;
    }
    for (size_t i = 1; i < sizeof known; i++)
        if (counts[i] > counts[best])
            best = i;
    return known[best];
}
