#include "engine/job.h"

#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "engine/headers.h"

void gn_job_init(struct gn_job *job, struct gn_active *active,
                 struct gn_flow *flow, struct gn_inbox *inbox)
{
    memset(job, 0, offsetof(struct gn_job, memory));
    job->active = active;
    job->flow = flow;
    job->inbox = inbox;
    job->number = ++active->begun;
    job->run.source = active->memory.id;
    job->run.url = gn_target_url(active->target);
    job->run.attempt = 1;
    job->run.bytes = -1;
    job->run.rows = -1;
    gn_arena_init(&job->arena, job->memory, sizeof job->memory);
}

void gn_job_fini(struct gn_job *job)
{
    for (size_t i = 0; i < job->extraction.query_count; i++)
        gn_rowset_fini(&job->extraction.queries[i].rows);
    for (size_t i = 0; job->looking && i < job->extraction.query_count; i++)
        gn_look_fini(&job->looks[i]);
    if (job->trial != NULL)
        gn_buf_fini(&job->trial->sample);
    garner_batch_free(job->batch);
    gn_free(job->store_error);
    gn_free(job->body);
    gn_base_fini(&job->base);
    gn_arena_clear(&job->arena);
}

void gn_job_free(struct gn_job *job)
{
    if (job == NULL)
        return;
    gn_job_fini(job);
    gn_free(job);
}

void gn_job_move(struct gn_job *job, enum gn_job_state state)
{
#define AFTER(s) (1U << GN_JOB_##s)
    static const unsigned allowed[] = {
        [GN_JOB_NEW] = AFTER(WAITING) | AFTER(FETCHING) | AFTER(STORING),
        [GN_JOB_WAITING] = AFTER(FETCHING) | AFTER(STORING),
        [GN_JOB_FETCHING] = AFTER(WAITING) | AFTER(EXTRACTING) |
                            AFTER(PREPARING) | AFTER(STORING),
        [GN_JOB_EXTRACTING] = AFTER(PREPARING) | AFTER(STORING),
        [GN_JOB_PREPARING] = AFTER(PREPARING) | AFTER(STORING),
        [GN_JOB_STORING] = AFTER(PREPARING) | AFTER(STORING) | AFTER(SETTLED),
        [GN_JOB_SETTLED] = 0,
    };
#undef AFTER

    GN_CHECK((allowed[job->state] & (1U << state)) != 0);
    job->state = state;
}

const char *gn_job_text(struct gn_job *job, const char *text)
{
    return text != NULL ? gn_arena_copy(&job->arena, text, strlen(text)) : NULL;
}

void gn_job_fail(struct gn_job *job, const char *word, const char *text)
{
    job->run.failure = word;
    job->run.error = gn_job_text(job, text);
}

bool gn_job_stores_body(const struct gn_job *job)
{
    return job->body_is_new || job->quarantined;
}

bool gn_job_has_rows(const struct gn_job *job)
{
    return job->extraction.query_count > 0 && job->run.failure == NULL &&
           !job->alone;
}

static struct garner_value headers_json(struct gn_job *job,
                                        const struct gn_buf *headers)
{
    struct gn_buf json = {0};
    const char *copy = NULL;
    size_t size = 0;

    gn_headers_json(gn_buf_cstr(headers), &json);
    if (!gn_buf_failed(&json)) {
        size = json.size;
        copy = gn_arena_copy(&job->arena, json.data, size);
    }
    job->arena.failed = copy == NULL || job->arena.failed;
    gn_buf_fini(&json);
    return garner_text_n(copy, copy != NULL ? size : 0);
}

enum garner_code gn_job_prepare_extraction(struct gn_job *job,
                                           const char *final_url,
                                           const struct gn_buf *headers,
                                           struct garner_error *err)
{
    const struct gn_source *source = job->active->source;
    const struct gn_param fixed[] = {
        {"body", garner_text_n(job->body, job->body_size)},
        {"url", garner_text(gn_target_url(job->active->target))},
        {"final_url", garner_text(gn_job_text(job, final_url))},
        {"status", garner_integer(job->run.status)},
        {"content_type", garner_text(job->content_type)},
        {"fetched_at", garner_real((double)job->run.started_us / 1e6)},
        {"source", garner_text(source->name)},
        {"headers", job->active->wants_headers ? headers_json(job, headers)
                                               : garner_null()},
    };
    const size_t fixed_count = sizeof fixed / sizeof fixed[0];
    struct gn_param *params = gn_arena_alloc(
        &job->arena, sizeof fixed + source->var_count * sizeof fixed[0]);
    struct gn_query *queries =
        gn_arena_alloc(&job->arena, source->row_spec_count * sizeof queries[0]);

    if (job->arena.failed)
        return gn_fail(err, GARNER_NOMEM, "out of memory for the rows of %s",
                       source->name);
    memcpy(params, fixed, sizeof fixed);
    for (size_t i = 0; i < source->var_count; i++)
        params[fixed_count + i] = (struct gn_param){
            source->vars[i].name, garner_text(source->vars[i].value)};
    for (size_t i = 0; i < source->row_spec_count; i++)
        queries[i] = (struct gn_query){.sql = source->rows[i].sql};
    job->extraction.params = params;
    job->extraction.param_count = fixed_count + source->var_count;
    job->extraction.queries = queries;
    job->extraction.query_count = source->row_spec_count;
    return GARNER_OK;
}
