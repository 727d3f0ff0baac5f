#include "engine/team.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"

struct member {
    struct gn_inbox *inbox; /* constant, once all have joined */

    /* guarded by the team's lock */
    bool rests;
    bool left;
    bool beaten; /* since all had */
};

struct gn_team {
    /* constant */
    void (*beat)(void *context);
    void *context;
    size_t count;

    pthread_mutex_t lock;
    /* guarded by lock */
    size_t holds;
    bool told;
    bool over;

    struct member members[];
};

enum garner_code gn_team_new(size_t count, void (*beat)(void *context),
                             void *context, struct gn_team **out,
                             struct garner_error *err)
{
    struct gn_team *t = gn_alloc(sizeof *t + count * sizeof t->members[0]);

    *out = t;
    if (t == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu event loops",
                       count);
    t->beat = beat;
    t->context = context;
    t->count = count;
    gn_mutex_init(&t->lock);
    return GARNER_OK;
}

void gn_team_free(struct gn_team *t)
{
    if (t == NULL)
        return;
    gn_mutex_fini(&t->lock);
    gn_free(t);
}

void gn_team_join(struct gn_team *t, size_t i, struct gn_inbox *inbox)
{
    t->members[i].inbox = inbox;
}

static void wake(const struct gn_team *t)
{
    for (size_t i = 0; i < t->count; i++)
        gn_inbox_ring(t->members[i].inbox);
}

/* Whether it is over now. With the lock held. */
static bool ends(struct gn_team *t)
{
    bool all = t->holds == 0 && !t->told;

    for (size_t i = 0; i < t->count && all && !t->over; i++)
        all = t->members[i].rests || t->members[i].left;
    t->over = t->over || all;
    return t->over;
}

bool gn_team_rests(struct gn_team *t, size_t i, bool rests)
{
    bool before;
    bool over;

    gn_lock(&t->lock);
    t->members[i].rests = rests;
    before = t->over;
    over = ends(t);
    gn_unlock(&t->lock);
    if (over && !before)
        wake(t);
    return over && rests;
}

void gn_team_leave(struct gn_team *t, size_t i)
{
    gn_lock(&t->lock);
    t->members[i].left = true;
    if (i == 0)
        t->told = false; /* what is in the outbox is sent one day */
    gn_unlock(&t->lock);
    wake(t);
}

bool gn_team_hold(struct gn_team *t)
{
    bool held;

    gn_lock(&t->lock);
    held = !t->over;
    t->holds += held;
    for (size_t i = 0; i < t->count && held; i++)
        t->members[i].rests = false;
    gn_unlock(&t->lock);
    return held;
}

void gn_team_release(struct gn_team *t)
{
    gn_lock(&t->lock);
    t->holds--;
    gn_unlock(&t->lock);
    wake(t);
}

void gn_team_tell(struct gn_team *t)
{
    gn_lock(&t->lock);
    t->told = !t->members[0].left;
    gn_unlock(&t->lock);
    gn_inbox_ring(t->members[0].inbox);
}

bool gn_team_was_told(struct gn_team *t)
{
    bool told;

    gn_lock(&t->lock);
    told = t->told;
    t->told = false;
    if (told)
        t->members[0].rests = false;
    gn_unlock(&t->lock);
    return told;
}

void gn_team_beat(struct gn_team *t, size_t i)
{
    bool all = true;

    gn_lock(&t->lock);
    t->members[i].beaten = true;
    for (size_t k = 0; k < t->count; k++)
        all = all && (t->members[k].beaten || t->members[k].left);
    for (size_t k = 0; k < t->count && all; k++)
        t->members[k].beaten = false;
    gn_unlock(&t->lock);
    if (all && t->beat != NULL)
        t->beat(t->context);
}
