#include "engine/table/distinct.h"

#include <stdbool.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "engine/table/order.h"

/* The columns of the key in columns[]; false: one is missing. */
static bool find_columns(const struct gn_rowset *rows, const char *const *key,
                         size_t key_count, size_t *columns)
{
    for (size_t k = 0; k < key_count; k++) {
        size_t i = 0;

        while (i < rows->column_count &&
               strcasecmp(rows->columns[i], key[k]) != 0)
            i++;
        if (i == rows->column_count)
            return false;
        columns[k] = i;
    }
    return true;
}

/* sorted and gone have room for all rows. */
static enum garner_code drop_twins(struct gn_rowset *rows,
                                   const struct gn_order *order, size_t *sorted,
                                   bool *gone, size_t *dropped,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    const size_t count = gn_order_sort(order, sorted);
    size_t twins = 0;

    for (size_t i = 1; i < count; i++)
        if (gn_order_compare(order, sorted[i - 1], sorted[i]) == 0) {
            gone[sorted[i - 1]] = true;
            twins++;
        }
    if (twins > 0)
        code = gn_rowset_drop(rows, gone, err);
    *dropped = code == GARNER_OK ? twins : 0;
    return code;
}

enum garner_code gn_distinct(struct gn_rowset *rows, const char *const *key,
                             size_t key_count, size_t *dropped,
                             struct garner_error *err)
{
    size_t *columns;
    size_t *sorted;
    bool *gone;
    enum garner_code code = GARNER_OK;

    *dropped = 0;
    if (key_count == 0 || rows->row_count < 2)
        return GARNER_OK;
    columns = gn_realloc(NULL, key_count * sizeof *columns);
    sorted = gn_realloc(NULL, rows->row_count * sizeof *sorted);
    gone = gn_alloc(rows->row_count * sizeof *gone);
    if (columns == NULL || sorted == NULL || gone == NULL) {
        code = gn_fail(err, GARNER_NOMEM, "out of memory to compare %zu rows",
                       rows->row_count);
    } else if (find_columns(rows, key, key_count, columns)) {
        const struct gn_order order = {rows, columns, key_count};

        code = drop_twins(rows, &order, sorted, gone, dropped, err);
    }
    gn_free(columns);
    gn_free(sorted);
    gn_free(gone);
    return code;
}
