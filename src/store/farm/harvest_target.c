/*
 * harvest_target.c - the end of a harvest that is in the store the rows come
 * to.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/mem.h"
#include "store/driver/cursor.h"
#include "store/driver/run.h"
#include "store/driver/session.h"
#include "store/driver/sql.h"
#include "store/farm/harvest.h"
#include "store/farm/schema_copy.h"

/* What one transaction on the store is given. */
struct step {
    struct gn_harvest *harvest;
    gn_sql_work *work;
    const char *table;
    const struct gn_harvest_batch *batch;
};

static enum garner_code in_transaction(void *context, void *connection,
                                       struct garner_error *err)
{
    struct step *s = context;
    enum garner_code code;

    gn_session_free_keys(connection); /* what they point to may come later */
    code = gn_sql_transaction(connection, s->work, s, err);
    gn_session_bind_keys(connection);
    return code;
}

static enum garner_code take_step(struct step *s, gn_sql_work *work,
                                  struct garner_error *err)
{
    struct gn_shard *into = s->harvest->into;
    struct garner_error reason = {0};
    struct gn_ticket ticket = {
        .work = in_transaction,
        .work_context = s,
        .deadline_ns = gn_shard_deadline_ns(into->options.timeout_ms),
        .err = &reason,
    };
    enum garner_code code;

    s->work = work;
    code = gn_commit_wait(into->commit, &ticket);
    if (code != GARNER_OK) {
        gn_fail(err, code, "%.80s: %.150s", into->path, reason.message);
        if (err != NULL)
            err->native = reason.native;
    }
    return code;
}

/* --- opening ---------------------------------------------------------------
 */

static enum garner_code take_target(void *context,
                                    const struct garner_value *values,
                                    struct garner_error *err)
{
    char *target = context;

    if (values[0].type != GARNER_TEXT ||
        values[0].bytes.size != GN_HARVEST_ID - 1)
        return gn_fail(err, GARNER_CORRUPT,
                       "garner_harvest has no name; restore a backup");
    memcpy(target, values[0].bytes.data, GN_HARVEST_ID - 1);
    return GARNER_OK;
}

static enum garner_code make_tables(void *context, struct gn_sqlite *c,
                                    struct garner_error *err)
{
    static const char *const sql[] = {
        "create table if not exists garner_harvest (target text not null) "
        "strict",
        "create table if not exists garner_harvested (source text primary key, "
        "number integer not null) strict",
        "create table if not exists garner_harvest_row (source text, name text "
        "collate nocase, row integer, primary key (source, name, row)) strict, "
        "without rowid",
        "insert into garner_harvest select lower(hex(randomblob(16))) where "
        "not exists (select 1 from garner_harvest)",
    };
    struct step *s = context;
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < 4 && code == GARNER_OK; i++)
        code = gn_sql_run(c, sql[i], NULL, 0, NULL, err);
    if (code == GARNER_OK)
        code = gn_sql_rows(c, "select target from garner_harvest", NULL, 0,
                           take_target, s->harvest->target, err);
    return code;
}

enum garner_code gn_harvest_open_target(struct gn_harvest *h,
                                        struct garner_error *err)
{
    struct step s = {.harvest = h};

    return take_step(&s, make_tables, err);
}

/* --- passing rows ----------------------------------------------------------
 */

/* Rows of one table on their way in. */
struct passing {
    struct gn_harvest *harvest;
    struct gn_sqlite *to;
    struct gn_shape table;        /* of the store */
    const struct gn_shape *shape; /* of the table in the shard, or its outbox */
    size_t skipped;               /* place + 1 of a column that is not passed */
    size_t skipped_too;
    char *insert;
    struct garner_value *values;
    int64_t rows;
    bool noted; /* each row's place is noted as a copy's */
};

/* New ids for an INTEGER PRIMARY KEY, unless it is the farm's key. */
static void choose_columns(struct passing *p)
{
    const struct gn_harvest *h = p->harvest;
    const char *key = gn_layout_key(h->keys, p->table.table);
    const char *id = p->table.id > 0 ? p->table.columns[p->table.id - 1] : NULL;

    if (!h->options->new_ids || id == NULL)
        return;
    if (key != NULL && gn_shape_column(&p->table, key) == p->table.id)
        return;
    for (size_t i = 0; i < p->shape->count; i++)
        if (strcasecmp(p->shape->columns[i], id) == 0)
            p->skipped_too = i + 1;
}

static bool is_passed(const struct passing *p, size_t column)
{
    return column + 1 != p->skipped && column + 1 != p->skipped_too;
}

static enum garner_code write_insert(struct passing *p,
                                     struct garner_error *err)
{
    struct gn_buf list = {0};
    struct gn_buf marks = {0};
    struct gn_buf sql = {0};
    const char *comma = "";

