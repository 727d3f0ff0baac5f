/* find.c - a cursor over the records that a filter names. */
#include "base/error.h"
#include "base/mem.h"
#include "store/handle.h"
#include "store/record/filter.h"
#include "store/record/row.h"
#include "store/record/tables.h"

struct garner_records {
    struct gn_codecs *codecs;
    struct garner_rows *rows; /* NULL: nothing was ever put */
    struct garner_codec *codec;
    struct gn_record_row row;
    enum garner_code first; /* what the first step gave; OK: it is used up */
};

/* The inner query chooses and orders ids, the outer one reads their records: so
 * no data are sorted, and none is read of what a limit leaves out. */
static enum garner_code open_rows(struct garner_records *r,
                                  struct garner_store *store,
                                  struct gn_record_sql *sql,
                                  const struct garner_find_options *options,
                                  struct garner_error *err)
{
    enum garner_code code;

    gn_record_sql_text(sql, ") f cross join garner_record r on r.id = f.id");
    if (gn_buf_failed(&sql->text) || gn_buf_failed(&sql->ids))
        return gn_fail(err, GARNER_NOMEM, "out of memory for a search");
    code = garner_query(store, gn_buf_cstr(&sql->text), sql->args, sql->count,
                        &r->rows, err);
    if (code == GARNER_OK && options->timeout_ms > 0)
        garner_rows_set_timeout(r->rows, options->timeout_ms);
    if (code == GARNER_OK)
        code = r->first = garner_next(r->rows, err);
    return code;
}

static enum garner_code find(struct garner_records *r,
                             struct garner_store *store, const char *collection,
                             const struct garner_filter *filter,
                             const struct garner_find_options *options,
                             struct garner_error *err)
{
    struct gn_record_sql sql = {0};
    enum garner_code code;

    gn_record_sql_text(&sql, options->without_data
                                 ? "select " GN_RECORD_ROW_HEAD " from ("
                                 : "select " GN_RECORD_ROW " from (");
    gn_record_filter_select(&sql, collection, filter);
    code = open_rows(r, store, &sql, options, err);
    gn_record_sql_fini(&sql);
    if (code == GARNER_ROW || code == GARNER_DONE)
        return GARNER_OK;
    code = gn_record_filter_explain(store, filter, code, err);
    if (code != GARNER_NOTFOUND)
        return code;
    garner_rows_close(r->rows);
    r->rows = NULL;
    r->first = GARNER_DONE;
    return GARNER_OK;
}

static enum garner_code check(struct garner_store *store,
                              const char **collection,
                              const struct garner_filter *filter,
                              const struct garner_find_options *options,
                              struct garner_error *err)
{
    const enum garner_code code =
        gn_record_tables_check(store, collection, err);

    if (code != GARNER_OK)
        return code;
    if (options->timeout_ms < 0)
        return gn_fail(err, GARNER_MISUSE,
                       "garner_find: timeout_ms is 0 (none) or more");
    return gn_record_filter_check(filter, err);
}

enum garner_code garner_find(struct garner_store *store, const char *collection,
                             const struct garner_filter *filter,
                             const struct garner_find_options *options,
                             struct garner_records **records,
                             struct garner_error *err)
{
    static const struct garner_find_options none;
    struct garner_error why;
    struct garner_records *r;
    enum garner_code code;

    if (options == NULL)
        options = &none;
    if (records == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_find: records is NULL");
    *records = NULL;
    code = check(store, &collection, filter, options, err);
    if (code != GARNER_OK)
        return code;
    r = gn_alloc(sizeof *r);
    if (r == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a search");
    r->codecs = store->codecs;
    code = find(r, store, collection, filter, options, &why);
    if (code == GARNER_OK) {
        *records = r;
        return code;
    }
    garner_records_close(r);
    if (err != NULL)
        *err = why;
    return code;
}

enum garner_code garner_records_next(struct garner_records *records,
                                     const struct garner_record **record,
                                     struct garner_error *err)
{
    enum garner_code code = records->first;

    *record = NULL;
    if (records->rows == NULL)
        return GARNER_DONE;
    if (code == GARNER_OK)
        code = garner_next(records->rows, err);
    records->first = GARNER_OK;
    if (code != GARNER_ROW)
        return code;
    code = gn_record_row_read(&records->row, records->rows, records->codecs,
                              &records->codec, err);
    if (code != GARNER_OK)
        return code;
    *record = &records->row.record;
    return GARNER_ROW;
}

void garner_records_close(struct garner_records *records)
{
    if (records == NULL)
        return;
    garner_rows_close(records->rows);
    gn_codecs_give_back(records->codecs, records->codec);
    gn_record_row_fini(&records->row);
    gn_free(records);
}
