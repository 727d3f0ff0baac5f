/*
 * regexp.h - the operator REGEXP of SQL, with PCRE2: text REGEXP pattern is 1
 * where the pattern matches somewhere in the text, in Unicode.
 *
 * A match may take a number of steps that grows with the text, and some memory;
 * what would take more (as "(a+)+$" may) is an error. So no pattern hangs a
 * connection.
 */
#ifndef GN_STORE_DRIVER_REGEXP_H
#define GN_STORE_DRIVER_REGEXP_H

#include <sqlite3.h>
#include <stddef.h>

#include "garner/error.h"

/* Adds regexp(pattern, text), which the operator calls, to db; NULL gives NULL.
 * A pattern is compiled once a statement. Errors: NOMEM. */
enum garner_code gn_regexp_add(sqlite3 *db, struct garner_error *err);

/* Is the pattern one? Any thread. Errors: INVALID (says at which byte), NOMEM.
 */
enum garner_code gn_regexp_check(const char *pattern, size_t size,
                                 struct garner_error *err);

#endif
