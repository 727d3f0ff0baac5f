#include "engine/steer/steer.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/expect/age.h"
#include "engine/steer/asked.h"
#include "engine/steer/marks.h"

/* --- which sources ------------------------------------------------------- */

static bool is_meant(const struct gn_active *a, const char *pattern)
{
    return !a->leaving && gn_config_is_meant(a->source, pattern);
}

/* The file has it otherwise now, and so it will be when what is under way has
 * ended. */
static bool is_changing(const struct gn_active *a, const char *pattern)
{
    return a->leaving && a->successor != NULL &&
           gn_config_is_meant(a->source, pattern);
}

static bool is_any(const struct gn_active *a, const char *const *patterns,
                   size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_meant(a, patterns[i]))
            return true;
    return false;
}

bool gn_steer_has(struct gn_flow *f, const struct gn_roster *r,
                  const char *pattern)
{
    bool found = false;

    gn_lock(&f->lock);
    for (size_t i = 0; i < r->count && !found; i++)
        found = is_meant(r->actives[i], pattern) ||
                is_changing(r->actives[i], pattern);
    gn_unlock(&f->lock);
    return found;
}

/* With the lock held. */
static enum garner_code check(const struct gn_flow *f,
                              const struct gn_roster *r,
                              const char *const *patterns, size_t count,
                              struct garner_error *err)
{
    if (f->closed || f->schedule == NULL)
        return gn_fail(err, GARNER_BUSY,
                       "the collector is %s; ask again when it runs",
                       f->closed ? "ending" : "starting");
    for (size_t n = 0; n < count; n++) {
        bool found = false;

        for (size_t i = 0; i < r->count; i++) {
            if (is_changing(r->actives[i], patterns[n]))
                return gn_fail(err, GARNER_BUSY,
                               "\"%.100s\" changes as the file has it when "
                               "its fetch under way has ended; ask again",
                               r->actives[i]->source->name);
            found = found || is_meant(r->actives[i], patterns[n]);
        }
        if (!found)
            return gn_fail(err, GARNER_NOTFOUND,
                           "no source is named \"%.100s\"; 'garner status' "
                           "lists them",
                           patterns[n]);
    }
    return GARNER_OK;
}

/* --- pausing ------------------------------------------------------------- */

static enum garner_code add_marks(const struct gn_buf *ids, bool paused,
                                  struct garner_batch *batch,
                                  struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t at = 0; at < ids->size && code == GARNER_OK;
         at += sizeof(int64_t)) {
        int64_t id;

        memcpy(&id, ids->data + at, sizeof id);
        code = gn_marks_add_paused(batch, id, paused, err);
    }
    return code;
}

static enum garner_code keep(struct gn_flow *f, const struct gn_buf *ids,
                             bool paused, struct garner_error *err)
{
    struct garner_batch *batch;
    enum garner_code code = garner_batch_new(&batch, err);

    if (code != GARNER_OK)
        return code;
    code = add_marks(ids, paused, batch, err);
    if (code == GARNER_OK)
        code = garner_write(f->store, batch, NULL, err);
    garner_batch_free(batch);
    return code;
}

/* With the lock held. */
static void pause_one(struct gn_flow *f, struct gn_active *a, bool paused)
{
    if (paused)
        gn_schedule_pause(f->schedule, &a->due);
    else
        gn_schedule_unpause(f->schedule, &a->due, gn_clock_monotonic_ns(),
                            gn_clock_wall_us());
}

enum garner_code gn_steer_pause(struct gn_flow *f, const struct gn_roster *r,
                                const char *const *patterns, size_t count,
                                bool paused, struct gn_buf *told,
                                struct garner_error *err)
{
    struct gn_buf ids = {0};
    enum garner_code code;

    gn_lock(&f->lock);
    code = check(f, r, patterns, count, err);
    for (size_t i = 0; code == GARNER_OK && i < r->count; i++) {
        struct gn_active *a = r->actives[i];

        if (!is_any(a, patterns, count))
            continue;
        pause_one(f, a, paused);
        gn_buf_append(&ids, &a->memory.id, sizeof a->memory.id);
        gn_buf_printf(told, "%s\n", a->source->name);
    }
    gn_unlock(&f->lock);
    gn_inbox_ring(f->inbox); /* it may be done, or have more to do */
    if (code == GARNER_OK && gn_buf_failed(&ids))
        code = gn_fail(err, GARNER_NOMEM, "out of memory for marks");
    if (code == GARNER_OK && ids.size > 0)
        code = keep(f, &ids, paused, err);
    gn_buf_fini(&ids);
    return code;
}

/* --- asking -------------------------------------------------------------- */

enum garner_code gn_steer_ask(struct gn_flow *f, const struct gn_roster *r,
                              const char *const *patterns, size_t count,
                              bool whole, struct gn_buf *told,
                              struct garner_error *err)
{
    enum garner_code code;

