/*
 * harvest_source.c - the end of a harvest that is in the shard.
 */
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/mem.h"
#include "store/driver/session.h"
#include "store/driver/sql.h"
#include "store/farm/harvest.h"

/* What one transaction on the shard is given. */
struct step {
    struct gn_harvest *harvest;
    gn_sql_work *work;
    const char *table;
    struct gn_harvest_batch *batch;
};

static enum garner_code in_transaction(void *context, struct gn_sqlite *c,
                                       struct garner_error *err)
{
    struct step *s = context;
    enum garner_code code;

    gn_session_free_keys(c); /* rows that hang on these are not to go, too */
    code = gn_sql_transaction(c, s->work, s, err);
    gn_session_bind_keys(c);
    return code;
}

static enum garner_code take_step(struct step *s, gn_sql_work *work,
                                  struct garner_error *err)
{
    struct gn_fleet *f = s->harvest->fleet;

    s->work = work;
    return gn_fleet_do(f, s->harvest->number, in_transaction, s,
                       gn_shard_deadline_ns(f->options.timeout_ms), err);
}

/* --- opening ---------------------------------------------------------------
 */

static enum garner_code take_source(void *context,
                                    const struct garner_value *values,
                                    struct garner_error *err)
{
    char *source = context;

    if (values[0].type != GARNER_TEXT ||
        values[0].bytes.size != GN_HARVEST_ID - 1)
        return gn_fail(err, GARNER_CORRUPT,
                       "garner_outbox has no name; restore a backup");
    memcpy(source, values[0].bytes.data, GN_HARVEST_ID - 1);
    return GARNER_OK;
}

static enum garner_code make_tables(void *context, struct gn_sqlite *c,
                                    struct garner_error *err)
{
    static const char *const sql[] = {
        "create table if not exists garner_outbox (source text not null, "
        "number integer not null) strict",
        "create table if not exists garner_outbox_batch (number integer "
        "primary key, name text not null, target text not null, place text not "
        "null) strict",
        "insert into garner_outbox select lower(hex(randomblob(16))), 0 where "
        "not exists (select 1 from garner_outbox)",
    };
    struct step *s = context;
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < 3 && code == GARNER_OK; i++)
        code = gn_sql_run(c, sql[i], NULL, 0, NULL, err);
    if (code == GARNER_OK)
        code = gn_sql_rows(c, "select source from garner_outbox", NULL, 0,
                           take_source, s->harvest->source, err);
    return code;
}

enum garner_code gn_harvest_open_source(struct gn_harvest *h,
                                        struct garner_error *err)
{
    struct step s = {.harvest = h};

    memset(h->source, 0, sizeof h->source);
    return take_step(&s, make_tables, err);
}

/* --- outboxes --------------------------------------------------------------
 */

enum garner_code gn_harvest_outbox(struct gn_sqlite *c, const char *table,
                                   struct gn_shape *outbox,
                                   struct garner_error *err)
{
    struct gn_arena arena = {0};
    const char *name = gn_arena_printf(&arena, "garner_out_%s", table);
    enum garner_code code;

    *outbox = (struct gn_shape){0};
    code = name != NULL
               ? gn_shape_read(c, name, outbox, err)
               : gn_fail(err, GARNER_NOMEM, "the outbox of %.80s", table);
    gn_arena_clear(&arena);
    return code;
}

/* Its columns are those of the table behind a number. */
static bool is_like(const struct gn_shape *outbox, const struct gn_shape *table)
{
    if (outbox->count != table->count + 1)
        return false;
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(outbox->columns[i + 1], table->columns[i]) != 0)
            return false;
    return true;
}

/* What was claimed before is all gone, so it may be made anew. */
static enum garner_code make_outbox(struct gn_sqlite *c,
                                    const struct gn_shape *table,
                                    struct gn_shape *outbox,
                                    struct garner_error *err)
{
    enum garner_code code = gn_harvest_outbox(c, table->table, outbox, err);

    if (code == GARNER_OK && is_like(outbox, table))
        return GARNER_OK;
    if (code == GARNER_OK)
        code = gn_sql_runf(c, NULL, err, "drop table %s", outbox->quoted);
    gn_shape_fini(outbox);
    if (code == GARNER_OK || code == GARNER_NOTFOUND) {
        struct gn_arena arena = {0};
        const char *name =
            gn_arena_printf(&arena, "garner_out_%s", table->table);
        const char *quoted = name != NULL ? gn_shape_quote(&arena, name) : NULL;

        code = quoted != NULL
                   ? gn_sql_runf(c, NULL, err,
                                 "create table %s (garner_number, %s)", quoted,
                                 table->list)
                   : gn_fail(err, GARNER_NOMEM, "an outbox");
        gn_arena_clear(&arena);
    }
    return code == GARNER_OK ? gn_harvest_outbox(c, table->table, outbox, err)
                             : code;
}

/* --- claiming --------------------------------------------------------------
 */

static char *key_list(const struct gn_shape *t)
{
    struct gn_buf list = {0};

    if (t->rowid != NULL)
        gn_buf_text(&list, t->rowid);
    for (size_t i = 0; i < t->key_count; i++)
        gn_buf_printf(&list, "%s%s", i > 0 ? "," : "", t->keys[i]);
    return gn_buf_take(&list);
}

static enum garner_code move_rows(struct gn_sqlite *c, const struct gn_shape *t,
                                  const struct gn_shape *outbox,
                                  const struct step *s,
                                  struct garner_error *err)
{
    const struct garner_value number = garner_integer(s->batch->number);
    const struct garner_value most = garner_integer(s->harvest->most);
    int64_t deleted = 0;
    char *keys = key_list(t);
    enum garner_code code;

