/*
 * unit.c - the public door of units of work: what is added is kept, checked,
 * planned, and written as a batch.
 */
#include "garner/unit.h"

#include "base/error.h"
#include "base/mem.h"
#include "store/unit/batch.h"
#include "store/unit/check.h"
#include "store/unit/plan.h"
#include "store/unit/rows.h"
#include "store/unit/schema.h"

/* So often a unit is planned anew because the schema changed while its batch
 * waited for its turn. */
enum { TRIES = 3 };

struct garner_unit {
    struct garner_store *store;
    struct gn_unit_rows rows;
    struct gn_unit_schema schema;
    bool ack_set;
    enum garner_ack ack;
    int timeout_ms; /* below 0: the store's */

    /* of the last call that wrote it */
    struct gn_arena arena;
    struct gn_unit_plan plan;
    struct gn_unit_batch batch;

    /* once submitted: the pump's */
    garner_done *done;
    void *done_context;
    struct garner_error error; /* why it failed */
};

enum garner_code garner_unit_new(struct garner_store *store,
                                 struct garner_unit **unit,
                                 struct garner_error *err)
{
    if (store == NULL || unit == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_unit_new: a NULL argument");
    *unit = gn_alloc(sizeof **unit);
    if (*unit == NULL)
        return gn_fail(err, GARNER_NOMEM, "a unit");
    (*unit)->store = store;
    (*unit)->timeout_ms = -1;
    return GARNER_OK;
}

void garner_unit_free(struct garner_unit *unit)
{
    if (unit == NULL)
        return;
    gn_arena_clear(&unit->arena);
    gn_unit_rows_clear(&unit->rows);
    gn_unit_schema_forget(&unit->schema);
    gn_free(unit);
}

void garner_unit_clear(struct garner_unit *unit)
{
    gn_unit_rows_clear(&unit->rows);
}

size_t garner_unit_count(const struct garner_unit *unit)
{
    return unit->rows.count;
}

void garner_unit_set_ack(struct garner_unit *unit, enum garner_ack ack)
{
    unit->ack = ack;
    unit->ack_set = true;
}

void garner_unit_set_timeout(struct garner_unit *unit, int timeout_ms)
{
    unit->timeout_ms = timeout_ms < 0 ? 0 : timeout_ms;
}

/* --- adding ----------------------------------------------------------------
 */

static enum garner_code add(struct garner_unit *unit,
                            const struct gn_unit_shape *shape,
                            const struct garner_field *fields,
                            struct garner_error *err)
{
    if (unit == NULL)
        return gn_fail(err, GARNER_MISUSE, "the unit is NULL");
    return gn_unit_rows_add(&unit->rows, shape, fields, err);
}

enum garner_code garner_unit_insert(struct garner_unit *unit, const char *table,
                                    const struct garner_field *fields,
                                    size_t count, struct garner_error *err)
{
    const struct gn_unit_shape shape = {
        .verb = GN_UNIT_INSERT, .table = table, .count = count};

    return add(unit, &shape, fields, err);
}

enum garner_code garner_unit_upsert(struct garner_unit *unit, const char *table,
                                    size_t keys,
                                    const struct garner_field *fields,
                                    size_t count, struct garner_error *err)
{
    const struct gn_unit_shape shape = {
        .verb = GN_UNIT_UPSERT, .table = table, .keys = keys, .count = count};

    return add(unit, &shape, fields, err);
}

enum garner_code garner_unit_update(struct garner_unit *unit, const char *table,
                                    size_t keys,
                                    const struct garner_field *fields,
                                    size_t count, struct garner_error *err)
{
    const struct gn_unit_shape shape = {
        .verb = GN_UNIT_UPDATE, .table = table, .keys = keys, .count = count};

    return add(unit, &shape, fields, err);
}

enum garner_code garner_unit_delete(struct garner_unit *unit, const char *table,
                                    const struct garner_field *fields,
                                    size_t count, struct garner_error *err)
{
    const struct gn_unit_shape shape = {
        .verb = GN_UNIT_DELETE, .table = table, .keys = count, .count = count};

    return add(unit, &shape, fields, err);
}

/* --- writing ---------------------------------------------------------------
 */

/* The batch of what was planned, or its trial. */
static enum garner_code make_batch(struct garner_unit *u, bool trial,
                                   struct garner_error *err)
{
    enum garner_code code =
        gn_unit_batch_make(&u->plan, trial, &u->arena, &u->batch, err);

