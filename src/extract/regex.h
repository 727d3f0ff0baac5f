/*
 * regex.h - regular expressions (PCRE2), compiled once and matched within
 * bounds: what takes too many steps or too much memory is an error.
 *
 * Thread: one at a time.
 */
#ifndef GN_EXTRACT_REGEX_H
#define GN_EXTRACT_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "garner/error.h"

enum { GN_REGEX_KEPT = 32 };

struct gn_regex;

/* All zero is an empty one. */
struct gn_regexes {
    struct gn_regex *kept[GN_REGEX_KEPT];
    size_t count;
    size_t oldest; /* goes next, once all places are taken */
};

void gn_regexes_fini(struct gn_regexes *r);

/* The compiled pattern, lent; it stays as long as it is held.
 * Errors: INVALID (with the place), NOMEM. */
enum garner_code gn_regexes_get(struct gn_regexes *all, const char *pattern,
                                size_t size, struct gn_regex **out,
                                struct garner_error *err);

/* Keeps it over other calls; each hold needs its release. NULL is fine. */
void gn_regex_hold(struct gn_regex *r);
void gn_regex_release(struct gn_regex *r);

/* A part of a text; text NULL: the group did not take part. */
struct gn_regex_part {
    const char *text;
    size_t size;
};

/* The groups of a match, in memory of its own. All zero before the first. */
struct gn_regex_match {
    struct gn_regex_part *parts; /* the whole, then each group */
    size_t count;
};

/* Looks for the first match from byte start, where a character begins, on in a
 * text that is UTF-8. OK; DONE: there is none;
 * INVALID: it takes too long; NOMEM. */
enum garner_code gn_regex_find(struct gn_regex *r, const char *text,
                               size_t size, size_t start,
                               struct gn_regex_match *match,
                               struct garner_error *err);
void gn_regex_match_fini(struct gn_regex_match *m);

/* The number of the group of this name; 0: there is none. */
size_t gn_regex_group(const struct gn_regex *r, const char *name);

/* How many groups it has, without the whole. */
size_t gn_regex_groups(const struct gn_regex *r);

/* Writes the named groups of a match as a JSON object. */
void gn_regex_write_named(const struct gn_regex *r,
                          const struct gn_regex_match *m, struct gn_json *out);

/* Writes a group: a text, or null. */
void gn_regex_write_part(const struct gn_regex_part *p, struct gn_json *out);

#endif
