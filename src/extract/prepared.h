/*
 * prepared.h - the statements a worker keeps, by their SQL: the same SQL is
 * prepared once. Full, the one not used for longest goes.
 *
 * Thread: the sandbox's.
 */
#ifndef GN_EXTRACT_PREPARED_H
#define GN_EXTRACT_PREPARED_H

#include <stddef.h>
#include <stdint.h>

#include "extract/statement.h"

struct gn_prepared {
    struct gn_sandbox *sandbox; /* borrowed */
    struct gn_prepared_entry *entries;
    size_t count;
    size_t max;
    uint64_t uses;   /* a clock for who was used last */
    uint64_t misses; /* statements prepared so far */
};

/* Keeps at most max (at least 1) statements. Errors: NOMEM. */
enum garner_code gn_prepared_init(struct gn_prepared *p,
                                  struct gn_sandbox *sandbox, size_t max,
                                  struct garner_error *err);
void gn_prepared_fini(struct gn_prepared *p);

/* Lends in *stmt the statement of sql, reset and with nothing bound, until the
 * next call; the sandbox's gn_arrow.alone is set as is right for it. Errors:
 * those of gn_statement_prepare. */
enum garner_code gn_prepared_get(struct gn_prepared *p, const char *sql,
                                 sqlite3_stmt **stmt, struct garner_error *err);

/* From now on alone is not right for sql, which failed with it. */
void gn_prepared_not_alone(struct gn_prepared *p, const char *sql);

#endif
