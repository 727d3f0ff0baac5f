/*
 * jsonscan.h - goes over JSON that is known to be right (jsonfault.h), without
 * a tree of it. Pure.
 */
#ifndef GN_EXTRACT_JSONSCAN_H
#define GN_EXTRACT_JSONSCAN_H

#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

/* Past white space. */
const char *gn_jsonscan_blank(const char *at, const char *end);

/* Where the value ends that begins at at. */
const char *gn_jsonscan_end(const char *at, const char *end);

/* Finds what is at path ($, .name, ."name", [n]) in the value at at, not past
 * white space; *out NULL: nothing is there. Errors: INVALID (the path is wrong,
 * at byte *fault), NOMEM. */
enum garner_code gn_jsonscan_find(const char *at, const char *end,
                                  const char *path, const char **out,
                                  size_t *fault);

/* Appends what the string from its quote at at on stands for. */
void gn_jsonscan_text(const char *at, const char *end, struct gn_buf *out);

#endif
