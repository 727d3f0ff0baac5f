/*
 * rows.c - the cursor of garner/read.h, whatever kind it is of (kind.h).
 */
#include "base/clock.h"
#include "base/error.h"
#include "store/driver/cursor.h"
#include "store/rows/joined.h"
#include "store/rows/kind.h"

/* true: it has a cursor that is the caller's until it leaves. */
static bool enter(struct garner_rows *r)
{
    return r->kind->enter != NULL && r->kind->enter(r);
}

void garner_rows_set_timeout(struct garner_rows *rows, int timeout_ms)
{
    for (size_t i = 0; rows->source != NULL && i < rows->source->count; i++)
        garner_rows_set_timeout(rows->source->all[i], timeout_ms);
    if (!enter(rows))
        return; /* all was read already */
    rows->given_ms = timeout_ms;
    rows->deadline_ns =
        timeout_ms > 0 ? gn_clock_monotonic_ns() + timeout_ms * INT64_C(1000000)
                       : INT64_MAX;
    gn_cursor_set_deadline(rows->cursor, rows->deadline_ns);
    rows->kind->leave(rows);
}

void garner_rows_cancel(struct garner_rows *rows)
{
    for (size_t i = 0; rows->source != NULL && i < rows->source->count; i++)
        garner_rows_cancel(rows->source->all[i]);
    if (!gn_kind_is_parents(rows) &&
        gn_lease_claim(&rows->lease, GN_STOP_CANCELED))
        (void)gn_lease_end(&rows->lease); /* else its thread will */
}

enum garner_code garner_next(struct garner_rows *rows, struct garner_error *err)
{
    enum garner_code code;

    if (gn_kind_is_parents(rows))
        return gn_fail(err, GARNER_MISUSE,
                       "this cursor belongs to the parent process");
    if (rows->ended == GARNER_DONE)
        return GARNER_DONE; /* a step more would start the query anew */
    if (rows->ended != GARNER_OK)
        return gn_fail(err, GARNER_MISUSE,
                       "this cursor failed (%s); it can only be closed",
                       garner_code_name(rows->ended));
    code = rows->kind->next(rows, err);
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
    if (enter(r)) {
        (void)gn_kind_keep_names(r);
        r->kind->leave(r);
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
    return rows->kind->value((struct garner_rows *)rows, column);
}

void garner_rows_close(struct garner_rows *rows)
{
    if (rows == NULL || gn_kind_is_parents(rows))
        return;
    if (rows->kind->close != NULL)
        rows->kind->close(rows);
    gn_kind_free(rows);
}
