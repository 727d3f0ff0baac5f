/*
 * excerpt.h - shows a person the spot of a text that a message is about: where
 * it is, and what stands there. Pure.
 */
#ifndef GN_EXTRACT_EXCERPT_H
#define GN_EXTRACT_EXCERPT_H

#include <stddef.h>

enum { GN_EXCERPT_SIZE = 100 };

/* Counted from 1; a column is a character, not a byte. */
struct gn_place {
    size_t line;
    size_t column;
};

/* Where byte at of text is. */
struct gn_place gn_place_of(const char *text, size_t size, size_t at);

/* No spot: the beginning of the text is shown, without a mark. */
#define GN_EXCERPT_START ((size_t)-1)

/* Writes into out what stands around byte at of text, on one line, a ^ before
 * that byte: 'as x ^frm json_each(...'. Whitespace is one space, what cannot be
 * printed is '?', and three dots stand where the text goes on. */
void gn_excerpt(char out[GN_EXCERPT_SIZE], const char *text, size_t size,
                size_t at);

#endif
