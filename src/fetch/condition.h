/*
 * condition.h - the lines that make a request conditional. They stand before
 * its other headers, in one list with them; the others are not theirs. Pure.
 */
#ifndef GN_FETCH_CONDITION_H
#define GN_FETCH_CONDITION_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "fetch/validator.h"

/* Whether line, a header whose name is so long, makes a request conditional, or
 * one for a part. */
bool gn_condition_is(const char *line, size_t name_size);

/* Appends "name: value" to *lines, which have no headers behind them yet,
 * unless value is NULL. false: no memory. */
bool gn_condition_add(struct curl_slist **lines, const char *name,
                      const char *value);

/* Puts headers (borrowed; NULL: none) behind lines, of which there may be none.
 */
void gn_condition_join(struct curl_slist *lines, struct curl_slist *headers);

/* Frees lines, not the headers behind them. */
void gn_condition_drop(struct curl_slist *lines,
                       const struct curl_slist *headers);

/* Adds the lines that ask for another version than v. false: no memory. */
bool gn_condition_add_version(struct curl_slist **lines,
                              const struct gn_validators *v);

/* Whether lines, with headers behind them, are those of v. */
bool gn_condition_is_version(const struct curl_slist *lines,
                             const struct curl_slist *headers,
                             const struct gn_validators *v);

#endif
