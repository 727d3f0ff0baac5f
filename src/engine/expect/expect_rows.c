#include "engine/expect/expect_rows.h"

#include <inttypes.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "engine/table/order.h"

/* The rows that broke a rule as a whole: the first ones. */
static void first_rows(const struct gn_rowset *rows, struct gn_finding *f)
{
    while (f->row_count < GN_FINDING_ROWS && f->row_count < rows->row_count) {
        f->rows[f->row_count] = f->row_count;
        f->row_count++;
    }
}

static bool check_count(const struct gn_rows_expect *e, const char *table,
                        const struct gn_rowset *rows, int64_t before,
                        struct gn_finding *f)
{
    const size_t count = rows->row_count;
    const uint64_t left = 100 - (uint64_t)(e->max_drop > 0 ? e->max_drop : 0);

    if (count < (size_t)e->min_rows)
        gn_finding_set(f, "min_rows", " %d of table %.60s, and found %zu",
                       e->min_rows, table, count);
    else if (e->max_rows >= 0 && count > (size_t)e->max_rows)
        gn_finding_set(f, "max_rows", " %d of table %.60s, and found %zu",
                       e->max_rows, table, count);
    else if (e->max_drop >= 0 && before > 0 &&
             (uint64_t)count * 100 < (uint64_t)before * left)
        gn_finding_set(
            f, "max_drop",
            " %d%% of the rows of table %.60s, and found %zu after %" PRId64
            " in the last good run",
            e->max_drop, table, count, before);
    else
        return true;
    first_rows(rows, f);
    return false;
}

/* Where the column of this name is; it is known to be there, but for rows
 * without columns. */
static size_t column_of(const struct gn_rowset *rows, const char *name)
{
    size_t i = 0;

    while (i < rows->column_count && strcasecmp(rows->columns[i], name) != 0)
        i++;
    return i;
}

static bool check_not_null(const struct gn_rows_expect *e, const char *table,
                           const struct gn_rowset *rows, struct gn_finding *f)
{
    for (size_t k = 0; k < e->not_null_count; k++) {
        const size_t column = column_of(rows, e->not_null[k]);
        size_t bad = 0;

        for (size_t i = 0; column < rows->column_count && i < rows->row_count;
             i++) {
            if (rows->values[i * rows->column_count + column].type !=
                GARNER_NULL)
                continue;
            if (bad++ < GN_FINDING_ROWS)
                f->rows[f->row_count++] = i;
        }
        if (bad > 0)
            return gn_finding_set(
                f, "not_null",
                " %.60s of table %.60s, and found NULL in %zu of %zu "
                "rows, first in row %zu",
                e->not_null[k], table, bad, rows->row_count, f->rows[0] + 1);
    }
    return true;
}

/* sorted has room for all rows. */
static bool all_differ(const struct gn_order *s, size_t *sorted,
                       const struct gn_rows_expect *e, const char *table,
                       struct gn_finding *f)
{
    const size_t count = gn_order_sort(s, sorted);
    size_t twice = 0;
    size_t first = 0;

    for (size_t i = 1; i < count; i++) {
        if (gn_order_compare(s, sorted[first], sorted[i]) != 0) {
            first = i;
            continue;
        }
        twice++;
        if (i == first + 1 && f->row_count < GN_FINDING_ROWS)
            f->rows[f->row_count++] = sorted[first];
        if (f->row_count < GN_FINDING_ROWS)
            f->rows[f->row_count++] = sorted[i];
    }
    if (twice == 0)
        return true;
    return gn_finding_set(
        f, "unique",
        " %.60s%s of table %.60s, and found %zu of %zu rows again; "
        "rows %zu and %zu are the same in it",
        e->unique[0], e->unique_count > 1 ? ", ..." : "", table, twice,
        s->rows->row_count, f->rows[0] + 1, f->rows[1] + 1);
}

static enum garner_code check_unique(const struct gn_rows_expect *e,
                                     const char *table,
                                     const struct gn_rowset *rows,
                                     struct gn_finding *f,
                                     struct garner_error *err)
{
    struct gn_order s = {.rows = rows};
    size_t *columns;
    size_t *sorted;

    if (e->unique_count == 0 || rows->row_count < 2)
        return GARNER_OK;
    columns = gn_realloc(NULL, e->unique_count * sizeof *columns);
    sorted = gn_realloc(NULL, rows->row_count * sizeof *sorted);
    for (size_t i = 0; columns != NULL && i < e->unique_count; i++) {
        columns[s.count] = column_of(rows, e->unique[i]);
        s.count += columns[s.count] < rows->column_count;
    }
    s.columns = columns;
    if (columns != NULL && sorted != NULL && s.count > 0)
        (void)all_differ(&s, sorted, e, table, f);
    gn_free(columns);
    gn_free(sorted);
    return columns != NULL && sorted != NULL
               ? GARNER_OK
               : gn_fail(err, GARNER_NOMEM,
                         "out of memory to compare the rows of table %s",
                         table);
}

enum garner_code gn_expect_rows(const struct gn_rows_expect *expect,
                                const char *table, const struct gn_rowset *rows,
                                int64_t before, struct gn_finding *finding,
                                struct garner_error *err)
{
    if (expect == NULL || !check_count(expect, table, rows, before, finding) ||
        !check_not_null(expect, table, rows, finding))
        return GARNER_OK;
    return check_unique(expect, table, rows, finding, err);
}
