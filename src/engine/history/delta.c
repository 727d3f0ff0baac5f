#include "engine/history/delta.h"

#include <string.h>

#include "base/mem.h"

/* Bytes of last bodies kept in memory, as a part of those for all bodies. */
enum { PART = 8 };

static bool has_size(const struct gn_job *job, size_t below)
{
    return job->body != NULL && job->body_size >= GN_DELTA_LEAST &&
           job->body_size < below;
}

/* Takes the source's last body out of memory. */
static struct gn_base take_previous(struct gn_job *job)
{
    struct gn_base *p = &job->active->previous;
    const struct gn_base base = *p;

    if (p->data != NULL)
        job->flow->previous_bytes -= p->size;
    *p = (struct gn_base){0};
    return base;
}

void gn_delta_decide(struct gn_job *job)
{
    struct gn_active *a = job->active;
    const struct gn_memory *m = &a->memory;

    if (!job->body_is_new || a->source->save.path != NULL || a->page != NULL ||
        job->run.part > 1)
        return;
    if (a->whole_left > 0) {
        a->whole_left--;
        return;
    }
    if (!has_size(job, GN_DELTA_MOST) || job->body_is_expected ||
        a->bodies_out > 0 || !m->has_body)
        return;
    job->wants_base = true;
    if (memcmp(a->previous.sha256, m->sha256, sizeof m->sha256) != 0)
        memcpy(job->base.sha256, m->sha256, sizeof m->sha256);
    else if (a->previous.depth + 1 >= GN_DELTA_LONGEST)
        job->wants_base = false;
    else
        job->base = take_previous(job);
}

bool gn_delta_must_read(const struct gn_job *job)
{
    return job->wants_base && job->base.data == NULL &&
           !job->body_is_expected && !job->was_prepared;
}

void gn_delta_read(struct gn_job *job, struct garner_store *store)
{
    struct gn_base base;

    if (gn_kept_last(store, job->active->memory.id, GN_DELTA_MOST, &base,
                     NULL) != GARNER_OK)
        return;
    if (base.depth + 1 < GN_DELTA_LONGEST &&
        memcmp(base.sha256, job->base.sha256, sizeof base.sha256) == 0)
        job->base = base;
    else
        gn_base_fini(&base);
}

bool gn_delta_begin(struct gn_job *job, struct garner_codec *codec)
{
    if (!job->wants_base || job->base.data == NULL || job->body_is_expected)
        return false;
    garner_codec_base(codec, job->base.data, job->base.size);
    return true;
}

/* What it would take whole is as much of it as it was of the chain's first. */
bool gn_delta_is_worth(const struct gn_job *job, size_t written, size_t size)
{
    const struct gn_base *b = &job->base;

    return written < size / 3 &&
           (uint64_t)written * 3 * b->size < (uint64_t)b->whole * size;
}

void gn_delta_note(struct gn_job *job, bool against, size_t written)
{
    struct gn_base *b = &job->base;

    job->is_delta = against;
    job->differs = !against && b->data != NULL;
    job->depth = against ? b->depth + 1 : 0;
    job->whole = against ? b->whole : written;
    gn_free(b->data);
    b->data = NULL;
}

bool gn_delta_keeps_body(const struct gn_job *job)
{
    return job->is_delta || (has_size(job, GN_DELTA_LARGE) &&
                             job->active->source->save.path == NULL &&
                             job->active->page == NULL && job->run.part == 1);
}

bool gn_delta_give_up(struct gn_job *job)
{
    const bool was_delta = job->is_delta;

    gn_base_fini(&job->base);
    job->wants_base = false;
    job->is_delta = false;
    return was_delta;
}

void gn_delta_settled(struct gn_job *job, bool stored)
{
    struct gn_active *a = job->active;
    struct gn_flow *f = job->flow;
    struct gn_base before;

    if (job->differs)
        a->whole_left = GN_DELTA_WHOLE;
    if (!job->body_is_new || !stored || !job->batch_has_body ||
        a->source->save.path != NULL || a->page != NULL || job->run.part > 1)
        return;
    before = take_previous(job);
    gn_base_fini(&before);
    if (job->body_is_expected) /* then it may have been there already */
        return;
    a->previous = (struct gn_base){
        .size = job->body_size, .depth = job->depth, .whole = job->whole};
    memcpy(a->previous.sha256, job->sha256, sizeof job->sha256);
    if (!has_size(job, GN_DELTA_LARGE) || job->spool != NULL ||
        f->previous_bytes + job->body_size > f->max_body_bytes / PART)
        return;
    a->previous.data = (char *)job->body;
    f->previous_bytes += job->body_size;
    job->body = NULL;
}
