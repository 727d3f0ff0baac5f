#include "engine/version.h"

#include <string.h>

#include "base/mem.h"
#include "engine/save.h"
#include "engine/tell/events.h"

enum { OK = 200, NOT_MODIFIED = 304 };

static struct gn_validators of_memory(const struct gn_memory *m)
{
    return (struct gn_validators){m->etag, m->modified};
}

/* --- asking -------------------------------------------------------------- */

void gn_version_ask_whole(struct gn_job *job)
{
    job->asked = (struct gn_validators){0};
    (void)gn_target_ask_if(job->active->target, NULL); /* it never fails */
    if (job->hop.target != NULL)
        (void)gn_target_ask_if(job->hop.target, NULL);
}

void gn_version_ask(struct gn_job *job)
{
    struct gn_active *a = job->active;
    const struct gn_validators v = of_memory(&a->memory);

    if (!a->may_ask || job->run.part > 1)
        return;
    if (a->versions_out == 0 && gn_validators_any(&v) && gn_save_stands(a)) {
        job->asked = (struct gn_validators){gn_job_text(job, v.etag),
                                            gn_job_text(job, v.modified)};
        job->answer_url = gn_job_text(job, a->memory.answer_url);
        if (!job->arena.failed && gn_target_ask_if(a->target, &job->asked))
            return;
    }
    gn_version_ask_whole(job);
}

/* --- judging ------------------------------------------------------------- */

static enum gn_verdict judge_304(struct gn_job *job,
                                 const struct gn_response *response)
{
    struct gn_validators said;

    if (!gn_target_may_ask_if(job->target)) {
        job->unmodified = true; /* as its headers, or method, asked for */
        return GN_VERDICT_SAME;
    }
    if (!gn_validators_any(&job->asked))
        return GN_VERDICT_WRONG;
    /* Validators belong to one URL; elsewhere the same ones mean nothing. */
    if (strcmp(response->final_url, job->answer_url) != 0 ||
        !gn_validators_read_304(gn_buf_cstr(response->headers), &job->arena,
                                &said) ||
        !gn_validators_confirm(&job->asked, &said))
        return GN_VERDICT_DOUBT;
    job->validators = (struct gn_validators){
        said.etag != NULL ? said.etag : job->asked.etag,
        said.modified != NULL ? said.modified : job->asked.modified};
    job->unmodified = true;
    return GN_VERDICT_SAME;
}

enum gn_verdict gn_version_judge(struct gn_job *job,
                                 const struct gn_response *response)
{
    if (response->failure != GN_FAILURE_NONE)
        return GN_VERDICT_WHOLE;
    if (response->status == NOT_MODIFIED)
        return judge_304(job, response);
    if (response->status == OK && job->active->may_ask && job->run.part == 1) {
        job->answer_url = gn_job_text(job, response->final_url);
        /* One that was cut would stay so for as long as it has not changed. */
        if (job->answer_url != NULL && !gn_response_may_be_cut(response))
            (void)gn_validators_read(gn_buf_cstr(response->headers),
                                     gn_response_received(response),
                                     &job->arena, &job->validators);
    }
    return GN_VERDICT_WHOLE;
}

/* --- storing ------------------------------------------------------------- */

/* It is saved to another place than the version's answer before. */
static bool is_elsewhere(const struct gn_job *job)
{
    const char *before = job->active->memory.answer_file;

    return gn_save_waits(job) &&
           (before == NULL || strcmp(before, job->file) != 0);
}

static bool is_new(const struct gn_job *job)
{
    const struct gn_active *a = job->active;
    const struct gn_validators before = of_memory(&a->memory);
    const struct gn_validators *now = &job->validators;

    if (job->run.part > 1) /* the first one's, see chain.h */
        return !gn_job_leads_on(job) && gn_validators_any(now);
    if (job->unmodified)
        return !gn_validators_equal(&job->asked, now);
    if (a->versions_out > 0 || !gn_validators_equal(&before, now))
        return true;
    return gn_validators_any(now) &&
           (job->body_is_new || is_elsewhere(job) ||
            strcmp(a->memory.answer_url, job->answer_url) != 0);
}

void gn_version_decide(struct gn_job *job)
{
    job->version_is_new =
        job->active->may_ask && job->run.failure == NULL && is_new(job);
    job->active->versions_out += job->version_is_new;
}

enum garner_code gn_version_add_unmodified(struct gn_job *job,
                                           struct garner_error *err)
{
    const bool of_page = job->active->page != NULL;
    enum garner_code code =
        gn_history_add_unmodified(job->batch, &job->run, &job->asked, err);

    if (code == GARNER_OK)
        code = gn_events_add(job, err);
    if (code == GARNER_OK && job->version_is_new && !of_page)
        code = gn_history_add_renewal(job->batch, job->active->memory.id,
                                      &job->asked, &job->validators, err);
    return code;
}

/* Its body is what the store has as the source's last one, or will have by its
 * batch. */
static bool has_body(const struct gn_job *job)
{
    return job->run.part > 1 ||
           (job->run.bytes >= 0 && (!job->body_is_new || job->batch_has_body));
}

enum garner_code gn_version_add(struct gn_job *job, struct garner_error *err)
{
    if (!job->version_is_new || job->run.failure != NULL)
        return GARNER_OK;
    if (!has_body(job))
        job->validators = (struct gn_validators){0};
    if (job->active->page != NULL)
        return GARNER_OK; /* its row has it: gn_crew_add_end */
    return gn_history_add_version(job->batch, job->active->memory.id,
                                  &job->validators, job->answer_url, err);
}

void gn_version_lost(struct gn_job *job)
{
    gn_memory_forget(&job->active->memory);
    job->active->memory.has_body = false; /* it may be what is gone */
    job->active->versions_out -= job->version_is_new;
    job->version_is_new = false;
    job->asked = (struct gn_validators){0};
}

static bool copy(char **to, const char *text)
{
    *to = text != NULL ? gn_strdup(text) : NULL;
    return *to != NULL || text == NULL;
}

void gn_version_settled(struct gn_job *job, bool stored)
{
    struct gn_memory *m = &job->active->memory;
    const struct gn_validators *v = &job->validators;
    char *file = NULL;

    if (!job->version_is_new)
        return;
    job->active->versions_out--;
    if (!stored || job->run.failure != NULL)
        return;
    if (job->unmodified) { /* then so is the file */
        file = m->answer_file;
        m->answer_file = NULL;
    } else if (job->is_saved) {
        file = gn_strdup(job->file); /* without, the next one is whole */
    }
    gn_memory_forget(m);
    m->answer_file = file;
    if (gn_validators_any(v) &&
        !(copy(&m->etag, v->etag) && copy(&m->modified, v->modified) &&
          copy(&m->answer_url, job->answer_url)))
        gn_memory_forget(m); /* then the next fetch is a whole one */
}