    for (size_t i = 0; i < p->shape->count; i++) {
        if (!is_passed(p, i))
            continue;
        gn_buf_printf(&list, "%s%s", comma, p->shape->columns[i]);
        gn_buf_printf(&marks, "%s?", comma);
        comma = ",";
    }
    if (list.size > 0)
        gn_buf_printf(&sql, "insert into %s (%s) values (%s)", p->table.quoted,
                      gn_buf_cstr(&list), gn_buf_cstr(&marks));
    else
        gn_buf_printf(&sql, "insert into %s default values", p->table.quoted);
    if (!gn_buf_failed(&list) && !gn_buf_failed(&marks))
        p->insert = gn_buf_take(&sql);
    p->values = gn_alloc((p->shape->count + 1) * sizeof p->values[0]);
    gn_buf_fini(&list);
    gn_buf_fini(&marks);
    gn_buf_fini(&sql);
    return p->insert != NULL && p->values != NULL
               ? GARNER_OK
               : gn_fail(err, GARNER_NOMEM, "rows of %.80s", p->table.table);
}

static enum garner_code explain(const struct passing *p,
                                struct garner_error *err)
{
    struct garner_error reason;

    if (err == NULL)
        return GARNER_CONSTRAINT;
    reason = *err;
    return gn_fail(err, GARNER_CONSTRAINT,
                   "table %.50s: a row is in the way of one of shard %u "
                   "(%.60s)%s",
                   p->table.table, p->harvest->number, reason.message,
                   p->table.id > 0 && !p->harvest->options->new_ids
                       ? "; ask for new ids if these mean nothing"
                       : "");
}

static enum garner_code pass_row(struct passing *p,
                                 const struct gn_cursor *cursor,
                                 struct garner_error *err)
{
    struct garner_result result = {0};
    struct gn_statement s;
    size_t count = 0;
    enum garner_code code;

    for (size_t i = 0; i < p->shape->count; i++)
        if (is_passed(p, i))
            p->values[count++] = gn_cursor_value(cursor, i);
    gn_run_start(p->to);
    gn_statement_init(&s, p->insert, p->values, count);
    code = gn_run_one(p->to, &s, &result, err);
    if (code == GARNER_CONSTRAINT)
        return explain(p, err);
    p->rows++;
    if (code != GARNER_OK || !p->noted)
        return code;
    return gn_sql_run(p->to, "insert into garner_harvest_row values (?, ?, ?)",
                      GARNER_ARGS(garner_text(p->harvest->source),
                                  garner_text(p->table.table),
                                  garner_integer(result.last_rowid)),
                      NULL, err);
}

/* query selects all columns of p->shape on the shard's reader. */
static enum garner_code pass_rows(struct passing *p,
                                  const struct gn_statement *query,
                                  struct garner_error *err)
{
    struct gn_cursor *cursor;
    enum garner_code code =
        gn_cursor_open(p->harvest->reader, query, &cursor, err);

    if (code != GARNER_OK)
        return code;
    while ((code = gn_cursor_next(cursor, err)) == GARNER_ROW) {
        code = pass_row(p, cursor, err);
        if (code != GARNER_OK)
            break;
    }
    gn_cursor_close(cursor);
    return code == GARNER_DONE ? GARNER_OK : code;
}

/* The table in the store, made if it is not there. */
static enum garner_code open_table(struct passing *p, const char *table,
                                   struct garner_error *err)
{
    enum garner_code code =
        gn_schema_copy(p->harvest->reader, p->to, table, err);

    if (code == GARNER_OK)
        code = gn_shape_read(p->to, table, &p->table, err);
    if (code == GARNER_OK)
        choose_columns(p);
    return code == GARNER_OK ? write_insert(p, err) : code;
}

static void close_table(struct passing *p)
{
    gn_free(p->values);
    gn_free(p->insert);
    gn_shape_fini(&p->table);
}

/* where is what comes behind the table's name, with one parameter at most. */
static enum garner_code pass(struct passing *p, const char *table,
                             const char *where, const struct garner_value *arg,
                             struct garner_error *err)
{
    struct gn_statement query;
    struct gn_buf sql = {0};
    enum garner_code code = open_table(p, table, err);

    gn_buf_printf(&sql, "select %s from %s%s", p->shape->list, p->shape->quoted,
                  where);
    if (code == GARNER_OK && gn_buf_failed(&sql))
        code = gn_fail(err, GARNER_NOMEM, "rows of %.80s", table);
    if (code == GARNER_OK) {
        gn_statement_init(&query, gn_buf_cstr(&sql), arg, arg != NULL);
        code = pass_rows(p, &query, err);
    }
    gn_buf_fini(&sql);
    close_table(p);
    return code;
}

/* --- a batch ---------------------------------------------------------------
 */

