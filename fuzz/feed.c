/* feed.c - any bytes as XML, as a feed and as a sitemap: rows, or an error, and
 * the XML of what was found can be parsed again. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "extract/sandbox.h"
#include "target.h"

static struct gn_sandbox sandbox;

static void run(const char *sql, const uint8_t *data, size_t size)
{
    sqlite3_stmt *stmt;
    int rc;

    gn_sandbox_arm(&sandbox, 5000);
    GN_CHECK(sqlite3_prepare_v2(sandbox.db, sql, -1, &stmt, NULL) == SQLITE_OK);
    sqlite3_bind_text64(stmt, 1, (const char *)data, size, SQLITE_STATIC,
                        SQLITE_UTF8);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        GN_CHECK(sqlite3_column_int(stmt, 0) == 1);
    GN_CHECK(rc == SQLITE_DONE || sqlite3_errmsg(sandbox.db)[0] != '\0');
    sqlite3_finalize(stmt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (sandbox.db == NULL)
        GN_CHECK(gn_sandbox_open(&sandbox, NULL) == GARNER_OK);
    run("select json_valid(categories) and "
        "coalesce(typeof(enclosure_length), 'null') in ('null', 'integer'), "
        "guid, link, title, author, published, updated, summary, content, "
        "enclosure_url, enclosure_type from feed_each(?1)",
        data, size);
    run("select json_valid(attrs) and coalesce(xml_text(node, 'string()'), '') "
        "is not null and (select count(*) from xml_each(x.xml, '/*')) = 1, "
        "tag, text from xml_each(?1, '//*') x",
        data, size);
    run("select kind in ('url', 'sitemap') and coalesce(typeof(priority), "
        "'null') in ('null', 'real'), url, lastmod, changefreq from "
        "sitemap_each(?1)",
        data, size);
    return 0;
}
