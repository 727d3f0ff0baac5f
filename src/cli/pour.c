#include "cli/pour.h"

#include "base/error.h"
#include "base/mem.h"
#include "engine/table.h"
#include "garner/write.h"

struct gn_pour {
    struct garner_store *store;
    struct gn_tables *all;
    struct gn_table **tables; /* one for each spec */
    size_t count;
    struct garner_batch *batch;
};

void gn_pour_free(struct gn_pour *pour)
{
    if (pour == NULL)
        return;
    garner_batch_free(pour->batch);
    gn_tables_free(pour->all);
    gn_free(pour->tables);
    gn_free(pour);
}

enum garner_code gn_pour_new(struct garner_store *store,
                             const struct gn_rows_spec *specs, size_t count,
                             enum garner_ack ack, struct gn_pour **out,
                             struct garner_error *err)
{
    struct gn_pour *p = gn_alloc(sizeof *p);
    enum garner_code code = GARNER_OK;

    *out = p;
    if (p != NULL)
        p->tables = gn_alloc((count + 1) * sizeof p->tables[0]);
    if (p == NULL || p->tables == NULL)
        code = gn_fail(err, GARNER_NOMEM, "out of memory for tables");
    if (code == GARNER_OK)
        code = gn_tables_new(&p->all, err);
    if (code == GARNER_OK)
        code = garner_batch_new(&p->batch, err);
    for (size_t i = 0; i < count && code == GARNER_OK; i++)
        code = gn_tables_find(p->all, store, &specs[i], &p->tables[i], err);
    if (code != GARNER_OK) {
        gn_pour_free(p);
        *out = NULL;
        return code;
    }
    p->store = store;
    p->count = count;
    garner_batch_set_ack(p->batch, ack);
    return GARNER_OK;
}

static enum garner_code look(struct gn_pour *p, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < p->count && code == GARNER_OK; i++) {
        struct gn_look look;

        if (gn_table_is_known(p->tables[i]))
            continue;
        gn_table_look(p->tables[i], &look);
        code = gn_look_run(&look, p->store, err);
        if (code == GARNER_OK)
            gn_table_learn(p->tables[i], &look);
        gn_look_fini(&look);
    }
    return code;
}

static enum garner_code write_once(struct gn_pour *p,
                                   const struct gn_pour_set *sets, size_t count,
                                   struct garner_error *err)
{
    enum garner_code code = look(p, err);
    bool changes = false;

    garner_batch_clear(p->batch);
    for (size_t i = 0; i < count && code == GARNER_OK; i++) {
        struct gn_table *table = p->tables[sets[i].table];

        code = gn_table_check_rows(table, sets[i].rows, err);
        if (code == GARNER_OK)
            code =
                gn_table_add_rows(table, p->batch, sets[i].rows, &changes, err);
    }
    if (code == GARNER_OK)
        code = garner_write(p->store, p->batch, NULL, err);
    /* What was built on it may not be there. */
    for (size_t i = 0; i < p->count && code != GARNER_OK; i++)
        gn_table_forget(p->tables[i]);
    return code;
}

enum garner_code gn_pour_write(struct gn_pour *pour,
                               const struct gn_pour_set *sets, size_t count,
                               struct garner_error *err)
{
    const enum garner_code code = write_once(pour, sets, count, err);

    return code == GARNER_SQL ? write_once(pour, sets, count, err) : code;
}