    if (code != GARNER_OK)
        return code;
    if (u->ack_set)
        garner_batch_set_ack(u->batch.batch, u->ack);
    if (u->timeout_ms >= 0)
        garner_batch_set_timeout(u->batch.batch, u->timeout_ms);
    return GARNER_OK;
}

static enum garner_code prepare(struct garner_unit *u, struct garner_error *err)
{
    enum garner_code code;

    gn_arena_clear(&u->arena);
    code = gn_unit_check(&u->rows, &u->schema, u->store, &u->arena, err);
    if (code == GARNER_OK)
        code = gn_unit_plan_make(&u->rows, &u->arena, &u->plan, err);
    if (code == GARNER_OK)
        code = make_batch(u, false, err);
    return code;
}

/* What the trial ended with replaces *fault if it names the row. */
static void learn(const struct garner_unit *u, struct garner_error *trial,
                  struct garner_error *fault)
{
    if (trial->code == fault->code &&
        gn_unit_batch_blame(&u->batch, trial) == GN_UNIT_TOLD)
        *fault = *trial;
}

static enum garner_code run(struct garner_unit *u, struct garner_result *result,
                            struct garner_error *fault)
{
    enum garner_code code =
        garner_write(u->store, u->batch.batch, result, fault);
    struct garner_error trial;

    garner_batch_free(u->batch.batch);
    if (code == GARNER_OK ||
        gn_unit_batch_blame(&u->batch, fault) != GN_UNIT_SEVERAL ||
        make_batch(u, true, NULL) != GARNER_OK)
        return code;
    if (garner_write(u->store, u->batch.batch, NULL, &trial) != GARNER_OK)
        learn(u, &trial, fault);
    garner_batch_free(u->batch.batch);
    return code;
}

/* Whether what failed may go well if it is planned anew. */
static bool is_outdated(struct garner_unit *u, enum garner_code code)
{
    bool changed = false;

    return (code == GARNER_SQL || code == GARNER_CONSTRAINT) &&
           gn_unit_schema_refresh(&u->schema, u->store, &changed, NULL) ==
               GARNER_OK &&
           changed;
}

enum garner_code garner_unit_write(struct garner_unit *unit,
                                   struct garner_result *result,
                                   struct garner_error *err)
{
    struct garner_error fault;
    enum garner_code code;
    int tries = 0;

    if (result != NULL)
        *result = (struct garner_result){0};
    if (unit == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_unit_write: unit is NULL");
    do {
        code = prepare(unit, &fault);
        if (code == GARNER_OK)
            code = run(unit, result, &fault);
    } while (++tries < TRIES && is_outdated(unit, code));
    gn_arena_clear(&unit->arena);
    if (code != GARNER_OK && err != NULL)
        *err = fault;
    return code;
}

/* --- submitting ------------------------------------------------------------
 */

static void finish(struct garner_unit *u)
{
    const struct garner_result nothing = {0};

    u->done(u->done_context, &nothing, &u->error);
    garner_unit_free(u);
}

static void tried(void *context, const struct garner_result *result,
                  const struct garner_error *err)
{
    struct garner_unit *u = context;
    struct garner_error trial;

    (void)result;
    if (err != NULL) {
        trial = *err;
        learn(u, &trial, &u->error);
    }
    finish(u);
}

static void settled(void *context, const struct garner_result *result,
                    const struct garner_error *err)
{
    struct garner_unit *u = context;

    if (err == NULL) {
        u->done(u->done_context, result, NULL);
        garner_unit_free(u);
        return;
    }
    u->error = *err;
    if (gn_unit_batch_blame(&u->batch, &u->error) == GN_UNIT_SEVERAL &&
        make_batch(u, true, NULL) == GARNER_OK) {
        if (garner_submit(u->store, u->batch.batch, tried, u, NULL) ==
            GARNER_OK)
            return;
        garner_batch_free(u->batch.batch); /* the store is closing, say */
    }
    finish(u);
}

enum garner_code garner_unit_submit(struct garner_unit *unit, garner_done *done,
                                    void *context, struct garner_error *err)
{
    struct garner_batch *batch;
    enum garner_code code;

    if (unit == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_unit_submit: unit is NULL");
    code = prepare(unit, err);
    if (code != GARNER_OK)
        return code;
    unit->done = done;
    unit->done_context = context;
    batch = unit->batch.batch;
    /* Without a callback the store tells of a failure by itself. With one, the
     * unit may be gone before the call is back. */
    code = garner_submit(unit->store, batch, done != NULL ? settled : NULL,
                         unit, err);
    if (code != GARNER_OK)
        garner_batch_free(batch);
    else if (done == NULL)
        garner_unit_free(unit);
    return code;
}
