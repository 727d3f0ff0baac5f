/* steps.c - what changes many records, some at a time. Their ids are
 * read first and the cursor closed, so that none pins the log meanwhile. */
#include "base/clock.h"
#include "base/error.h"
#include "garner/read.h"
#include "store/record/filter.h"
#include "store/record/tables.h"

enum { STEP = 256 }; /* records in one transaction */

/* --- which ------------------------------------------------------------------
 */

static enum garner_code read_ids(struct garner_rows *rows, struct gn_buf *ids,
                                 struct garner_error *err)
{
    enum garner_code code;

    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        const int64_t id = garner_column(rows, 0).integer;

        gn_buf_append(ids, &id, sizeof id);
    }
    if (code == GARNER_DONE && gn_buf_failed(ids))
        return gn_fail(err, GARNER_NOMEM, "out of memory for ids of records");
    return code;
}

/* Appends the ids that filter names. */
static enum garner_code choose(struct garner_store *store,
                               const char *collection,
                               const struct garner_filter *filter,
                               struct gn_buf *ids, struct garner_error *err)
{
    struct gn_record_sql sql = {0};
    struct garner_rows *rows = NULL;
    enum garner_code code;

    gn_record_filter_select(&sql, collection, filter);
    code = gn_buf_failed(&sql.text) || gn_buf_failed(&sql.ids)
               ? gn_fail(err, GARNER_NOMEM, "out of memory for a search")
               : garner_query(store, gn_buf_cstr(&sql.text), sql.args,
                              sql.count, &rows, err);
    if (code == GARNER_OK)
        code = read_ids(rows, ids, err);
    garner_rows_close(rows);
    gn_record_sql_fini(&sql);
    if (code == GARNER_DONE)
        return GARNER_OK;
    code = gn_record_filter_explain(store, filter, code, err);
    return code == GARNER_NOTFOUND ? GARNER_OK : code;
}

/* --- some at a time ---------------------------------------------------------
 */

/* A statement whose last parameter is the ids of one step, as JSON. */
struct step {
    const char *sql;
    struct garner_value first; /* its first parameter, when it has two */
    bool has_first;
};

static enum garner_code run_step(struct garner_store *store,
                                 const struct step *step,
                                 const struct gn_buf *json, int64_t *count,
                                 struct garner_error *err)
{
    const struct garner_value ids =
        garner_text_n(gn_buf_cstr(json), json->size);
    int64_t changes = 0;
    enum garner_code code;

    if (gn_buf_failed(json))
        return gn_fail(err, GARNER_NOMEM, "out of memory for ids of records");
    code =
        step->has_first
            ? gn_record_tables_run(store, step->sql,
                                   GARNER_ARGS(step->first, ids), &changes, err)
            : gn_record_tables_run(store, step->sql, GARNER_ARGS(ids), &changes,
                                   err);
    *count += changes;
    return code;
}

static enum garner_code run_steps(struct garner_store *store,
                                  const struct step *step,
                                  const struct gn_buf *ids, int64_t *count,
                                  struct garner_error *err)
{
    const int64_t *next = (const void *)ids->data; /* as it was allocated */
    size_t left = ids->size / sizeof *next;
    struct gn_buf json = {0};
    enum garner_code code = GARNER_OK;

    while (left > 0 && code == GARNER_OK) {
        const size_t n = left < STEP ? left : STEP;

        gn_buf_clear(&json);
        gn_record_filter_json(&json, next, n);
        code = run_step(store, step, &json, count, err);
        next += n;
        left -= n;
    }
    gn_buf_fini(&json);
    return code;
}

static enum garner_code run_on(struct garner_store *store,
                               const char *collection,
                               const struct garner_filter *filter,
                               const struct step *step, int64_t *count,
                               struct garner_error *err)
{
    struct gn_buf ids = {0};
    struct garner_error why;
    int64_t changed = 0;
    enum garner_code code = gn_record_tables_check(store, &collection, &why);

    if (code == GARNER_OK)
        code = gn_record_filter_check(filter, &why);
    if (code == GARNER_OK)
        code = choose(store, collection, filter, &ids, &why);
    if (code == GARNER_OK)
        code = run_steps(store, step, &ids, &changed, &why);
    gn_buf_fini(&ids);
    if (count != NULL)
        *count = changed;
    if (code != GARNER_OK && err != NULL)
        *err = why;
    return code;
}

enum garner_code garner_remove_found(struct garner_store *store,
                                     const char *collection,
                                     const struct garner_filter *filter,
                                     int64_t *count, struct garner_error *err)
{
    static const struct step step = {
        .sql = "delete from garner_record"
               " where id in (select value from json_each(?))",
    };

    return run_on(store, collection, filter, &step, count, err);
}

enum garner_code garner_requeue(struct garner_store *store,
                                const char *collection,
                                const struct garner_filter *filter,
                                int64_t *count, struct garner_error *err)
{
    const struct step step = {
        .sql = "update garner_record"
               " set due_us = ?, attempts = 0, lease = null"
               " where id in (select value from json_each(?))",
        .first = garner_integer(gn_clock_wall_us()),
        .has_first = true,
    };

    return run_on(store, collection, filter, &step, count, err);
}
