#include "store/rows/leased.h"

#include "base/clock.h"
#include "base/error.h"
#include "store/driver/cursor.h"
#include "store/driver/session.h"
#include "store/rows/kind.h"

#define MS INT64_C(1000000)

static int64_t since_ns(struct garner_rows *r)
{
    return atomic_load(&r->lease.since_ns);
}

/* By who has it BUSY or ENDING. */
static void give_back(struct garner_rows *r)
{
    gn_cursor_close(r->cursor);
    r->cursor = NULL;
    gn_session_end(r->lease.connection);
    gn_pool_give_back(r->pool, &r->lease);
}

/* On another thread, while its own is in no call. What that was given, or may
 * ask for yet, stays. */
static bool end_from_outside(struct gn_lease *l)
{
    struct garner_rows *r =
        (struct garner_rows *)((char *)l - offsetof(struct garner_rows, lease));

    if (!gn_kind_keep_names(r) || !gn_row_copy_rest(&r->row, r->cursor))
        return false;
    r->age_ns = gn_clock_monotonic_ns() - since_ns(r);
    give_back(r);
    return true;
}

/* A call of its thread begins, or is over. In between there is a cursor. */
static bool enter(struct garner_rows *r)
{
    if (gn_kind_is_parents(r))
        return false;
    return r->borrows || gn_lease_enter(&r->lease);
}

static void leave(struct garner_rows *r)
{
    if (!r->borrows)
        gn_lease_leave(&r->lease);
}

/* With it entered: its query is over, and its snapshot and its connection are
 * needed no more. */
static void finish(struct garner_rows *r)
{
    (void)gn_kind_keep_names(r); /* without memory they are "" */
    give_back(r);
    r->borrows = false;
    gn_lease_over(&r->lease);
}

/* The snapshot begins with the first step, which alone may meet locks; unless
 * it was seen before. */
static enum garner_code first_step(struct garner_rows *r,
                                   struct garner_error *err)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    enum garner_code code;

    gn_sqlite_set_busy_deadline(r->lease.connection,
                                now_ns + r->timeout_ms * MS);
    if (since_ns(r) == 0)
        atomic_store(&r->lease.since_ns, now_ns);
    code = gn_cursor_next(r->cursor, err);
    gn_kind_started(r);
    return code;
}

/* With it entered. */
static enum garner_code step(struct garner_rows *r, struct garner_error *err)
{
    enum garner_code code;

    if (gn_kind_is_stopped(r))
        return gn_kind_stopped(r, err);
    if (r->lost)
        return gn_fail(err, GARNER_NOMEM, "a value of the last row: %s",
                       r->lease.sql);
    if (r->deadline_ns != INT64_MAX &&
        gn_clock_monotonic_ns() >= r->deadline_ns)
        return gn_kind_late(r, err);
    code = r->started ? gn_cursor_next(r->cursor, err) : first_step(r, err);
    if (code != GARNER_ROW)
        return gn_kind_explain(r, code, err);
    if (gn_kind_is_stopped(r))
        return gn_kind_stopped(r, err);
    code = gn_row_next(&r->row, r->columns, err);
    return code == GARNER_OK ? GARNER_ROW : code;
}

static enum garner_code next(struct garner_rows *r, struct garner_error *err)
{
    enum garner_code code;

    if (!enter(r))
        return gn_kind_stopped(r, err);
    r->borrows = false; /* the row they were of is over */
    code = step(r, err);
    if (code == GARNER_ROW)
        leave(r);
    else
        finish(r);
    return code;
}

static struct garner_value value(struct garner_rows *r, size_t column)
{
    struct garner_value v;

    if (gn_row_has(&r->row, column, &v))
        return v;
    if (!enter(r))
        return gn_kind_is_parents(r) ? garner_null()
                                     : gn_row_rest(&r->row, column);
    if (!gn_row_copy(&r->row, r->cursor, column, &v)) {
        r->borrows = true;
        if (gn_cursor_lost(&v)) {
            r->lost = true;
            v = garner_null();
        }
    }
    leave(r);
    return v;
}

static void let_go(struct garner_rows *r)
{
    if (enter(r))
        give_back(r);
}

static const struct gn_rows_kind leased = {
    .next = next,
    .value = value,
    .enter = enter,
    .leave = leave,
    .close = let_go,
    .end = end_from_outside,
};

/* The snapshot begins here if look wants to see it. */
static enum garner_code open_cursor(struct garner_rows *r,
                                    const struct gn_statement *s,
                                    gn_rows_look *look, void *context,
                                    struct garner_error *err)
{
    struct gn_sqlite *c = r->lease.connection;
    enum garner_code code = GARNER_OK;

    if (look != NULL) {
        atomic_store(&r->lease.since_ns, gn_clock_monotonic_ns());
        code = gn_session_begin(c, err);
        if (code == GARNER_OK)
            code = look(context, c, err);
    }
    if (code == GARNER_OK)
        code = gn_cursor_open(c, s, &r->cursor, err);
    if (code != GARNER_OK)
        gn_session_end(c);
    return code;
}

enum garner_code gn_rows_lease_seen(struct gn_pool *p,
                                    const struct gn_statement *s,
                                    int timeout_ms, gn_rows_look *look,
                                    void *context, struct garner_rows **rows,
                                    struct garner_error *err)
{
    struct garner_rows *r;
    enum garner_code code = gn_kind_new(&leased, s->sql, timeout_ms, rows, err);

    r = *rows;
    *rows = NULL;
    if (code != GARNER_OK)
        return code;
    r->pool = p;
    code =
        gn_pool_lease(p, r->lease.leased_ns + timeout_ms * MS, &r->lease, err);
    if (code != GARNER_OK) {
        gn_kind_free(r);
        return code;
    }
    gn_sqlite_set_busy_deadline(r->lease.connection,
                                r->lease.leased_ns + timeout_ms * MS);
    code = open_cursor(r, s, look, context, err);
    if (code != GARNER_OK) {
        gn_pool_give_back(p, &r->lease);
        gn_kind_free(r);
        return code;
    }
    gn_cursor_set_stop(r->cursor, &r->lease.stop);
    r->columns = gn_cursor_columns(r->cursor);
    gn_lease_leave(&r->lease);
    *rows = r;
    return GARNER_OK;
}

enum garner_code gn_rows_lease(struct gn_pool *p, const struct gn_statement *s,
                               int timeout_ms, struct garner_rows **rows,
                               struct garner_error *err)
{
    return gn_rows_lease_seen(p, s, timeout_ms, NULL, NULL, rows, err);
}
