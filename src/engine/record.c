#include "engine/record.h"

#include "base/error.h"
#include "base/mem.h"

enum {
    SMALL = 96,         /* bytes below which a body is not worth compressing */
    ON_STACK = 32 << 10 /* room for a compressed body */
};
/* Missed due times of one source are told to the store at most so often. */
#define MISSED_EVERY_NS INT64_C(1000000000)

static enum garner_code add_body(struct gn_job *job, const void *data,
                                 size_t data_size, const char *codec,
                                 size_t size, struct garner_error *err)
{
    const struct gn_body body = {
        .sha256 = job->sha256,
        .content_type = job->content_type,
        .codec = codec,
        .data = data,
        .data_size = data_size,
        .size = size,
    };

    return gn_history_add_body(job->batch, job->active->memory.id, &body, err);
}

static enum garner_code add_compressed(struct gn_job *job, const void *data,
                                       size_t size, struct garner_codec *codec,
                                       struct garner_error *err)
{
    const size_t room = garner_compress_bound(size);
    char on_stack[ON_STACK];
    char *out = room <= sizeof on_stack ? on_stack : gn_realloc(NULL, room);
    size_t written = 0;
    enum garner_code code;

    if (out == NULL)
        return gn_fail(err, GARNER_NOMEM, "a body of %zu bytes", size);
    code = garner_compress(codec, data, size, out, room, &written, err);
    if (code == GARNER_OK)
        code = written < size ? add_body(job, out, written, "zstd", size, err)
                              : add_body(job, data, size, "none", size, err);
    if (out != on_stack)
        gn_free(out);
    return code;
}

static enum garner_code keep_body(struct gn_job *job, const void *body,
                                  size_t size, struct garner_codec *codec,
                                  struct garner_error *err)
{
    if (job->packed != NULL)
        return add_body(job, job->packed, job->packed_size, "zstd", size, err);
    if (size < SMALL || size >= GN_RECORD_LARGE)
        return add_body(job, body, size, "none", size, err);
    return add_compressed(job, body, size, codec, err);
}

/* Writes the rows of all queries, or none. */
static enum garner_code add_rows(struct gn_job *job, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    int64_t rows = 0;

    for (size_t i = 0; code == GARNER_OK && i < job->extraction.query_count;
         i++) {
        const struct gn_rowset *set = &job->extraction.queries[i].rows;

        code = gn_table_add_rows(job->active->tables[i], job->batch, set,
                                 &job->changes_table, err);
        rows += (int64_t)set->row_count;
    }
    if (code == GARNER_OK)
        job->run.rows = rows;
    return code;
}

void gn_record_pack(struct gn_job *job)
{
    const size_t room = garner_compress_bound(job->body_size);
    struct garner_codec *codec;

    /* Without memory for it, the body is kept as it is. */
    if (garner_codec_new(&codec, NULL) != GARNER_OK)
        return;
    job->packed = gn_realloc(NULL, room);
    if (job->packed != NULL &&
        (garner_compress(codec, job->body, job->body_size, job->packed, room,
                         &job->packed_size, NULL) != GARNER_OK ||
         job->packed_size >= job->body_size)) {
        gn_free(job->packed);
        job->packed = NULL;
    }
    garner_codec_free(codec);
}

static uint64_t missed_sum(const uint64_t missed[])
{
    uint64_t sum = 0;

    for (int i = 0; i < GN_MISS_REASONS; i++)
        sum += missed[i];
    return sum;
}

enum garner_code gn_record_add_missed(struct gn_active *active,
                                      struct garner_batch *batch,
                                      int64_t wall_us, uint64_t missed[],
                                      struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (int i = 0; i < GN_MISS_REASONS && code == GARNER_OK; i++) {
        const uint64_t fresh = active->due.missed[i] - active->missed_stored[i];

        if (fresh == 0)
            continue;
        code = gn_history_add_missed(batch, active->memory.id,
                                     gn_target_url(active->target), wall_us,
                                     fresh, gn_miss_text((enum gn_miss)i), err);
        if (code != GARNER_OK)
            break;
        missed[i] += fresh;
        active->missed_stored[i] += fresh;
    }
    return code;
}

static enum garner_code start_batch(struct gn_job *job,
                                    struct garner_error *err)
{
    enum garner_code code;

    garner_batch_free(job->batch);
    job->batch = NULL;
    code = garner_batch_new(&job->batch, err);
    if (code == GARNER_OK) {
        garner_batch_set_ack(job->batch, job->active->source->ack);
        garner_batch_set_timeout(job->batch, 0); /* the loop never waits */
    }
    return code;
}

static void forget_tables(struct gn_job *job)
{
    for (size_t i = 0; i < job->extraction.query_count; i++)
        gn_table_forget(job->active->tables[i]);
}

/* The batch without rows when those cannot be written; else with them. */
static enum garner_code add_rows_or_reason(struct gn_job *job,
                                           struct garner_error *err)
{
    struct garner_error reason;
    enum garner_code code = GARNER_OK;

    if (job->extraction.query_count == 0 || job->run.failure != NULL)
        return GARNER_OK;
    if (add_rows(job, &reason) == GARNER_OK)
        return GARNER_OK;
    job->run.failure = "rows";
    job->run.error = gn_job_text(job, reason.message);
    forget_tables(job);
    job->changes_table = false;
    code = start_batch(job, err);
    return code;
}

enum garner_code gn_record_build(struct gn_job *job, const void *body,
                                 size_t body_size, struct garner_codec *codec,
                                 int64_t now_ns, struct garner_error *err)
{
    struct gn_active *active = job->active;
    enum garner_code code = start_batch(job, err);

    if (code == GARNER_OK)
        code = add_rows_or_reason(job, err);
    if (code == GARNER_OK && job->body_is_new)
        code = keep_body(job, body, body_size, codec, err);
    if (code == GARNER_OK)
        code =
            gn_history_add_run(job->batch, &job->run, job->run.bytes >= 0, err);
    if (code == GARNER_OK &&
        now_ns - active->missed_stored_ns >= MISSED_EVERY_NS &&
        missed_sum(active->due.missed) > missed_sum(active->missed_stored)) {
        active->missed_stored_ns = now_ns;
        code = gn_record_add_missed(active, job->batch, job->run.started_us,
                                    job->missed, err);
    }
    return code;
}

enum garner_code gn_record_build_failed(struct gn_job *job, const char *message,
                                        struct garner_error *err)
{
    struct gn_active *active = job->active;
    enum garner_code code;

    for (int i = 0; i < GN_MISS_REASONS; i++) {
        active->missed_stored[i] -= job->missed[i];
        job->missed[i] = 0;
    }
    if (job->changes_table)
        forget_tables(job);
    if (job->body_is_new)
        active->memory.has_body = false; /* keep the next one again */
    job->changes_table = false;
    job->body_is_new = false;
    job->run.failure = "store";
    job->run.error = gn_job_text(job, message);
    job->run.rows = -1;
    code = start_batch(job, err);
    return code == GARNER_OK
               ? gn_history_add_run(job->batch, &job->run, false, err)
               : code;
}
