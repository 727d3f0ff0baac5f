#include "cli/pour.h"

#include <limits.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "cli/quote.h"
#include "engine/table/table.h"
#include "garner/tx.h"
#include "garner/write.h"

struct gn_pour {
    struct garner_store *store;
    struct gn_tables *all;
    const struct gn_rows_spec *specs;
    struct gn_table **tables; /* one for each spec */
    bool *frozen;             /* the same */
    size_t count;
    enum garner_ack ack;
    struct garner_batch *batch;
};

void gn_pour_free(struct gn_pour *pour)
{
    if (pour == NULL)
        return;
    garner_batch_free(pour->batch);
    gn_tables_free(pour->all);
    gn_free(pour->tables);
    gn_free(pour->frozen);
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
    if (p != NULL)
        p->frozen = gn_alloc((count + 1) * sizeof p->frozen[0]);
    if (p == NULL || p->tables == NULL || p->frozen == NULL)
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
    p->specs = specs;
    p->count = count;
    p->ack = ack;
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

void gn_pour_freeze(struct gn_pour *pour)
{
    for (size_t i = 0; i < pour->count; i++)
        pour->frozen[i] = gn_table_exists(pour->tables[i]);
}

static enum garner_code check(const struct gn_pour *p,
                              const struct gn_pour_set *set,
                              struct garner_error *err)
{
    const struct gn_table *table = p->tables[set->table];
    const char *lacks =
        p->frozen[set->table] ? gn_table_lacks(table, set->rows) : NULL;

    if (lacks != NULL)
        return gn_fail(err, GARNER_INVALID,
                       "table %.60s has no column %.60s; --alter adds it",
                       p->specs[set->table].table, lacks);
    return gn_table_check_rows(table, set->rows, err);
}

/* What was built on it may not be there. */
static void forget(struct gn_pour *p)
{
    for (size_t i = 0; i < p->count; i++)
        gn_table_forget(p->tables[i]);
}

static enum garner_code write_once(struct gn_pour *p,
                                   const struct gn_pour_set *sets, size_t count,
                                   int64_t *changes, struct garner_error *err)
{
    struct garner_result result = {0};
    enum garner_code code = look(p, err);
    struct gn_added added;

    garner_batch_clear(p->batch);
    for (size_t i = 0; i < count && code == GARNER_OK; i++) {
        code = check(p, &sets[i], err);
        if (code == GARNER_OK)
            code = gn_table_add_rows(p->tables[sets[i].table], p->batch,
                                     &(struct gn_offer){sets[i].rows,
                                                        sets[i].parents,
                                                        gn_clock_wall_us()},
                                     &added, err);
    }
    if (code == GARNER_OK)
        code = garner_write(p->store, p->batch, &result, err);
    if (changes != NULL)
        *changes = result.changes;
    if (code != GARNER_OK)
        forget(p);
    return code;
}

enum garner_code gn_pour_write(struct gn_pour *pour,
                               const struct gn_pour_set *sets, size_t count,
                               int64_t *changes, struct garner_error *err)
{
    const enum garner_code code = write_once(pour, sets, count, changes, err);

    return code == GARNER_SQL ? write_once(pour, sets, count, changes, err)
                              : code;
}

/* --- in place of what is there ------------------------------------------- */

static enum garner_code delete_all(const struct gn_pour *p,
                                   struct garner_tx *tx, int64_t *deleted,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    *deleted = 0;
    for (size_t i = 0; i < p->count && code == GARNER_OK; i++) {
        struct garner_result result = {0};
        struct gn_buf sql = {0};

        if (!gn_table_exists(p->tables[i]))
            continue;
        gn_buf_text(&sql, "delete from ");
        gn_quote_name(&sql, p->specs[i].table);
        code = gn_buf_failed(&sql)
                   ? gn_fail(err, GARNER_NOMEM, "out of memory for SQL")
                   : garner_tx_exec(tx, gn_buf_cstr(&sql), GARNER_ARGS(),
                                    &result, err);
        gn_buf_fini(&sql);
        *deleted += result.changes;
    }
    return code;
}

/* The first row that was refused, and why. */
struct refusal {
    struct gn_pour_bad *bad;
    size_t set;
    struct garner_error why;
};

static void on_refused(void *context, size_t row, const char *why)
{
    struct refusal *r = context;

    if (r->bad->is_known)
        return;
    *r->bad = (struct gn_pour_bad){true, r->set, row};
    (void)gn_fail(&r->why, GARNER_CONSTRAINT, "%s", why);
}

static enum garner_code put_all(struct gn_pour *p, struct garner_tx *tx,
                                const struct gn_pour_set *sets, size_t count,
                                struct gn_pour_bad *bad,
                                struct garner_error *err)
{
    struct refusal r = {.bad = bad};
    const struct gn_pen pen = {.tx = tx, .refused = on_refused, .context = &r};
    enum garner_code code = GARNER_OK;

    *bad = (struct gn_pour_bad){0};
    for (; r.set < count && code == GARNER_OK && !bad->is_known; r.set++) {
        const struct gn_pour_set *set = &sets[r.set];

        code = check(p, set, err);
        if (code == GARNER_INVALID)
            *bad = (struct gn_pour_bad){true, r.set, 0};
        if (code == GARNER_OK)
            code = gn_table_try_rows(
                p->tables[set->table], &pen,
                &(struct gn_offer){set->rows, set->parents, gn_clock_wall_us()},
                err);
    }
    return code == GARNER_OK && bad->is_known
               ? gn_fail(err, GARNER_CONSTRAINT, "%s", r.why.message)
               : code;
}

static enum garner_code anew_once(struct gn_pour *p,
                                  const struct gn_pour_set *sets, size_t count,
                                  int64_t *changes, struct gn_pour_bad *bad,
                                  struct garner_error *err)
{
    struct garner_tx_options options;
    struct garner_result result = {0};
    struct garner_tx *tx = NULL;
    int64_t deleted = 0;
    enum garner_code code = look(p, err);

    garner_tx_options_init(&options);
    options.ack = p->ack;
    /* However long it takes to delete what may be many rows, with triggers: who
     * asked for it is there to end it. */
    options.timeout_ms = options.idle_ms = INT_MAX;
    if (code == GARNER_OK)
        code = garner_begin(p->store, &options, &tx, err);
    if (code == GARNER_OK)
        code = delete_all(p, tx, &deleted, err);
    if (code == GARNER_OK)
        code = put_all(p, tx, sets, count, bad, err);
    if (code == GARNER_OK)
        code = garner_commit(tx, &result, err);
    if (code == GARNER_OK) {
        *changes = result.changes - deleted;
        return GARNER_OK;
    }
    garner_rollback(tx);
    forget(p);
    return code;
}

enum garner_code gn_pour_anew(struct gn_pour *pour,
                              const struct gn_pour_set *sets, size_t count,
                              int64_t *changes, struct gn_pour_bad *bad,
                              struct garner_error *err)
{
    const enum garner_code code =
        anew_once(pour, sets, count, changes, bad, err);

    return code == GARNER_SQL ? anew_once(pour, sets, count, changes, bad, err)
                              : code;
}
