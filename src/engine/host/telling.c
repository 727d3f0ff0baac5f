#include "engine/host/telling.h"

#include <stdatomic.h>

#include "base/error.h"
#include "base/mem.h"

enum state { UNDER_WAY, STORED, REFUSED, ABANDONED };

/* What a host tells. */
struct part {
    struct gn_host *host;
    struct gn_cost cost;
    bool rules;
};

struct gn_telling {
    /* the engine's thread only */
    LIST_ENTRY(gn_telling) next; /* among those under way */
    struct garner_batch *batch;  /* until the store takes it */
    size_t count;

    atomic_int state; /* enum state; who comes last frees it */
    struct part parts[];
};

void gn_telling_done(struct gn_host *host, int64_t now_ns)
{
    host->untold = (struct gn_cost){0};
    host->changed = host->learned = false;
    host->told_ns = now_ns;
}

void gn_telling_undo(struct gn_host *host, const struct gn_cost *cost,
                     bool rules)
{
    gn_cost_add(&host->untold, cost);
    host->changed = true;
    host->learned = host->learned || rules;
}

enum garner_code gn_telling_new(size_t most, struct gn_telling **out,
                                struct garner_error *err)
{
    struct gn_telling *t = gn_alloc(sizeof *t + most * sizeof t->parts[0]);
    enum garner_code code;

    *out = NULL;
    if (t == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for what hosts cost");
    code = garner_batch_new(&t->batch, err);
    if (code != GARNER_OK) {
        gn_free(t);
        return code;
    }
    garner_batch_set_ack(t->batch, GARNER_COMMITTED);
    garner_batch_set_timeout(t->batch, 0);
    *out = t;
    return GARNER_OK;
}

void gn_telling_free(struct gn_telling *t)
{
    if (t == NULL)
        return;
    garner_batch_free(t->batch);
    gn_free(t);
}

struct garner_batch *gn_telling_batch(const struct gn_telling *t)
{
    return t->batch;
}

void gn_telling_add(struct gn_telling *t, struct gn_host *host)
{
    t->parts[t->count++] = (struct part){host, host->untold, host->learned};
}

/* On a thread of the store. */
static void ended(void *context, const struct garner_result *result,
                  const struct garner_error *err)
{
    struct gn_telling *t = context;

    (void)result;
    if (atomic_exchange(&t->state, err == NULL ? STORED : REFUSED) == ABANDONED)
        gn_telling_free(t);
}

enum garner_code gn_telling_send(struct gn_hosts *h, struct gn_telling *t,
                                 struct garner_store *store, int64_t now_ns,
                                 struct garner_error *err)
{
    enum garner_code code = GARNER_DONE;
    struct garner_batch *batch = t->batch;

    if (t->count > 0) {
        t->batch = NULL; /* it may have ended before the call does */
        code = garner_submit(store, batch, ended, t, err);
    }
    if (code != GARNER_OK) {
        t->batch = batch;
        gn_telling_free(t);
        return code == GARNER_NOMEM ? code : GARNER_OK;
    }
    for (size_t i = 0; i < t->count; i++) {
        t->parts[i].host->tellings++;
        gn_telling_done(t->parts[i].host, now_ns);
    }
    LIST_INSERT_HEAD(&h->tellings, t, next);
    return GARNER_OK;
}

static void let_go(struct gn_telling *t)
{
    const bool stored = atomic_load(&t->state) == STORED;

    for (size_t i = 0; i < t->count; i++) {
        const struct part *part = &t->parts[i];

        part->host->tellings--;
        if (!stored)
            gn_telling_undo(part->host, &part->cost, part->rules);
    }
    gn_telling_free(t);
}

void gn_telling_reap(struct gn_hosts *h)
{
    struct gn_telling *next;

    for (struct gn_telling *t = LIST_FIRST(&h->tellings); t != NULL; t = next) {
        next = LIST_NEXT(t, next);
        if (atomic_load(&t->state) == UNDER_WAY)
            continue;
        LIST_REMOVE(t, next);
        let_go(t);
    }
}

void gn_telling_abandon(struct gn_hosts *h)
{
    struct gn_telling *t;

    while ((t = LIST_FIRST(&h->tellings)) != NULL) {
        LIST_REMOVE(t, next);
        if (atomic_exchange(&t->state, ABANDONED) != UNDER_WAY)
            gn_telling_free(t);
    }
}
