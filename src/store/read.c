/*
 * read.c - garner/read.h: a query becomes a cursor (rows.h).
 */
#include "garner/read.h"

#include "base/error.h"
#include "store/handle.h"
#include "store/rows/leased.h"
#include "store/rows/whole.h"

static enum garner_code query_shard(const struct garner_store *store,
                                    const struct gn_statement *statement,
                                    struct garner_rows **rows,
                                    struct garner_error *err)
{
    struct gn_shard *s;
    enum garner_code code = gn_handle_reads(store, &s, err);

    if (code != GARNER_OK)
        return code;
    code = s->pool != NULL ? gn_rows_lease(s->pool, statement,
                                           s->options.timeout_ms, rows, err)
                           : gn_rows_read(s->commit, statement,
                                          s->options.timeout_ms, rows, err);
    if (code == GARNER_OK)
        atomic_fetch_add_explicit(&s->queries, 1, memory_order_relaxed);
    return code;
}

enum garner_code garner_query(struct garner_store *store, const char *sql,
                              const struct garner_value *args, size_t count,
                              struct garner_rows **rows,
                              struct garner_error *err)
{
    struct gn_statement statement;
    enum garner_code code;

    if (rows != NULL)
        *rows = NULL;
    if (sql == NULL || rows == NULL || (args == NULL && count > 0))
        return gn_fail(err, GARNER_MISUSE, "garner_query: a NULL argument");
    code = gn_handle_check(store, err);
    if (code != GARNER_OK)
        return code;
    gn_statement_init(&statement, sql, args, count);
    switch (store->kind) {
    case GN_HANDLE_FARM:
        return gn_census_query_all(store->farm->census, &statement, NULL, rows,
                                   err);
    case GN_HANDLE_SLOT:
        return gn_census_query(store->farm->census, store->number, &statement,
                               rows, err);
    case GN_HANDLE_SHARD:
    case GN_HANDLE_STORE:
        break;
    }
    return query_shard(store, &statement, rows, err);
}
