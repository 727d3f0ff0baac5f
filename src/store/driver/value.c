#include "store/driver/value.h"

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

struct garner_value gn_value_of_column(sqlite3_stmt *stmt, int at)
{
    const void *data;

    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        return garner_integer(sqlite3_column_int64(stmt, at));
    case SQLITE_FLOAT:
        return garner_real(sqlite3_column_double(stmt, at));
    case SQLITE_TEXT:
        data = sqlite3_column_text(stmt, at);
        return garner_text_n(data, (size_t)sqlite3_column_bytes(stmt, at));
    case SQLITE_BLOB:
        data = sqlite3_column_blob(stmt, at);
        return garner_blob(data, (size_t)sqlite3_column_bytes(stmt, at));
    default:
        return garner_null();
    }
}