    gn_lock(&f->lock);
    code = check(f, r, patterns, count, err);
    for (size_t i = 0; code == GARNER_OK && i < r->count; i++) {
        struct gn_active *a = r->actives[i];

        if (!is_any(a, patterns, count))
            continue;
        gn_schedule_ask(f->schedule, &a->due, gn_clock_monotonic_ns());
        gn_buf_printf(told, "%s\t%llu\n", a->source->name,
                      (unsigned long long)gn_asked_add(&a->asked, whole));
    }
    gn_unlock(&f->lock);
    gn_inbox_ring(f->inbox);
    return code;
}

/* --- looking ------------------------------------------------------------- */

static int64_t from_now_us(int64_t at_ns, int64_t now_ns)
{
    return at_ns > now_ns ? (at_ns - now_ns) / 1000 : 0;
}

/* When the first slot is that may be used, since those before are missed. */
static int64_t usable_slot_ns(const struct gn_due *due, int64_t now_ns)
{
    const int64_t every_ns = due->spec.every_ms * 1000000;
    int64_t slots;

    if (due->slot_due_ns >= due->off_until_ns)
        return due->slot_due_ns;
    if (gn_spec_on_wall(&due->spec)) {
        const int64_t wall_us = gn_clock_wall_us();
        const int64_t slot_us =
            gn_spec_wall_first(&due->spec, due->phase,
                               wall_us + (due->off_until_ns - now_ns) / 1000);

        return slot_us == INT64_MAX ? slot_us
                                    : now_ns + (slot_us - wall_us) * 1000;
    }
    if (every_ns == 0)
        return due->slot_due_ns;
    slots = (due->off_until_ns - due->slot_ns + every_ns - 1) / every_ns;
    return due->slot_ns + slots * every_ns;
}

static void say_next(const struct gn_due *due, bool is_fresh, int64_t now_ns,
                     struct gn_standing *s)
{
    const int64_t slot_ns = usable_slot_ns(due, now_ns);
    int64_t at_ns = slot_ns;

    s->next = GN_NEXT_SLOT;
    if (due->again_ns != INT64_MAX) {
        at_ns = due->again_ns; /* slots until then are missed */
        s->next = GN_NEXT_AGAIN;
    } else if (due->owed_ns < slot_ns) {
        at_ns = due->owed_ns; /* what was missed is made up for */
    } else if (slot_ns == INT64_MAX) {
        s->next = GN_NEXT_NEVER;
    } else if (slot_ns == due->slot_due_ns) {
        s->jitter_us = (due->slot_due_ns - due->slot_ns) / 1000;
    }
    if (s->next == GN_NEXT_SLOT && is_fresh && slot_ns == due->slot_due_ns)
        s->next = GN_NEXT_FRESH;
    if (due->paused) {
        at_ns = INT64_MAX;
        s->next = GN_NEXT_PAUSED;
    }
    if (due->asked_ns != INT64_MAX) {
        at_ns = due->asked_ns;
        s->next = GN_NEXT_ASKED;
    }
    s->next_us = at_ns == INT64_MAX ? INT64_MAX : from_now_us(at_ns, now_ns);
    s->off_for = due->off_for;
    if (due->off_until_ns > now_ns)
        s->off_us = (due->off_until_ns - now_ns) / 1000;
}

static void describe(const struct gn_flow *f, const struct gn_active *a,
                     struct gn_standing *s)
{
    const int64_t now_ns = gn_clock_monotonic_ns();

    *s = (struct gn_standing){.paused = a->due.paused,
                              .running = a->due.running,
                              .next_us = INT64_MAX,
                              .runs = a->last.runs,
                              .failures = a->last.failures,
                              .asked = a->asked};
    snprintf(s->url, sizeof s->url, "%s", gn_active_url(a));
    for (int i = 0; i < GN_MISS_REASONS; i++)
        s->missed += a->due.missed[i];
    if (a->source->max_age_ms > 0) {
        s->has_age = true;
        s->stale =
            gn_age_is_stale(a->source->max_age_ms, a->last.fresh_ns, now_ns);
        s->good_us = a->last.good_us > 0 ? gn_clock_wall_us() - a->last.good_us
                                         : INT64_MAX;
    }
    if (a->due.running && a->waits_for_host) {
        s->waits_for_host = true;
        s->host_us = a->host_ns == INT64_MAX ? INT64_MAX
                                             : from_now_us(a->host_ns, now_ns);
    }
    if (a->leaving)
        s->next = a->successor != NULL ? GN_NEXT_CHANGED : GN_NEXT_GONE;
    else if (f->schedule != NULL && !f->closed)
        say_next(&a->due, a->is_fresh, now_ns, s);
}

enum garner_code gn_steer_look(struct gn_flow *f, const struct gn_roster *r,
                               const char *name, struct gn_standing *standing,
                               struct garner_error *err)
{
    bool found = false;

    gn_lock(&f->lock);
    for (size_t i = 0; i < r->count && !found; i++) {
        found = strcmp(r->actives[i]->source->name, name) == 0;
        if (found)
            describe(f, r->actives[i], standing);
    }
    gn_unlock(&f->lock);
    return found ? GARNER_OK
                 : gn_fail(err, GARNER_NOTFOUND,
                           "no source is named \"%.100s\"", name);
}
