/*
 * pattern.h - regular expressions (PCRE2) in Unicode, matched within bounds: a
 * match may take a number of steps that grows with the text, and some memory;
 * what would take more (as "(a+)+$" may) is an error. So no pattern hangs its
 * thread.
 *
 * Thread: one at a time. Memory: gn_alloc's.
 */
#ifndef GN_BASE_PATTERN_H
#define GN_BASE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "garner/error.h"

struct gn_pattern;

/* any_bytes: texts may be no UTF-8, and nothing matches what is not; else the
 * caller promises that they are. Borrows text for the call. Errors: INVALID
 * (says at which byte), NOMEM. */
enum garner_code gn_pattern_new(const char *text, size_t size, bool any_bytes,
                                struct gn_pattern **out,
                                struct garner_error *err);
/* NULL is fine. */
void gn_pattern_free(struct gn_pattern *p);

/* Looks for the first match from byte start on, where a character begins. OK;
 * DONE, without a message: there is none; INVALID: it takes too many steps, or
 * too much memory; NOMEM. */
enum garner_code gn_pattern_find(struct gn_pattern *p, const char *text,
                                 size_t size, size_t start,
                                 struct garner_error *err);

/* Of the last match: where group (0: the whole) is. false: it took no part. */
bool gn_pattern_group(const struct gn_pattern *p, size_t group, size_t *from,
                      size_t *to);

/* How many groups it has, without the whole. */
size_t gn_pattern_groups(const struct gn_pattern *p);

/* The number of the group of this name; 0: there is none. */
size_t gn_pattern_number(const struct gn_pattern *p, const char *name);

/* The named groups by their names' order, from 0: the name, which lives as long
 * as p, and the group's number. NULL: there are no more. */
const char *gn_pattern_name(const struct gn_pattern *p, size_t nth,
                            size_t *group);

#endif
