#include "store/rows/kind.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "store/commit/turn.h"
#include "store/driver/cursor.h"

#define MS INT64_C(1000000)

enum garner_code gn_kind_new(const struct gn_rows_kind *kind, const char *sql,
                             int timeout_ms, struct garner_rows **rows,
                             struct garner_error *err)
{
    struct garner_rows *r = gn_alloc(sizeof *r);

    *rows = r;
    if (r == NULL)
        return gn_fail(err, GARNER_NOMEM, "a cursor");
    r->kind = kind;
    r->forks = gn_turn_forks();
    r->timeout_ms = timeout_ms;
    r->deadline_ns = INT64_MAX;
    gn_arena_init(&r->arena, r->memory, sizeof r->memory);
    gn_row_init(&r->row);
    gn_lease_init(&r->lease, sql, kind->end);
    return GARNER_OK;
}

void gn_kind_free(struct garner_rows *r)
{
    gn_row_fini(&r->row);
    gn_arena_clear(&r->arena);
    gn_free(r);
}

bool gn_kind_is_parents(const struct garner_rows *r)
{
    return r->forks != gn_turn_forks();
}

bool gn_kind_keep_names(struct garner_rows *r)
{
    if (r->names == NULL)
        r->names = gn_kept_names(&r->arena, r->cursor);
    return r->names != NULL;
}

void gn_kind_started(struct garner_rows *r)
{
    r->columns = gn_cursor_columns(r->cursor);
    if (!r->started)
        r->names = NULL; /* asked for again; what was given stays */
    r->started = true;
}

static int64_t age_ns(struct garner_rows *r)
{
    return gn_clock_monotonic_ns() - atomic_load(&r->lease.since_ns);
}

bool gn_kind_is_stopped(const struct garner_rows *r)
{
    return atomic_load_explicit(&r->lease.stop, memory_order_relaxed) !=
           GN_STOP_NOT;
}

enum garner_code gn_kind_stopped(struct garner_rows *r,
                                 struct garner_error *err)
{
    if (atomic_load(&r->lease.stop) == GN_STOP_CANCELED)
        return gn_fail(err, GARNER_CANCELED,
                       "the query was canceled (garner_rows_cancel): %s",
                       r->lease.sql);
    if (atomic_load(&r->lease.stop) == GN_STOP_CLOSED)
        return gn_fail(err, GARNER_CLOSED,
                       "its store was closed; this cursor can only be closed, "
                       "too: %s",
                       r->lease.sql);
    if (r->cursor != NULL)
        r->age_ns = age_ns(r);
    return gn_fail(err, GARNER_TIMEOUT,
                   "this cursor had been open for %" PRId64 " ms and kept the "
                   "log growing, so it was ended; read faster, or raise "
                   "max_read_age_ms: %s",
                   r->age_ns / MS, r->lease.sql);
}

enum garner_code gn_kind_late(const struct garner_rows *r,
                              struct garner_error *err)
{
    return gn_fail(err, GARNER_TIMEOUT,
                   "the query took longer than the %d ms of "
                   "garner_rows_set_timeout: %s",
                   r->given_ms, r->lease.sql);
}

enum garner_code gn_kind_explain(struct garner_rows *r, enum garner_code code,
                                 struct garner_error *err)
{
    if (code != GARNER_TIMEOUT && code != GARNER_BUSY)
        return code;
    if (gn_kind_is_stopped(r))
        return gn_kind_stopped(r, err);
    if (gn_clock_monotonic_ns() >= r->deadline_ns)
        return gn_kind_late(r, err);
    if (r->pool == NULL)
        return code; /* a transaction whose time is up; it says so */
    return gn_fail(err, code,
                   "%.100s: waited %" PRId64 " ms for a connection that is not "
                   "of this store; end its transaction: %s",
                   gn_sqlite_path(r->lease.connection), age_ns(r) / MS,
                   r->lease.sql);
}
