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

static struct gn_present present_of(struct gn_active *a, size_t at)
{
    struct gn_present p = {.active = a, .at = at, .last = a, .loop = at};

    if (a->leaving) {
        p.last = a->successor;
        p.loop = a->successor != NULL ? a->successor_at->index : at;
    }
    return p;
}

/* Copies who is there, on one more loop. */
static enum garner_code add_present(struct gn_change *c, size_t at,
                                    struct garner_error *err)
{
    const struct gn_turnover *t = c->loops[at];
    const struct gn_roster *r = t->roster;
    struct gn_present *present;

    gn_lock(&t->flow->lock);
    present = gn_realloc(c->present,
                         (c->present_count + r->count + 1) * sizeof present[0]);
    if (present != NULL) {
        c->present = present;
        for (size_t i = 0; i < r->count; i++)
            present[c->present_count++] = present_of(r->actives[i], at);
    }
    gn_unlock(&t->flow->lock);
    return present != NULL
               ? GARNER_OK
               : gn_fail(err, GARNER_NOMEM, "out of memory for sources");
}

static enum garner_code take_present(struct gn_change *c,
                                     struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    size_t most = 1;

    for (size_t i = 0; i < c->loop_count && code == GARNER_OK; i++) {
        code = add_present(c, i, err);
        most += c->shares[i].source_count;
    }
    if (code != GARNER_OK)
        return code;
    qsort(c->present, c->present_count, sizeof c->present[0], by_name);
    c->newcomers = gn_alloc(most * sizeof c->newcomers[0]);
    return c->newcomers != NULL
               ? GARNER_OK
               : gn_fail(err, GARNER_NOMEM, "out of memory for sources");
}

static struct gn_present *find(const struct gn_change *c,
                               const struct gn_source *source)
{
    struct gn_active like = {.source = source};
    const struct gn_present key = {.active = &like};

    return bsearch(&key, c->present, c->present_count, sizeof c->present[0],
                   by_name);
}

/* source, of the share of loop, comes. */
static enum garner_code add_newcomer(struct gn_change *c, size_t loop,
                                     const struct gn_source *source,
                                     struct gn_present *after,
                                     struct garner_error *err)
{
    struct gn_newcomer *n = &c->newcomers[c->newcomer_count];
    const struct gn_active *like = NULL;
    enum garner_code code;

    *n = (struct gn_newcomer){.loop = loop, .after = after};
    if (c->newcomer_count > 0 && n[-1].loop == loop)
        like = n[-1].active;
    code = gn_roster_check(&c->shares[loop], source,
                           like != NULL ? like->source : NULL, err);
    if (code == GARNER_OK)
        code = gn_active_new(&c->shares[loop], source, like, &n->active, err);
    if (code != GARNER_OK)
        return code;
    c->newcomer_count++;
    if (after != NULL)
        after->next = n;
    return GARNER_OK;
}

static enum garner_code compare(struct gn_change *c, size_t loop,
                                struct gn_changes *n, struct garner_error *err)
{
    const struct gn_config *share = &c->shares[loop];
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < share->source_count && code == GARNER_OK; i++) {
        const struct gn_source *source = &share->sources[i];
        struct gn_present *p = find(c, source);
        const bool was = p != NULL && p->last != NULL;

        if (was && p->loop == loop &&
            p->last->source->identity == source->identity) {
            p->stays = true;
            n->same++;
            continue;
        }
        n->changed += was;
        n->added += !was;
        code = add_newcomer(c, loop, source, p, err);
    }
    return code;
}

enum garner_code gn_change_plan(struct gn_change *c,
                                struct gn_turnover *const *loops,
                                const struct gn_config *shares, size_t count,
                                struct gn_changes *changes,
                                struct garner_error *err)
{
    enum garner_code code;

    c->loops = loops;
    c->shares = shares;
    c->loop_count = count;
    code = take_present(c, err);
    for (size_t i = 0; i < count && code == GARNER_OK; i++)
        code = compare(c, i, changes, err);
    for (size_t i = 0; i < c->present_count; i++) {
        const struct gn_present *p = &c->present[i];

        changes->removed += p->last != NULL && !p->stays && p->next == NULL;
    }
    return code;
}

static void set_aside(const struct gn_active *a, bool aside)
{
    for (size_t i = 0; a->tables != NULL && i < a->source->row_spec_count; i++)
        gn_table_set_aside(a->tables[i], aside);
}

static void set_all_aside(const struct gn_change *c, size_t loop, bool stay,
                          bool aside)
{
    for (size_t i = 0; i < c->present_count; i++) {
        const struct gn_present *p = &c->present[i];

        if (p->last != NULL && p->loop == loop && p->stays == stay)
            set_aside(p->last, aside);
    }
}

void gn_change_free_tables(const struct gn_change *c, size_t loop, bool undo)
{
    set_all_aside(c, loop, false, !undo);
    set_all_aside(c, loop, true, false); /* they may share one */
}

/* p, whose loop this is, is succeeded by another from now on. */
static void replace(const struct gn_change *c, struct gn_present *p)
{
    struct gn_active *a = p->active;
    struct gn_turnover *t = c->loops[p->at];

    gn_lock(&t->flow->lock);
    p->replaced = a->successor;
    a->successor = p->next != NULL ? p->next->active : NULL;
    a->successor_at = p->next != NULL ? c->loops[p->next->loop] : NULL;
    gn_unlock(&t->flow->lock);
    if (p->next != NULL)
        p->next->taken = true;
    if (!a->leaving)
        gn_turnover_go(t, a);
}

void gn_change_make(struct gn_change *c, size_t loop, struct gn_entry *entry)
{
    for (size_t i = 0; i < c->present_count; i++)
        if (c->present[i].at == loop && !c->present[i].stays)
            replace(c, &c->present[i]);
    for (size_t i = 0; i < c->newcomer_count; i++) {
        struct gn_newcomer *n = &c->newcomers[i];

        if (n->loop != loop || n->after != NULL)
            continue;
        gn_entry_add(entry, n->active);
        n->taken = true;
    }
}

void gn_change_fini(struct gn_change *c)
{
    for (size_t i = 0; i < c->newcomer_count; i++)
        if (!c->newcomers[i].taken)
            gn_active_free(c->newcomers[i].active);
    for (size_t i = 0; i < c->present_count; i++)
        gn_active_free(c->present[i].replaced);
    gn_free(c->newcomers);
    gn_free(c->present);
    *c = (struct gn_change){0};
}
