#include "extract/functions.h"

#include "base/error.h"
#include "extract/ldjsonsql.h"
#include "extract/linksql.h"
#include "extract/scalarsql.h"
#include "extract/tablesql.h"

static const char *const tables[] = {
    "html_each",  "xpath_each",  "json_rows",   "csv_each",     "regex_each",
    "lines_each", "xml_each",    "feed_each",   "sitemap_each", "links_each",
    "html_table", "ldjson_each", "headers_each"};

static int register_all(struct gn_functions *f, sqlite3 *db)
{
    int rc = gn_htmlsql_register(db, &f->html);

    if (rc == SQLITE_OK)
        rc = gn_tablesql_register(db, &f->html);
    if (rc == SQLITE_OK)
        rc = gn_linksql_register(db, &f->html);
    if (rc == SQLITE_OK)
        rc = gn_ldjsonsql_register(db, &f->html.documents);
    if (rc == SQLITE_OK)
        rc = gn_xmlsql_register(db, &f->xml);
    if (rc == SQLITE_OK)
        rc = gn_feedsql_register(db, &f->feed);
    if (rc == SQLITE_OK)
        rc = gn_sitemapsql_register(db, &f->sitemap);
    if (rc == SQLITE_OK)
        rc = gn_csvsql_register(db, &f->csv);
    if (rc == SQLITE_OK)
        rc = gn_jsonsql_register(db, &f->json);
    if (rc == SQLITE_OK)
        rc = gn_headersql_register(db, &f->headers);
    if (rc == SQLITE_OK)
        rc = gn_regexsql_register(db, &f->regex);
    if (rc == SQLITE_OK)
        rc = gn_scalarsql_register(db);
    return rc;
}

enum garner_code gn_functions_init(struct gn_functions *f, sqlite3 *db,
                                   struct gn_budget *budget,
                                   struct garner_error *err)
{
    enum garner_code code;
    int rc;

    *f = (struct gn_functions){.arrow.db = db};
    f->csv.arrow = f->json.arrow = &f->arrow;
    gn_documents_init(&f->html.documents, budget);
    code = gn_search_new(budget, &f->html.search, err);
    if (code != GARNER_OK)
        return code;
    f->xml.documents = &f->html.documents;
    f->xml.search = f->html.search;
    f->feed.budget = f->sitemap.budget = f->regex.budget = budget;
    rc = register_all(f, db);
    if (rc == SQLITE_NOMEM)
        return gn_fail(err, GARNER_NOMEM, "no memory for the SQL functions");
    if (rc != SQLITE_OK)
        return gn_fail(err, GARNER_IO, "SQLite %s refuses a function: %s",
                       sqlite3_libversion(), sqlite3_errmsg(db));
    return GARNER_OK;
}

void gn_functions_stop(struct gn_functions *f)
{
    gn_arrow_fini(&f->arrow);
}

void gn_functions_fini(struct gn_functions *f)
{
    gn_documents_clear(&f->html.documents);
    gn_search_free(f->html.search);
    gn_regexes_fini(&f->regex.regexes);
    *f = (struct gn_functions){0};
}

void gn_functions_body(struct gn_functions *f, const char *data, size_t size)
{
    f->csv.body = f->regex.body = f->json.body = f->feed.body =
        f->sitemap.body = f->headers.body = (struct gn_body){data, size};
}

void gn_functions_clear(struct gn_functions *f)
{
    gn_documents_clear(&f->html.documents);
    gn_arrow_forget(&f->arrow);
    gn_csvsql_forget(&f->csv);
    gn_functions_body(f, NULL, 0);
}

const char *gn_functions_table(size_t i)
{
    return i < sizeof tables / sizeof tables[0] ? tables[i] : NULL;
}
