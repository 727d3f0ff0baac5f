/* outcome.h - how a command ends: its exit status, and what it says to the
 * person on stderr. */
#ifndef GN_CLI_OUTCOME_H
#define GN_CLI_OUTCOME_H

#include "garner/error.h"

/* Exit statuses; documented, so they stay. */
enum gn_exit {
    GN_EXIT_OK = 0,
    GN_EXIT_FAILED = 1,        /* a source or a statement failed */
    GN_EXIT_USAGE = 2,         /* the command line or a file is wrong */
    GN_EXIT_STORE = 3,         /* the store cannot be used */
    GN_EXIT_EXPECT = 4,        /* answers were not as expected, no worse */
    GN_EXIT_STALE = 5,         /* status: a source's last good run is too old */
    GN_EXIT_HTTP = 22,         /* get --fail: HTTP status 400 and up, as curl */
    GN_EXIT_DEADLINE = 124,    /* as timeout(1) */
    GN_EXIT_INTERRUPTED = 130, /* stopped before all was done */
};

/* The status that stands for an error of the store or the engine. */
enum gn_exit gn_exit_for(enum garner_code code);

/* Writes "garner: " and the message as one line to stderr. */
void gn_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complains with err's message and returns the status for it. */
enum gn_exit gn_exit_error(const struct garner_error *err);

/* The same for output that could not be written: FAILED, or OK if its reader
 * went away (CLOSED), as head(1) does. */
enum gn_exit gn_exit_output(const struct garner_error *err);

/* Complains and returns GN_EXIT_USAGE. */
enum gn_exit gn_exit_usage(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
