#include "engine/history/quarantine.h"

enum garner_code gn_quarantine_add(struct garner_batch *batch,
                                   const struct gn_run *run,
                                   const struct gn_charge *charge,
                                   const struct gn_body *body,
                                   struct garner_error *err)
{
    enum garner_code code = garner_batch_add(
        batch,
        "insert into garner_quarantine (source, started, rule, rows, size,"
        " content_type, codec, data) values (?, ?, ?, ?, ?, ?, ?, ?)",
        GARNER_ARGS(garner_integer(run->source),
                    garner_integer(run->started_us), garner_text(charge->rule),
                    garner_text(charge->rows),
                    garner_integer((int64_t)body->size),
                    garner_text(body->content_type), garner_text(body->codec),
                    garner_blob(body->data, body->data_size)),
        err);

    if (code != GARNER_OK)
        return code;
    /* Not after the run: what it has to tell looks whether the statement before
     * changed a row (tell/outbox.h). */
    return garner_batch_add(
        batch,
        "delete from garner_quarantine where source = ?1 and id <="
        " (select id from garner_quarantine where source = ?1"
        " order by id desc limit 1 offset ?2)",
        GARNER_ARGS(garner_integer(run->source),
                    garner_integer(GN_QUARANTINE_MOST)),
        err);
}

enum garner_code gn_quarantine_add_run(struct garner_batch *batch,
                                       int64_t source, struct garner_error *err)
{
    return garner_batch_add(
        batch,
        "update garner_quarantine set run = last_insert_rowid() where id ="
        " (select max(id) from garner_quarantine where source = ?)",
        GARNER_ARGS(garner_integer(source)), err);
}
