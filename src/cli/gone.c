#include "cli/gone.h"

#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "engine/table/order.h"
#include "engine/table/table_sql.h"
#include "garner/read.h"

/* A search under way. */
struct search {
    struct garner_store *store;
    const struct gn_leaving *in;
    struct gn_gone *gone;
    struct gn_order by_key; /* of what was met */
    size_t *sorted;         /* that, in its order; sorted_count of them */
    size_t sorted_count;
    struct garner_value *row; /* a stored one, in the answer's columns */
    struct gn_buf sql;
};

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory to look for stored rows");
}

/* --- what was met ---------------------------------------------------------*/

/* The first row, of NULLs, which no key has, is where one that is looked for is
 * put: so it can be compared with the others. */
enum garner_code gn_met_begin(struct gn_met *met,
                              const struct gn_rows_spec *spec,
                              struct garner_error *err)
{
    struct garner_value *none;
    enum garner_code code;

    *met = (struct gn_met){0};
    if (spec->key_count == 0)
        return GARNER_OK;
    none = gn_alloc(spec->key_count * sizeof *none);
    if (none == NULL)
        return no_memory(err);
    for (size_t k = 0; k < spec->key_count; k++)
        none[k] = garner_null();
    code = gn_rowset_columns(&met->keys, spec->key, spec->key_count, err);
    if (code == GARNER_OK)
        code = gn_rowset_add(&met->keys, none, err);
    gn_free(none);
    return code;
}

enum garner_code gn_met_add(struct gn_met *met, const struct garner_value *key,
                            struct garner_error *err)
{
    return gn_rowset_add(&met->keys, key, err);
}

static size_t column_of(const struct gn_rowset *rows, const char *name)
{
    size_t i = 0;

    while (i < rows->column_count && strcasecmp(rows->columns[i], name) != 0)
        i++;
    return i;
}

/* Whether the stored row is one that was met. */
static bool was_met(struct search *s)
{
    const struct gn_rows_spec *spec = s->in->spec;
    size_t low = 0;
    size_t high = s->sorted_count;

    for (size_t k = 0; k < spec->key_count; k++)
        s->in->met->keys.values[k] =
            s->row[column_of(s->in->rows, spec->key[k])];
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int by = gn_order_compare(&s->by_key, 0, s->sorted[middle]);

        if (by == 0)
            return true;
        if (by < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static enum garner_code sort_met(struct search *s, size_t *columns,
                                 struct garner_error *err)
{
    const struct gn_rowset *keys = &s->in->met->keys;

    for (size_t k = 0; k < keys->column_count; k++)
        columns[k] = k;
    s->by_key = (struct gn_order){keys, columns, keys->column_count};
    s->sorted = gn_alloc((keys->row_count + 1) * sizeof s->sorted[0]);
    if (s->sorted == NULL)
        return no_memory(err);
    if (keys->column_count > 0)
        s->sorted_count = gn_order_sort(&s->by_key, s->sorted);
    return GARNER_OK;
}

/* --- what is stored -------------------------------------------------------*/

/* select "a", null, ... from t: of columns that the table lacks, NULL. */
static void ask(struct search *s)
{
    const struct gn_rows_spec *spec = s->in->spec;

    for (size_t i = 0; i < s->in->rows->column_count; i++) {
        gn_buf_text(&s->sql, i == 0 ? "select " : ", ");
        if (s->in->stored[i])
            gn_table_sql_name(&s->sql, s->in->rows->columns[i]);
        else
            gn_buf_text(&s->sql, "null");
    }
    gn_buf_text(&s->sql, " from ");
    gn_table_sql_name(&s->sql, spec->table);
    if (spec->conflict == GN_CONFLICT_HISTORY)
        gn_buf_text(&s->sql, " where `" GN_VALID_TO "` is null");
    for (size_t k = 0; s->in->parents != NULL && k < spec->parent->key_count;
         k++) {
        gn_buf_text(&s->sql, k == 0 ? " where " : " and ");
        gn_table_sql_name(&s->sql, spec->parent->key[k]);
        gn_buf_text(&s->sql, " = ?");
    }
}

/* Takes note of those that the SQL finds and that were not met. */
static enum garner_code look(struct search *s, const struct garner_value *args,
                             size_t count, struct garner_error *err)
{
    struct garner_rows *found;
    enum garner_code code =
        garner_query(s->store, gn_buf_cstr(&s->sql), args, count, &found, err);

    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(found, err)) == GARNER_ROW) {
        for (size_t i = 0; i < s->in->rows->column_count; i++)
            s->row[i] = garner_column(found, i);
        if (was_met(s))
            continue;
        s->gone->count++;
        if (s->gone->rows.row_count == GN_GONE_MOST)
            continue;
        code = gn_rowset_add(&s->gone->rows, s->row, err);
        if (code != GARNER_OK)
            break;
    }
    garner_rows_close(found);
    return code == GARNER_DONE ? GARNER_OK : code;
}

