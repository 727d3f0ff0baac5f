#include "engine/expect/trial.h"

#include "base/error.h"
#include "engine/expect/expect.h"
#include "engine/expect/expect_rows.h"

enum garner_code gn_trial_open(struct gn_active *active,
                               struct garner_error *err)
{
    return gn_expect_patterns(active->source->expect, &active->patterns, err);
}

void gn_trial_close(struct gn_active *active)
{
    gn_expect_patterns_fini(&active->patterns);
}

bool gn_trial_matches(const struct gn_active *active)
{
    return active->patterns.match != NULL || active->patterns.not_match != NULL;
}

static bool expects(const struct gn_source *source)
{
    bool any = source->expect != NULL;

    for (size_t i = 0; i < source->row_spec_count; i++)
        any = any || source->rows[i].expect != NULL;
    return any;
}

/* The other thread may not look at what the next run may change. */
static bool begin(struct gn_job *job)
{
    const struct gn_active *a = job->active;
    const size_t count = a->good_rows != NULL ? a->source->row_spec_count : 0;
    struct gn_trial *t = gn_arena_zeroed(
        &job->arena, sizeof *t + count * sizeof t->good_rows[0]);

    job->trial = t;
    if (t == NULL)
        gn_job_fail(job, "local", "out of memory");
    if (t == NULL)
        return false;
    t->good_count = count;
    for (size_t i = 0; i < count; i++)
        t->good_rows[i] = a->good_rows[i];
    return true;
}

/* Takes over what was found. */
static void judge(struct gn_job *job)
{
    const struct gn_finding *f = &job->trial->finding;

    if (f->rule == NULL)
        return;
    gn_job_fail(job, "expect", f->text);
    job->quarantined = true;
    job->counted = true;
}

void gn_trial_answer(struct gn_job *job, const struct gn_response *response)
{
    if (!expects(job->active->source) || !begin(job))
        return;
    (void)gn_expect_answer(job->active->source->expect, response->status,
                           response->content_type, (size_t)response->size,
                           &job->trial->finding);
    judge(job);
}

bool gn_trial_body(struct gn_job *job)
{
    struct gn_trial *t = job->trial;

    if (t == NULL || !gn_trial_matches(job->active))
        return true;
    t->code =
        gn_expect_body(job->active->source->expect, &job->active->patterns,
                       job->body, job->body_size, &t->finding, &t->reason);
    return t->code == GARNER_OK && t->finding.rule == NULL;
}

void gn_trial_rows(struct gn_job *job)
{
    struct gn_trial *t = job->trial;
    const struct gn_extraction *x = &job->extraction;

    if (t == NULL || t->code != GARNER_OK || t->finding.rule != NULL ||
        x->code != GARNER_OK)
        return;
    for (size_t i = 0; i < x->query_count; i++) {
        const struct gn_rows_spec *spec = &job->active->source->rows[i];
        const struct gn_rowset *rows = &x->queries[i].rows;

        t->code = gn_expect_rows(spec->expect, spec->table, rows,
                                 i < t->good_count ? t->good_rows[i] : -1,
                                 &t->finding, &t->reason);
        if (t->finding.rule != NULL)
            gn_finding_sample(&t->finding, rows, &t->sample);
        if (t->code != GARNER_OK || t->finding.rule != NULL)
            return;
    }
}

void gn_trial_learn(struct gn_job *job)
{
    struct gn_trial *t = job->trial;

    if (t == NULL)
        return;
    if (t->code != GARNER_OK)
        gn_job_fail(job, "local", t->reason.message);
    else
        judge(job);
}
