#include "engine/steer/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"

static int by_name(const void *a, const void *b)
{
    const struct gn_present *x = a;
    const struct gn_present *y = b;

    return strcmp(x->active->source->name, y->active->source->name);
}

/* Copies who is there. */
static enum garner_code take_present(struct gn_flow *f,
                                     const struct gn_roster *r,
                                     struct gn_change *c,
                                     struct garner_error *err)
{
    bool closed;

    gn_lock(&f->lock);
    closed = f->closed || f->schedule == NULL;
    c->present = gn_alloc((r->count + 1) * sizeof c->present[0]);
    if (c->present != NULL)
        for (size_t i = 0; i < r->count; i++)
            c->present[c->present_count++].active = r->actives[i];
    gn_unlock(&f->lock);
    if (c->present == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for sources");
    if (closed)
        return gn_fail(err, GARNER_CLOSED,
                       "the collector is starting or ending; ask again when it "
                       "runs");
    qsort(c->present, c->present_count, sizeof c->present[0], by_name);
    return GARNER_OK;
}

static struct gn_present *find(const struct gn_change *c,
                               const struct gn_source *source)
{
    struct gn_active like = {.source = source};
    const struct gn_present key = {.active = &like};

    return bsearch(&key, c->present, c->present_count, sizeof c->present[0],
                   by_name);
}

static enum garner_code compare(struct gn_change *c, struct gn_changes *n,
                                struct garner_error *err)
{
    const struct gn_source *before = NULL;
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < c->config->source_count && code == GARNER_OK; i++) {
        const struct gn_source *source = &c->config->sources[i];
        struct gn_present *p = find(c, source);
        struct gn_newcomer *comer = &c->newcomers[c->newcomer_count];

        if (p != NULL && p->active->source->identity == source->identity) {
            p->stays = true;
            n->same++;
            continue;
        }
        code = gn_roster_check(c->config, source, before, err);
        if (code == GARNER_OK)
            code =
                gn_active_new(c->config, source,
                              c->newcomer_count > 0 ? comer[-1].active : NULL,
                              &comer->active, err);
        if (code != GARNER_OK)
            continue;
        c->newcomer_count++;
        before = source;
        n->changed += p != NULL;
        n->added += p == NULL;
        if (p != NULL) {
            p->has_successor = true;
            comer->before = p->active;
        }
    }
    for (size_t i = 0; i < c->present_count; i++)
        n->removed += !c->present[i].stays && !c->present[i].has_successor;
    return code;
}

enum garner_code gn_change_plan(struct gn_flow *f, const struct gn_roster *r,
                                struct gn_config *config, struct gn_change *c,
                                struct gn_changes *changes,
                                struct garner_error *err)
{
    enum garner_code code;

    c->config = config;
    code = take_present(f, r, c, err);
    if (code != GARNER_OK)
        return code;
    c->newcomers =
        gn_alloc((config->source_count + 1) * sizeof c->newcomers[0]);
    if (c->newcomers == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for sources");
    return compare(c, changes, err);
}

static void set_aside(const struct gn_active *a, bool aside)
{
    for (size_t i = 0; a->tables != NULL && i < a->source->row_spec_count; i++)
        gn_table_set_aside(a->tables[i], aside);
}

void gn_change_free_tables(const struct gn_change *c, bool undo)
{
    for (size_t i = 0; i < c->present_count; i++)
        if (!c->present[i].stays)
            set_aside(c->present[i].active, !undo);
    for (size_t i = 0; i < c->present_count; i++)
        if (c->present[i].stays)
            set_aside(c->present[i].active, false);
}

void gn_change_fini(struct gn_change *c, bool made)
{
    for (size_t i = 0; !made && i < c->newcomer_count; i++)
        gn_active_free(c->newcomers[i].active);
    gn_free(c->newcomers);
    gn_free(c->present);
    *c = (struct gn_change){0};
}
