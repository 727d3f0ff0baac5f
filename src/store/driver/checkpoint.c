#include "store/driver/checkpoint.h"

#include "store/driver/connection.h"
#include "store/driver/error.h"
#include "store/driver/transaction.h"

static enum garner_code must_be_alone(struct gn_sqlite *c, int64_t until_ns,
                                      struct garner_error *err)
{
    enum garner_code code;

    c->busy_deadline_ns = until_ns;
    code = gn_transaction_begin(c, err);
    if (code != GARNER_OK)
        return code;
    gn_transaction_rollback(c);
    return gn_transaction_unstick(c, err);
}

/* rc and the numbers are SQLite's; the numbers are -1 where it did not come so
 * far. */
static void fill(struct gn_checkpointed *done, const struct gn_sqlite *c,
                 int rc, int pages, int copied)
{
    done->hindrance = rc == SQLITE_OK ? GN_HINDRANCE_NONE : GN_HINDRANCE_OTHER;
    if (pages < 0)
        return;
    done->log_bytes = (size_t)pages * c->log.page_bytes;
    done->left_bytes = (size_t)(pages - copied) * c->log.page_bytes;
}

/* With the write lock to be had. */
static enum garner_code copy(struct gn_sqlite *c,
                             const struct gn_checkpoint *how,
                             struct gn_checkpointed *done,
                             struct garner_error *err)
{
    const int mode =
        how->cut ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART;
    int pages = -1;
    int copied = -1;
    int rc;

    c->busy_deadline_ns = how->readers_until_ns;
    rc = sqlite3_wal_checkpoint_v2(c->db, "main", mode, &pages, &copied);
    gn_log_note(&c->log, rc);
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
        return gn_sqlite_fail(c->db, rc, NULL, err);
    fill(done, c, rc, pages, copied);
    return GARNER_OK;
}

enum garner_code gn_checkpoint_run(struct gn_sqlite *c,
                                   const struct gn_checkpoint *how,
                                   struct gn_checkpointed *done,
                                   struct garner_error *err)
{
    const int64_t deadline_ns = c->busy_deadline_ns;
    enum garner_code code = must_be_alone(c, how->writer_until_ns, err);

    *done = (struct gn_checkpointed){
        .hindrance = GN_HINDRANCE_WRITER,
        .log_bytes = gn_sqlite_log_bytes(c),
        .left_bytes = gn_sqlite_log_bytes(c),
    };
    if (code == GARNER_OK)
        code = copy(c, how, done, err);
    else if (code == GARNER_BUSY)
        code = GARNER_OK;
    c->busy_deadline_ns = deadline_ns;
    atomic_store_explicit(&c->held_off, false, memory_order_relaxed);
    return code;
}