    if (keys == NULL)
        return gn_fail(err, GARNER_NOMEM, "a batch");
    code = gn_sql_runf(
        c,
        &(struct gn_sql_args){(struct garner_value[]){number, most}, 2,
                              &s->batch->rows},
        err, "insert into %s select ?, %s from %s order by %s limit ?",
        outbox->quoted, t->list, t->quoted, keys);
    if (code == GARNER_OK)
        code = gn_sql_runf(c, &(struct gn_sql_args){&most, 1, &deleted}, err,
                           "delete from %s where (%s) in (select %s from %s "
                           "order by %s limit ?)",
                           t->quoted, keys, keys, t->quoted, keys);
    if (code == GARNER_OK && deleted != s->batch->rows)
        code = gn_fail(err, GARNER_SQL,
                       "table %.80s: a trigger keeps rows from being taken",
                       t->table);
    gn_free(keys);
    return code;
}

static enum garner_code note_batch(struct gn_sqlite *c, const struct step *s,
                                   const char *table, struct garner_error *err)
{
    const struct gn_harvest *h = s->harvest;
    enum garner_code code;

    if (s->batch->rows == 0)
        return GARNER_OK;
    code = gn_sql_run(c, "insert into garner_outbox_batch values (?, ?, ?, ?)",
                      GARNER_ARGS(garner_integer(s->batch->number),
                                  garner_text(table), garner_text(h->target),
                                  garner_text(h->into->path)),
                      NULL, err);
    if (code == GARNER_OK)
        code = gn_sql_run(c, "update garner_outbox set number = ?",
                          GARNER_ARGS(garner_integer(s->batch->number)), NULL,
                          err);
    GN_FAULT("harvest.claim_uncommitted");
    return code;
}

static enum garner_code claim(void *context, struct gn_sqlite *c,
                              struct garner_error *err)
{
    struct step *s = context;
    struct gn_shape table = {0};
    struct gn_shape outbox = {0};
    enum garner_code code =
        gn_sql_integer(c, "select number + 1 from garner_outbox", NULL, 0,
                       &s->batch->number, err);

    if (code == GARNER_OK)
        code = gn_shape_read(c, s->table, &table, err);
    if (code == GARNER_OK)
        code = make_outbox(c, &table, &outbox, err);
    if (code == GARNER_OK)
        code = move_rows(c, &table, &outbox, s, err);
    if (code == GARNER_OK)
        code = note_batch(c, s, table.table, err);
    gn_shape_fini(&outbox);
    gn_shape_fini(&table);
    return code;
}

enum garner_code gn_harvest_claim(struct gn_harvest *h, const char *table,
                                  struct gn_harvest_batch *batch,
                                  struct garner_error *err)
{
    struct step s = {.harvest = h, .table = table, .batch = batch};
    enum garner_code code;

    *batch = (struct gn_harvest_batch){0};
    code = take_step(&s, claim, err);
    if (code != GARNER_OK || batch->rows == 0) {
        batch->number = 0;
        return code;
    }
    batch->table = gn_strdup(table);
    return batch->table != NULL ? GARNER_OK
                                : gn_fail(err, GARNER_NOMEM, "a batch");
}

/* --- what is there, and what is done ---------------------------------------
 */

static enum garner_code take_pending(void *context,
                                     const struct garner_value *values,
                                     struct garner_error *err)
{
    struct step *s = context;

    if (values[2].bytes.size != GN_HARVEST_ID - 1 ||
        memcmp(values[2].bytes.data, s->harvest->target, GN_HARVEST_ID - 1) !=
            0)
        return gn_fail(
            err, GARNER_BUSY,
            "rows that were taken for %.*s wait in the outbox; "
            "finish that harvest first",
            (int)(values[3].bytes.size < 100 ? values[3].bytes.size : 100),
            (const char *)values[3].bytes.data);
    s->batch->number = values[0].integer;
    s->batch->table = gn_memdup(values[1].bytes.data, values[1].bytes.size);
    return s->batch->table != NULL ? GARNER_DONE
                                   : gn_fail(err, GARNER_NOMEM, "a batch");
}

enum garner_code gn_harvest_pending(struct gn_harvest *h,
                                    struct gn_harvest_batch *batch,
                                    struct garner_error *err)
{
    struct step s = {.harvest = h, .batch = batch};

    *batch = (struct gn_harvest_batch){0};
    return gn_sql_rows(h->reader,
                       "select number, name, target, place from "
                       "garner_outbox_batch order by number limit 1",
                       NULL, 0, take_pending, &s, err);
}

static enum garner_code drop(void *context, struct gn_sqlite *c,
                             struct garner_error *err)
{
    const struct step *s = context;
    const struct garner_value number = garner_integer(s->batch->number);
    struct gn_shape outbox;
    enum garner_code code = gn_harvest_outbox(c, s->batch->table, &outbox, err);

    if (code == GARNER_OK)
        code = gn_sql_runf(c, &(struct gn_sql_args){&number, 1, NULL}, err,
                           "delete from %s where garner_number = ?",
                           outbox.quoted);
    if (code == GARNER_OK)
        code = gn_sql_run(c, "delete from garner_outbox_batch where number = ?",
                          &number, 1, NULL, err);
    gn_shape_fini(&outbox);
    GN_FAULT("harvest.drop_uncommitted");
    return code;
}

enum garner_code gn_harvest_drop(struct gn_harvest *h,
                                 const struct gn_harvest_batch *batch,
                                 struct garner_error *err)
{
    struct step s = {.harvest = h, .batch = (struct gn_harvest_batch *)batch};

    return take_step(&s, drop, err);
}
