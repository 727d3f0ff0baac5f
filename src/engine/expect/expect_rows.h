/*
 * expect_rows.h - whether the rows of an answer are what they are expected to
 * be. Pure.
 *
 * Thread: one at a time.
 */
#ifndef GN_ENGINE_EXPECT_EXPECT_ROWS_H
#define GN_ENGINE_EXPECT_EXPECT_ROWS_H

#include <stdint.h>

#include "config/config.h"
#include "engine/expect/finding.h"
#include "extract/rowset.h"
#include "garner/error.h"

/* Holds rows, which are for table, against expect (NULL: nothing);
 * finding->rule is set when they break a rule. before: how many there were in
 * the last good run; below 0: not known. Errors: NOMEM. */
enum garner_code gn_expect_rows(const struct gn_rows_expect *expect,
                                const char *table, const struct gn_rowset *rows,
                                int64_t before, struct gn_finding *finding,
                                struct garner_error *err);

#endif
