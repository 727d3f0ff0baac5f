#include "store/rows.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "store/driver/cursor.h"
#include "store/turn.h"

/* A row kept in memory. */
struct kept_row {
    struct kept_row *next;
    struct garner_value values[];
};

struct garner_rows {
    /* on a leased connection; NULL: rows kept in memory */
    struct gn_pool *pool;
    struct gn_sqlite *connection;
    struct gn_cursor *cursor;

    struct gn_arena arena;
    const char **names; /* NULL: not asked for yet */

    /* kept in memory */
    struct kept_row *first;
    struct kept_row *at; /* the current one */

    size_t columns;
    unsigned forks; /* gn_turn_forks when it was opened */
    bool started;
    enum garner_code ended; /* DONE or an error; OK: not yet */
};

static enum garner_code new_rows(struct garner_rows **rows,
                                 struct garner_error *err)
{
    *rows = gn_alloc(sizeof **rows);
    if (*rows == NULL)
        return gn_fail(err, GARNER_NOMEM, "a cursor");
    gn_arena_init(&(*rows)->arena, NULL, 0);
    (*rows)->forks = gn_turn_forks();
    return GARNER_OK;
}

enum garner_code gn_rows_lease(struct gn_pool *p, const struct gn_statement *s,
                               int64_t deadline_ns, struct garner_rows **rows,
                               struct garner_error *err)
{
    struct garner_rows *r;
    enum garner_code code = new_rows(rows, err);

    r = *rows;
    if (r == NULL)
        return code;
    r->pool = p;
    code = gn_pool_lease(p, deadline_ns, &r->connection, err);
    if (code == GARNER_OK) {
        gn_sqlite_set_busy_deadline(r->connection, deadline_ns);
        gn_sqlite_set_work_deadline(r->connection, INT64_MAX);
        code = gn_cursor_open(r->connection, s, &r->cursor, err);
    }
    if (code != GARNER_OK) {
        garner_rows_close(r);
        *rows = NULL;
        return code;
    }
    r->columns = gn_cursor_columns(r->cursor);
    return GARNER_OK;
}

/* --- rows kept in memory ---------------------------------------------------
 */

struct reading {
    const struct gn_statement *statement;
    struct garner_rows *rows;
    int64_t deadline_ns;
};

static enum garner_code out_of_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "the rows of a query");
}

static enum garner_code keep_names(struct garner_rows *r,
                                   const struct gn_cursor *cursor,
                                   struct garner_error *err)
{
    const char **names;

    r->columns = gn_cursor_columns(cursor);
    names = gn_arena_alloc(&r->arena, r->columns * sizeof names[0]);
    if (names == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < r->columns; i++) {
        const char *name = gn_cursor_name(cursor, i);

        names[i] = gn_arena_copy(&r->arena, name, strlen(name));
        if (names[i] == NULL)
            return out_of_memory(err);
    }
    r->names = names;
    return GARNER_OK;
}

static struct kept_row *keep_row(struct garner_rows *r,
                                 const struct gn_cursor *cursor)
{
    struct kept_row *row = gn_arena_alloc(
        &r->arena, sizeof *row + r->columns * sizeof row->values[0]);

    if (row == NULL)
        return NULL;
    row->next = NULL;
    for (size_t i = 0; i < r->columns; i++) {
        struct garner_value *v = &row->values[i];

        *v = gn_cursor_value(cursor, i);
        if (v->type != GARNER_TEXT && v->type != GARNER_BLOB)
            continue;
        v->bytes.data = gn_arena_copy(&r->arena, v->bytes.data, v->bytes.size);
        if (v->bytes.data == NULL)
            return NULL;
    }
    return row;
}

static enum garner_code keep_rows(struct garner_rows *r,
                                  struct gn_cursor *cursor,
                                  struct garner_error *err)
{
    struct kept_row **end = &r->first;
    enum garner_code code = gn_cursor_next(cursor, err);

    if ((code == GARNER_ROW || code == GARNER_DONE) &&
        keep_names(r, cursor, err) != GARNER_OK)
        return GARNER_NOMEM;
    for (; code == GARNER_ROW; code = gn_cursor_next(cursor, err)) {
        struct kept_row *row = keep_row(r, cursor);

        if (row == NULL)
            return out_of_memory(err);
        *end = row;
        end = &row->next;
    }
    return code == GARNER_DONE ? GARNER_OK : code;
}

