#include "engine/tell/events.h"

#include <limits.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "engine/chain.h"
#include "engine/history/cell.h"
#include "engine/tell/outbox.h"
#include "engine/tell/rowlines.h"

enum { MOST_ROWS = 1 << 20 }; /* bytes of them in a message */

/* A message being added, and what those of one run share. */
struct telling {
    struct gn_job *job;
    const struct gn_buf *rows; /* as JSON lines */
    int64_t now_us;
};

static enum garner_code add(const struct telling *t, enum gn_event event,
                            const char *recipient, const char *text,
                            struct garner_error *err)
{
    struct gn_job *job = t->job;
    const bool with_rows = recipient == NULL && (event == GN_EVENT_SUCCESS ||
                                                 event == GN_EVENT_CHANGE);
    const struct gn_notice notice = {
        job->active->memory.id,     event,    recipient, text,
        with_rows ? t->rows : NULL, t->now_us};
    const enum garner_code code =
        gn_outbox_add(job->batch, &notice, job->messages == 0, err);

    job->messages += code == GARNER_OK;
    return code;
}

/* --- hooks ---------------------------------------------------------------- */

static enum garner_code add_hook(const struct telling *t, enum gn_event event,
                                 struct garner_error *err)
{
    if (t->job->active->source->hooks[event] == NULL)
        return GARNER_OK;
    return add(t, event, NULL, NULL, err);
}

/* Of its rows, where it has some, since a page may differ in what nobody asked
 * for; else of its body. */
static int64_t hash_of(const struct gn_job *job)
{
    const struct gn_chain *c = job->run.part > 1 ? job->active->chain : NULL;
    uint64_t sum = 0;

    if (!gn_job_has_rows(job))
        memcpy(&sum,
               job->body_is_new ? job->sha256 : job->active->memory.sha256,
               sizeof sum);
    for (size_t i = 0; i < job->extraction.query_count; i++)
        sum += gn_rowlines_hash(&job->extraction.queries[i].rows);
    return (int64_t)(sum + (c != NULL ? (uint64_t)c->hash : 0));
}

/* Whether the answer was another than the last good one. Its number is only
 * kept for a source that has a hook for that. */
static bool is_change(struct gn_job *job)
{
    struct gn_memory *m = &gn_active_owner(job->active)->memory;
    int64_t hash;
    bool other;

    if (job->unmodified)
        return false;
    hash = hash_of(job);
    other = !m->has_answer_hash || m->answer_hash != hash;
    m->has_answer_hash = true;
    m->answer_hash = hash;
    return other;
}

/* --- alerts --------------------------------------------------------------- */

/* "2026-11-26 05:00:00 UTC" */
static void add_time(struct gn_buf *text, int64_t us)
{
    const time_t seconds = (time_t)(us / 1000000);
    char word[40] = "";
    struct tm parts;

    if (gmtime_r(&seconds, &parts) != NULL)
        (void)strftime(word, sizeof word, "%Y-%m-%d %H:%M:%S UTC", &parts);
    gn_buf_text(text, word);
}

static void word_alert(const struct gn_job *job, enum gn_alert_news news,
                       const struct gn_alert *alert, struct gn_buf *text)
{
    const char *name = job->active->source->name;
    const char *why =
        job->run.error != NULL ? job->run.error : job->run.failure;

    if (news == GN_ALERT_WORKS) {
        gn_buf_printf(text, "%s works again, after %d failure%s since ", name,
                      alert->failures, alert->failures == 1 ? "" : "s");
        add_time(text, alert->since_us);
        return;
    }
    gn_buf_printf(text, "%s %s: %s", name,
                  news == GN_ALERT_FAILS ? "fails" : "still fails", why);
    if (alert->failures > 1) {
        gn_buf_printf(text, " (%d times in a row, since ", alert->failures);
        add_time(text, alert->since_us);
        gn_buf_text(text, ")");
    }
}

static enum garner_code add_alerts(const struct telling *t,
                                   enum gn_alert_news news,
                                   const struct gn_alert *alert,
                                   struct garner_error *err)
{
    const struct gn_alert_spec *spec = &t->job->active->source->alert;
    enum garner_code code = GARNER_OK;
    struct gn_buf text = {0};

    word_alert(t->job, news, alert, &text);
    for (size_t i = 0; i < spec->to_count && code == GARNER_OK; i++)
        code =
            add(t, news == GN_ALERT_WORKS ? GN_EVENT_RECOVER : GN_EVENT_ERROR,
                spec->to[i]->name, gn_buf_cstr(&text), err);
    gn_buf_fini(&text);
    return code;
}

/* --- a run ---------------------------------------------------------------- */

static bool same(const struct gn_alert *a, const struct gn_alert *b)
{
    return a->failures == b->failures && a->since_us == b->since_us &&
           a->told_us == b->told_us;
}

static enum garner_code add_state(struct gn_job *job,
                                  const struct gn_events_before *before,
                                  struct garner_error *err)
{
    const struct gn_memory *m = &gn_active_owner(job->active)->memory;

