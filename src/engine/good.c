#include "engine/good.h"

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "garner/read.h"

/* Whether rows are held against those of the last good run. */
static bool counts_rows(const struct gn_source *source)
{
    for (size_t i = 0; i < source->row_spec_count; i++)
        if (source->rows[i].expect != NULL &&
            source->rows[i].expect->max_drop >= 0)
            return true;
    return false;
}

static enum garner_code read_rows(struct gn_active *a,
                                  struct garner_store *store,
                                  struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        store,
        "select j.value from garner_source s, json_each(s.good_rows) j"
        " where s.id = ? order by j.key",
        GARNER_ARGS(garner_integer(a->memory.id)), &rows, err);

    if (code != GARNER_OK)
        return code;
    for (size_t i = 0; (code = garner_next(rows, err)) == GARNER_ROW; i++) {
        const struct garner_value v = garner_column(rows, 0);

        if (i < a->source->row_spec_count && v.type == GARNER_INTEGER)
            a->good_rows[i] = v.integer;
    }
    garner_rows_close(rows);
    return code == GARNER_DONE ? GARNER_OK : code;
}

enum garner_code gn_good_open(struct gn_active *active,
                              struct garner_store *store,
                              struct garner_error *err)
{
    const size_t count = active->source->row_spec_count;

    if (!counts_rows(active->source))
        return GARNER_OK;
    active->good_rows = gn_alloc(count * sizeof active->good_rows[0]);
    if (active->good_rows == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for source %s",
                       active->source->name);
    for (size_t i = 0; i < count; i++)
        active->good_rows[i] = -1;
    return read_rows(active, store, err);
}

void gn_good_close(struct gn_active *active)
{
    gn_free(active->good_rows);
    active->good_rows = NULL;
}

static bool is_counted(const struct gn_job *job)
{
    return job->active->good_rows != NULL && gn_job_has_rows(job) &&
           !job->unmodified;
}

enum garner_code gn_good_add(struct gn_job *job, struct garner_error *err)
{
    struct gn_buf list = {0};
    struct gn_json j;
    enum garner_code code;

    if (!is_counted(job))
        return GARNER_OK;
    gn_json_init(&j, &list);
    gn_json_open(&j, '[');
    for (size_t i = 0; i < job->extraction.query_count; i++)
        gn_json_integer(&j, (int64_t)job->extraction.queries[i].rows.row_count);
    gn_json_close(&j, ']');
    code = gn_buf_failed(&list)
               ? gn_fail(err, GARNER_NOMEM, "out of memory for a source")
               : garner_batch_add(
                     job->batch,
                     "update garner_source set good_rows = ?2 where id = ?1",
                     GARNER_ARGS(garner_integer(job->active->memory.id),
                                 garner_text(gn_buf_cstr(&list))),
                     err);
    gn_buf_fini(&list);
    return code;
}

void gn_good_settled(struct gn_job *job)
{
    for (size_t i = 0; is_counted(job) && i < job->extraction.query_count; i++)
        job->active->good_rows[i] =
            (int64_t)job->extraction.queries[i].rows.row_count;
}
