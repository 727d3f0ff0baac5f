#include "cli/sniff.h"

#include <stdbool.h>
#include <string.h>

char gn_sniff_delimiter(const char *text, size_t size, char quote)
{
    static const char known[] = ",\t;|";
    size_t counts[sizeof known] = {0};
    size_t best = 0;
    bool quoted = false;

    for (size_t i = 0; i < size; i++) {
        const char *found = strchr(known, text[i]);

        if (text[i] == quote && quote != '\0')
            quoted = !quoted;
        else if (!quoted && (text[i] == '\n' || text[i] == '\r'))
            break;
        else if (!quoted && found != NULL && *found != '\0')
            counts[found - known]++;
    }
    for (size_t i = 1; i < sizeof known; i++)
        if (counts[i] > counts[best])
            best = i;
    return known[best];
}
