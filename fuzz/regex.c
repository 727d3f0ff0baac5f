/* regex.c - any bytes as a pattern (the first line) and as a text: matches go
 * on from one to the next, or there is an error. */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "extract/sandbox.h"
#include "target.h"

static struct gn_sandbox sandbox;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    const size_t line = end != NULL ? (size_t)(end - data) : 0;
    const size_t start = end != NULL ? line + 1 : 0;
    char *pattern = gn_memdup(data, line);
    sqlite3_int64 rows = 0;
    sqlite3_stmt *stmt;
    int rc;

    GN_CHECK(pattern != NULL);
    if (sandbox.db == NULL)
        GN_CHECK(gn_sandbox_open(&sandbox, NULL) == GARNER_OK);
    gn_sandbox_arm(&sandbox, 5000);
    GN_CHECK(sqlite3_prepare_v2(sandbox.db,
                                "select i, match, groups, named, regex_get(?1, "
                                "?2) from regex_each(?1, ?2)",
                                -1, &stmt, NULL) == SQLITE_OK);
    sqlite3_bind_text64(stmt, 1, (const char *)data + start, size - start,
                        SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_text(stmt, 2, pattern, (int)line, SQLITE_STATIC);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        GN_CHECK(sqlite3_column_int64(stmt, 0) == ++rows);
    GN_CHECK(rc == SQLITE_DONE || sqlite3_errmsg(sandbox.db)[0] != '\0');
    GN_CHECK(rows <= (sqlite3_int64)(2 * size + 1));
    sqlite3_finalize(stmt);
    gn_free(pattern);
    return 0;
}