/* Run by the leader, which need not be the thread that asked. */
static enum garner_code read_all(void *context, void *connection,
                                 struct garner_error *err)
{
    const struct reading *reading = context;
    struct gn_cursor *cursor;
    enum garner_code code =
        gn_cursor_open(connection, reading->statement, &cursor, err);

    if (code != GARNER_OK)
        return code;
    /* Nobody can write meanwhile, so it may not take for ever. */
    gn_sqlite_set_work_deadline(connection, reading->deadline_ns);
    code = keep_rows(reading->rows, cursor, err);
    gn_sqlite_set_work_deadline(connection, INT64_MAX);
    gn_cursor_close(cursor);
    return code;
}

enum garner_code gn_rows_read(struct gn_commit *c, const struct gn_statement *s,
                              int64_t deadline_ns, struct garner_rows **rows,
                              struct garner_error *err)
{
    enum garner_code code = new_rows(rows, err);
    struct reading reading = {
        .statement = s, .rows = *rows, .deadline_ns = deadline_ns};
    struct gn_ticket ticket = {
        .work = read_all,
        .work_context = &reading,
        .deadline_ns = deadline_ns,
        .err = err,
    };

    if (code == GARNER_OK)
        code = gn_commit_wait(c, &ticket);
    if (code != GARNER_OK) {
        garner_rows_close(*rows);
        *rows = NULL;
    }
    return code;
}

/* --- what both kinds do ----------------------------------------------------
 */

void garner_rows_set_timeout(struct garner_rows *rows, int timeout_ms)
{
    int64_t deadline_ns = INT64_MAX;

    if (rows->cursor == NULL)
        return; /* all was read already */
    if (timeout_ms > 0)
        deadline_ns =
            gn_clock_monotonic_ns() + (int64_t)timeout_ms * INT64_C(1000000);
    gn_sqlite_set_work_deadline(rows->connection, deadline_ns);
    if (timeout_ms > 0)
        gn_sqlite_set_busy_deadline(rows->connection, deadline_ns);
}

static enum garner_code next_kept(struct garner_rows *r)
{
    r->at = r->started ? r->at->next : r->first;
    return r->at != NULL ? GARNER_ROW : GARNER_DONE;
}

enum garner_code garner_next(struct garner_rows *rows, struct garner_error *err)
{
    enum garner_code code;

    if (rows->forks != gn_turn_forks())
        return gn_fail(err, GARNER_MISUSE,
                       "this cursor belongs to the parent process");
    if (rows->ended == GARNER_DONE)
        return GARNER_DONE; /* a step more would start the query anew */
    if (rows->ended != GARNER_OK)
        return gn_fail(err, GARNER_MISUSE,
                       "this cursor failed (%s); it can only be closed",
                       garner_code_name(rows->ended));
    code = rows->cursor != NULL ? gn_cursor_next(rows->cursor, err)
                                : next_kept(rows);
    if (rows->cursor != NULL && !rows->started) {
        rows->columns = gn_cursor_columns(rows->cursor);
        rows->names = NULL; /* asked for again; what was given stays */
    }
    rows->started = true;
    if (code != GARNER_ROW)
        rows->ended = code;
    return code;
}

size_t garner_columns(const struct garner_rows *rows)
{
    return rows->columns;
}

const char *garner_column_name(const struct garner_rows *rows, size_t column)
{
    /* SQLite's own do not last as long as the cursor. Its memory is not what
     * const protects. */
    struct garner_rows *r = (struct garner_rows *)rows;

    if (column >= rows->columns)
        return "";
    if (rows->names == NULL && keep_names(r, r->cursor, NULL) != GARNER_OK)
        return "";
    return rows->names[column];
}

struct garner_value garner_column(const struct garner_rows *rows, size_t column)
{
    if (column >= rows->columns || !rows->started || rows->ended != GARNER_OK)
        return garner_null();
    return rows->cursor != NULL ? gn_cursor_value(rows->cursor, column)
                                : rows->at->values[column];
}

void garner_rows_close(struct garner_rows *rows)
{
    if (rows == NULL || rows->forks != gn_turn_forks())
        return;
    if (rows->cursor != NULL)
        gn_cursor_close(rows->cursor);
    if (rows->connection != NULL)
        gn_pool_give_back(rows->pool, rows->connection);
    gn_arena_clear(&rows->arena);
    gn_free(rows);
}
