/*
 * constants.h - the selectors, expressions, patterns, options and locales that
 * a SELECT names as strings: they are wrong or not whatever the body is, so
 * each is tried before there is one.
 *
 * Thread: the sandbox's.
 */
#ifndef GN_EXTRACT_CONSTANTS_H
#define GN_EXTRACT_CONSTANTS_H

#include "extract/sandbox.h"
#include "garner/error.h"

/* Tries those of sql, which the sandbox has prepared. Errors: SQL (the first
 * that is wrong, and where it stands in sql), NOMEM. */
enum garner_code gn_constants_check(struct gn_sandbox *s, const char *sql,
                                    struct garner_error *err);

#endif
