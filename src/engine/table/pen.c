#include "engine/table/pen.h"

enum garner_code gn_pen_write(const struct gn_pen *pen, const char *sql,
                              const struct garner_value *args, size_t count,
                              struct garner_error *err)
{
    return pen->batch != NULL
               ? garner_batch_add(pen->batch, sql, args, count, err)
               : garner_tx_exec(pen->tx, sql, args, count, NULL, err);
}

size_t gn_pen_next(const struct gn_pen *pen)
{
    return pen->batch != NULL ? garner_batch_count(pen->batch) + 1 : 0;
}

enum garner_code gn_pen_begin_row(const struct gn_pen *pen,
                                  struct garner_error *err)
{
    return pen->batch != NULL ? GARNER_OK : garner_tx_savepoint(pen->tx, err);
}

enum garner_code gn_pen_end_row(const struct gn_pen *pen, size_t row,
                                enum garner_code code, struct garner_error *err)
{
    const bool is_refused = code == GARNER_CONSTRAINT && pen->refused != NULL;

    if (pen->batch != NULL || (code != GARNER_OK && !is_refused))
        return code;
    if (is_refused) {
        pen->refused(pen->context, row, err->message);
        code = garner_tx_rollback_to(pen->tx, err);
    } else {
        code = GARNER_OK;
    }
    return code == GARNER_OK ? garner_tx_release(pen->tx, err) : code;
}
