#include "store/commit/gate.h"

#include "base/error.h"
#include "base/mem.h"

enum garner_code gn_gate_new(struct gn_sqlite *c, struct gn_gate **out,
                             struct garner_error *err)
{
    struct gn_shard_name name;
    enum garner_code code = gn_slots_name(c, &name, err);

    *out = NULL;
    if (code != GARNER_OK)
        return code == GARNER_NOTFOUND ? GARNER_OK : code;
    *out = gn_alloc(sizeof **out);
    if (*out == NULL)
        return gn_fail(err, GARNER_NOMEM, "the slots of a shard");
    TAILQ_INIT(&(*out)->bounced);
    return GARNER_OK;
}

void gn_gate_free(struct gn_gate *g)
{
    if (g == NULL)
        return;
    GN_CHECK(TAILQ_EMPTY(&g->bounced));
    gn_free(g);
}

enum garner_code gn_gate_look(struct gn_gate *g, struct gn_sqlite *c,
                              struct garner_error *err)
{
    int64_t version;
    enum garner_code code;

    if (g->known)
        return GARNER_OK;
    code = gn_slots_version(c, &version, err);
    if (code == GARNER_OK && version != g->slots.version) {
        code = gn_slots_read(c, &g->slots, err);
        g->moving = 0;
        for (unsigned i = 0; i < GARNER_SLOTS; i++)
            g->moving += g->slots.state[i] == GN_SLOT_LEAVING ||
                         g->slots.state[i] == GN_SLOT_ARRIVING;
        if (code != GARNER_OK)
            g->slots.version = 0; /* half read */
    }
    g->known = code == GARNER_OK;
    return code;
}

static bool may_run(const struct gn_gate *g, const struct gn_ticket *t)
{
    if (t->work != NULL) /* the store's own: it knows where it is */
        return true;
    if (t->batch == NULL && t->count == 0 &&
        !t->holds) /* a flush: of what is here */
        return true;
    if (g->doors[t->slot] == GN_DOOR_HELD)
        return false;
    return t->slot == 0 ? g->moving == 0
                        : g->slots.state[t->slot - 1] == GN_SLOT_HERE;
}

enum garner_code gn_gate_bar(struct gn_ticket *t, struct garner_error *err)
{
    t->moved = true;
    t->unrun = false;
    t->result = (struct garner_result){0};
    t->code = gn_fail(err, GARNER_BUSY,
                      "keys of this shard are being moved (garner_farm_resize);"
                      " write through the farm, or try again");
    return t->code;
}

size_t gn_gate_sort(struct gn_gate *g, struct gn_ticket **group, size_t count,
                    size_t *barred)
{
    struct gn_tickets told = TAILQ_HEAD_INITIALIZER(told);
    struct gn_ticket *t;
    size_t runs = 0;

    for (size_t i = 0; i < count; i++) {
        t = group[i];
        if (may_run(g, t)) {
            group[runs++] = t;
        } else if (t->batch != NULL && g->wake != NULL) {
            g->doors[t->slot] = GN_DOOR_HELD;
            TAILQ_INSERT_TAIL(&g->bounced, t, in_queue);
        } else {
            (void)gn_gate_bar(t, t->err);
            TAILQ_INSERT_TAIL(&told, t, in_queue);
        }
    }
    *barred = 0;
    while ((t = TAILQ_FIRST(&told)) != NULL) {
        TAILQ_REMOVE(&told, t, in_queue);
        group[runs + (*barred)++] = t;
    }
    return runs;
}

bool gn_gate_is_shut(const struct gn_gate *g, const struct gn_ticket *t)
{
    return t->work == NULL && g->doors[t->slot] == GN_DOOR_SHUT;
}
