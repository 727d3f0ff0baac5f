/*
 * harvest.c - garner_harvest: all tables of all shards, batch by batch
 * (harvest.h).
 */
#include "store/farm/harvest.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/mem.h"
#include "store/driver/sql.h"
#include "store/farm/mend.h"
#include "store/farm/transit.h"
#include "store/handle.h"

enum { ROWS = 1000 };

/* --- a table ---------------------------------------------------------------
 */

static enum garner_code bring(struct gn_harvest *h,
                              const struct gn_harvest_batch *batch,
                              struct garner_error *err)
{
    enum garner_code code = gn_harvest_carry(h, batch, err);

    GN_FAULT("harvest.carried");
    if (code == GARNER_OK)
        code = gn_harvest_drop(h, batch, err);
    GN_FAULT("harvest.dropped");
    return code;
}

/* What was claimed by a harvest that did not end. */
static enum garner_code bring_pending(struct gn_harvest *h,
                                      struct garner_error *err)
{
    struct gn_harvest_batch batch;
    enum garner_code code;

    do {
        code = gn_harvest_pending(h, &batch, err);
        if (code == GARNER_OK && batch.number > 0)
            code = bring(h, &batch, err);
        gn_free(batch.table);
    } while (code == GARNER_OK && batch.number > 0);
    return code;
}

static enum garner_code take_table(struct gn_harvest *h, const char *table,
                                   struct garner_error *err)
{
    enum garner_code code = gn_harvest_forget(h, table, err);
    int64_t rows = h->most;

    while (code == GARNER_OK && rows == h->most) {
        struct gn_harvest_batch batch;

        code = gn_harvest_claim(h, table, &batch, err);
        GN_FAULT("harvest.claimed");
        rows = batch.rows;
        if (code == GARNER_OK && rows > 0)
            code = bring(h, &batch, err);
        gn_free(batch.table);
    }
    return code;
}

static enum garner_code harvest_table(struct gn_harvest *h, const char *table,
                                      struct garner_error *err)
{
    return h->options->keep ? gn_harvest_copy(h, table, err)
                            : take_table(h, table, err);
}

/* --- a shard ---------------------------------------------------------------
 */

/* The names are read before anything is done to the tables. */
struct tables {
    struct gn_arena arena;
    struct table {
        struct table *next;
        const char *name;
    } * first, **end;
};

static enum garner_code take_name(void *context,
                                  const struct garner_value *values,
                                  struct garner_error *err)
{
    struct tables *tables = context;
    struct table *t = gn_arena_zeroed(&tables->arena, sizeof *t);

    if (t != NULL)
        t->name = gn_arena_copy(&tables->arena, values[0].bytes.data,
                                values[0].bytes.size);
    if (t == NULL || t->name == NULL)
        return gn_fail(err, GARNER_NOMEM, "the tables of a shard");
    *tables->end = t;
    tables->end = &t->next;
    return GARNER_OK;
}

static enum garner_code harvest_all(struct gn_harvest *h,
                                    struct garner_error *err)
{
    struct tables tables = {.end = &tables.first};
    enum garner_code code = gn_sql_rows(
        h->reader,
        "select t.name from pragma_table_list t join sqlite_schema s on s.name "
        "= t.name where t.schema = 'main' and t.type = 'table' and t.name not "
        "like 'garner\\_%' escape '\\' and t.name not like 'sqlite\\_%' escape "
        "'\\' order by s.rowid",
        NULL, 0, take_name, &tables, err);

    for (const struct table *t = tables.first; t != NULL && code == GARNER_OK;
         t = t->next)
        code = harvest_table(h, t->name, err);
    gn_arena_clear(&tables.arena);
    return code;
}

static enum garner_code harvest_tables(struct gn_harvest *h,
                                       struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    if (h->options->table_count == 0)
        return harvest_all(h, err);
    for (size_t i = 0; i < h->options->table_count && code == GARNER_OK; i++)
        code = harvest_table(h, h->options->tables[i], err);
    return code;
}

