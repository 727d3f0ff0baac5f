/* audit.c - the half of life.h that reads the file when all is over, with
 * nothing of garner's. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "faults/filler.h"
#include "faults/life.h"

static bool complain(struct life *life, sqlite3 *db, const char *what)
{
    if (life->complaint[0] == '\0')
        snprintf(life->complaint, sizeof life->complaint, "audit: %s: %s", what,
                 db != NULL ? sqlite3_errmsg(db) : "");
    return false;
}

static bool is_whole(struct life *life, sqlite3 *db)
{
    sqlite3_stmt *stmt;
    bool ok = false;

    if (sqlite3_prepare_v2(db, "pragma integrity_check", -1, &stmt, NULL) !=
        SQLITE_OK)
        return complain(life, db, "integrity_check");
    if (sqlite3_step(stmt) == SQLITE_ROW)
        ok = strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
    (void)sqlite3_finalize(stmt);
    return ok || complain(life, db, "integrity_check does not say ok");
}

/* Counts the rows of each batch. */
static bool count_rows(struct life *life, sqlite3 *db, int seen[])
{
    sqlite3_stmt *stmt;
    bool ok = true;
    int rc = sqlite3_prepare_v2(
        db, "select distinct batch, n, filler from kept", -1, &stmt, NULL);

    if (rc != SQLITE_OK) /* no table: nothing was kept */
        return strstr(sqlite3_errmsg(db), "no such table") != NULL ||
               complain(life, db, "kept");
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && ok) {
        const int batch = sqlite3_column_int(stmt, 0);

        ok = batch < LIFE_BATCHES &&
             filler_is(sqlite3_column_blob(stmt, 2),
                       (size_t)sqlite3_column_bytes(stmt, 2), batch,
                       sqlite3_column_int(stmt, 1));
        if (ok)
            seen[batch]++;
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        ok = false;
    (void)sqlite3_finalize(stmt);
    return ok || complain(life, db, "a row is not what was written");
}

static bool none_is_twice(struct life *life, sqlite3 *db, const int seen[])
{
    sqlite3_stmt *stmt;
    int all = 0;
    int found = 0;

    for (int i = 0; i < LIFE_BATCHES; i++)
        all += seen[i];
    if (all == 0)
        return true;
    if (sqlite3_prepare_v2(db, "select count(*) from kept", -1, &stmt, NULL) ==
            SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        found = sqlite3_column_int(stmt, 0);
    (void)sqlite3_finalize(stmt);
    return found == all || complain(life, NULL, "a row is there twice");
}

static bool agrees(struct life *life, const int seen[])
{
    for (int i = 0; i < LIFE_BATCHES; i++) {
        const int outcome = atomic_load(&life->outcomes[i]);
        const int rows = atomic_load(&life->rows[i]);

        if ((outcome == LIFE_KEPT && seen[i] != rows) ||
            (outcome == LIFE_NOTHING && seen[i] != 0) ||
            (seen[i] != 0 && seen[i] != rows)) {
            if (life->complaint[0] == '\0')
                snprintf(life->complaint, sizeof life->complaint,
                         "audit: batch %d, which %s, has %d rows of %d", i,
                         outcome == LIFE_KEPT      ? "was acknowledged"
                         : outcome == LIFE_NOTHING ? "failed"
                                                   : "may be there",
                         seen[i], rows);
            return false;
        }
    }
    return true;
}

bool life_audit(struct life *life)
{
    int seen[LIFE_BATCHES] = {0};
    sqlite3 *db = NULL;
    bool ok = true;

    if (access(life->path, F_OK) == 0) {
        if (sqlite3_open_v2(life->path, &db, SQLITE_OPEN_READWRITE, "unix") !=
            SQLITE_OK)
            ok = complain(life, db, "open");
        ok = ok && is_whole(life, db) && count_rows(life, db, seen) &&
             none_is_twice(life, db, seen);
        (void)sqlite3_close(db);
    }
    return ok && agrees(life, seen) && life->complaint[0] == '\0';
}
