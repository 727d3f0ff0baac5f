#include "engine/table/sift.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/history/quarantine.h"
#include "engine/tell/rowlines.h"

enum {
    MOST_TIMES = 3,     /* others may change the table meanwhile */
    MOST_KEPT = 1 << 20 /* bytes of rows that are kept apart */
};

/* A set of rows that is gone through. */
struct sieve {
    struct gn_job *job;
    const struct gn_rows_spec *spec;
    struct gn_rowset *rows;
    bool *gone;   /* one for each row */
    size_t count; /* of those */
    struct gn_buf kept;
};

/* --- one row -------------------------------------------------------------- */

/* {"table": ..., "error": ..., "row": {...}}; the SQL says nothing of it. */
static void describe(struct gn_buf *out, const struct sieve *s, size_t row,
                     const char *why)
{
    const size_t width = s->rows->column_count;
    const struct gn_rowset one = {.columns = s->rows->columns,
                                  .column_count = width,
                                  .values = s->rows->values + row * width,
                                  .row_count = 1};
    const char *sql = strstr(why, ", in: ");
    struct gn_buf line = {0};
    struct gn_json j;

    (void)gn_rowlines_append(&line, &one, NULL, MOST_KEPT);
    gn_json_init(&j, out);
    gn_json_open(&j, '{');
    gn_json_key(&j, "table");
    gn_json_text(&j, s->spec->table);
    gn_json_key(&j, "error");
    gn_json_text_n(&j, why, sql != NULL ? (size_t)(sql - why) : strlen(why));
    gn_json_key(&j, "row");
    if (line.size > 0)
        gn_buf_append(out, line.data, line.size - 1); /* without its end */
    else
        gn_json_null(&j); /* it is too long */
    gn_json_close(&j, '}');
    out->failed = out->failed || gn_buf_failed(&line);
    gn_buf_fini(&line);
}

static void leave_out(void *sieve, size_t row, const char *why)
{
    struct sieve *s = sieve;
    struct gn_buf text = {0};

    s->gone[row] = true;
    s->count++;
    if (s->spec->bad_rows != GN_BAD_ROWS_QUARANTINE)
        return;
    describe(&text, s, row, why);
    s->kept.failed = s->kept.failed || gn_buf_failed(&text);
    if (s->job->bad_rows.size + s->kept.size + text.size < MOST_KEPT) {
        gn_buf_text(&s->kept, ",");
        gn_buf_append(&s->kept, gn_buf_cstr(&text), text.size);
    }
    gn_buf_fini(&text);
}

/* --- a set of them -------------------------------------------------------- */

static bool begin(struct sieve *s, struct gn_job *job, size_t i)
{
    *s = (struct sieve){.job = job,
                        .spec = &job->active->source->rows[i],
                        .rows = &job->extraction.queries[i].rows};
    s->gone = gn_alloc((s->rows->row_count + 1) * sizeof s->gone[0]);
    return s->gone != NULL;
}

/* Whether those that stay are as many as are expected at least: where rows are
 * taken away that an answer lacks, that none does may not be by accident. */
static bool leaves_enough(const struct sieve *s)
{
    const struct gn_rows_expect *e = s->spec->expect;

    return e == NULL || s->rows->row_count - s->count >= (size_t)e->min_rows;
}

/* Leaves out what was found; false: nothing is changed. */
static bool take_over(struct sieve *s)
{
    struct gn_job *job = s->job;

    if (s->count == 0)
        return true;
    if (!leaves_enough(s) || gn_buf_failed(&s->kept) ||
        !gn_buf_reserve(&job->bad_rows, s->kept.size) ||
        gn_rowset_drop(s->rows, s->gone, NULL) != GARNER_OK)
        return false;
    gn_buf_append(&job->bad_rows, gn_buf_cstr(&s->kept), s->kept.size);
    job->run.bad_rows += (int64_t)s->count;
    return true;
}

static void end(struct sieve *s)
{
    gn_free(s->gone);
    gn_buf_fini(&s->kept);
}

/* --- keys ----------------------------------------------------------------- */

static void sift_key(struct sieve *s, const char *key)
{
    const size_t width = s->rows->column_count;
    char why[160];
    size_t column = 0;

    while (column < width && strcasecmp(s->rows->columns[column], key) != 0)
        column++;
    if (column == width) /* then none of the rows can be written */
        return;
    snprintf(why, sizeof why, "NULL in column %.60s, the key of table %.60s",
             key, s->spec->table);
    for (size_t i = 0; i < s->rows->row_count; i++)
        if (!s->gone[i] &&
            s->rows->values[i * width + column].type == GARNER_NULL)
            leave_out(s, i, why);
}

void gn_sift_keys(struct gn_job *job)
{
    const struct gn_extraction *x = &job->extraction;
    struct sieve s;

    for (size_t i = 0; i < x->query_count && x->code == GARNER_OK; i++) {
        if (job->active->source->rows[i].bad_rows == GN_BAD_ROWS_FAIL)
            continue;
        /* without memory the run fails by those that are left in */
        if (begin(&s, job, i)) {
            for (size_t k = 0; k < s.spec->key_count; k++)
                sift_key(&s, s.spec->key[k]);
            (void)take_over(&s);
        }
        end(&s);
    }
}

