/*
 * doctor_sql.h - what the doctor learns from a connection: which SQLite it is,
 * its settings, and how the database is inside.
 *
 * Thread: the connection's.
 */
#ifndef GN_STORE_UPKEEP_DOCTOR_SQL_H
#define GN_STORE_UPKEEP_DOCTOR_SQL_H

#include "store/driver/sqlite.h"
#include "store/upkeep/finding.h"

/* Tells of SQLite (sqlite, defect), the settings (by their pragmas' names), and
 * the database (unused); check: of its integrity, too. Errors: IO, CORRUPT,
 * BUSY, NOMEM. */
enum garner_code gn_doctor_sql(struct gn_sqlite *c, bool check,
                               const struct gn_teller *t,
                               struct garner_error *err);

#endif
