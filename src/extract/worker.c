#include "extract/worker.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "extract/input.h"
#include "extract/pagehead.h"
#include "extract/statement.h"

/* The texts of the pages that are kept may take this part of a job's memory:
 * their trees take much more. */
enum { PAGES_SHARE = 8 };

enum garner_code gn_worker_open(struct gn_worker *w,
                                const struct gn_extractor_options *options,
                                struct garner_error *err)
{
    enum garner_code code;

    *w = (struct gn_worker){.limits = options->limits};
    code = gn_sandbox_open(&w->sandbox, err);
    if (code == GARNER_OK)
        code = gn_prepared_init(&w->prepared, &w->sandbox,
                                options->max_statements, err);
    if (code != GARNER_OK)
        gn_worker_close(w);
    return code;
}

void gn_worker_close(struct gn_worker *w)
{
    gn_prepared_fini(&w->prepared);
    gn_sandbox_close(&w->sandbox);
    gn_free(w->row);
    w->row = NULL;
}

static enum garner_code make_row(struct gn_worker *w, size_t columns,
                                 struct garner_error *err)
{
    struct garner_value *row;

    if (columns <= w->row_room)
        return GARNER_OK;
    row = gn_realloc(w->row, columns * sizeof row[0]);
    if (row == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for %zu columns", columns);
    w->row = row;
    w->row_room = columns;
    return GARNER_OK;
}

/* Adds the row the statement stands on, if it fits into budget bytes. */
static enum garner_code add_row(struct gn_worker *w, sqlite3_stmt *stmt,
                                struct gn_rowset *rows, size_t budget,
                                struct garner_error *err)
{
    size_t size = rows->bytes;
    enum garner_code code;

    for (size_t i = 0; i < rows->column_count; i++) {
        struct garner_value *v = &w->row[i];

        if (!gn_statement_value(stmt, (int)i, v))
            return gn_fail(err, GARNER_NOMEM, "no memory to read a value");
        if (v->type == GARNER_TEXT || v->type == GARNER_BLOB)
            size += v->bytes.size;
    }
    code = size <= budget ? gn_rowset_add(rows, w->row, err) : GARNER_FULL;
    if (code == GARNER_OK && rows->bytes > budget)
        code = GARNER_FULL;
    if (code == GARNER_FULL)
        return gn_quota_exceeded(&w->job, GN_QUOTA_ROWS, rows->row_count, err);
    return code;
}

/* Whether a statement failed since it was given stand-ins for rows. */
static bool met_stand_in(const struct gn_worker *w, int rc)
{
    return rc == SQLITE_ERROR && w->sandbox.functions.arrow.handed &&
           strcmp(sqlite3_errmsg(w->sandbox.db), "malformed JSON") == 0;
}

/* One step may have taken far too long: SQLite looks at the clock between its
 * own alone. */
static enum garner_code in_time(struct gn_worker *w, struct garner_error *err)
{
    if (!gn_budget_spent(&w->sandbox.budget))
        return GARNER_OK;
    return gn_quota_exceeded(&w->job, GN_QUOTA_TIME, 0, err);
}

/* Says of a query that failed which of the job's limits it was, if it was one.
 */
static enum garner_code explain(const struct gn_worker *w,
                                enum garner_code code, struct garner_error *err)
{
    const int native = err->native;

    if (code == GARNER_OK || code == GARNER_FULL)
        return code;
    if (code == GARNER_TIMEOUT)
        code = gn_quota_exceeded(&w->job, GN_QUOTA_TIME, 0, err);
    else if (code == GARNER_NOMEM && w->memory.exceeded)
        code = gn_quota_exceeded(&w->job, GN_QUOTA_MEMORY, 0, err);
    else if (native == SQLITE_TOOBIG)
        code = gn_quota_exceeded(&w->job, GN_QUOTA_LENGTH, 0, err);
    err->native = native;
    return code;
}

/* Fills query->rows, which may take budget bytes. *again: that is to be done
 * once more. */
static enum garner_code try_query(struct gn_worker *w, struct gn_query *query,
                                  const struct gn_input *in, size_t budget,
                                  bool *again, struct garner_error *err)
{
    sqlite3_stmt *stmt;
    enum garner_code code;
    int rc;

    *again = false;
    w->memory.exceeded = false;
    code = gn_prepared_get(&w->prepared, query->sql, &stmt, err);
    if (code != GARNER_OK)
        return code;
    code = gn_statement_bind(stmt, in->params, in->count, err);
    if (code == GARNER_OK)
        code = gn_statement_columns(stmt, &query->rows, err);
    if (code == GARNER_OK)
        code = make_row(w, query->rows.column_count, err);
    while (code == GARNER_OK) {
        rc = sqlite3_step(stmt);
        if (rc == SQLITE_DONE) {
            code = in_time(w, err);
            break;
        }
        *again = met_stand_in(w, rc);
        code = rc == SQLITE_ROW
                   ? add_row(w, stmt, &query->rows, budget, err)
                   : gn_statement_failed(&w->sandbox, stmt, rc, in->params,
                                         in->count, err);
    }
    /* what failed was told by step; the bound bytes belong to the caller */
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return code;
}

static enum garner_code run_query(struct gn_worker *w, struct gn_query *query,
                                  const struct gn_input *in, size_t budget,
                                  struct garner_error *err)
{
    bool again;
    enum garner_code code = try_query(w, query, in, budget, &again, err);

