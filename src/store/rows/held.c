#include "store/rows/held.h"

#include "base/error.h"
#include "store/driver/cursor.h"
#include "store/rows/kind.h"

/* By whoever ends the transaction, or with it entered. What was given stays. */
static void end(struct gn_held *held)
{
    struct garner_rows *r =
        (struct garner_rows *)((char *)held -
                               offsetof(struct garner_rows, held));

    (void)gn_kind_keep_names(r); /* without memory they are "" */
    gn_cursor_close(r->cursor);
    r->cursor = NULL;
}

/* All of a row is copied at once, since the transaction may end, and its cursor
 * with it, on another thread. */
static enum garner_code step(struct garner_rows *r, struct garner_error *err)
{
    enum garner_code code = gn_cursor_next(r->cursor, err);

    gn_kind_started(r);
    if (code != GARNER_ROW)
        return gn_kind_explain(r, code, err);
    if (gn_kind_is_stopped(r))
        return gn_kind_stopped(r, err);
    code = gn_row_next(&r->row, r->columns, err);
    if (code != GARNER_OK)
        return code;
    return gn_row_copy_rest(&r->row, r->cursor)
               ? GARNER_ROW
               : gn_fail(err, GARNER_NOMEM, "a row of: %s", r->lease.sql);
}

static void finish(struct garner_rows *r)
{
    end(&r->held);
    gn_hold_remove(&r->held);
}

static enum garner_code next(struct garner_rows *r, struct garner_error *err)
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
    code = step(r, &h->error);
    if (code != GARNER_ROW)
        finish(r);
    return gn_hold_leave(h, code, err);
}

static struct garner_value value(struct garner_rows *r, size_t column)
{
    return gn_row_rest(&r->row, column);
}

static bool enter(struct garner_rows *r)
{
    return !gn_kind_is_parents(r) && r->held.hold != NULL &&
           gn_hold_enter(r->held.hold, NULL) == GARNER_OK;
}

static void leave(struct garner_rows *r)
{
    (void)gn_hold_leave(r->held.hold, GARNER_OK, NULL); /* told later */
}

static void let_go(struct garner_rows *r)
{
    struct gn_hold *h = r->held.hold;

    if (h == NULL)
        return; /* it has ended, and the cursor with it */
    if (gn_hold_wait(h)) {
        finish(r);
        (void)gn_hold_leave(h, GARNER_OK, NULL); /* told later */
    } else {
        gn_hold_remove(&r->held);
    }
}

static const struct gn_rows_kind kind = {
    .next = next,
    .value = value,
    .enter = enter,
    .leave = leave,
    .close = let_go,
};

enum garner_code gn_rows_hold(struct gn_hold *h, const struct gn_statement *s,
                              struct garner_rows **rows)
{
    enum garner_code code = gn_kind_new(&kind, s->sql, 0, rows, &h->error);
    struct garner_rows *r = *rows;

    *rows = NULL;
    if (code != GARNER_OK)
        return code;
    code = gn_cursor_open(h->connection, s, &r->cursor, &h->error);
    if (code != GARNER_OK) {
        gn_kind_free(r);
        return code;
    }
    gn_cursor_set_stop(r->cursor, &r->lease.stop);
    r->columns = gn_cursor_columns(r->cursor);
    gn_hold_add(h, &r->held, end);
    *rows = r;
    return GARNER_OK;
}
