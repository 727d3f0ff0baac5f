#include "store/wal.h"

void gn_wal_init(struct gn_wal *w, size_t limit_bytes)
{
    *w = (struct gn_wal){.limit_bytes = limit_bytes, .next_bytes = limit_bytes};
}

static enum garner_code checkpoint(struct gn_wal *w, struct gn_sqlite *c,
                                   struct garner_error *err)
{
    size_t left = 0;
    enum garner_code code = gn_sqlite_checkpoint(c, &left, err);

    w->checkpoints++;
    w->dirty = code != GARNER_OK || left > 0;
    /* A log that was copied whole starts anew with a later commit, unless a
     * reader pins it: then it grows on and is tried again a quarter later. */
    w->next_bytes = gn_sqlite_log_bytes(c) + w->limit_bytes / 4;
    return code;
}

enum garner_code gn_wal_after_commit(struct gn_wal *w, struct gn_sqlite *c,
                                     struct garner_error *err)
{
    if (!gn_sqlite_is_wal(c))
        return GARNER_OK;
    w->dirty = true;
    if (gn_sqlite_log_bytes(c) < w->limit_bytes)
        w->next_bytes = w->limit_bytes;
    if (gn_sqlite_log_bytes(c) < w->next_bytes)
        return GARNER_OK;
    return checkpoint(w, c, err);
}

enum garner_code gn_wal_when_idle(struct gn_wal *w, struct gn_sqlite *c,
                                  struct garner_error *err)
{
    return w->dirty ? checkpoint(w, c, err) : GARNER_OK;
}