static enum garner_code note_number(const struct step *s, struct gn_sqlite *c,
                                    struct garner_error *err)
{
    const enum garner_code code =
        gn_sql_run(c, "insert or replace into garner_harvested values (?, ?)",
                   GARNER_ARGS(garner_text(s->harvest->source),
                               garner_integer(s->batch->number)),
                   NULL, err);

    GN_FAULT("harvest.carry_uncommitted");
    return code;
}

static enum garner_code carry(void *context, struct gn_sqlite *c,
                              struct garner_error *err)
{
    struct step *s = context;
    struct gn_harvest *h = s->harvest;
    const struct garner_value number = garner_integer(s->batch->number);
    struct passing p = {.harvest = h, .to = c, .skipped = 1};
    struct gn_shape outbox = {0};
    char where[64];
    int64_t last = 0;
    enum garner_code code = gn_sql_integer(
        c, "select number from garner_harvested where source = ?",
        GARNER_ARGS(garner_text(h->source)), &last, err);

    if (code == GARNER_OK && last >= s->batch->number)
        return GARNER_OK; /* it came before, and was not dropped */
    if (code == GARNER_NOTFOUND)
        code = GARNER_OK;
    if (code == GARNER_OK)
        code = gn_harvest_outbox(h->reader, s->batch->table, &outbox, err);
    p.shape = &outbox;
    snprintf(where, sizeof where, " where garner_number = ? order by %s",
             outbox.rowid);
    if (code == GARNER_OK)
        code = pass(&p, s->batch->table, where, &number, err);
    if (code == GARNER_OK)
        code = note_number(s, c, err);
    gn_shape_fini(&outbox);
    if (code == GARNER_OK)
        h->batch_rows = p.rows;
    return code;
}

enum garner_code gn_harvest_carry(struct gn_harvest *h,
                                  const struct gn_harvest_batch *batch,
                                  struct garner_error *err)
{
    struct step s = {.harvest = h, .batch = batch};
    enum garner_code code;

    h->batch_rows = 0;
    code = take_step(&s, carry, err);
    if (code == GARNER_OK && h->batch_rows > 0) {
        h->done.rows += (uint64_t)h->batch_rows;
        h->done.batches++;
    }
    return code;
}

/* --- a copy ----------------------------------------------------------------
 */

static enum garner_code forget(void *context, struct gn_sqlite *c,
                               struct garner_error *err)
{
    const struct step *s = context;
    const struct garner_value which[] = {garner_text(s->harvest->source),
                                         garner_text(s->table)};
    struct gn_shape table;
    enum garner_code code = gn_shape_read(c, s->table, &table, err);

    if (code == GARNER_OK && table.rowid != NULL)
        code = gn_sql_runf(c, &(struct gn_sql_args){which, 2, NULL}, err,
                           "delete from %s where %s in (select row from "
                           "garner_harvest_row where source = ? and name = ?)",
                           table.quoted, table.rowid);
    gn_shape_fini(&table);
    if (code == GARNER_NOTFOUND) /* nothing was copied into it either */
        code = GARNER_OK;
    if (code == GARNER_OK)
        code = gn_sql_run(c,
                          "delete from garner_harvest_row where source = ? and "
                          "name = ?",
                          which, 2, NULL, err);
    return code;
}

static enum garner_code copy(void *context, struct gn_sqlite *c,
                             struct garner_error *err)
{
    struct step *s = context;
    struct passing p = {.harvest = s->harvest, .to = c, .noted = true};
    struct gn_shape shape = {0};
    enum garner_code code = forget(s, c, err);

    if (code == GARNER_OK)
        code = gn_shape_read(s->harvest->reader, s->table, &shape, err);
    if (code == GARNER_OK && shape.rowid == NULL)
        code = gn_fail(err, GARNER_UNSUPPORTED,
                       "table %.80s is WITHOUT ROWID: its rows can be taken, "
                       "not kept",
                       s->table);
    p.shape = &shape;
    if (code == GARNER_OK)
        code = pass(&p, s->table, "", NULL, err);
    gn_shape_fini(&shape);
    if (code == GARNER_OK)
        s->harvest->batch_rows = p.rows;
    GN_FAULT("harvest.copy_uncommitted");
    return code;
}

enum garner_code gn_harvest_copy(struct gn_harvest *h, const char *table,
                                 struct garner_error *err)
{
    struct step s = {.harvest = h, .table = table};
    enum garner_code code;

    h->batch_rows = 0;
    code = take_step(&s, copy, err);
    if (code == GARNER_OK && h->batch_rows > 0) {
        h->done.rows += (uint64_t)h->batch_rows;
        h->done.batches++;
    }
    return code;
}

enum garner_code gn_harvest_forget(struct gn_harvest *h, const char *table,
                                   struct garner_error *err)
{
    struct step s = {.harvest = h, .table = table};

    return take_step(&s, forget, err);
}