    if (again) {
        gn_prepared_not_alone(&w->prepared, query->sql);
        gn_rowset_fini(&query->rows);
        code = try_query(w, query, in, budget, &again, err);
    }
    return explain(w, code, err);
}

/* Says which of several queries it was. */
static void number_error(struct garner_error *err, size_t i, size_t count)
{
    const struct garner_error plain = *err;

    if (count < 2)
        return;
    (void)gn_fail(err, plain.code, "query %zu of %zu: %.210s", i + 1, count,
                  plain.message);
    err->native = plain.native;
}

/* --- where it leads to ----------------------------------------------------*/

/* Says what it was of. */
static void name_error(struct garner_error *err)
{
    const struct garner_error plain = *err;

    (void)gn_fail(err, plain.code, "links: %.210s", plain.message);
    err->native = plain.native;
}

/* What a page of HTML says about itself, read from what the SQL's functions
 * read. */
static enum garner_code read_head(struct gn_worker *w,
                                  const struct gn_input *in, const char *url,
                                  struct gn_pagehead *out,
                                  struct garner_error *err)
{
    struct gn_node node;
    enum garner_code code;

    if (in->text == NULL)
        return GARNER_OK;
    code = gn_documents_text(&w->sandbox.functions.html.documents, in->text,
                             in->text_size, &node, err);
    if (code == GARNER_OK && !gn_pagehead_read(node.node, url, out))
        code = gn_fail(err, GARNER_NOMEM, "no memory for a page's URL");
    return code;
}

static enum garner_code run_page(struct gn_worker *w, struct gn_onward *page,
                                 const struct gn_input *in, size_t budget,
                                 struct garner_error *err)
{
    const struct garner_value *type = gn_input_find(in, "content_type");
    const struct garner_value *url = gn_input_find(in, "final_url");
    const bool is_html =
        type == NULL || gn_onward_is_html(type->bytes.data, type->bytes.size);
    struct gn_query query = {.sql = page->sql};
    struct gn_buf own = {0};
    struct gn_pagehead head = {0};
    enum garner_code code = GARNER_OK;

