/*
 * numbertext.h - numbers as people write them: with marks between thousands, a
 * decimal point or comma, a sign or parentheses, and currencies and units
 * around them. A text with two numbers has none. Pure.
 */
#ifndef GN_EXTRACT_NUMBERTEXT_H
#define GN_EXTRACT_NUMBERTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GN_NUMBERTEXT_SIZE = 400 }; /* more than any number's digits */

enum gn_number_kind {
    GN_NUMBER_INTEGER,
    GN_NUMBER_REAL,
    GN_NUMBER_LARGE /* an integer of more than 64 bits: text has it */
};

struct gn_number {
    enum gn_number_kind kind;
    int64_t integer;
    double real;
    char text[GN_NUMBERTEXT_SIZE]; /* as a program would write it */
};

/* Reads the number in a text. decimal is the mark before a fraction, '.' or
 * ','; '\0': as it must be, or else as in English. false: there is none. */
bool gn_numbertext_read(const char *text, size_t size, char decimal,
                        struct gn_number *out);

/* The decimal mark of a locale ("de", "de_AT", "de-AT", "de_AT.UTF-8"), or of
 * itself; '\0': it is not known. */
char gn_numbertext_locale(const char *locale);

#endif
