#include "store/driver/value.h"

#include "base/error.h"
#include "store/driver/error.h"

int gn_value_bind(sqlite3_stmt *stmt, int at, const struct garner_value *v,
                  sqlite3_destructor_type lifetime)
{
    switch (v->type) {
    case GARNER_INTEGER:
        return sqlite3_bind_int64(stmt, at, v->integer);
    case GARNER_REAL:
        return sqlite3_bind_double(stmt, at, v->real);
    case GARNER_TEXT:
        /* A NULL pointer would bind NULL in place of an empty text. */
        return sqlite3_bind_text64(stmt, at,
                                   v->bytes.size > 0 ? v->bytes.data : "",
                                   v->bytes.size, lifetime, SQLITE_UTF8);
    case GARNER_BLOB:
        return sqlite3_bind_blob64(stmt, at,
                                   v->bytes.size > 0 ? v->bytes.data : "",
                                   v->bytes.size, lifetime);
    case GARNER_NULL:
        return sqlite3_bind_null(stmt, at);
    }
    return SQLITE_MISUSE;
}

enum garner_code gn_value_bind_all(sqlite3_stmt *stmt,
                                   const struct gn_statement *s,
                                   sqlite3_destructor_type lifetime,
                                   struct garner_error *err)
{
    const int wanted = sqlite3_bind_parameter_count(stmt);

    if ((size_t)wanted != s->count)
        return gn_fail(err, GARNER_SQL,
                       "%d parameters, but %zu arguments: %.80s", wanted,
                       s->count, s->sql);
    for (int i = 0; i < wanted; i++) {
        int rc = gn_value_bind(stmt, i + 1, &s->args[i], lifetime);

        if (rc != SQLITE_OK)
            return gn_sqlite_fail(sqlite3_db_handle(stmt), rc, s->sql, err);
    }
    return GARNER_OK;
}

/* A text may have to be made of UTF-16 first, and that may fail. */
static struct garner_value bytes_of(sqlite3_stmt *stmt, int at,
                                    enum garner_type type, const void *data)
{
    struct garner_value v = {.type = type};

    v.bytes.data = data;
    v.bytes.size = (size_t)sqlite3_column_bytes(stmt, at);
    if (data == NULL && type == GARNER_TEXT)
        v.bytes.size = 1; /* an empty one has an address */
    return v;
}

struct garner_value gn_value_of_column(sqlite3_stmt *stmt, int at)
{
    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        return garner_integer(sqlite3_column_int64(stmt, at));
    case SQLITE_FLOAT:
        return garner_real(sqlite3_column_double(stmt, at));
    case SQLITE_TEXT:
        return bytes_of(stmt, at, GARNER_TEXT, sqlite3_column_text(stmt, at));
    case SQLITE_BLOB:
        return bytes_of(stmt, at, GARNER_BLOB, sqlite3_column_blob(stmt, at));
    default:
        return garner_null();
    }
}
