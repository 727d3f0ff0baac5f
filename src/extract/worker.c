#include "extract/worker.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "extract/charset.h"
#include "extract/decode.h"
#include "extract/statement.h"

enum garner_code gn_worker_open(struct gn_worker *w,
                                const struct gn_extractor_options *options,
                                struct garner_error *err)
{
    enum garner_code code;

    *w = (struct gn_worker){.deadline_ms = options->deadline_ms,
                            .max_bytes = (size_t)options->max_bytes};
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

/* One call to find the value, and those of values then: no other thread has the
 * connection, so that it need not be protected (see sqlite3_value). */
static bool read_value(sqlite3_stmt *stmt, int i, struct garner_value *v)
{
    sqlite3_value *value = sqlite3_column_value(stmt, i);
    const void *data;

    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        *v = garner_integer(sqlite3_value_int64(value));
        return true;
    case SQLITE_FLOAT:
        *v = garner_real(sqlite3_value_double(value));
        return true;
    case SQLITE_TEXT:
        /* _text would copy it to put a NUL behind it */
        data = sqlite3_value_blob(value);
        *v = garner_text_n(data != NULL ? data : "",
                           (size_t)sqlite3_value_bytes(value));
        return data != NULL || v->bytes.size == 0;
    case SQLITE_BLOB:
        data = sqlite3_value_blob(value);
        *v = garner_blob(data, (size_t)sqlite3_value_bytes(value));
        return data != NULL || v->bytes.size == 0;
    default:
        *v = garner_null();
        return true;
    }
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

        if (!read_value(stmt, (int)i, v))
            return gn_fail(err, GARNER_NOMEM, "no memory to read a value");
        if (v->type == GARNER_TEXT || v->type == GARNER_BLOB)
            size += v->bytes.size;
    }
    code = size <= budget ? gn_rowset_add(rows, w->row, err) : GARNER_FULL;
    if (code == GARNER_OK && rows->bytes > budget)
        code = GARNER_FULL;
    if (code == GARNER_FULL)
        return gn_fail(err, GARNER_FULL,
                       "after %zu rows the rows of one answer take more than "
                       "%zu MiB, the limit: select less",
                       rows->row_count, w->max_bytes >> 20);
    return code;
}

/* What a job's SQL is given: its parameters, the body as UTF-8. */
struct input {
    const struct gn_param *params;
    size_t count;
    struct gn_buf body;    /* if it was something else; and then */
    struct gn_param *copy; /* the parameters with this one */
};

/* Fills query->rows, which may take budget bytes. */
static enum garner_code run_query(struct gn_worker *w, struct gn_query *query,
                                  const struct input *in, size_t budget,
                                  struct garner_error *err)
{
    sqlite3_stmt *stmt;
    enum garner_code code =
        gn_prepared_get(&w->prepared, query->sql, &stmt, err);
    int rc;

    if (code != GARNER_OK)
        return code;
    code = gn_statement_bind(stmt, in->params, in->count, err);
    if (code == GARNER_OK)
        code = gn_statement_columns(stmt, &query->rows, err);
    if (code == GARNER_OK)
        code = make_row(w, query->rows.column_count, err);
    while (code == GARNER_OK) {
        rc = sqlite3_step(stmt);
        if (rc == SQLITE_DONE)
            break;
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

/* --- the body -------------------------------------------------------------*/

static const struct garner_value *find_text(const struct gn_param *params,
                                            size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (params[i].value.type == GARNER_TEXT &&
            strcmp(params[i].name, name) == 0)
            return &params[i].value;
    return NULL;
}

/* Gives the body in in->body to the SQL. */
static enum garner_code put_body(struct input *in)
{
    in->copy = gn_alloc(in->count * sizeof in->copy[0]);
    if (in->copy == NULL)
        return GARNER_NOMEM;
    for (size_t i = 0; i < in->count; i++) {
        in->copy[i] = in->params[i];
        if (strcmp(in->copy[i].name, "body") == 0)
            in->copy[i].value =
                garner_text_n(gn_buf_cstr(&in->body), in->body.size);
    }
    in->params = in->copy;
    return GARNER_OK;
}

/* Makes UTF-8 of the body, and tells the functions which bytes they need not
 * copy. */
static enum garner_code prepare_input(struct gn_worker *w, struct input *in,
                                      const struct gn_extraction *job,
                                      struct garner_error *err)
{
    const struct garner_value *body =
        find_text(job->params, job->param_count, "body");
    const struct garner_value *type =
        find_text(job->params, job->param_count, "content_type");
    const struct gn_charset *charset;
    enum garner_code code = GARNER_DONE;

    *in = (struct input){.params = job->params, .count = job->param_count};
    if (body == NULL || body->bytes.size == 0 || job->query_count == 0)
        return GARNER_OK;
    charset = gn_charset_detect(body->bytes.data, body->bytes.size,
                                type != NULL ? type->bytes.data : "",
                                type != NULL ? type->bytes.size : 0);
    if (charset != NULL)
        code =
            gn_decode(charset, body->bytes.data, body->bytes.size, &in->body);
    if (code == GARNER_OK)
        code = put_body(in);
    if (code == GARNER_NOMEM)
        return gn_fail(err, GARNER_NOMEM,
                       "no memory to make UTF-8 of a body of %zu bytes",
                       body->bytes.size);
    body = find_text(in->params, in->count, "body");
    gn_functions_body(&w->sandbox.functions, body->bytes.data,
                      body->bytes.size);
    return GARNER_OK;
}

void gn_worker_run(struct gn_worker *w, struct gn_extraction *job)
{
    size_t budget = w->max_bytes;
    struct input in;

    job->code = GARNER_OK;
    job->failed_query = 0;
    for (size_t i = 0; i < job->query_count; i++)
        job->queries[i].rows = (struct gn_rowset){0};
    if (job->begin != NULL && !job->begin(job))
        return;
    gn_sandbox_arm(&w->sandbox, w->deadline_ms);
    job->code = prepare_input(w, &in, job, &job->error);
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
    gn_functions_clear(&w->sandbox.functions); /* it may be much memory */
    gn_buf_fini(&in.body);
    gn_free(in.copy);
    for (size_t i = 0; i < job->query_count && job->code != GARNER_OK; i++)
        gn_rowset_fini(&job->queries[i].rows);
}
