#include "engine/table/fit.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"

static void list_names(char *const *names, size_t count, char *text,
                       size_t room)
{
    struct gn_buf list = {0};

    for (size_t i = 0; i < count; i++)
        gn_buf_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    strncpy(text, gn_buf_cstr(&list), room - 1);
    text[room - 1] = '\0';
    gn_buf_fini(&list);
}

static enum garner_code check_key(const struct gn_rows_spec *spec,
                                  const char *key, const struct gn_rowset *rows,
                                  struct garner_error *err)
{
    char names[100];
    size_t column = 0;

    while (column < rows->column_count &&
           strcasecmp(rows->columns[column], key) != 0)
        column++;
    if (column == rows->column_count) {
        list_names(rows->columns, rows->column_count, names, sizeof names);
        return gn_fail(err, GARNER_INVALID,
                       "the SQL gives no column %s, the key of table %s; it "
                       "gives: %s",
                       key, spec->table, names);
    }
    for (size_t i = 0; i < rows->row_count; i++)
        if (rows->values[i * rows->column_count + column].type == GARNER_NULL)
            return gn_fail(err, GARNER_INVALID,
                           "row %zu has NULL in column %s, the key of table "
                           "%s: none of the rows is written; leave such rows "
                           "out with WHERE",
                           gn_rowset_number(rows, i), key, spec->table);
    return GARNER_OK;
}

enum garner_code gn_fit_columns(const struct gn_rows_spec *spec,
                                const struct gn_names *has,
                                const struct gn_rowset *rows,
                                struct garner_error *err)
{
    const char *first = NULL;
    size_t count = 0;

    for (size_t i = 0; has != NULL && i < rows->column_count; i++) {
        if (gn_names_has(has, rows->columns[i]))
            continue;
        count++;
        first = first != NULL ? first : rows->columns[i];
    }
    if (count == 0 || spec->new_columns == GN_COLUMNS_EVOLVE)
        return GARNER_OK;
    if (spec->new_columns == GN_COLUMNS_FREEZE)
        return gn_fail(err, GARNER_INVALID,
                       "the SQL gives a column %.60s, which table %.60s has "
                       "not, and its columns are frozen (new_columns): none of "
                       "the rows is written",
                       first, spec->table);
    if (count == rows->column_count)
        return gn_fail(err, GARNER_INVALID,
                       "table %.60s has none of the SQL's columns, and gets "
                       "none (new_columns: ignore)",
                       spec->table);
    return GARNER_OK;
}

enum garner_code gn_fit_key(const struct gn_rows_spec *spec,
                            const struct gn_rowset *rows,
                            struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < spec->key_count && code == GARNER_OK; i++)
        code = check_key(spec, spec->key[i], rows, err);
    return code;
}
