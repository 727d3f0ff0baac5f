/*
 * finding.h - what was found that had not been expected: the rule that was
 * broken, and by which rows. Pure.
 *
 * Thread: one at a time.
 */
#ifndef GN_ENGINE_EXPECT_FINDING_H
#define GN_ENGINE_EXPECT_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "extract/rowset.h"

enum { GN_FINDING_ROWS = 10 };

/* All zero: nothing. */
struct gn_finding {
    const char *rule; /* the name of its key in the file; static */
    char text[240];   /* the rule, what was expected, what was found */
    size_t rows[GN_FINDING_ROWS]; /* the first rows that broke it, from 0 */
    size_t row_count;             /* of them */
};

/* Notes that rule is broken: "expected RULE" and what format makes, on one
 * line. Returns false, as the rules do. */
bool gn_finding_set(struct gn_finding *finding, const char *rule,
                    const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends the rows that broke it as a JSON list of objects. A long text or blob
 * is cut, and so is a list that gets long: it is to be looked at, the body has
 * all of it. */
void gn_finding_sample(const struct gn_finding *finding,
                       const struct gn_rowset *rows, struct gn_buf *json);

#endif
