#include "store/wal.h"

#include "base/clock.h"
#include "base/fault.h"

#define WAIT_PER_LIMIT_NS (INT64_C(10) * 1000000)
#define LONGEST_WAIT_NS   (INT64_C(500) * 1000000)

void gn_wal_init(struct gn_wal *w, size_t limit_bytes)
{
    *w = (struct gn_wal){.limit_bytes = limit_bytes, .next_bytes = limit_bytes};
}

/* Reading for a moment at a time is enough to keep a log from ever starting
 * anew, if one reader overlaps the next: so they are waited for, the longer
 * the larger the log has grown. Those who begin meanwhile are not in the way.
 */
static int64_t patience_ns(const struct gn_wal *w, size_t log_bytes)
{
    const int64_t wait_ns =
        (int64_t)(log_bytes / w->limit_bytes) * WAIT_PER_LIMIT_NS;

    return wait_ns < LONGEST_WAIT_NS ? wait_ns : LONGEST_WAIT_NS;
}

static enum garner_code checkpoint(struct gn_wal *w, struct gn_sqlite *c,
                                   int64_t wait_ns)
{
    const size_t log_bytes = gn_sqlite_log_bytes(c);
    const int64_t start_ns = gn_clock_monotonic_ns();
    size_t left = 0;
    enum garner_code code;
    int64_t took_ns;

    GN_FAULT("wal.checkpoints");
    code = gn_sqlite_checkpoint(c, start_ns + wait_ns, &left, &w->error);
    took_ns = gn_clock_monotonic_ns() - start_ns;
    w->checkpoints++;
    w->failures += code != GARNER_OK;
    w->most_ns = took_ns > w->most_ns ? took_ns : w->most_ns;
    w->dirty = code != GARNER_OK || left > 0;
    /* A log that is pinned grows on; it is tried again a quarter later, so
     * that all the waits for a long reader stay few. */
    w->next_bytes =
        log_bytes +
        (log_bytes > w->limit_bytes ? log_bytes : w->limit_bytes) / 4;
    return code;
}

enum garner_code gn_wal_after_commit(struct gn_wal *w, struct gn_sqlite *c)
{
    const size_t log_bytes = gn_sqlite_log_bytes(c);

    if (!gn_sqlite_is_wal(c))
        return GARNER_OK;
    w->dirty = true;
    if (log_bytes > w->most_bytes)
        w->most_bytes = log_bytes;
    if (log_bytes < w->limit_bytes)
        w->next_bytes = w->limit_bytes;
    if (log_bytes < w->next_bytes)
        return GARNER_OK;
    return checkpoint(w, c, patience_ns(w, log_bytes));
}

enum garner_code gn_wal_when_idle(struct gn_wal *w, struct gn_sqlite *c)
{
    return w->dirty ? checkpoint(w, c, 0) : GARNER_OK;
}