/* Looks below each of the parents, once. One that has no key has no children:
 * the order leaves it out. */
static enum garner_code look_below(struct search *s, struct garner_error *err)
{
    const struct gn_rows_spec *parent = s->in->spec->parent;
    const struct gn_rowset *rows = s->in->parents;
    struct garner_value *key = gn_alloc(parent->key_count * sizeof *key);
    size_t *columns = gn_alloc(parent->key_count * sizeof *columns);
    size_t *sorted = gn_alloc((rows->row_count + 1) * sizeof *sorted);
    const struct gn_order by_key = {rows, columns, parent->key_count};
    enum garner_code code = GARNER_OK;
    size_t count = 0;

    if (key == NULL || columns == NULL || sorted == NULL)
        code = no_memory(err);
    for (size_t k = 0; code == GARNER_OK && k < parent->key_count; k++)
        columns[k] = column_of(rows, parent->key[k]);
    if (code == GARNER_OK)
        count = gn_order_sort(&by_key, sorted);
    for (size_t i = 0; i < count && code == GARNER_OK; i++) {
        if (i > 0 && gn_order_compare(&by_key, sorted[i - 1], sorted[i]) == 0)
            continue;
        for (size_t k = 0; k < parent->key_count; k++)
            key[k] = rows->values[sorted[i] * rows->column_count + columns[k]];
        code = look(s, key, parent->key_count, err);
    }
    gn_free(key);
    gn_free(columns);
    gn_free(sorted);
    return code;
}

/* Those that stay are only counted. */
static enum garner_code count_others(struct search *s, struct garner_error *err)
{
    struct garner_rows *found;
    enum garner_code code;

    gn_buf_text(&s->sql, "select count(*) from ");
    gn_table_sql_name(&s->sql, s->in->spec->table);
    if (gn_buf_failed(&s->sql))
        return no_memory(err);
    code = garner_query(s->store, gn_buf_cstr(&s->sql), GARNER_ARGS(), &found,
                        err);
    if (code != GARNER_OK)
        return code;
    code = garner_next(found, err);
    if (code == GARNER_ROW) {
        const int64_t all = garner_column(found, 0).integer;
        const int64_t met = (int64_t)s->in->met->keys.row_count - 1;

        s->gone->count = all > met ? all - met : 0;
    }
    garner_rows_close(found);
    return code == GARNER_ROW ? GARNER_OK : code;
}

/* --- all of it ------------------------------------------------------------*/

static enum garner_code find(struct search *s, size_t *columns,
                             struct garner_error *err)
{
    const struct gn_rowset *rows = s->in->rows;
    enum garner_code code;

    s->row = gn_alloc((rows->column_count + 1) * sizeof s->row[0]);
    if (s->row == NULL || columns == NULL)
        return no_memory(err);
    code = gn_rowset_columns(&s->gone->rows, (const char *const *)rows->columns,
                             rows->column_count, err);
    if (code == GARNER_OK)
        code = sort_met(s, columns, err);
    if (code != GARNER_OK)
        return code;
    ask(s);
    if (gn_buf_failed(&s->sql))
        return no_memory(err);
    return s->in->parents != NULL ? look_below(s, err) : look(s, NULL, 0, err);
}

enum garner_code gn_gone_find(struct garner_store *store,
                              const struct gn_leaving *leaving,
                              struct gn_gone *gone, struct garner_error *err)
{
    const enum gn_conflict conflict = leaving->spec->conflict;
    struct search s = {.store = store, .in = leaving, .gone = gone};
    size_t *columns;
    enum garner_code code;

    *gone = (struct gn_gone){.go = conflict == GN_CONFLICT_WHOLE ||
                                   conflict == GN_CONFLICT_HISTORY ||
                                   leaving->parents != NULL};
    if (!gone->go) {
        code = count_others(&s, err);
    } else {
        columns = gn_alloc((leaving->spec->key_count + 1) * sizeof *columns);
        code = find(&s, columns, err);
        gn_free(columns);
    }
    gn_free(s.sorted);
    gn_free(s.row);
    gn_buf_fini(&s.sql);
    return code;
}

void gn_gone_fini(struct gn_gone *gone)
{
    gn_rowset_fini(&gone->rows);
    *gone = (struct gn_gone){0};
}
