#include "store/rows/rows.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "store/commit/turn.h"
#include "store/driver/cursor.h"
#include "store/driver/session.h"
#include "store/rows/kept.h"
#include "store/rows/row.h"

#define MS INT64_C(1000000)

struct garner_rows {
    /* constant */
    struct gn_pool *pool; /* NULL: rows kept in memory, or joined */
    unsigned forks;       /* gn_turn_forks when it was opened */
    int timeout_ms;       /* foreign locks are waited for so long */

    bool in_transaction; /* its rows are of the one that holds it */

    struct gn_lease lease;
    struct gn_held held;

    /* whose the lease says; or the transaction */
    struct gn_cursor *cursor; /* NULL: it has ended */
    struct gn_row row;
    struct gn_arena arena;
    const char **names; /* NULL: not asked for yet */
    int64_t age_ns;     /* of its snapshot, when it was ended for it */

    /* its thread's */
    size_t columns;
    bool started;
    bool borrows;           /* a value is not copied: it stays BUSY */
    bool lost;              /* a value could not be given */
    enum garner_code ended; /* DONE or an error; OK: not yet */
    int64_t deadline_ns;    /* by garner_rows_set_timeout, ... */
    int given_ms;           /* ... which was given so long */

    /* kept in memory: its thread's */
    struct gn_kept kept;
    const struct gn_kept_row *at; /* the current one */

    /* joined: its thread's */
    struct gn_rows_source *source; /* NULL: it is not */
    struct garner_rows *on;        /* stands on the current row */

    _Alignas(16) char memory[256]; /* the arena's first */
};

static bool end_from_outside(struct gn_lease *l);

static enum garner_code new_rows(const char *sql, int timeout_ms,
                                 struct garner_rows **rows,
                                 struct garner_error *err)
{
    struct garner_rows *r = gn_alloc(sizeof *r);

    *rows = r;
    if (r == NULL)
        return gn_fail(err, GARNER_NOMEM, "a cursor");
    r->forks = gn_turn_forks();
    r->timeout_ms = timeout_ms;
    r->deadline_ns = INT64_MAX;
    gn_arena_init(&r->arena, r->memory, sizeof r->memory);
    gn_row_init(&r->row);
    gn_lease_init(&r->lease, sql, end_from_outside);
    return GARNER_OK;
}

static void free_rows(struct garner_rows *r)
{
    gn_row_fini(&r->row);
    gn_arena_clear(&r->arena);
    gn_free(r);
}

static int64_t after_ms(int timeout_ms)
{
    return gn_clock_monotonic_ns() + timeout_ms * MS;
}

/* --- on a leased connection ----------------------------------------------- */

static int64_t since_ns(struct garner_rows *r)
{
    return atomic_load(&r->lease.since_ns);
}

