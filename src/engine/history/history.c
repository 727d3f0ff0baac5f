#include "engine/history/history.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "engine/history/cell.h"
#include "garner/read.h"

enum garner_code gn_history_add_source(struct garner_batch *batch,
                                       const char *name, const char *url,
                                       int64_t spec, struct garner_error *err)
{
    return garner_batch_add(
        batch,
        "insert into garner_source (name, url, spec) values (?, ?, ?)"
        " on conflict (name) do update set url = excluded.url,"
        " spec = excluded.spec, etag = null, modified = null,"
        " answer_url = null, answer_body = null, retired = null,"
        " good_rows = case when url <> excluded.url"
        " or spec is not excluded.spec then null else good_rows end"
        " where url <> excluded.url or spec is not excluded.spec"
        " or retired = 1",
        GARNER_ARGS(garner_text(name), garner_text(url), garner_integer(spec)),
        err);
}

void gn_memory_forget(struct gn_memory *memory)
{
    gn_free(memory->etag);
    gn_free(memory->modified);
    gn_free(memory->answer_url);
    gn_free(memory->answer_file);
    memory->etag = memory->modified = memory->answer_url = memory->answer_file =
        NULL;
}

static enum garner_code read_memory(struct garner_rows *rows,
                                    struct gn_memory *memory,
                                    struct garner_error *err)
{
    const struct garner_value sha256 = garner_column(rows, 1);

    *memory = (struct gn_memory){
        .id = garner_column(rows, 0).integer,
        .off_until_us = gn_cell_integer_or(garner_column(rows, 5), 0),
        .attempt = (int)gn_cell_integer_or(garner_column(rows, 6), 0),
        .alert = {.failures =
                      (int)gn_cell_integer_or(garner_column(rows, 7), 0),
                  .since_us = gn_cell_integer_or(garner_column(rows, 8), 0),
                  .told_us = gn_cell_integer_or(garner_column(rows, 9), 0)},
        .has_answer_hash = garner_column(rows, 10).type == GARNER_INTEGER,
        .answer_hash = gn_cell_integer_or(garner_column(rows, 10), 0),
        .next_due_us = gn_cell_integer_or(garner_column(rows, 11), 0),
        .interval_ms = gn_cell_integer_or(garner_column(rows, 12), 0) / 1000,
        .body_is_file = gn_cell_integer_or(garner_column(rows, 13), 0) != 0,
        .paused = gn_cell_integer_or(garner_column(rows, 15), 0) != 0,
        .goes_on = gn_cell_integer_or(garner_column(rows, 16), 0) != 0};
    if (sha256.type == GARNER_BLOB &&
        sha256.bytes.size == sizeof memory->sha256) {
        memory->has_body = true;
        memcpy(memory->sha256, sha256.bytes.data, sizeof memory->sha256);
    }
    if (gn_cell_copy(garner_column(rows, 2), &memory->etag) &&
        gn_cell_copy(garner_column(rows, 3), &memory->modified) &&
        gn_cell_copy(garner_column(rows, 4), &memory->answer_url) &&
        gn_cell_copy(garner_column(rows, 14), &memory->answer_file)) {
        if (memory->answer_url == NULL)
            gn_memory_forget(memory);
        return GARNER_OK;
    }
    gn_memory_forget(memory);
    return gn_fail(err, GARNER_NOMEM, "out of memory for a source");
}

enum garner_code gn_history_recall(struct garner_store *store, const char *name,
                                   struct gn_memory *memory,
                                   struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        store,
        "select s.id, b.sha256, iif(a.id is null, null, s.etag),"
        " iif(a.id is null, null, s.modified), s.answer_url,"
        " s.off_until, s.tried, s.failures, s.failing_since, s.told,"
        " s.answer_hash, s.next_due, s.interval, b.codec = 'file',"
        " iif(a.codec = 'file', cast(a.data as text), null), s.paused,"
        " exists (select 1 from garner_frontier f where f.source = s.id"
        " and f.pass = s.pass - 1)"
        " from garner_source s left join garner_body b on b.id = s.body"
        " left join garner_body a on a.id = s.answer_body where s.name = ?",
        GARNER_ARGS(garner_text(name)), &rows, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    if (code == GARNER_ROW)
        code = read_memory(rows, memory, err);
    garner_rows_close(rows);
    if (code == GARNER_DONE)
        return gn_fail(err, GARNER_NOTFOUND, "no source is named %s", name);
    return code;
}

