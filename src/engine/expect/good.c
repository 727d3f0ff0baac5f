#include "engine/expect/good.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/expect/age.h"
#include "engine/history/cell.h"
#include "garner/read.h"

enum { US = 1000 }; /* in a millisecond */

/* Whether rows are held against those of the last good run. */
static bool counts_rows(const struct gn_source *source)
{
    for (size_t i = 0; i < source->row_spec_count; i++)
        if (source->rows[i].expect != NULL &&
            source->rows[i].expect->max_drop >= 0)
            return true;
    return false;
}

enum garner_code gn_good_add_watch(struct garner_batch *batch,
                                   const struct gn_source *source,
                                   int64_t wall_us, struct garner_error *err)
{
    const bool any = source->max_age_ms > 0;

    return garner_batch_add(
        batch,
        "update garner_source set max_age = ?2,"
        " watched = iif(max_age is null, ?3, watched)"
        " where name = ?1 and max_age is not ?2",
        GARNER_ARGS(garner_text(source->name),
                    gn_cell_integer(source->max_age_ms * US, any),
                    garner_integer(wall_us)),
        err);
}

/* A row for each number of rows, or one without. */
static enum garner_code recall(struct gn_active *a, struct garner_store *store,
                               struct garner_error *err)
{
    struct garner_rows *rows;
    int64_t watched_us = 0;
    enum garner_code code = garner_query(
        store,
        "select s.good, s.watched, j.value from garner_source s"
        " left join json_each(s.good_rows) j where s.id = ? order by j.key",
        GARNER_ARGS(garner_integer(a->memory.id)), &rows, err);

    if (code != GARNER_OK)
        return code;
    for (size_t i = 0; (code = garner_next(rows, err)) == GARNER_ROW; i++) {
        const struct garner_value v = garner_column(rows, 2);

        a->last.good_us = gn_cell_integer_or(garner_column(rows, 0), 0);
        watched_us = gn_cell_integer_or(garner_column(rows, 1), 0);
        if (a->good_rows != NULL && i < a->source->row_spec_count &&
            v.type == GARNER_INTEGER)
            a->good_rows[i] = v.integer;
    }
    garner_rows_close(rows);
    a->last.fresh_ns = gn_age_from(a->last.good_us, watched_us,
                                   gn_clock_wall_us(), gn_clock_monotonic_ns());
    return code == GARNER_DONE ? GARNER_OK : code;
}

enum garner_code gn_good_open(struct gn_active *active,
                              struct garner_store *store,
                              struct garner_error *err)
{
    const size_t count = active->source->row_spec_count;

    if (counts_rows(active->source)) {
        active->good_rows = gn_alloc(count * sizeof active->good_rows[0]);
        if (active->good_rows == NULL)
            return gn_fail(err, GARNER_NOMEM, "out of memory for source %s",
                           active->source->name);
        for (size_t i = 0; i < count; i++)
            active->good_rows[i] = -1;
    }
    return active->good_rows != NULL || active->source->max_age_ms > 0
               ? recall(active, store, err)
               : GARNER_OK;
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

/* The numbers of its rows as JSON. */
static void list_rows(const struct gn_job *job, struct gn_buf *list)
{
    struct gn_json j;

    gn_json_init(&j, list);
    gn_json_open(&j, '[');
    for (size_t i = 0; i < job->extraction.query_count; i++)
        gn_json_integer(&j, (int64_t)job->extraction.queries[i].rows.row_count);
    gn_json_close(&j, ']');
}

static int64_t ended_us(const struct gn_job *job)
{
    return job->run.started_us + job->run.duration_us;
}

enum garner_code gn_good_add(struct gn_job *job, struct garner_error *err)
{
    const bool dated = job->active->source->max_age_ms > 0;
    const bool counted = is_counted(job);
    struct gn_buf list = {0};
    enum garner_code code;

    if (!dated && !counted)
        return GARNER_OK;
    if (counted)
        list_rows(job, &list);
    code = gn_buf_failed(&list)
               ? gn_fail(err, GARNER_NOMEM, "out of memory for a source")
               : garner_batch_add(
                     job->batch,
                     "update garner_source set good = coalesce(?2, good),"
                     " good_rows = coalesce(?3, good_rows) where id = ?1",
                     GARNER_ARGS(garner_integer(job->active->memory.id),
                                 gn_cell_integer(ended_us(job), dated),
                                 counted ? garner_text(gn_buf_cstr(&list))
                                         : garner_null()),
                     err);
    gn_buf_fini(&list);
    return code;
}

bool gn_good_settled(struct gn_job *job)
{
    struct gn_active *a = gn_active_owner(job->active);
    const bool was_told = a->told_stale;
    const int64_t fresh_ns = gn_age_from(ended_us(job), 0, gn_clock_wall_us(),
                                         gn_clock_monotonic_ns());

    for (size_t i = 0; is_counted(job) && i < job->extraction.query_count; i++)
        a->good_rows[i] = (int64_t)job->extraction.queries[i].rows.row_count;
    if (a->source->max_age_ms == 0 || fresh_ns < a->last.fresh_ns)
        return false;
    a->last.good_us = ended_us(job);
    a->last.fresh_ns = fresh_ns;
    a->told_stale = false;
    return was_told;
}
