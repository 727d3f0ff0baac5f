/*
 * run.h - running one statement: in a transaction, as one of its own, or so
 * that it leaves nothing when it fails.
 *
 * Thread: the connection's.
 */
#ifndef GN_STORE_DRIVER_RUN_H
#define GN_STORE_DRIVER_RUN_H

#include "store/driver/sqlite.h"

/* A batch starts: last_insert_rowid() is 0 until it inserts, and is kept from
 * one of its statements to the next. */
void gn_run_start(struct gn_sqlite *c);

/* Runs one statement; adds to *result. Errors: as garner_exec, and in
 * gn_run_left_traces whether the failed one may have left changes: OR FAIL
 * and RAISE(FAIL) do (https://sqlite.org/lang_conflict.html). */
enum garner_code gn_run_one(struct gn_sqlite *c, const struct gn_statement *s,
                            struct garner_result *result,
                            struct garner_error *err);
bool gn_run_left_traces(const struct gn_sqlite *c);

/* Runs one statement in a transaction; on any error it had no effect, or all
 * was rolled back. */
enum garner_code gn_run_whole(struct gn_sqlite *c, const struct gn_statement *s,
                              struct garner_result *result,
                              struct garner_error *err);

/* Runs one statement as a transaction of its own, which is an eighth cheaper
 * than one around it. BUSY: a foreign lock; it may be run again. On any error
 * it had no effect. */
enum garner_code gn_run_alone(struct gn_sqlite *c, const struct gn_statement *s,
                              struct garner_result *result,
                              struct garner_error *err);

#endif
