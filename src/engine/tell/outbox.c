#include "engine/tell/outbox.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "engine/history/cell.h"
#include "garner/read.h"

void gn_message_fini(struct gn_message *m)
{
    gn_free(m->recipient);
    gn_free(m->text);
    gn_free(m->rows);
    gn_free(m->source);
    gn_free(m->url);
    gn_free(m->failure);
    gn_free(m->error);
    gn_free(m->file);
    *m = (struct gn_message){0};
}

#define INSERT                                                                 \
    "insert into garner_outbox"                                                \
    " (source, run, event, recipient, text, rows, created, due)"
#define REST ", ?2, ?3, ?4, ?5, ?6, ?6 where changes() > 0"

/* Runs that are looked through for a source's last one: some 10 ms, within the
 * transaction, of a source that has none among them. */
#define RECENT "100000"

enum garner_code gn_outbox_add(struct garner_batch *batch,
                               const struct gn_notice *n, bool first,
                               struct garner_error *err)
{
    const bool has_rows = n->rows != NULL && n->rows->size > 0;

    return garner_batch_add(
        batch,
        first ? INSERT " select ?1, last_insert_rowid()" REST
              : INSERT " select ?1, (select run from garner_outbox"
                       " where id = last_insert_rowid())" REST,
        GARNER_ARGS(garner_integer(n->source),
                    garner_text(gn_event_word(n->event)),
                    garner_text(n->recipient), garner_text(n->text),
                    has_rows ? garner_text_n(n->rows->data, n->rows->size)
                             : garner_null(),
                    garner_integer(n->created_us)),
        err);
}

enum garner_code gn_outbox_add_alone(struct garner_batch *batch,
                                     const struct gn_notice *n,
                                     struct garner_error *err)
{
    return garner_batch_add(
        batch,
        INSERT " values (?1, (select id from garner_run where source = ?1"
               " and id > (select max(id) from garner_run) - " RECENT
               " order by id desc limit 1), ?2, ?3, ?4, null, ?5, ?5)",
        GARNER_ARGS(garner_integer(n->source),
                    garner_text(gn_event_word(n->event)),
                    garner_text(n->recipient), garner_text(n->text),
                    garner_integer(n->created_us)),
        err);
}

/* --- reading -------------------------------------------------------------- */

#define SELECT                                                                 \
    "select o.id, o.source, o.run, o.event, o.recipient, o.text, o.rows,"      \
    " o.created, o.due, o.tries, s.name,"                                      \
    " iif(o.event = 'stale', s.url, r.url), r.status, r.failure, r.error,"     \
    " r.rows, coalesce(r.file, iif(b.codec = 'file', cast(b.data as text),"    \
    " null)) from garner_outbox o join garner_source s on s.id = o.source"     \
    " left join garner_run r on r.id = o.run"                                  \
    " left join garner_body b on b.id = r.body"

/* false: no memory. */
static bool read_message(struct garner_rows *rows, struct gn_message *m)
{
    char *event = NULL;
    bool whole;

    *m = (struct gn_message){
        .id = garner_column(rows, 0).integer,
        .source_id = garner_column(rows, 1).integer,
        .run = gn_cell_integer_or(garner_column(rows, 2), 0),
        .created_us = garner_column(rows, 7).integer,
        .due_us = garner_column(rows, 8).integer,
        .tries = (int)garner_column(rows, 9).integer,
        .status = (int)gn_cell_integer_or(garner_column(rows, 12), 0),
        .row_count = gn_cell_integer_or(garner_column(rows, 15), -1),
    };
    whole = gn_cell_copy(garner_column(rows, 3), &event);
    whole = gn_cell_copy(garner_column(rows, 4), &m->recipient) && whole;
    whole = gn_cell_copy(garner_column(rows, 5), &m->text) && whole;
    whole = gn_cell_copy(garner_column(rows, 6), &m->rows) && whole;
    whole = gn_cell_copy(garner_column(rows, 10), &m->source) && whole;
    whole = gn_cell_copy(garner_column(rows, 11), &m->url) && whole;
    whole = gn_cell_copy(garner_column(rows, 13), &m->failure) && whole;
    whole = gn_cell_copy(garner_column(rows, 14), &m->error) && whole;
    whole = gn_cell_copy(garner_column(rows, 16), &m->file) && whole;
    m->event = event != NULL ? gn_event_of(event) : GN_EVENTS;
    gn_free(event);
    return whole;
}

