/*
 * words.h - the words that a line of SQL may be made of, and which of them go
 * on from what stands before the cursor. Pure.
 */
#ifndef GN_CLI_WORDS_H
#define GN_CLI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* All zero is empty. */
struct gn_words {
    struct gn_arena memory;
    const char **items;
    size_t count;
    size_t room;
    bool failed; /* there was no memory for one */
};

/* Adds a copy of a name, behind it what is to stand there, too (a function's
 * parenthesis). What would have to be quoted in SQL is left out. */
void gn_words_add(struct gn_words *w, const char *text, size_t size,
                  const char *behind);

/* Sorts them and drops what was added twice; before looking for any. */
void gn_words_sort(struct gn_words *w);

void gn_words_fini(struct gn_words *w);

/* Those that begin with a prefix, whatever its case, one after the other. */
struct gn_words_found {
    const char *const *items;
    size_t count;
    size_t prefix; /* bytes before the cursor that are the word's beginning */
    size_t common; /* bytes that all of them begin with, in any case */
};

/* size bytes of line stand before the cursor. A word begins with the line, or
 * behind what cannot be in one; :name and .name are words by themselves, the
 * latter at the beginning of a line alone. Without a prefix nothing is found.
 */
struct gn_words_found gn_words_find(const struct gn_words *w, const char *line,
                                    size_t size);

#endif