    if (same(&m->alert, &before->alert) &&
        m->has_answer_hash == before->has_answer_hash &&
        m->answer_hash == before->answer_hash)
        return GARNER_OK;
    return garner_batch_add(
        job->batch,
        "update garner_source set failures = nullif(?2, 0),"
        " failing_since = nullif(?3, 0), told = nullif(?4, 0), answer_hash = ?5"
        " where id = ?1",
        GARNER_ARGS(garner_integer(m->id), garner_integer(m->alert.failures),
                    garner_integer(m->alert.since_us),
                    garner_integer(m->alert.told_us),
                    gn_cell_integer(m->answer_hash, m->has_answer_hash)),
        err);
}

static void append_rows(const struct gn_job *job, struct gn_buf *lines)
{
    const struct gn_source *s = job->active->source;

    for (size_t i = 0; i < job->extraction.query_count; i++)
        (void)gn_rowlines_append(
            lines, &job->extraction.queries[i].rows,
            job->extraction.query_count > 1 ? s->rows[i].table : NULL,
            MOST_ROWS);
}

static enum garner_code add_hooks(const struct telling *t, bool recovers,
                                  struct garner_error *err)
{
    struct gn_job *job = t->job;
    enum garner_code code;

    if (job->run.failure != NULL)
        return add_hook(t, GN_EVENT_ERROR, err);
    code = recovers ? add_hook(t, GN_EVENT_RECOVER, err) : GARNER_OK;
    if (code == GARNER_OK)
        code = add_hook(t, GN_EVENT_SUCCESS, err);
    if (code == GARNER_OK &&
        job->active->source->hooks[GN_EVENT_CHANGE] != NULL && is_change(job))
        code = add_hook(t, GN_EVENT_CHANGE, err);
    return code;
}

enum garner_code gn_events_add(struct gn_job *job, struct garner_error *err)
{
    struct gn_active *a = gn_active_owner(job->active);
    const bool failed = job->run.failure != NULL;
    struct gn_buf rows = {0};
    const struct telling t = {job, &rows,
                              job->run.started_us + job->run.duration_us};
    static const struct gn_alert_policy nobody = {.after = INT_MAX};
    struct gn_alert before;
    enum gn_alert_news news;
    enum garner_code code;

    if (!gn_config_tells(a->source) || gn_job_leads_on(job) ||
        job->run.left_alone)
        return GARNER_OK;
    before = a->memory.alert;
    job->before = (struct gn_events_before){before, a->memory.has_answer_hash,
                                            a->memory.answer_hash};
    job->has_before = true;
    a->told_by = job->number;
    news = gn_alert_note(
        &a->memory.alert,
        a->source->alert.to_count > 0 ? &a->source->alert.policy : &nobody,
        failed, t.now_us);
    if (!failed && job->run.part > 1 && a->chain != NULL &&
        a->chain->rows.size > 0)
        gn_buf_append(&rows, a->chain->rows.data, a->chain->rows.size);
    if (!failed && gn_job_has_rows(job))
        append_rows(job, &rows);
    code = add_hooks(&t, before.failures > 0, err);
    if (code == GARNER_OK && news != GN_ALERT_NONE)
        code = add_alerts(
            &t, news, news == GN_ALERT_WORKS ? &before : &a->memory.alert, err);
    if (code == GARNER_OK)
        code = add_state(job, &job->before, err);
    gn_buf_fini(&rows);
    return code;
}

void gn_events_gather(struct gn_job *job)
{
    const struct gn_active *a = job->active;

    if (a->chain == NULL || !gn_config_tells(a->source))
        return;
    a->chain->hash = hash_of(job);
    if (gn_job_has_rows(job))
        append_rows(job, &a->chain->rows);
}

void gn_events_take_back(struct gn_job *job)
{
    struct gn_active *a = gn_active_owner(job->active);

    if (job->has_before && a->told_by == job->number) {
        a->memory.alert = job->before.alert;
        a->memory.has_answer_hash = job->before.has_answer_hash;
        a->memory.answer_hash = job->before.answer_hash;
    }
    job->has_before = false;
    job->messages = 0;
}

enum garner_code gn_events_add_stale(const struct gn_active *active,
                                     struct garner_batch *batch,
                                     const char *text, struct garner_error *err)
{
    const struct gn_source *source = active->source;
    struct gn_notice notice = {.source = active->memory.id,
                               .event = GN_EVENT_STALE,
                               .text = text,
                               .created_us = gn_clock_wall_us()};
    enum garner_code code = GARNER_OK;

    if (source->hooks[GN_EVENT_STALE] != NULL)
        code = gn_outbox_add_alone(batch, &notice, err);
    for (size_t i = 0; i < source->alert.to_count && code == GARNER_OK; i++) {
        notice.recipient = source->alert.to[i]->name;
        code = gn_outbox_add_alone(batch, &notice, err);
    }
    return code;
}
