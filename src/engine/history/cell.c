#include "engine/history/cell.h"

#include "base/mem.h"
#include "garner/read.h"

struct garner_value gn_cell_integer(int64_t integer, bool known)
{
    return known ? garner_integer(integer) : garner_null();
}

int64_t gn_cell_integer_or(struct garner_value v, int64_t otherwise)
{
    return v.type == GARNER_INTEGER ? v.integer : otherwise;
}

bool gn_cell_copy(struct garner_value v, char **out)
{
    *out = v.type == GARNER_TEXT ? gn_memdup(v.bytes.data, v.bytes.size) : NULL;
    return *out != NULL || v.type != GARNER_TEXT;
}

enum garner_code gn_cell_ask(struct garner_store *store, const char *sql,
                             const struct garner_value *args, size_t count,
                             int64_t *out, struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(store, sql, args, count, &rows, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    if (code == GARNER_ROW)
        *out = gn_cell_integer_or(garner_column(rows, 0), *out);
    garner_rows_close(rows);
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}
