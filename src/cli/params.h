/*
 * params.h - "-p name=value" for SQL: names in the SQL (:name, @name, $name)
 * become the positions that a store's calls ask for. Pure.
 */
#ifndef GN_CLI_PARAMS_H
#define GN_CLI_PARAMS_H

#include <stddef.h>

#include "garner/error.h"
#include "garner/value.h"

enum { GN_PARAMS_MAX = 64 };

/* Reads "name=value" texts, count of them, and puts the value for each
 * parameter of sql into values[] (borrowing the texts) and their number into
 * *used. A value written as SQLite writes a number is one ("12", "-1.5"; not
 * "007"), all else is text. Errors: INVALID (no "=", a parameter without a
 * value, a value without a parameter, "?" in the SQL, too many). */
enum garner_code gn_params_bind(const char *sql, const char *const *texts,
                                size_t count,
                                struct garner_value values[GN_PARAMS_MAX],
                                size_t *used, struct garner_error *err);

/* The value that text stands for, as above. */
struct garner_value gn_params_value(const char *text);

#endif
