/*
 * scroll.h - the text of a file, bit by bit, and at which line of it one is:
 * what all that make rows of it (csvrows.h, jsonrows.h, linerows.h) read.
 *
 * Thread: one at a time. Reading waits.
 */
#ifndef GN_CLI_SCROLL_H
#define GN_CLI_SCROLL_H

#include <stddef.h>

#include "cli/chunks.h"
#include "garner/error.h"

struct gn_scroll {
    struct gn_chunks chunks;
    size_t line; /* that they are at, from 1 */
};

/* More bytes. Errors: as gn_chunks_more; INVALID as gn_scroll_wrong: of this
 * line, if what is read takes too much, or of that where the wrong bytes are.
 */
enum garner_code gn_scroll_more(struct gn_scroll *s, struct garner_error *err);

/* How many lines end (by CR LF, LF or CR) between two places. */
size_t gn_scroll_lines(const char *at, const char *end);

/* Goes on to at, which is on line. */
void gn_scroll_pass(struct gn_scroll *s, const char *at, size_t line);

/* INVALID, "NAME:LINE: what". */
enum garner_code gn_scroll_wrong(const struct gn_scroll *s, size_t line,
                                 const char *what, struct garner_error *err);

/* The same, if size bytes at text, which begins in line, are not UTF-8. */
enum garner_code gn_scroll_check(const struct gn_scroll *s, const char *text,
                                 size_t size, size_t line,
                                 struct garner_error *err);

/* NOMEM. */
enum garner_code gn_scroll_no_memory(const struct gn_scroll *s,
                                     struct garner_error *err);

#endif