#define INSERT_BODY                                                            \
    "insert into garner_body"                                                  \
    " (source, sha256, size, content_type, codec, data)"
#define UPDATE_SOURCE                                                          \
    "update garner_source set body = last_insert_rowid() where id = ?"

/* Without its base data is NULL, which it may not be. */
#define INSERT_AGAINST                                                         \
    "insert into garner_body"                                                  \
    " (source, sha256, size, content_type, codec, data, base)"                 \
    " select ?1, ?2, ?3, ?4, ?5, iif(b.id is null, null, ?6), b.id"            \
    " from garner_source s left join garner_body b on b.id = s.body"           \
    " and b.sha256 = ?7 where s.id = ?1"

/* body's first statement. */
static enum garner_code insert_body(struct garner_batch *batch, int64_t source,
                                    const struct gn_body *body,
                                    struct garner_error *err)
{
    const struct garner_value args[] = {
        garner_integer(source),
        garner_blob(body->sha256, 32),
        garner_integer((int64_t)body->size),
        garner_text(body->content_type),
        garner_text(body->codec),
        garner_blob(body->data, body->data_size),
        garner_blob(body->base, 32),
    };
    const size_t count = sizeof args / sizeof args[0];

    if (body->base != NULL)
        return garner_batch_add(batch, INSERT_AGAINST, args, count, err);
    /* To ask first costs as much again as to insert. */
    return garner_batch_add(
        batch,
        body->is_known ? INSERT_BODY
            " select ?1, ?2, ?3, ?4, ?5, ?6 where not exists"
            " (select 1 from garner_source s join garner_body b on b.id ="
            " s.body where s.id = ?1 and b.sha256 = ?2)"
                       : INSERT_BODY " values (?, ?, ?, ?, ?, ?)",
        args, count - 1, err);
}

enum garner_code gn_history_add_body(struct garner_batch *batch, int64_t source,
                                     const struct gn_body *body,
                                     struct garner_error *err)
{
    enum garner_code code = insert_body(batch, source, body, err);

    if (code != GARNER_OK)
        return code;
    return garner_batch_add(batch,
                            body->is_known ? UPDATE_SOURCE " and changes() > 0"
                                           : UPDATE_SOURCE,
                            GARNER_ARGS(garner_integer(source)), err);
}

enum garner_code gn_history_add_part(struct garner_batch *batch, int64_t source,
                                     const struct gn_body *body,
                                     struct garner_error *err)
{
    return insert_body(batch, source, body, err);
}

#define INSERT_RUN                                                             \
    "insert into garner_run (source, url, started, late_us, duration_us,"      \
    " status, bytes, rows, failure, error, attempt, file, duplicates, "        \
    "bad_rows,"                                                                \
    " page, noindex, left_alone, body)"                                        \
    " values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "   \
    "?15, ?16, ?17,"

enum garner_code gn_history_add_run(struct garner_batch *batch,
                                    const struct gn_run *run, bool with_body,
                                    struct garner_error *err)
{
    const struct garner_value args[] = {
        garner_integer(run->source),
        garner_text(run->url),
        garner_integer(run->started_us),
        garner_integer(run->late_us),
        garner_integer(run->duration_us),
        gn_cell_integer(run->status, run->status != 0),
        gn_cell_integer(run->bytes, run->bytes >= 0),
        gn_cell_integer(run->rows, run->rows >= 0),
        garner_text(run->failure),
        garner_text(run->error),
        garner_integer(run->attempt),
        garner_text(run->file),
        garner_integer(run->duplicates),
        garner_integer(run->bad_rows),
        garner_integer(run->part > 0 ? run->part : 1),
        garner_integer(run->noindex),
        garner_integer(run->left_alone),
        garner_integer(run->page),
    };
    const size_t count = sizeof args / sizeof args[0];
    const char *sql = INSERT_RUN " (select body from garner_source"
                                 " where id = ?1))";

