#include "config/suggest.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 48 }; /* longer words get no suggestion */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment, three rows of its table. */
unsigned gn_suggest_distance(const char *a, const char *b, unsigned limit)
{
    const size_t size_a = strlen(a);
    const size_t size_b = strlen(b);
    unsigned rows[3][LONGEST + 1];
    unsigned *before = rows[0];
    unsigned *last = rows[1];
    unsigned *row = rows[2];

    if (size_a > LONGEST || size_b > LONGEST)
        return limit + 1;
    for (unsigned j = 0; j <= size_b; j++)
        last[j] = j;
    for (unsigned i = 1; i <= size_a; i++) {
        unsigned *spare = before;

        row[0] = i;
        for (unsigned j = 1; j <= size_b; j++) {
            row[j] = least(least(last[j], row[j - 1]) + 1,
                           last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        before = last;
        last = row;
        row = spare;
    }
    return least(last[size_b], limit + 1);
}

const char *gn_suggest(const char *word,
                       const char *(*name)(const void *list, size_t i),
                       const void *list, size_t count)
{
    const unsigned limit = strlen(word) < 4 ? 1 : strlen(word) < 8 ? 2 : 3;
    const char *best = NULL;
    unsigned nearest = limit + 1;

    for (size_t i = 0; i < count; i++) {
        const char *known = name(list, i);
        const unsigned distance = gn_suggest_distance(word, known, limit);

        if (distance < nearest && distance < strlen(known)) {
            nearest = distance;
            best = known;
        }
    }
    return best;
}
