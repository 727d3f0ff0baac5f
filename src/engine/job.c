#include "engine/job.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"

enum garner_code gn_job_new(struct gn_active *active, struct gn_flow *flow,
                            struct gn_job **out, struct garner_error *err)
{
    struct gn_job *job;

    *out = job = gn_alloc(sizeof *job);
    if (job == NULL)
        return gn_fail(err, GARNER_NOMEM, "a fetch of %s",
                       active->source->name);
    job->active = active;
    job->flow = flow;
    job->run.source = active->memory.id;
    job->run.url = gn_target_url(active->target);
    job->run.bytes = -1;
    job->run.rows = -1;
    gn_arena_init(&job->arena, job->memory, sizeof job->memory);
    return GARNER_OK;
}

void gn_job_free(struct gn_job *job)
{
    if (job == NULL)
        return;
    for (size_t i = 0; i < job->extraction.query_count; i++)
        gn_rowset_fini(&job->extraction.queries[i].rows);
    garner_batch_free(job->batch);
    gn_free(job->store_error);
    gn_free(job->packed);
    gn_free(job->body);
    gn_arena_clear(&job->arena);
    gn_free(job);
}

void gn_job_move(struct gn_job *job, enum gn_job_state state)
{
#define AFTER(s) (1U << GN_JOB_##s)
    static const unsigned allowed[] = {
        [GN_JOB_NEW] = AFTER(FETCHING) | AFTER(STORING),
        [GN_JOB_FETCHING] = AFTER(EXTRACTING) | AFTER(PACKING) | AFTER(STORING),
        [GN_JOB_EXTRACTING] = AFTER(PACKING) | AFTER(STORING),
        [GN_JOB_PACKING] = AFTER(STORING),
        [GN_JOB_STORING] = AFTER(STORING) | AFTER(SETTLED),
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

/* The header lines as one JSON object; of a name that comes twice, all values,
 * joined by commas (RFC 9110 section 5.2). */
static struct garner_value headers_json(struct gn_job *job,
                                        const struct gn_buf *headers)
{
    struct gn_buf text = {0};
    struct gn_json j;
    const char *copy = NULL;
    size_t size = 0;

    gn_json_init(&j, &text);
    gn_json_open(&j, '{');
    for (const char *line = gn_buf_cstr(headers); *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        const char *colon = memchr(line, ':', length);

        if (colon != NULL) {
            const char *value = colon + 1 + (colon[1] == ' ');
            char name[128];
            const size_t n = (size_t)(colon - line) < sizeof name - 1
                                 ? (size_t)(colon - line)
                                 : sizeof name - 1;

            memcpy(name, line, n);
            name[n] = '\0';
            gn_json_key(&j, name);
            gn_json_text_n(&j, value, (size_t)(line + length - value));
        }
        line += length + (line[length] == '\n');
    }
    gn_json_close(&j, '}');
    if (!gn_buf_failed(&text)) {
        size = text.size;
        copy = gn_arena_copy(&job->arena, text.data, text.size);
    }
    gn_buf_fini(&text);
    return garner_text_n(copy, size);
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

    if (params == NULL || queries == NULL)
        return gn_fail(err, GARNER_NOMEM, "the extraction of %s", source->name);
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
