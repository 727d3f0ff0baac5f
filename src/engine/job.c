#include "engine/job.h"

#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "base/mask.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "engine/frontier/page.h"
#include "engine/inputs.h"
#include "fetch/part.h"
#include "fetch/spool.h"

struct gn_active *gn_active_owner(struct gn_active *active)
{
    return active->owner != NULL ? active->owner : active;
}

const char *gn_active_url(const struct gn_active *active)
{
    return active->target != NULL ? gn_target_url(active->target)
                                  : gn_config_from(active->source);
}

struct gn_request gn_active_request(const struct gn_active *active, bool found)
{
    const struct gn_source *source = active->source;
    struct gn_request r = source->request;

    /* What is saved may be gone on with by a part (save.h), which only libcurl
     * asks for where it is led. */
    r.one_hop = source->save.path == NULL || source->obeys_robots;
    r.public_only = found && !source->allows_private;
    r.led_public_only = !source->allows_private;
    return r;
}

bool gn_job_was_found(const struct gn_job *job)
{
    const struct gn_active *a = job->active;

    return a->page != NULL && a->source->crawl != NULL && a->page->depth > 0;
}

struct gn_target *gn_job_target(const struct gn_job *job)
{
    return job->hop.target != NULL ? job->hop.target : job->target;
}

void gn_job_init(struct gn_job *job, struct gn_active *active,
                 struct gn_flow *flow, struct gn_inbox *inbox)
{
    memset(job, 0, offsetof(struct gn_job, memory));
    job->active = active;
    job->flow = flow;
    job->inbox = inbox;
    job->number = ++gn_active_owner(active)->begun;
    job->run.source = active->memory.id;
    job->target = active->target;
    job->host = active->host;
    job->permit = &active->permit;
    job->run.page = active->page != NULL ? active->page->id : 0;
    job->run.part = 1;
    job->run.url = gn_active_url(active);
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
    if (job->leads_on)
        gn_onward_fini(&job->onward);
    if (job->trial != NULL)
        gn_buf_fini(&job->trial->sample);
    gn_buf_fini(&job->bad_rows);
    garner_batch_free(job->batch);
    gn_free(job->store_error);
    gn_job_drop_body(job);
    gn_part_free(job->part);
    gn_hop_fini(&job->hop);
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

void gn_job_drop_body(struct gn_job *job)
{
    if (job->spool != NULL)
        gn_spool_free(job->spool);
    else
        gn_free((void *)job->body);
    job->spool = NULL;
    job->body = NULL;
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
    const size_t size = text != NULL ? strlen(text) : 0;
    char *copy = NULL;

    if (text != NULL)
        copy = gn_arena_copy(&job->arena, text, size);
    for (size_t at = 0; copy != NULL && at < size; at++) {
        at += gn_utf8_good(copy + at, size - at);
        if (at < size)
            copy[at] = '?';
    }
    return copy;
}

void gn_job_fail(struct gn_job *job, const char *word, const char *text)
{
    const char *const *secrets = job->active->source->request.secrets;
    struct gn_buf told = {0};

    job->run.failure = word;
    if (secrets != NULL && text != NULL) {
        gn_mask_pieces(&told, text, secrets, GN_MASK_LONG);
        text = gn_buf_failed(&told) ? NULL : gn_buf_cstr(&told);
    }
    job->run.error = gn_job_text(job, text);
    gn_buf_fini(&told);
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

bool gn_job_leads_on(const struct gn_job *job)
{
    return job->next_url != NULL && job->run.failure == NULL;
}

enum garner_code gn_job_prepare_extraction(struct gn_job *job,
                                           const char *final_url,
                                           const struct gn_buf *headers,
                                           struct garner_error *err)
{
    const struct gn_inputs in = {
        .body = job->body,
        .body_size = job->body_size,
        .url = gn_target_url(job->target),
        .final_url = gn_job_text(job, final_url),
        .content_type = job->content_type,
        .headers = job->active->wants_headers ? gn_buf_cstr(headers) : NULL,
        .status = job->run.status,
        .depth = job->active->page != NULL ? job->active->page->depth : 0,
        .fetched_us = job->run.started_us,
        .page = job->run.part,
        .wants_next = true,
    };

    return gn_inputs_fill(&in, job->active->source, &job->arena,
                          &job->extraction, err);
}
