#include "store/driver/sql.h"

#include <stdarg.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/driver/cursor.h"
#include "store/driver/run.h"
#include "store/driver/transaction.h"

enum garner_code gn_sql_run(struct gn_sqlite *c, const char *sql,
                            const struct garner_value *args, size_t count,
                            int64_t *changes, struct garner_error *err)
{
    struct garner_result result = {0};
    struct gn_statement s;
    enum garner_code code;

    gn_statement_init(&s, sql, args, count);
    code = gn_run_one(c, &s, &result, err);
    if (changes != NULL)
        *changes = result.changes;
    return code;
}

enum garner_code gn_sql_runf(struct gn_sqlite *c,
                             const struct gn_sql_args *args,
                             struct garner_error *err, const char *format, ...)
{
    static const struct gn_sql_args none;
    struct gn_buf text = {0};
    enum garner_code code;
    va_list list;

    if (args == NULL)
        args = &none;
    va_start(list, format);
    gn_buf_vprintf(&text, format, list);
    va_end(list);
    code = gn_buf_failed(&text)
               ? gn_fail(err, GARNER_NOMEM, "a statement")
               : gn_sql_run(c, gn_buf_cstr(&text), args->values, args->count,
                            args->changes, err);
    gn_buf_fini(&text);
    return code;
}

enum garner_code gn_sql_rows(struct gn_sqlite *c, const char *sql,
                             const struct garner_value *args, size_t count,
                             gn_sql_row *row, void *context,
                             struct garner_error *err)
{
    struct gn_statement s;
    struct gn_cursor *cursor;
    enum garner_code code;

    gn_statement_init(&s, sql, args, count);
    code = gn_cursor_open(c, &s, &cursor, err);
    if (code != GARNER_OK)
        return code;
    while ((code = gn_cursor_next(cursor, err)) == GARNER_ROW) {
        const size_t columns = gn_cursor_columns(cursor);
        struct garner_value values[GN_SQL_COLUMNS] = {{0}};

        for (size_t i = 0; i < columns && i < GN_SQL_COLUMNS; i++)
            values[i] = gn_cursor_value(cursor, i);
        code = row(context, values, err);
        if (code != GARNER_OK)
            break;
    }
    gn_cursor_close(cursor);
    return code == GARNER_DONE ? GARNER_OK : code;
}

struct first {
    int64_t integer;
    bool found;
};

static enum garner_code keep_first(void *context,
                                   const struct garner_value *values,
                                   struct garner_error *err)
{
    struct first *first = context;

    (void)err;
    first->integer = values[0].type == GARNER_INTEGER ? values[0].integer : 0;
    first->found = true;
    return GARNER_DONE; /* no other is wanted */
}

enum garner_code gn_sql_integer(struct gn_sqlite *c, const char *sql,
                                const struct garner_value *args, size_t count,
                                int64_t *integer, struct garner_error *err)
{
    struct first first = {0};
    enum garner_code code =
        gn_sql_rows(c, sql, args, count, keep_first, &first, err);

    *integer = first.integer;
    return code == GARNER_OK && !first.found ? GARNER_NOTFOUND : code;
}

enum garner_code gn_sql_transaction(struct gn_sqlite *c, gn_sql_work *work,
                                    void *context, struct garner_error *err)
{
    enum garner_code code = gn_sqlite_has_moved(c, err)
                                ? GARNER_IO
                                : gn_sqlite_set_sync(c, true, err);

    if (code == GARNER_OK)
        code = gn_transaction_begin(c, err);
    if (code != GARNER_OK)
        return code;
    code = work(context, c, err);
    if (code == GARNER_OK && !gn_transaction_is_open(c))
        code = gn_fail(err, GARNER_SQL, "a trigger ended the transaction");
    if (code == GARNER_OK)
        code = gn_transaction_commit(c, err);
    if (code == GARNER_OK) /* a commit of nothing syncs nothing */
        code = gn_sqlite_sync_log(c, err);
    else
        gn_transaction_rollback(c);
    return code;
}
