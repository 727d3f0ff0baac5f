#include "store/driver/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

enum { SQL_SHOWN = 80 }; /* bytes of a statement that a message quotes */

enum garner_code gn_sqlite_code(int rc)
{
    if (rc == SQLITE_IOERR_NOMEM)
        return GARNER_NOMEM;
    switch (rc & 0xff) {
    case SQLITE_OK:
        return GARNER_OK;
    case SQLITE_NOMEM:
        return GARNER_NOMEM;
    case SQLITE_BUSY:
    case SQLITE_PROTOCOL:
        return GARNER_BUSY;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return GARNER_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return GARNER_CORRUPT;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return GARNER_CONSTRAINT;
    case SQLITE_INTERRUPT:
        return GARNER_TIMEOUT;
    case SQLITE_MISUSE:
        return GARNER_MISUSE;
    default:
        return GARNER_SQL;
    }
}

bool gn_sqlite_lacks_files(sqlite3 *db, int rc)
{
    const int reason =
        (rc & 0xff) == SQLITE_CANTOPEN ? sqlite3_system_errno(db) : 0;

    return reason == EMFILE || reason == ENFILE;
}

const char *gn_sqlite_advice(sqlite3 *db, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_CANTOPEN:
        return gn_sqlite_lacks_files(db, rc)
                   ? ": too many files are open; raise the limit (ulimit -n)"
                   : "; check the permissions of its folder";
    case SQLITE_FULL:
        return "; free some space on its disk";
    case SQLITE_READONLY:
        return "; check the permissions of the file and its folder";
    case SQLITE_NOTADB:
        return "; name another file, this one is not SQLite's";
    case SQLITE_CORRUPT:
        return "; restore a backup, or try the sqlite3 shell's .recover";
    case SQLITE_BUSY:
        return ": a connection that is not garner's holds it; end its "
               "transaction";
    case SQLITE_INTERRUPT:
        return ": past its deadline";
    case SQLITE_AUTH:
        return "; VACUUM and ATTACH are not for a store's connections";
    default:
        return "";
    }
}

/* "x.db: " where the file is what matters. */
static void name_file(sqlite3 *db, int rc, char *text, size_t room)
{
    const char *file = sqlite3_db_filename(db, "main");

    text[0] = '\0';
    if (file != NULL && file[0] != '\0' && gn_sqlite_code(rc) != GARNER_SQL &&
        gn_sqlite_code(rc) != GARNER_CONSTRAINT)
        snprintf(text, room, "%.100s: ", file);
}

enum garner_code gn_sqlite_fail(sqlite3 *db, int rc, const char *sql,
                                struct garner_error *err)
{
    const int at = gn_sqlite_code(rc) == GARNER_SQL && sql != NULL
                       ? sqlite3_error_offset(db)
                       : -1;
    const char *shown = sql != NULL && at > 0 ? sql + at : sql;
    char file[112];

    name_file(db, rc, file, sizeof file);
    if (rc == SQLITE_AUTH && sql != NULL)
        gn_fail(err, GARNER_SQL,
                "not allowed here (transaction control, ATTACH, VACUUM, and "
                "settings the store relies on): %.*s",
                SQL_SHOWN, sql);
    else if (sql == NULL)
        gn_fail(err, gn_sqlite_code(rc), "%s%s%s", file, sqlite3_errmsg(db),
                gn_sqlite_advice(db, rc));
    else
        gn_fail(err, gn_sqlite_code(rc), "%s%s%s, %s: %.*s%s", file,
                sqlite3_errmsg(db), gn_sqlite_advice(db, rc),
                at > 0 ? "at" : "in", SQL_SHOWN, shown,
                strlen(shown) > SQL_SHOWN ? "..." : "");
    if (err != NULL)
        err->native = rc;
    return gn_sqlite_code(rc);
}