    if (with_body && run->page != 0)
        return garner_batch_add(
            batch,
            INSERT_RUN " (select b.id from garner_frontier f join garner_body b"
                       " on b.id = f.body where f.id = ?18))",
            args, count, err);
    if (!with_body)
        sql = INSERT_RUN " null)";
    else if (run->part > 1) /* its batch has inserted it just now */
        sql = INSERT_RUN " (select id from garner_body where source = ?1"
                         " order by id desc limit 1))";
    return garner_batch_add(batch, sql, args, count - 1, err);
}

enum garner_code gn_history_add_version(struct garner_batch *batch,
                                        int64_t source,
                                        const struct gn_validators *validators,
                                        const char *url,
                                        struct garner_error *err)
{
    const bool any = gn_validators_any(validators);

    return garner_batch_add(
        batch,
        any ? "update garner_source set etag = ?2, modified = ?3,"
              " answer_url = ?4, answer_body = body where id = ?1"
            : "update garner_source set etag = ?2, modified = ?3,"
              " answer_url = ?4, answer_body = null where id = ?1",
        GARNER_ARGS(garner_integer(source), garner_text(validators->etag),
                    garner_text(validators->modified),
                    garner_text(any ? url : NULL)),
        err);
}

#define INSERT_UNMODIFIED                                                      \
    "insert into garner_run"                                                   \
    " (source, url, started, late_us, duration_us, status, attempt, body)"     \
    " select ?1, ?2, ?3, ?4, ?5, ?6, ?9, b.id"
#define STILL_ASKED " and etag is ?7 and modified is ?8"

enum garner_code gn_history_add_unmodified(struct garner_batch *batch,
                                           const struct gn_run *run,
                                           const struct gn_validators *asked,
                                           struct garner_error *err)
{
    const struct garner_value args[] = {
        garner_integer(run->source),      garner_text(run->url),
        garner_integer(run->started_us),  garner_integer(run->late_us),
        garner_integer(run->duration_us), garner_integer(run->status),
        garner_text(asked->etag),         garner_text(asked->modified),
        garner_integer(run->attempt),     garner_integer(run->page),
    };
    const size_t count = sizeof args / sizeof args[0];

    if (run->page != 0)
        return garner_batch_add(
            batch,
            INSERT_UNMODIFIED " from garner_frontier f left join garner_body b"
                              " on b.id = f.body where f.id = ?10" STILL_ASKED,
            args, count, err);
    return garner_batch_add(
        batch,
        INSERT_UNMODIFIED
        " from garner_source s join garner_body b"
        " on b.id = s.answer_body where s.id = ?1" STILL_ASKED,
        args, count - 1, err);
}

enum garner_code gn_history_add_renewal(struct garner_batch *batch,
                                        int64_t source,
                                        const struct gn_validators *asked,
                                        const struct gn_validators *now,
                                        struct garner_error *err)
{
    return garner_batch_add(
        batch,
        "update garner_source set etag = ?2, modified = ?3"
        " where id = ?1 and etag is ?4 and modified is ?5",
        GARNER_ARGS(garner_integer(source), garner_text(now->etag),
                    garner_text(now->modified), garner_text(asked->etag),
                    garner_text(asked->modified)),
        err);
}

enum garner_code gn_history_add_delay(struct garner_batch *batch,
                                      int64_t source, int64_t until_us,
                                      int attempt, struct garner_error *err)
{
    return garner_batch_add(
        batch,
        "update garner_source set off_until = ?2, tried = ?3 where id = ?1",
        GARNER_ARGS(garner_integer(source),
                    gn_cell_integer(until_us, until_us != 0),
                    gn_cell_integer(attempt, attempt != 0)),
        err);
}

enum garner_code gn_history_add_missed(struct garner_batch *batch,
                                       int64_t source, const char *url,
                                       int64_t wall_us, uint64_t count,
                                       const char *reason,
                                       struct garner_error *err)
{
    return garner_batch_add(
        batch,
        "insert into garner_run (source, url, started, missed, failure, error)"
        " values (?, ?, ?, ?, 'missed', ?)",
        GARNER_ARGS(garner_integer(source), garner_text(url),
                    garner_integer(wall_us), garner_integer((int64_t)count),
                    garner_text(reason)),
        err);
}
