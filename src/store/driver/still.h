/*
 * still.h - a database that is read where nothing may be written beside it: a
 * read-only mount, or a folder of somebody else.
 *
 * To read a database in WAL mode SQLite needs its log and shared memory, or may
 * make them (https://sqlite.org/wal.html#readonly). Where they are not there,
 * and cannot be, nobody has the database open: it is read as immutable, without
 * locks. Should somebody begin to write all the same (another mount, its
 * owner), the file changes, and that is an error, not a wrong answer.
 *
 * Thread: the connection's. Only stat(2) is used: it takes no descriptor.
 */
#ifndef GN_STORE_DRIVER_STILL_H
#define GN_STORE_DRIVER_STILL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "garner/error.h"

struct gn_still {
    bool yes; /* else it is an ordinary connection */
    struct stat file;
};

/* true: reading may have failed with rc for want of a log, or of a way to make
 * one. */
bool gn_still_explains(int rc);

/* true: nobody has the database of db open in WAL mode, nor left a log. */
bool gn_still_is_alone(sqlite3 *db);

/* Opens the database of db, of which gn_still_explains, as immutable in place
 * of db, which it closes. Errors: IO (its log or journal holds what could only
 * be read with it), NOMEM; *db is NULL then, or to be closed. */
enum garner_code gn_still_reopen(struct gn_still *still, sqlite3 **db,
                                 struct garner_error *err);

/* Call before and, with begun, after a read. Errors: IO (the file has changed;
 * before a read, there is a log now). */
enum garner_code gn_still_check(const struct gn_still *still, sqlite3 *db,
                                bool begun, struct garner_error *err);

#endif