static enum garner_code harvest_shard(struct gn_harvest *h,
                                      struct garner_error *err)
{
    enum garner_code code =
        gn_fleet_reader(h->fleet, h->number, &h->reader, err);

    if (code != GARNER_OK)
        return gn_fleet_blame(h->fleet->folder, h->number, code, err);
    code = gn_harvest_open_source(h, err);
    if (code == GARNER_OK)
        code = bring_pending(h, err);
    if (code == GARNER_OK)
        code = harvest_tables(h, err);
    gn_sqlite_close(h->reader);
    return code == GARNER_OK
               ? code
               : gn_fleet_blame(h->fleet->folder, h->number, code, err);
}

static enum garner_code harvest_shards(struct gn_harvest *h,
                                       struct garner_error *err)
{
    struct gn_layout_keys keys = {0};
    enum garner_code code = gn_mend(h->fleet, err);

    if (code == GARNER_OK)
        code = gn_transit_keys(h->fleet, &keys, err);
    h->keys = &keys;
    if (code == GARNER_OK)
        code = gn_harvest_open_target(h, err);
    for (h->number = 0;
         h->number < gn_fleet_count(h->fleet) && code == GARNER_OK; h->number++)
        code = harvest_shard(h, err);
    h->keys = NULL;
    gn_layout_keys_fini(&keys);
    return code;
}

/* --- the public call -------------------------------------------------------
 */

static enum garner_code
check_tables(const struct garner_harvest_options *options,
             struct garner_error *err)
{
    if (options->tables == NULL && options->table_count > 0)
        return gn_fail(err, GARNER_MISUSE, "garner_harvest: tables is NULL");
    for (size_t i = 0; i < options->table_count; i++)
        if (gn_shape_is_own(options->tables[i]))
            return gn_fail(err, GARNER_MISUSE,
                           "garner_harvest: %.80s stays where it is: it is "
                           "none of yours",
                           options->tables[i]);
    return GARNER_OK;
}

static enum garner_code check(const struct garner_store *farm,
                              struct garner_store *into,
                              const struct garner_harvest_options *options,
                              struct gn_shard **shard, struct garner_error *err)
{
    enum garner_code code = gn_handle_check(farm, err);

    if (code != GARNER_OK)
        return code;
    if (farm->kind != GN_HANDLE_FARM)
        return gn_fail(err, GARNER_MISUSE,
                       "garner_harvest: the first store is no farm");
    if (farm->farm->fleet->moves == NULL)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%s was opened for reading alone",
                       farm->farm->fleet->folder);
    code = gn_handle_check(into, err);
    if (code == GARNER_OK && into->kind != GN_HANDLE_STORE)
        code = gn_fail(err, GARNER_MISUSE,
                       "what rows are harvested into must be a database by "
                       "itself, no farm, nor a part of one");
    if (code == GARNER_OK)
        code = gn_handle_writes(into, shard, err);
    if (code == GARNER_OK && (*shard)->gate != NULL)
        code = gn_fail(err, GARNER_MISUSE,
                       "%s is a shard of a farm; harvest into a database by "
                       "itself",
                       (*shard)->path);
    return code == GARNER_OK ? check_tables(options, err) : code;
}

enum garner_code garner_harvest(struct garner_store *farm,
                                struct garner_store *into,
                                const struct garner_harvest_options *options,
                                struct garner_harvested *done,
                                struct garner_error *err)
{
    static const struct garner_harvest_options usual;
    struct gn_harvest h = {.options = options != NULL ? options : &usual};
    enum garner_code code = check(farm, into, h.options, &h.into, err);

    if (code == GARNER_OK) {
        h.fleet = farm->farm->fleet;
        h.most = h.options->batch_rows > 0 && h.options->batch_rows < INT32_MAX
                     ? (int64_t)h.options->batch_rows
                     : ROWS;
        code = gn_moves_begin(h.fleet->moves,
                              gn_shard_deadline_ns(h.fleet->options.timeout_ms),
                              err);
    }
    if (code == GARNER_OK) {
        code = harvest_shards(&h, err);
        gn_moves_end(h.fleet->moves);
    }
    if (done != NULL)
        *done = h.done;
    return code;
}
