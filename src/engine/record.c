#include "engine/record.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "engine/cookies.h"
#include "engine/expect/good.h"
#include "engine/frontier/crew.h"
#include "engine/history/quarantine.h"
#include "engine/host/costs.h"
#include "engine/pace.h"
#include "engine/retry.h"
#include "engine/save.h"
#include "engine/table/sift.h"
#include "engine/tell/events.h"
#include "engine/version.h"

enum {
    SMALL = 96,         /* bytes below which a body is not worth compressing */
    ON_STACK = 32 << 10 /* room for a compressed body */
};
/* Losses of one source are told to the store at most so often. */
#define LOSSES_EVERY_NS INT64_C(1000000000)

/* What is read next of a pass has to know what was done. */
static enum garner_ack ack_of(const struct gn_active *a)
{
    return a->page != NULL && a->source->ack == GARNER_QUEUED ? GARNER_COMMITTED
                                                              : a->source->ack;
}

static enum garner_code start_batch(struct gn_job *job,
                                    struct garner_error *err)
{
    enum garner_code code;

    garner_batch_free(job->batch);
    job->batch = NULL;
    job->batch_has_body = false;
    job->is_delta = false;
    code = garner_batch_new(&job->batch, err);
    if (code == GARNER_OK) {
        garner_batch_set_ack(job->batch, ack_of(job->active));
        garner_batch_set_timeout(job->batch, 0); /* the loop never waits */
    }
    return code;
}

/* --- the body ------------------------------------------------------------ */

static enum garner_code add_quarantined(struct gn_job *job,
                                        const struct gn_body *body,
                                        struct garner_error *err)
{
    const struct gn_trial *t = job->trial;
    const struct gn_charge charge = {.rule = t->finding.rule,
                                     .rows = t->sample.size > 0 &&
                                                     !gn_buf_failed(&t->sample)
                                                 ? gn_buf_cstr(&t->sample)
                                                 : NULL};

    return gn_quarantine_add(job->batch, &job->run, &charge, body, err);
}

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
        .base = job->is_delta ? job->base.sha256 : NULL,
        .is_known = job->body_is_expected && job->run.part == 1,
    };
    const int64_t source = job->active->memory.id;
    enum garner_code code;

    if (job->quarantined)
        code = add_quarantined(job, &body, err);
    else if (job->run.part > 1)
        code = gn_history_add_part(job->batch, source, &body, err);
    else
        code = gn_history_add_body(job->batch, source, &body, err);
    job->batch_has_body = code == GARNER_OK;
    return code;
}

static enum garner_code add_compressed(struct gn_job *job, const void *data,
                                       size_t size, struct garner_codec *codec,
                                       struct garner_error *err)
{
    const size_t room = garner_compress_bound(size);
    char on_stack[ON_STACK];
    char *out = room <= sizeof on_stack ? on_stack : gn_realloc(NULL, room);
    size_t written = 0;
    bool against = false;
    enum garner_code code = GARNER_OK;

