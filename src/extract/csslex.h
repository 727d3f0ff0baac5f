/*
 * csslex.h - the words of a CSS selector: names, strings, an+b. Pure.
 *
 * Those that return a truth say what is wrong by gn_csslex_fail if it is not.
 */
#ifndef GN_EXTRACT_CSSLEX_H
#define GN_EXTRACT_CSSLEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* What is wrong with a selector, and at which byte. */
struct gn_css_fault {
    size_t at;
    const char *what; /* static */
};

struct gn_csslex {
    const char *start;
    const char *at;
    struct gn_css_fault *fault; /* what is NULL: none so far */
};

/* Keeps the first fault. Returns false. */
bool gn_csslex_fail_at(struct gn_csslex *p, const char *at, const char *what);
bool gn_csslex_fail(struct gn_csslex *p, const char *what);

bool gn_csslex_is_space(char c);
bool gn_csslex_is_letter(char c);
bool gn_csslex_is_digit(char c);
bool gn_csslex_is_name(char c); /* within one */
char gn_csslex_lower(char c);

/* Comments are skipped with it. */
void gn_csslex_skip_space(struct gn_csslex *p);
void gn_csslex_skip_comments(struct gn_csslex *p);

/* Appends a name, its escapes undone; what: it was expected. */
bool gn_csslex_name(struct gn_csslex *p, struct gn_buf *out, const char *what);

/* Appends a string, which begins here with its quote. */
bool gn_csslex_string(struct gn_csslex *p, struct gn_buf *out);

/* https://www.w3.org/TR/css-syntax-3/#anb-microsyntax */
bool gn_csslex_an_plus_b(struct gn_csslex *p, int *a, int *b);

#endif
