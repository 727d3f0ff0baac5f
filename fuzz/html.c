/* html.c - any bytes as a selector, an XPath (a line each) and a page: rows, or
 * an error, and the HTML of what was found can be parsed again. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "extract/sandbox.h"
#include "target.h"

static struct gn_sandbox sandbox;

static void run(const char *sql, const char *what, const uint8_t *page,
                size_t size)
{
    sqlite3_stmt *stmt;
    int rc;

    gn_sandbox_arm(&sandbox, 5000);
    GN_CHECK(sqlite3_prepare_v2(sandbox.db, sql, -1, &stmt, NULL) == SQLITE_OK);
    sqlite3_bind_text64(stmt, 1, (const char *)page, size, SQLITE_STATIC,
                        SQLITE_UTF8);
    sqlite3_bind_text(stmt, 2, what, -1, SQLITE_STATIC);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        GN_CHECK(sqlite3_column_type(stmt, 0) == SQLITE_INTEGER);
    GN_CHECK(rc == SQLITE_DONE || sqlite3_errmsg(sandbox.db)[0] != '\0');
    sqlite3_finalize(stmt);
}

/* Cuts off the first line; NULL: there is none. Free with gn_free. */
static char *cut_line(const uint8_t **data, size_t *size)
{
    const uint8_t *end = memchr(*data, '\n', *size);
    const size_t length = end != NULL ? (size_t)(end - *data) : 0;
    char *line = end != NULL ? gn_memdup(*data, length) : NULL;

    if (end != NULL) {
        *data += length + 1;
        *size -= length + 1;
    }
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *css = cut_line(&data, &size);
    char *xpath = cut_line(&data, &size);

    if (sandbox.db == NULL)
        GN_CHECK(gn_sandbox_open(&sandbox, NULL) == GARNER_OK);
    if (css != NULL)
        run("select length(n.text), n.attrs, n.tag, html_attr(n.node, '*', "
            "'x'), length(html_text(n.html, '*')) from html_each(?1, ?2) n",
            css, data, size);
    if (css != NULL)
        run("select i, url, rel from links_each(?1, 'http://h/', ?2)", css,
            data, size);
    if (xpath != NULL)
        run("select i, text, tag, html from xpath_each(?1, ?2)", xpath, data,
            size);
    run("select i, url, text, rel, tag, nofollow from links_each(?1, ?2)",
        "http://h/a/", data, size);
    run("select iif(json_valid(cells) and (rec is null or json_valid(rec)), i, "
        "'') "
        "from html_table(?1, ?2)",
        "", data, size);
    run("select iif(json_valid(json) or fault <> ?2, i, ''), type from "
        "ldjson_each(?1)",
        "", data, size);
    gn_free(css);
    gn_free(xpath);
    return 0;
}
