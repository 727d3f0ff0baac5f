/* suggest.h - which known word a misspelt one was meant to be. Pure. */
#ifndef GN_CONFIG_SUGGEST_H
#define GN_CONFIG_SUGGEST_H

#include <stddef.h>

/* How many letters must be put in, left out, changed or swapped with their
 * neighbour to make one word of the other; limit + 1 if more than limit. */
unsigned gn_suggest_distance(const char *a, const char *b, unsigned limit);

/* The nearest to word of those named by name(list, 0 to count - 1), if it is
 * near enough to be meant; NULL: none is. */
const char *gn_suggest(const char *word,
                       const char *(*name)(const void *list, size_t i),
                       const void *list, size_t count);

#endif
