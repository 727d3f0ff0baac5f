#include "store/driver/cursor.h"

#include "base/error.h"
#include "base/mem.h"
#include "store/driver/connection.h"
#include "store/driver/error.h"
#include "store/driver/transaction.h"
#include "store/driver/value.h"

struct gn_cursor {
    struct gn_sqlite *connection;
    struct gn_cached *held; /* stmt, in the connection's cache */
    sqlite3_stmt *stmt;
    size_t columns;
    int64_t deadline_ns;
    const atomic_uint *stop; /* NULL: nobody stops it */
};

static enum garner_code prepare(struct gn_cursor *cursor,
                                const struct gn_statement *s,
                                struct garner_error *err)
{
    struct gn_cache *cache = cursor->connection->cache;
    enum garner_code code = gn_transaction_unstick(cursor->connection, err);

    if (code == GARNER_OK)
        code =
            gn_cache_get(cache, s->sql, s->size, s->hash, &cursor->stmt, err);
    if (code != GARNER_OK)
        return code;
    cursor->held = gn_cache_hold(cache);
    cursor->columns = (size_t)sqlite3_column_count(cursor->stmt);
    if (!sqlite3_stmt_readonly(cursor->stmt))
        return gn_fail(
            err, GARNER_SQL,
            "a query only reads; use garner_exec (garner query --write): %.80s",
            s->sql);
    return gn_value_bind_all(cursor->stmt, s, SQLITE_TRANSIENT, err);
}

enum garner_code gn_cursor_open(struct gn_sqlite *c,
                                const struct gn_statement *s,
                                struct gn_cursor **cursor,
                                struct garner_error *err)
{
    enum garner_code code;

    *cursor = gn_alloc(sizeof **cursor);
    if (*cursor == NULL)
        return gn_fail(err, GARNER_NOMEM, "a cursor");
    (*cursor)->connection = c;
    (*cursor)->deadline_ns = INT64_MAX;
    code = gn_still_check(&c->still, c->db, false, err);
    if (code == GARNER_OK)
        code = prepare(*cursor, s, err);
    if (code != GARNER_OK) {
        gn_cursor_close(*cursor);
        *cursor = NULL;
    }
    return code;
}

void gn_cursor_set_deadline(struct gn_cursor *cursor, int64_t deadline_ns)
{
    cursor->deadline_ns = deadline_ns;
}

void gn_cursor_set_stop(struct gn_cursor *cursor, const atomic_uint *stop)
{
    cursor->stop = stop;
}

/* A step within what limits this cursor, beside what limits its connection. */
static int step(struct gn_cursor *cursor)
{
    struct gn_sqlite *c = cursor->connection;
    const int64_t deadline_ns = c->work_deadline_ns;
    int rc;

    if (cursor->deadline_ns < deadline_ns)
        c->work_deadline_ns = cursor->deadline_ns;
    c->stop = cursor->stop;
    rc = sqlite3_step(cursor->stmt);
    c->stop = NULL;
    c->work_deadline_ns = deadline_ns;
    return rc;
}

enum garner_code gn_cursor_next(struct gn_cursor *cursor,
                                struct garner_error *err)
{
    const struct gn_still *still = &cursor->connection->still;
    sqlite3 *db = cursor->connection->db;
    const int rc = step(cursor);

    /* A changed schema has it prepared again at its first step. */
    cursor->columns = (size_t)sqlite3_column_count(cursor->stmt);
    if (rc != SQLITE_ROW && gn_still_check(still, db, true, err) != GARNER_OK)
        return GARNER_IO;
    switch (rc) {
    case SQLITE_ROW:
        return GARNER_ROW;
    case SQLITE_DONE: /* with it, and with an error, goes the snapshot */
        return GARNER_DONE;
    default:
        return gn_sqlite_fail(db, sqlite3_extended_errcode(db),
                              sqlite3_sql(cursor->stmt), err);
    }
}

size_t gn_cursor_columns(const struct gn_cursor *cursor)
{
    return cursor->columns;
}

const char *gn_cursor_name(const struct gn_cursor *cursor, size_t column)
{
    const char *name = column < cursor->columns
                           ? sqlite3_column_name(cursor->stmt, (int)column)
                           : NULL;

    return name != NULL ? name : "";
}

struct garner_value gn_cursor_value(const struct gn_cursor *cursor,
                                    size_t column)
{
    return column < cursor->columns
               ? gn_value_of_column(cursor->stmt, (int)column)
               : garner_null();
}

bool gn_cursor_lost(const struct garner_value *value)
{
    return (value->type == GARNER_TEXT || value->type == GARNER_BLOB) &&
           value->bytes.data == NULL && value->bytes.size > 0;
}

void gn_cursor_close(struct gn_cursor *cursor)
{
    if (cursor->held != NULL) {
        (void)sqlite3_reset(cursor->stmt); /* unreset it pins the log */
        (void)sqlite3_clear_bindings(cursor->stmt);
        gn_cache_release(cursor->connection->cache, cursor->held);
    }
    gn_free(cursor);
}
