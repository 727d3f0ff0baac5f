/*
 * problems.h - what is wrong in a file, gathered with its places, so that one
 * look shows all of it.
 *
 * Thread: one at a time.
 */
#ifndef GN_CONFIG_PROBLEMS_H
#define GN_CONFIG_PROBLEMS_H

#include <stdarg.h>
#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

enum { GN_PROBLEMS_SHOWN = 20 }; /* those after are only counted */

/* All zero, but for path, is a file without problems. */
struct gn_problems {
    const char *path;    /* borrowed */
    struct gn_buf *list; /* borrowed; "FILE:LINE:COLUMN: what; what to do"
                            lines; NULL: the first one is enough */
    size_t count;
    struct garner_error first;
};

/* Notes a problem at line and column, from 1; line 0: the whole file. */
void gn_problem(struct gn_problems *p, int line, int column, const char *format,
                ...) __attribute__((format(printf, 4, 5)));
void gn_problem_v(struct gn_problems *p, int line, int column,
                  const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

/* Notes that memory ran out, which becomes the one that counts. */
void gn_problem_memory(struct gn_problems *p);

/* Ends it: adds to the list how many were left out, and fills *err with the
 * first: INVALID or NOMEM. OK: there were none. */
enum garner_code gn_problems_result(struct gn_problems *p,
                                    struct garner_error *err);

#endif