/* --- what tables refuse --------------------------------------------------- */

bool gn_sift_begin(struct gn_job *job, const char *why)
{
    const struct gn_source *source = job->active->source;
    bool any = false;

    for (size_t i = 0; i < source->row_spec_count; i++)
        any = any || source->rows[i].bad_rows != GN_BAD_ROWS_FAIL;
    if (!any || job->store_code != GARNER_CONSTRAINT || job->run.rows <= 0 ||
        job->times_sifted == MOST_TIMES)
        return false;
    job->refusal = gn_job_text(job, why);
    job->sifts = job->refusal != NULL;
    job->times_sifted += job->sifts;
    return job->sifts;
}

/* What is known of a table is the engine's thread's: here it is found anew. */
static enum garner_code
find_tables(struct gn_job *job, struct gn_tables *tables, struct gn_table **all,
            struct garner_store *store, struct garner_error *err)
{
    const struct gn_source *source = job->active->source;
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < job->extraction.query_count && code == GARNER_OK;
         i++)
        code = gn_tables_find(tables, store, &source->rows[i], &all[i], err);
    return code;
}

/* Tries the i-th set, and leaves out what was refused. */
static enum garner_code try_set(struct gn_job *job, size_t i,
                                struct gn_table *table, struct garner_tx *tx,
                                struct garner_error *err)
{
    const struct gn_rows_spec *spec = &job->active->source->rows[i];
    const struct gn_rows_spec *parent = spec->parent;
    struct sieve s;
    const struct gn_pen pen = {
        .tx = tx,
        .refused = spec->bad_rows != GN_BAD_ROWS_FAIL ? leave_out : NULL,
        .context = &s};
    enum garner_code code;

    if (!begin(&s, job, i))
        return gn_fail(err, GARNER_NOMEM, "out of memory for a set of rows");
    code = gn_table_try_rows(
        table, &pen,
        &(struct gn_offer){
            s.rows,
            parent != NULL
                ? &job->extraction.queries[parent - job->active->source->rows]
                       .rows
                : NULL,
            job->run.started_us},
        err);
    job->was_sifted = job->was_sifted || s.count > 0;
    if (code == GARNER_OK && !take_over(&s))
        code = gn_fail(err, GARNER_INVALID, "too few rows are left");
    end(&s);
    return code;
}

static enum garner_code try_all(struct gn_job *job, struct garner_store *store,
                                struct gn_tables *tables, struct gn_table **all,
                                struct garner_error *err)
{
    struct garner_tx *tx = NULL;
    enum garner_code code = find_tables(job, tables, all, store, err);

    if (code == GARNER_OK)
        code = garner_begin(store, NULL, &tx, err);
    for (size_t i = 0; i < job->extraction.query_count && code == GARNER_OK;
         i++)
        code = try_set(job, i, all[i], tx, err);
    garner_rollback(tx);
    return code;
}

void gn_sift_run(struct gn_job *job, struct garner_store *store)
{
    struct gn_table **all =
        gn_alloc(job->extraction.query_count * sizeof all[0]);
    struct gn_tables *tables = NULL;
    struct garner_error err;
    enum garner_code code = gn_tables_new(&tables, &err);

    job->was_sifted = false;
    if (code == GARNER_OK && all != NULL)
        code = try_all(job, store, tables, all, &err);
    job->was_sifted = job->was_sifted && code == GARNER_OK;
    gn_tables_free(tables);
    gn_free(all);
}

void gn_sift_learn(struct gn_job *job)
{
    if (!job->sifts)
        return;
    job->sifts = false;
    if (job->was_sifted)
        return;
    gn_job_fail(job, "store", job->refusal);
    job->alone = true;
}

/* --- kept apart ----------------------------------------------------------- */

static bool keeps(const struct gn_job *job)
{
    return job->bad_rows.size > 0 && job->run.failure == NULL;
}

enum garner_code gn_sift_add(const struct gn_job *job, struct garner_error *err)
{
    static const struct gn_body none = {.codec = "none", .data = ""};
    struct gn_buf rows = {0};
    enum garner_code code;

    if (!keeps(job))
        return GARNER_OK;
    gn_buf_byte(&rows, '['); /* in place of its first comma */
    gn_buf_append(&rows, job->bad_rows.data + 1, job->bad_rows.size - 1);
    gn_buf_byte(&rows, ']');
    code = gn_buf_failed(&rows)
               ? gn_fail(err, GARNER_NOMEM, "out of memory for bad rows")
               : gn_quarantine_add(
                     job->batch, &job->run,
                     &(struct gn_charge){"bad_rows", gn_buf_cstr(&rows)}, &none,
                     err);
    gn_buf_fini(&rows);
    return code;
}

enum garner_code gn_sift_add_run(const struct gn_job *job,
                                 struct garner_error *err)
{
    return keeps(job)
               ? gn_quarantine_add_run(job->batch, job->active->memory.id, err)
               : GARNER_OK;
}
