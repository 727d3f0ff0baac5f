/*
 * open.h - making a sqlite3 connection as garner wants it: flags, journal
 * mode, guards, functions.
 */
#ifndef GN_STORE_DRIVER_OPEN_H
#define GN_STORE_DRIVER_OPEN_H

#include <sqlite3.h>

#include "garner/sqlite.h"
#include "store/driver/sqlite.h"
#include "store/driver/still.h"

/* Opens *db by options; it has a busy wait of its own until options'
 * deadline. *wal tells whether it is in WAL mode, *still whether nothing can be
 * written beside it. Errors: as garner_open; *db is NULL then. */
enum garner_code gn_open_database(const struct gn_sqlite_options *options,
                                  sqlite3 **db, bool *wal,
                                  struct gn_still *still,
                                  struct garner_error *err);

/* true: the database's header says that it has a log. Read through SQLite's own
 * descriptor, without its locks. */
bool gn_open_is_marked(sqlite3 *db);

struct gn_guard {
    bool lifted;      /* lets pass what is prepared */
    bool met_trigger; /* set when what is prepared has a trigger or a view */

    /* Of a writer that is lent: lets pass all but what would take the log from
     * the store, which does nothing then; the borrower's own (may be NULL) is
     * asked, too. */
    bool lent;
    bool in_memory; /* and so has no log */
    bool touched;   /* settings that the store knows may be others now */
    garner_sqlite_authorizer *theirs;
    void *theirs_context;
};

/* Refuses transaction control, ATTACH, VACUUM, and the settings the store
 * relies on, in all statements prepared from now on. guard is borrowed. Set
 * once: doing it again makes SQLite prepare all anew. */
void gn_open_guard(sqlite3 *db, struct gn_guard *guard);

#endif
