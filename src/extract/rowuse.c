#include "extract/rowuse.h"

#include <string.h>

/* As EXPLAIN has them: https://sqlite.org/opcode.html */
enum { OPCODE = 1, P2 = 3, P3 = 4, P4 = 5 };

static bool is(sqlite3_stmt *step, int column, const char *text)
{
    const char *value = (const char *)sqlite3_column_text(step, column);

    return value != NULL && strcmp(value, text) == 0;
}

/* Whether a step is ->> with what stands in a register on its left. */
static bool is_arrow(sqlite3_stmt *step, int place)
{
    return (is(step, OPCODE, "Function") || is(step, OPCODE, "PureFunc")) &&
           is(step, P4, "->>(2)") && sqlite3_column_int(step, P2) == place;
}

/* VColumn P1 P2 P3 puts column P2 of a table's row into register P3. */
static bool arrow_follows(sqlite3_stmt *step, int column)
{
    bool found = false;
    int place = -1;
    int rc;

    while ((rc = sqlite3_step(step)) == SQLITE_ROW) {
        if (place >= 0 && !is_arrow(step, place))
            return false;
        found = found || place >= 0;
        place = is(step, OPCODE, "VColumn") &&
                        sqlite3_column_int(step, P2) == column
                    ? sqlite3_column_int(step, P3)
                    : -1;
    }
    return rc == SQLITE_DONE && found && place < 0;
}

bool gn_rowuse_arrow_alone(sqlite3 *db, const char *sql, int column)
{
    char *explain = sqlite3_mprintf("explain %s", sql);
    sqlite3_stmt *step = NULL;
    bool alone =
        explain != NULL &&
        sqlite3_prepare_v2(db, explain, -1, &step, NULL) == SQLITE_OK &&
        arrow_follows(step, column);

    sqlite3_finalize(step);
    sqlite3_free(explain);
    return alone;
}