    if (url != NULL)
        gn_buf_append(&own, url->bytes.data, url->bytes.size);
    if (gn_buf_failed(&own))
        code = gn_fail(err, GARNER_NOMEM, "no memory for a page's URL");
    if (code == GARNER_OK && is_html)
        code = read_head(w, in, gn_buf_cstr(&own), &head, err);
    page->noindex = head.noindex;
    page->nofollow = head.nofollow;
    if (code == GARNER_OK && (is_html || !page->html_only)) {
        code = run_query(w, &query, in, budget, err);
        if (code == GARNER_OK)
            code = gn_onward_take(
                page, &query.rows,
                gn_buf_cstr(head.base.size > 0 ? &head.base : &own), err);
    }
    gn_rowset_fini(&query.rows);
    gn_buf_fini(&own);
    gn_buf_fini(&head.base);
    page->read = code == GARNER_OK;
    return code;
}

/* A page whose rows fail leads to others as well as any, in time of its own,
 * unless there is no memory, or nobody waits any more. */
static void lead_on(struct gn_worker *w, struct gn_extraction *job,
                    const struct gn_input *in, size_t budget)
{
    struct garner_error reason;
    enum garner_code code;

    if (job->onward == NULL || job->code == GARNER_NOMEM ||
        job->code == GARNER_CANCELED)
        return;
    if (job->code != GARNER_OK) {
        gn_sandbox_arm(&w->sandbox, w->job.time_ms);
        gn_functions_body(&w->sandbox.functions, in->text, in->text_size);
    }
    code = run_page(w, job->onward, in, budget, &reason);
    if (code == GARNER_OK)
        return;
    gn_onward_fini(job->onward);
    if (job->code != GARNER_OK)
        return;
    name_error(&reason);
    job->code = code;
    job->error = reason;
    job->failed_query = job->query_count;
}

static void empty_page(struct gn_onward *page)
{
    *page = (struct gn_onward){.sql = page->sql, .html_only = page->html_only};
}

/* Sets the job's limits, and all that counts against them to nothing. */
static void arm(struct gn_worker *w, const struct gn_extraction *job)
{
    w->job = gn_quota_or(&job->limits, &w->limits);
    gn_sandbox_arm(&w->sandbox, w->job.time_ms);
    w->sandbox.functions.html.documents.most_bytes =
        (size_t)w->job.memory_bytes / PAGES_SHARE;
    w->memory = (struct gn_sqlheap){.limit = w->job.memory_bytes};
    gn_sqlheap_watch(&w->memory);
}

/* What the SQL makes may be as long as the limit says, or as what it is given.
 */
static void bound_lengths(struct gn_worker *w, const struct gn_input *in)
{
    size_t most = (size_t)w->job.length_bytes;

    for (size_t i = 0; i < in->count; i++) {
        const struct garner_value *v = &in->params[i].value;

        if ((v->type == GARNER_TEXT || v->type == GARNER_BLOB) &&
            v->bytes.size > most)
            most = v->bytes.size;
    }
    if (most > GN_QUOTA_LENGTH_MOST)
        most = GN_QUOTA_LENGTH_MOST;
    sqlite3_limit(w->sandbox.db, SQLITE_LIMIT_LENGTH, (int)most);
}

static void disarm(struct gn_worker *w)
{
    gn_functions_clear(&w->sandbox.functions); /* it may be much memory */
    gn_sqlheap_watch(NULL);
    gn_sqlheap_trim(&w->memory);
}

/* Whether there is anything to look for in the body: an archive that no SQL is
 * for need not be unpacked to find no links. */
static bool asks_body(const struct gn_extraction *job)
{
    const struct gn_input in = {.params = job->params,
                                .count = job->param_count};
    const struct garner_value *type = gn_input_find(&in, "content_type");

    return job->query_count > 0 ||
           (job->onward != NULL &&
            (!job->onward->html_only || type == NULL ||
             gn_onward_is_html(type->bytes.data, type->bytes.size)));
}

void gn_worker_run(struct gn_worker *w, struct gn_extraction *job)
{
    struct gn_input in = {.params = job->params, .count = job->param_count};
    size_t budget;
    bool is_readable;

    job->code = GARNER_OK;
    job->failed_query = 0;
    job->skipped = (struct gn_csv_skipped){0};
    for (size_t i = 0; i < job->query_count; i++)
        job->queries[i].rows = (struct gn_rowset){0};
    if (job->onward != NULL)
        empty_page(job->onward);
    if (job->begin != NULL && !job->begin(job))
        return;
    arm(w, job);
    budget = (size_t)w->job.rows_bytes;
    if (asks_body(job))
        job->code = gn_input_make(&in, job->params, job->param_count,
                                  &job->gzip, &job->error);
    is_readable = job->code == GARNER_OK;
    gn_functions_body(&w->sandbox.functions, in.text, in.text_size);
    bound_lengths(w, &in);
    for (size_t i = 0; i < job->query_count && job->code == GARNER_OK; i++) {
        struct gn_query *query = &job->queries[i];

        job->code = run_query(w, query, &in, budget, &job->error);
        if (job->code != GARNER_OK) {
            job->failed_query = i;
            number_error(&job->error, i, job->query_count);
        } else {
            budget -= query->rows.bytes;
        }
    }
    if (is_readable)
        lead_on(w, job, &in, budget);
    job->skipped = w->sandbox.functions.csv.skipped;
    disarm(w);
    gn_input_fini(&in);
    for (size_t i = 0; i < job->query_count && job->code != GARNER_OK; i++)
        gn_rowset_fini(&job->queries[i].rows);
}
