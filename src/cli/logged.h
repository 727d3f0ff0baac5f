/* logged.h - what was fetched, a line each, from the store. */
#ifndef GN_CLI_LOGGED_H
#define GN_CLI_LOGGED_H

#include <stdint.h>

#include "base/buf.h"
#include "garner/store.h"

/* Appends a line for each of the last most runs of the sources that source, a
 * name or GLOB, means (NULL: all), that began at since_us or later, the latest
 * at the end. Errors: those of the store. */
enum garner_code gn_logged_lines(struct garner_store *store, const char *source,
                                 int64_t since_us, int64_t most,
                                 struct gn_buf *out, struct garner_error *err);

/* Whether there are such sources. Errors: NOTFOUND: none; those of the store.
 */
enum garner_code gn_logged_find(struct garner_store *store, const char *source,
                                struct garner_error *err);

/* What a query for those runs begins and ends with: columns of r, a garner_run
 * with its source's name. ?1 to ?3 are as above. */
#define GN_LOGGED_OF(columns)                                                  \
    "select " columns " from (select r.*, s.name from garner_run r"            \
    " join garner_source s on s.id = r.source"                                 \
    " where (?1 is null or s.name = ?1 or s.name glob ?1)"                     \
    " and r.started >= ?2 order by r.id desc limit ?3) r order by r.id"

#define GN_LOGGED_STARTED                                                      \
    "strftime('%Y-%m-%dT%H:%M:%fZ', r.started / 1e6, 'unixepoch')"

#endif
