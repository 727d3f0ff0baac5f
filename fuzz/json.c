/* json.c - any bytes as a path (the first line) and as JSON: the rows are as
 * many as those of SQLite's json_each, where both take it. */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "extract/sandbox.h"
#include "target.h"

static struct gn_sandbox sandbox;

/* The number that sql gives; -1: it failed. */
static sqlite3_int64 count(const char *sql, const char *path,
                           const uint8_t *text, size_t size)
{
    sqlite3_int64 rows = -1;
    sqlite3_stmt *stmt;

    gn_sandbox_arm(&sandbox, 5000);
    GN_CHECK(sqlite3_prepare_v2(sandbox.db, sql, -1, &stmt, NULL) == SQLITE_OK);
    sqlite3_bind_text64(stmt, 1, (const char *)text, size, SQLITE_STATIC,
                        SQLITE_UTF8);
    sqlite3_bind_text(stmt, 2, path, -1, SQLITE_STATIC);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        rows = sqlite3_column_int64(stmt, 0);
    GN_CHECK(rows >= 0 || sqlite3_errmsg(sandbox.db)[0] != '\0');
    sqlite3_finalize(stmt);
    return rows;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    const size_t line = end != NULL ? (size_t)(end - data) : 0;
    const size_t start = end != NULL ? line + 1 : 0;
    const size_t rest = size - start;
    char *path = gn_memdup(data, line);
    sqlite3_int64 whole;
    sqlite3_int64 other;

    GN_CHECK(path != NULL);
    if (sandbox.db == NULL)
        GN_CHECK(gn_sandbox_open(&sandbox, NULL) == GARNER_OK);
    (void)count("select count(value) from json_rows(?1, ?2)", path,
                data + start, rest);
    whole = count("select count(*) from json_rows(?1) where ?2 is not null",
                  path, data + start, rest);
    /* SQLite's ends at a NUL, and takes no byte order mark */
    other = count("select count(*) from json_each(?1) where ?2 is not null",
                  path, data + start, rest);
    GN_CHECK(whole < 0 || other < 0 || whole == other ||
             memchr(data + start, '\0', rest) != NULL);
    gn_free(path);
    return 0;
}