    if (out == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu bytes", size);
    if (gn_delta_begin(job, codec))
        against = garner_compress(codec, data, size, out, room, &written,
                                  NULL) == GARNER_OK &&
                  gn_delta_is_worth(job, written, size);
    if (!against)
        code = garner_compress(codec, data, size, out, room, &written, err);
    gn_delta_note(job, against, written);
    if (code == GARNER_OK)
        code = written < size ? add_body(job, out, written, "zstd", size, err)
                              : add_body(job, data, size, "none", size, err);
    if (out != on_stack)
        gn_free(out);
    return code;
}

/* --- on another thread --------------------------------------------------- */

static bool is_large(const struct gn_job *job)
{
    return gn_job_stores_body(job) && job->body != NULL &&
           job->body_size >= GN_RECORD_LARGE && !job->was_prepared &&
           !job->is_saved;
}

static bool begin_looks(struct gn_job *job)
{
    const size_t count = job->extraction.query_count;

    if (job->looks == NULL)
        job->looks = gn_arena_alloc(&job->arena, count * sizeof job->looks[0]);
    if (job->looks == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        gn_table_look(job->active->tables[i], &job->looks[i]);
    return true;
}

bool gn_record_keeps_body(const struct gn_job *job)
{
    return job->body_is_new && !job->is_saved &&
           (gn_job_has_rows(job) || gn_delta_keeps_body(job));
}

static enum garner_code check_rows(const struct gn_job *job,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < job->extraction.query_count && code == GARNER_OK;
         i++)
        code = gn_table_check_rows(job->active->tables[i],
                                   &job->extraction.queries[i].rows, err);
    return code;
}

/* A run whose rows cannot be written fails. */
static void refuse_rows(struct gn_job *job)
{
    struct garner_error reason;

    if (gn_job_has_rows(job) && check_rows(job, &reason) != GARNER_OK)
        gn_job_fail(job, "rows", reason.message);
}

bool gn_record_needs_preparation(struct gn_job *job)
{
    bool known = true;

    for (size_t i = 0; gn_job_has_rows(job) && i < job->extraction.query_count;
         i++)
        known = known && gn_table_is_known(job->active->tables[i]);
    job->looking = !known && begin_looks(job);
    if (!known && !job->looking)
        gn_job_fail(job, "local", "out of memory");
    if (known && gn_save_waits(job))
        refuse_rows(job); /* before the file takes the place of the older one */
    return job->sifts || job->looking || gn_save_waits(job) || is_large(job) ||
           gn_delta_must_read(job);
}

void gn_record_prepare(struct gn_job *job, struct garner_store *store)
{
    const bool must_read = gn_delta_must_read(job);
    struct garner_codec *codec = NULL;

    if (job->sifts)
        gn_sift_run(job, store);
    job->looked = GARNER_OK;
    for (size_t i = 0; job->looking && i < job->extraction.query_count &&
                       job->looked == GARNER_OK;
         i++)
        job->looked = gn_look_run(&job->looks[i], store, &job->reason);
    if (job->looking && gn_save_waits(job))
        return; /* whether its rows can be written shows first */
    gn_save_end(job);
    /* Without memory for it, the body is kept as it is, later. */
    if (must_read)
        gn_delta_read(job, store);
    if ((must_read || is_large(job)) && start_batch(job, NULL) == GARNER_OK &&
        garner_codec_new(&codec, NULL) == GARNER_OK)
        (void)add_compressed(job, job->body, job->body_size, codec, NULL);
    garner_codec_free(codec);
    if (job->batch_has_body && !gn_record_keeps_body(job))
        gn_job_drop_body(job);
    job->was_prepared = true;
}

void gn_record_learn(struct gn_job *job)
{
    if (!job->looking)
        return;
    if (job->looked != GARNER_OK)
        gn_job_fail(job, "rows", job->reason.message);
    for (size_t i = 0; i < job->extraction.query_count; i++) {
        if (job->looked == GARNER_OK)
            gn_table_learn(job->active->tables[i], &job->looks[i]);
        gn_look_fini(&job->looks[i]);
    }
    job->looking = false;
}

/* --- rows ---------------------------------------------------------------- */

/* The rows of the table that is the parent of the i-th; NULL: it has none. */
static const struct gn_rowset *parents_of(const struct gn_job *job, size_t i)
{
    const struct gn_rows_spec *all = job->active->source->rows;

    return all[i].parent != NULL
               ? &job->extraction.queries[all[i].parent - all].rows
               : NULL;
}

/* Adds the rows of all queries. */
static enum garner_code add_rows(struct gn_job *job, struct garner_error *err)
{
    struct gn_table *const *tables = job->active->tables;
    const size_t count = job->extraction.query_count;
    enum garner_code code = GARNER_OK;
    int64_t rows = 0;

    if (job->added == NULL)
        job->added = gn_arena_alloc(&job->arena, count * sizeof job->added[0]);
    if (job->added == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu sets of rows",
                       count);
    job->on_trust = false;
    for (size_t i = 0; i < count; i++)
        job->on_trust = job->on_trust || !gn_table_is_certain(tables[i]);
    for (size_t i = 0; i < count && code == GARNER_OK; i++) {
        const struct gn_rowset *set = &job->extraction.queries[i].rows;
        const struct gn_offer offer = {set, parents_of(job, i),
                                       job->run.started_us};

        code = gn_table_add_rows(tables[i], job->batch, &offer, &job->added[i],
                                 err);
        job->changes_table = job->changes_table || job->added[i].changes;
        rows += (int64_t)set->row_count;
    }
    for (size_t i = 0; job->changes_table && i < count; i++)
        gn_table_change_begun(tables[i]);
    job->run.rows = rows;
    return code;
}

/* --- losses -------------------------------------------------------------- */

static uint64_t lost(const struct gn_active *active, int reason)
{
    return reason == GN_NOT_STORED ? active->not_stored
                                   : active->due.missed[reason];
}

static const char *loss_text(int reason)
{
    return reason == GN_NOT_STORED ? "the store did not take the run"
                                   : gn_miss_text((enum gn_miss)reason);
}

static bool has_losses(const struct gn_active *active)
{
    for (int i = 0; i < GN_LOSS_REASONS; i++)
        if (lost(active, i) != active->losses_told[i])
            return true;
    return false;
}

enum garner_code gn_record_add_losses(struct gn_active *active,
                                      struct garner_batch *batch,
                                      int64_t wall_us, uint64_t losses[],
                                      struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (int i = 0; i < GN_LOSS_REASONS && code == GARNER_OK; i++) {
        const uint64_t fresh = lost(active, i) - active->losses_told[i];

        if (fresh == 0)
            continue;
        code = gn_history_add_missed(batch, active->memory.id,
                                     gn_active_url(active), wall_us, fresh,
                                     loss_text(i), err);
        if (code != GARNER_OK)
            break;
        losses[i] += fresh;
        active->losses_told[i] += fresh;
    }
    return code;
}

/* --- the batch ----------------------------------------------------------- */

/* Starts the batch with the body, or where that was saved, unless it was
 * prepared so. */
static enum garner_code start_with_body(struct gn_job *job, const void *body,
                                        size_t size, struct garner_codec *codec,
                                        struct garner_error *err)
{
    enum garner_code code;