static enum garner_code read_all(struct garner_rows *rows, int64_t now_us,
                                 size_t most, struct gn_message *list,
                                 size_t *count, struct garner_error *err)
{
    enum garner_code code = GARNER_DONE;

    while (*count < most && (code = garner_next(rows, err)) == GARNER_ROW) {
        struct gn_message *m = &list[*count];
        const bool whole = read_message(rows, m);

        if (whole && m->due_us <= now_us) {
            ++*count;
            continue;
        }
        gn_message_fini(m);
        if (!whole)
            return gn_fail(err, GARNER_NOMEM, "out of memory for a message");
        break;
    }
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}

enum garner_code gn_outbox_read(struct garner_store *store,
                                const char *recipient, int64_t now_us,
                                size_t most, struct gn_message *list,
                                size_t *count, struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code;

    *count = 0;
    if (recipient != NULL)
        code = garner_query(
            store,
            SELECT " where o.done is null and o.recipient = ?"
                   " order by o.id limit ?",
            GARNER_ARGS(garner_text(recipient), garner_integer((int64_t)most)),
            &rows, err);
    else
        code = garner_query(
            store,
            SELECT " where o.id in (select min(id) from garner_outbox"
                   " where done is null and recipient is null group by source)"
                   " and o.due <= ? order by o.id limit ?",
            GARNER_ARGS(garner_integer(now_us), garner_integer((int64_t)most)),
            &rows, err);
    if (code != GARNER_OK)
        return code;
    code = read_all(rows, now_us, most, list, count, err);
    garner_rows_close(rows);
    if (code != GARNER_OK)
        while (*count > 0)
            gn_message_fini(&list[--*count]);
    return code;
}

enum garner_code gn_outbox_next(struct garner_store *store, int64_t now_us,
                                int64_t *due_us, struct garner_error *err)
{
    *due_us = INT64_MAX;
    return gn_cell_ask(store,
                       "select min(due) from garner_outbox where done is null"
                       " and due > ?",
                       GARNER_ARGS(garner_integer(now_us)), due_us, err);
}

enum garner_code gn_outbox_last(struct garner_store *store,
                                const char *recipient, int64_t *done_us,
                                struct garner_error *err)
{
    *done_us = 0;
    return gn_cell_ask(
        store, "select max(done) from garner_outbox where recipient = ?",
        GARNER_ARGS(garner_text(recipient)), done_us, err);
}

/* --- what came of it ------------------------------------------------------ */

enum garner_code gn_outbox_add_outcome(struct garner_batch *batch, int64_t id,
                                       int64_t source,
                                       const struct gn_outcome *o,
                                       struct garner_error *err)
{
    enum garner_code code;

    if (!o->is_done)
        return garner_batch_add(batch,
                                "update garner_outbox set due = ?2,"
                                " tries = tries + 1, outcome = ?3"
                                " where id = ?1",
                                GARNER_ARGS(garner_integer(id),
                                            garner_integer(o->at_us),
                                            garner_text(o->outcome)),
                                err);
    code = garner_batch_add(
        batch,
        "update garner_outbox set done = ?2, outcome = ?3, output = ?4,"
        " rows = null where id = ?1",
        GARNER_ARGS(garner_integer(id), garner_integer(o->at_us),
                    garner_text(o->outcome), garner_text(o->output)),
        err);
    if (code == GARNER_OK)
        code = garner_batch_add(
            batch,
            "update garner_outbox set done = ?3, rows = null, outcome ="
            " 'given up: ' || ?2 || ' newer ones wait for this hook'"
            " where source = ?1 and done is null and recipient is null and id"
            " <= (select id from garner_outbox where source = ?1 and done is"
            " null and recipient is null order by id desc limit 1 offset ?2)",
            GARNER_ARGS(garner_integer(source),
                        garner_integer(GN_OUTBOX_WAITING),
                        garner_integer(o->at_us)),
            err);
    if (code != GARNER_OK)
        return code;
    return garner_batch_add(
        batch,
        "delete from garner_outbox where source = ?1 and done is not null"
        " and id <= (select id from garner_outbox where source = ?1"
        " and done is not null order by id desc limit 1 offset ?2)",
        GARNER_ARGS(garner_integer(source), garner_integer(GN_OUTBOX_KEPT)),
        err);
}