/* Names outlive the cursor's. false: no memory. */
static bool keep_names(struct garner_rows *r)
{
    if (r->names == NULL)
        r->names = gn_kept_names(&r->arena, r->cursor);
    return r->names != NULL;
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

    if (!keep_names(r) || !gn_row_copy_rest(&r->row, r->cursor))
        return false;
    r->age_ns = gn_clock_monotonic_ns() - since_ns(r);
    give_back(r);
    return true;
}

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
    enum garner_code code = new_rows(s->sql, timeout_ms, rows, err);

    r = *rows;
    *rows = NULL;
    if (code != GARNER_OK)
        return code;
    r->pool = p;
    code =
        gn_pool_lease(p, r->lease.leased_ns + timeout_ms * MS, &r->lease, err);
    if (code != GARNER_OK) {
        free_rows(r);
        return code;
    }
    gn_sqlite_set_busy_deadline(r->lease.connection,
                                r->lease.leased_ns + timeout_ms * MS);
    code = open_cursor(r, s, look, context, err);
    if (code != GARNER_OK) {
        gn_pool_give_back(p, &r->lease);
        free_rows(r);
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

/* In a child of fork whoever was ending a cursor is not there to finish. */
static bool is_parents(const struct garner_rows *r)
{
    return r->forks != gn_turn_forks();
}

/* A call of its thread begins, or is over. In between there is a cursor. */
static bool enter(struct garner_rows *r)
{
    if (is_parents(r))
        return false;
    if (r->in_transaction)
        return r->held.hold != NULL &&
               gn_hold_enter(r->held.hold, NULL) == GARNER_OK;
    return r->borrows || gn_lease_enter(&r->lease);
}

static void leave(struct garner_rows *r)
{
    if (r->in_transaction)
        (void)gn_hold_leave(r->held.hold, GARNER_OK, NULL); /* told later */
    else if (!r->borrows)
        gn_lease_leave(&r->lease);
}

/* With it entered: its query is over, and its snapshot and its connection are
 * needed no more. */
static void finish(struct garner_rows *r)
{
    (void)keep_names(r); /* without memory they are "" */
    give_back(r);
    r->borrows = false;
    gn_lease_over(&r->lease);
}

/* Another thread asked it to stop. */
static enum garner_code stopped(struct garner_rows *r, struct garner_error *err)
{
    if (atomic_load(&r->lease.stop) == GN_STOP_CANCELED)
        return gn_fail(err, GARNER_CANCELED,
                       "the query was canceled (garner_rows_cancel): %s",
                       r->lease.sql);
    if (r->cursor != NULL)
        r->age_ns = gn_clock_monotonic_ns() - since_ns(r);
    return gn_fail(err, GARNER_TIMEOUT,
                   "this cursor had been open for %" PRId64 " ms and kept the "
                   "log growing, so it was ended; read faster, or raise "
                   "max_read_age_ms: %s",
                   r->age_ns / MS, r->lease.sql);
}

static enum garner_code late(const struct garner_rows *r,
                             struct garner_error *err)
{
    return gn_fail(err, GARNER_TIMEOUT,
                   "the query took longer than the %d ms of "
                   "garner_rows_set_timeout: %s",
                   r->given_ms, r->lease.sql);
}

/* Says what stopped a step that was stopped. */
static enum garner_code explain(struct garner_rows *r, enum garner_code code,
                                struct garner_error *err)
{
    if (code != GARNER_TIMEOUT && code != GARNER_BUSY)
        return code;
    if (atomic_load(&r->lease.stop) != GN_STOP_NOT)
        return stopped(r, err);
    if (gn_clock_monotonic_ns() >= r->deadline_ns)
        return late(r, err);
    if (r->in_transaction)
        return code; /* whose time is up; it says so */
    return gn_fail(err, code,
                   "%.100s: waited %" PRId64 " ms for a connection that is not "
                   "of this store; end its transaction: %s",
                   gn_sqlite_path(r->lease.connection),
                   (gn_clock_monotonic_ns() - since_ns(r)) / MS, r->lease.sql);
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
    r->columns = gn_cursor_columns(r->cursor);
    r->names = NULL; /* asked for again; what was given stays */
    r->started = true;
    return code;
}

/* With it entered. */
static enum garner_code step(struct garner_rows *r, struct garner_error *err)
{
    enum garner_code code;

    if (atomic_load_explicit(&r->lease.stop, memory_order_relaxed) !=
        GN_STOP_NOT)
        return stopped(r, err);
    if (r->lost)
        return gn_fail(err, GARNER_NOMEM, "a value of the last row: %s",
                       r->lease.sql);
    if (r->deadline_ns != INT64_MAX &&
        gn_clock_monotonic_ns() >= r->deadline_ns)
        return late(r, err);
    code = r->started ? gn_cursor_next(r->cursor, err) : first_step(r, err);
    if (code != GARNER_ROW)
        return explain(r, code, err);
    if (atomic_load_explicit(&r->lease.stop, memory_order_relaxed) !=
        GN_STOP_NOT)
        return stopped(r, err);
    code = gn_row_next(&r->row, r->columns, err);
    return code == GARNER_OK ? GARNER_ROW : code;
}

static enum garner_code next_leased(struct garner_rows *r,
                                    struct garner_error *err)
{
    enum garner_code code;

    if (!enter(r))
        return stopped(r, err);
    r->borrows = false; /* the row they were of is over */
    code = step(r, err);
    if (code == GARNER_ROW)
        leave(r);
    else
        finish(r);
    return code;
}

static struct garner_value value_leased(struct garner_rows *r, size_t column)
{
    struct garner_value value;

    if (gn_row_has(&r->row, column, &value))
        return value;
    if (!enter(r))
        return is_parents(r) ? garner_null() : gn_row_rest(&r->row, column);
    if (!gn_row_copy(&r->row, r->cursor, column, &value)) {
        r->borrows = true;
        if (gn_cursor_lost(&value)) {
            r->lost = true;
            value = garner_null();
        }
    }
    leave(r);
    return value;
}

/* --- in a transaction ----------------------------------------------------- */

/* By whoever ends the transaction, or with it entered. What was given stays. */
static void end_held(struct gn_held *held)
{
    struct garner_rows *r =
        (struct garner_rows *)((char *)held -
                               offsetof(struct garner_rows, held));

    (void)keep_names(r); /* without memory they are "" */
    gn_cursor_close(r->cursor);
    r->cursor = NULL;
}

enum garner_code gn_rows_hold(struct gn_hold *h, const struct gn_statement *s,
                              struct garner_rows **rows)
{
    enum garner_code code = new_rows(s->sql, 0, rows, &h->error);
    struct garner_rows *r = *rows;

    *rows = NULL;
    if (code != GARNER_OK)
        return code;
    code = gn_cursor_open(h->connection, s, &r->cursor, &h->error);
    if (code != GARNER_OK) {
        free_rows(r);
        return code;
    }
    gn_cursor_set_stop(r->cursor, &r->lease.stop);
    r->columns = gn_cursor_columns(r->cursor);
    r->in_transaction = true;
    gn_hold_add(h, &r->held, end_held);
    *rows = r;
    return GARNER_OK;
}

/* All of a row is copied at once, since the transaction may end, and its cursor
 * with it, on another thread. */
static enum garner_code step_held(struct garner_rows *r,
                                  struct garner_error *err)
{
    enum garner_code code = gn_cursor_next(r->cursor, err);

    r->columns = gn_cursor_columns(r->cursor);
    if (!r->started)
        r->names = NULL; /* asked for again; what was given stays */
    r->started = true;
    if (code != GARNER_ROW)
        return explain(r, code, err);
    if (atomic_load(&r->lease.stop) != GN_STOP_NOT)
        return stopped(r, err);
    code = gn_row_next(&r->row, r->columns, err);
    if (code != GARNER_OK)
        return code;
    return gn_row_copy_rest(&r->row, r->cursor)
               ? GARNER_ROW
               : gn_fail(err, GARNER_NOMEM, "a row of: %s", r->lease.sql);
}

static void finish_held(struct garner_rows *r)
{
    end_held(&r->held);
    gn_hold_remove(&r->held);
}

static enum garner_code next_held(struct garner_rows *r,
                                  struct garner_error *err)
{
    struct gn_hold *h = r->held.hold;
    enum garner_code code;

    if (h == NULL)
        return gn_fail(
            err, GARNER_MISUSE,
            "this cursor was ended by the end of its transaction; it "
            "can only be closed: %s",
            r->lease.sql);
    code = gn_hold_enter(h, err);
    if (code != GARNER_OK)
        return code;
    code = step_held(r, &h->error);
    if (code != GARNER_ROW)
        finish_held(r);
    return gn_hold_leave(h, code, err);
}

static void close_held(struct garner_rows *r)
{
    struct gn_hold *h = r->held.hold;

    if (h == NULL)
        return; /* it has ended, and the cursor with it */
    if (gn_hold_wait(h)) {
        finish_held(r);
        (void)gn_hold_leave(h, GARNER_OK, NULL); /* told later */
    } else {
        gn_hold_remove(&r->held);
    }
}

/* --- kept in memory ------------------------------------------------------- */

struct reading {
    const struct gn_statement *statement;
    struct gn_kept *kept;
    int64_t deadline_ns;
};

/* Run by the leader, which need not be the thread that asked. Nobody can write
 * meanwhile, so it may not take for ever. */
static enum garner_code read_all(void *context, void *connection,
                                 struct garner_error *err)
{
    const struct reading *reading = context;
    enum garner_code code =
        gn_kept_read(reading->kept, connection, reading->statement,
                     reading->deadline_ns, err);

    if (code != GARNER_TIMEOUT)
        return code;
    return gn_fail(
        err, code,
        "without a log all rows are read at once, within timeout_ms; "
        "that took longer: %.96s",
        reading->statement->sql);
}

enum garner_code gn_rows_read(struct gn_commit *c, const struct gn_statement *s,
                              int timeout_ms, struct garner_rows **rows,
                              struct garner_error *err)
{
    struct reading reading = {.statement = s,
                              .deadline_ns = after_ms(timeout_ms)};
    struct gn_ticket ticket = {
        .work = read_all,
        .work_context = &reading,
        .deadline_ns = reading.deadline_ns,
        .err = err,
    };
    enum garner_code code = new_rows(s->sql, timeout_ms, rows, err);
    struct garner_rows *r = *rows;

    if (code != GARNER_OK)
        return code;
    r->kept.arena = &r->arena;
    reading.kept = &r->kept;
    code = gn_commit_wait(c, &ticket);
    if (code != GARNER_OK) {
        free_rows(r);
        *rows = NULL;
        return code;
    }
    r->columns = r->kept.columns;
    r->names = r->kept.names;
    return GARNER_OK;
}

static enum garner_code next_kept(struct garner_rows *r,
                                  struct garner_error *err)
{
    if (atomic_load(&r->lease.stop) != GN_STOP_NOT)
        return stopped(r, err);
    r->at = r->started ? r->at->next : r->kept.first;
    r->started = true;
    return r->at != NULL ? GARNER_ROW : GARNER_DONE;
}

/* --- joined --------------------------------------------------------------- */

enum garner_code gn_rows_join(struct gn_rows_source *source,
                              struct garner_rows **rows,
                              struct garner_error *err)
{
    const enum garner_code code = new_rows("", 0, rows, err);

    if (code != GARNER_OK)
        return code;
    (*rows)->source = source;
    (*rows)->on = source->all[0];
    return GARNER_OK;
}

static enum garner_code next_joined(struct garner_rows *r,
                                    struct garner_error *err)
{
    r->started = true;
    return r->source->next(r->source, &r->on, err);
}

/* --- what all kinds do ---------------------------------------------------- */

/* It has a cursor, until it ends. */
static bool is_live(const struct garner_rows *r)
{
    return r->pool != NULL || r->in_transaction;
}

void garner_rows_set_timeout(struct garner_rows *rows, int timeout_ms)
{
    for (size_t i = 0; rows->source != NULL && i < rows->source->count; i++)
        garner_rows_set_timeout(rows->source->all[i], timeout_ms);
    if (!is_live(rows) || !enter(rows))
        return; /* all was read already */
    rows->given_ms = timeout_ms;
    rows->deadline_ns = timeout_ms > 0 ? after_ms(timeout_ms) : INT64_MAX;
    gn_cursor_set_deadline(rows->cursor, rows->deadline_ns);
    leave(rows);
}

void garner_rows_cancel(struct garner_rows *rows)
{
    for (size_t i = 0; rows->source != NULL && i < rows->source->count; i++)
        garner_rows_cancel(rows->source->all[i]);
    if (!is_parents(rows) && gn_lease_claim(&rows->lease, GN_STOP_CANCELED))
        (void)gn_lease_end(&rows->lease); /* else its thread will */
}

enum garner_code garner_next(struct garner_rows *rows, struct garner_error *err)
{
    enum garner_code code;

    if (is_parents(rows))
        return gn_fail(err, GARNER_MISUSE,
                       "this cursor belongs to the parent process");
    if (rows->ended == GARNER_DONE)
        return GARNER_DONE; /* a step more would start the query anew */
    if (rows->ended != GARNER_OK)
        return gn_fail(err, GARNER_MISUSE,
                       "this cursor failed (%s); it can only be closed",
                       garner_code_name(rows->ended));
    if (rows->source != NULL)
        code = next_joined(rows, err);
    else if (rows->in_transaction)
        code = next_held(rows, err);
    else
        code =
            rows->pool != NULL ? next_leased(rows, err) : next_kept(rows, err);
    if (code != GARNER_ROW)
        rows->ended = code;
    return code;
}

size_t garner_columns(const struct garner_rows *rows)
{
    return rows->source != NULL ? garner_columns(rows->on) : rows->columns;
}

const char *garner_column_name(const struct garner_rows *rows, size_t column)
{
    /* SQLite's own do not last as long as the cursor. Its memory is not what
     * const protects. */
    struct garner_rows *r = (struct garner_rows *)rows;

    if (rows->source != NULL)
        return garner_column_name(rows->on, column);
    if (column >= rows->columns)
        return "";
    if (is_live(rows) && enter(r)) {
        (void)keep_names(r);
        leave(r);
    }
    return rows->names != NULL ? rows->names[column] : "";
}

struct garner_value garner_column(const struct garner_rows *rows, size_t column)
{
    if (!rows->started || rows->ended != GARNER_OK)
        return garner_null();
    if (rows->source != NULL)
        return garner_column(rows->on, column);
    if (column >= rows->columns)
        return garner_null();
    if (rows->in_transaction)
        return gn_row_rest(&rows->row, column);
    return rows->pool != NULL ? value_leased((struct garner_rows *)rows, column)
                              : rows->at->values[column];
}

void garner_rows_close(struct garner_rows *rows)
{
    if (rows == NULL || is_parents(rows))
        return;
    if (rows->source != NULL)
        rows->source->close(rows->source);
    if (rows->in_transaction)
        close_held(rows);
    else if (rows->pool != NULL && enter(rows))
        give_back(rows);
    free_rows(rows);
}