    if (job->batch_has_body)
        return GARNER_OK;
    code = start_batch(job, err);
    if (code == GARNER_OK && job->body_is_new && job->is_saved)
        return add_body(job, job->file, strlen(job->file), "file",
                        (size_t)job->run.bytes, err);
    if (code != GARNER_OK || !gn_job_stores_body(job) || body == NULL)
        return code;
    if (size < SMALL || size >= GN_RECORD_LARGE)
        return add_body(job, body, size, "none", size, err);
    return add_compressed(job, body, size, codec, err);
}

/* Adds the body's rows and the version they are of, if there are any, and the
 * run. */
static enum garner_code add_run(struct gn_job *job, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    refuse_rows(job);
    if (job->body_is_new)
        job->run.page = 0; /* its body is the source's last one now */
    if (gn_job_has_rows(job))
        code = add_rows(job, err);
    if (job->run.failure != NULL)
        job->run.bad_rows = 0;
    if (code == GARNER_OK)
        code = gn_sift_add(job, err);
    if (code == GARNER_OK)
        code = gn_version_add(job, err);
    if (code == GARNER_OK)
        code =
            gn_history_add_run(job->batch, &job->run,
                               job->run.bytes >= 0 && !job->quarantined &&
                                   (!job->body_is_new || job->batch_has_body),
                               err);
    if (code == GARNER_OK && job->quarantined && job->batch_has_body)
        code = gn_quarantine_add_run(job->batch, job->active->memory.id, err);
    if (code == GARNER_OK)
        code = gn_sift_add_run(job, err);
    return code == GARNER_OK ? gn_events_add(job, err) : code;
}

enum garner_code gn_record_build(struct gn_job *job, const void *body,
                                 size_t body_size, struct garner_codec *codec,
                                 int64_t now_ns, struct garner_error *err)
{
    struct gn_active *active = gn_active_owner(job->active);
    enum garner_code code;

    job->run.rows = -1;
    code = start_with_body(job, body, body_size, codec, err);
    if (code == GARNER_OK)
        code = job->unmodified && gn_validators_any(&job->asked)
                   ? gn_version_add_unmodified(job, err)
                   : add_run(job, err);
    if (code == GARNER_OK && job->run.failure == NULL && !gn_job_leads_on(job))
        code = gn_good_add(job, err);
    if (code == GARNER_OK)
        code = gn_retry_add(job, err);
    if (code == GARNER_OK)
        code = gn_costs_add(job, now_ns, err);
    if (code == GARNER_OK)
        code = gn_pace_add(job, err);
    if (code == GARNER_OK)
        code = gn_cookies_add(job, err);
    if (code == GARNER_OK)
        code = gn_crew_add_end(job, err);
    if (code == GARNER_OK && has_losses(active) &&
        now_ns - active->losses_told_ns >= LOSSES_EVERY_NS) {
        active->losses_told_ns = now_ns;
        code = gn_record_add_losses(active, job->batch, job->run.started_us,
                                    job->losses, err);
    }
    if (code == GARNER_OK)
        job->statements = garner_batch_count(job->batch);
    return code;
}

void gn_record_forget_tables(struct gn_job *job)
{
    for (size_t i = 0; i < job->extraction.query_count; i++)
        gn_table_forget(job->active->tables[i]);
}

static void take_back(struct gn_job *job)
{
    for (int i = 0; i < GN_LOSS_REASONS; i++) {
        gn_active_owner(job->active)->losses_told[i] -= job->losses[i];
        job->losses[i] = 0;
    }
    if (job->changes_table)
        gn_record_forget_tables(job);
    gn_events_take_back(job);
    job->batch_has_body = false;
    job->was_prepared = false;
    job->body_is_expected = true; /* from a run behind it */
}

void gn_record_ended(struct gn_job *job, bool stored)
{
    if (!stored)
        take_back(job);
    gn_costs_ended(job, stored);
    for (size_t i = 0; job->changes_table && i < job->extraction.query_count;
         i++)
        gn_table_change_ended(job->active->tables[i]);
    job->changes_table = false;
}

enum garner_code gn_record_add_canceled(const struct gn_job *job,
                                        struct garner_batch *batch,
                                        struct garner_error *err)
{
    struct gn_run run = job->run;

    if (run.started_us == 0)
        run.started_us = gn_clock_wall_us();
    run.rows = -1;
    run.bad_rows = 0;
    run.left_alone = false;
    run.failure = "canceled";
    run.error = "given up before it was stored: garner was stopped";
    return gn_history_add_run(batch, &run,
                              run.bytes >= 0 && !gn_job_stores_body(job), err);
}
