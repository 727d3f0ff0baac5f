/*
 * diffout.h - rows of an answer, and those that it would take away, on standard
 * output, each with what writing it would change.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_DIFFOUT_H
#define GN_CLI_DIFFOUT_H

#include "cli/compare.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "extract/rowset.h"

/* Prints them in the format asked for, a table for people without one; and on
 * stderr how many of each kind there are. Complains about what goes wrong and
 * gives the exit status. */
enum gn_exit gn_diffout(const struct gn_format_flags *format, const char *table,
                        const struct gn_rowset *rows,
                        const struct gn_compared *diff);

#endif
