#include "cli/compare.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "engine/table/blame.h"
#include "engine/table/fit.h"
#include "engine/table/look.h"
#include "engine/table/order.h"
#include "engine/table/table_sql.h"
#include "garner/read.h"

#define NONE SIZE_MAX

/* A comparison under way. */
struct work {
    struct garner_store *store; /* NULL: nothing is stored */
    const struct gn_rows_spec *spec;
    const struct gn_rowset *rows;
    const struct gn_rowset *parents;
    struct gn_compared *diff;
    struct gn_met met;
    size_t *key;                     /* the columns of the key */
    struct garner_value *stored_key; /* of a row that was found */
    bool *stored;                    /* for each column: the table has it */
    size_t bad;                      /* rows that are left out */
    size_t refused;                  /* the first whose key is stored; NONE */
    struct gn_buf sql;               /* asks for the row of a key */
};

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory to compare rows");
}

/* --- what a run would refuse ----------------------------------------------*/

/* Whether without those that are left out enough stay, as a run has it. */
static bool leaves_enough(const struct work *w, size_t total)
{
    const struct gn_rows_expect *e = w->spec->expect;

    return e == NULL || total - w->bad >= (size_t)e->min_rows;
}

static void leave_out(struct work *w, size_t row)
{
    if (w->diff->changes[row] != GN_CHANGE_BAD)
        w->bad++;
    w->diff->changes[row] = GN_CHANGE_BAD;
}

/* Where the columns of the key are; rows with NULL in one are refused, or left
 * out. */
static enum garner_code find_key(struct work *w, struct garner_error *err)
{
    const struct gn_rowset *rows = w->rows;
    const struct gn_rowset none = {.columns = rows->columns,
                                   .column_count = rows->column_count};
    enum garner_code code = gn_fit_key(w->spec, &none, err);

    for (size_t k = 0; code == GARNER_OK && k < w->spec->key_count; k++) {
        while (strcasecmp(rows->columns[w->key[k]], w->spec->key[k]) != 0)
            w->key[k]++;
        for (size_t i = 0; i < rows->row_count; i++)
            if (rows->values[i * rows->column_count + w->key[k]].type ==
                GARNER_NULL)
                leave_out(w, i);
    }
    if (code == GARNER_OK && (w->spec->bad_rows == GN_BAD_ROWS_FAIL ||
                              !leaves_enough(w, rows->row_count)))
        code = gn_fit_key(w->spec, rows, err);
    return code;
}

/* Notes which columns the table has: none, if there is no such table. */
static enum garner_code look(struct work *w, struct garner_error *err)
{
    struct gn_look look = {.spec = w->spec};
    enum garner_code code = gn_look_read(&look, w->store, err);

    if (code == GARNER_OK)
        code = gn_fit_columns(w->spec,
                              look.columns.count > 0 ? &look.columns : NULL,
                              w->rows, err);
    for (size_t i = 0; i < w->rows->column_count; i++)
        w->stored[i] = gn_names_has(&look.columns, w->rows->columns[i]);
    gn_look_fini(&look);
    return code;
}

/* A run fails by row, whose key is stored. */
static enum garner_code refuse(struct work *w, size_t row,
                               struct garner_error *err)
{
    struct gn_buf text = {0};
    enum garner_code code;

    gn_blame_row(w->spec, w->rows, row, NULL, &text);
    code = gn_buf_failed(&text)
               ? no_memory(err)
               : gn_fail(err, GARNER_INVALID, "%s", gn_buf_cstr(&text));
    gn_buf_fini(&text);
    return code;
}

/* row's key is stored, which is an error: as find_key for NULL. */
static enum garner_code meet(struct work *w, size_t row,
                             struct garner_error *err)
{
    if (w->spec->bad_rows == GN_BAD_ROWS_FAIL)
        return refuse(w, row, err);
    if (w->refused == NONE)
        w->refused = row;
    leave_out(w, row);
    return GARNER_OK;
}

/* --- the table's rows -----------------------------------------------------*/

/* select "a", "a" is ?1, ... from t where "id" = ?2: of columns that the table
 * lacks, NULL; where those are left out, no value is another. */
static enum garner_code ask(struct work *w, struct garner_error *err)
{
    struct gn_buf *sql = &w->sql;

    for (size_t i = 0; i < w->rows->column_count; i++) {
        gn_buf_text(sql, i == 0 ? "select " : ", ");
        if (w->stored[i]) {
            gn_table_sql_name(sql, w->rows->columns[i]);
            gn_buf_text(sql, ", ");
            gn_table_sql_name(sql, w->rows->columns[i]);
            gn_buf_printf(sql, " is ?%zu", i + 1);
        } else if (w->spec->new_columns == GN_COLUMNS_IGNORE) {
            gn_buf_printf(sql, "null, ?%zu is ?%zu", i + 1, i + 1);
        } else {
            gn_buf_printf(sql, "null, null is ?%zu", i + 1);
        }
    }
    gn_buf_text(sql, " from ");
    gn_table_sql_name(sql, w->spec->table);
    for (size_t k = 0; k < w->spec->key_count; k++) {
        gn_buf_text(sql, k == 0 ? " where " : " and ");
        gn_table_sql_name(sql, w->rows->columns[w->key[k]]);
        gn_buf_printf(sql, " = ?%zu", w->key[k] + 1);
    }
    if (w->spec->conflict == GN_CONFLICT_HISTORY)
        gn_buf_text(sql, " and " GN_VALID_TO " is null");
    return gn_buf_failed(sql) ? no_memory(err) : GARNER_OK;
}

/* Where rows have the same key, all but the last are written for nothing. */
static enum garner_code find_twice(struct work *w, struct garner_error *err)
{
    const struct gn_order by_key = {w->rows, w->key, w->spec->key_count};
    size_t *sorted = gn_alloc((w->rows->row_count + 1) * sizeof sorted[0]);
    size_t count;

    if (sorted == NULL)
        return no_memory(err);
    count = gn_order_sort(&by_key, sorted);
    for (size_t i = 1; i < count; i++)
        if (gn_order_compare(&by_key, sorted[i - 1], sorted[i]) == 0)
            w->diff->changes[sorted[i - 1]] = GN_CHANGE_TWICE;
    gn_free(sorted);
    return GARNER_OK;
}

/* --- comparing ------------------------------------------------------------*/

static enum garner_code keep(struct work *w, const struct garner_rows *found,
                             size_t row, struct garner_error *err)
{
    const size_t width = w->rows->column_count;
    struct gn_arena *arena = w->diff->private;
    enum garner_code code;
    bool changed = false;

    for (size_t i = 0; i < width; i++) {
        struct garner_value v = garner_column(found, 2 * i);
        const bool is = garner_column(found, 2 * i + 1).integer != 0;

        if ((v.type == GARNER_TEXT || v.type == GARNER_BLOB) && !is)
            v.bytes.data = gn_arena_copy(arena, v.bytes.data, v.bytes.size);
        w->diff->was[row * width + i] = is ? garner_null() : v;
        w->diff->differs[row * width + i] = !is;
        changed = changed || !is;
    }
    w->diff->changes[row] = !changed ? GN_CHANGE_SAME
                            : w->spec->conflict == GN_CONFLICT_KEEP
                                ? GN_CHANGE_KEPT
                                : GN_CHANGE_CHANGED;
    for (size_t k = 0; k < w->spec->key_count; k++)
        w->stored_key[k] = garner_column(found, 2 * w->key[k]);
    if (arena->failed)
        return no_memory(err);
    code = gn_met_add(&w->met, w->stored_key, err);
    return code == GARNER_OK && w->spec->conflict == GN_CONFLICT_ERROR
               ? meet(w, row, err)
               : code;
}

static enum garner_code compare(struct work *w, size_t row,
                                struct garner_error *err)
{
    const size_t width = w->rows->column_count;
    struct garner_rows *found;
    enum garner_code code =
        garner_query(w->store, gn_buf_cstr(&w->sql),
                     w->rows->values + row * width, width, &found, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(found, err);
    if (code == GARNER_ROW)
        code = keep(w, found, row, err);
    garner_rows_close(found);
    return code == GARNER_DONE ? GARNER_OK : code;
}

/* What of the table the rows are not. */
static enum garner_code find_gone(struct work *w, struct garner_error *err)
{
    const struct gn_leaving leaving = {.spec = w->spec,
                                       .rows = w->rows,
                                       .parents = w->parents,
                                       .stored = w->stored,
                                       .met = &w->met};

    return gn_gone_find(w->store, &leaving, &w->diff->gone, err);
}

/* Whether there is a table that the rows may be compared with. */
static bool is_there(const struct work *w)
{
    bool any = false;
    bool keyed = true;

    for (size_t i = 0; i < w->rows->column_count; i++)
        any = any || w->stored[i];
    for (size_t k = 0; k < w->spec->key_count; k++)
        keyed = keyed && w->stored[w->key[k]];
    return any && keyed;
}

/* By the key; without one, rows are like none. */
static enum garner_code compare_each(struct work *w, bool there,
                                     struct garner_error *err)
{
    const bool compares = there && w->spec->key_count > 0;
    enum garner_code code = compares ? ask(w, err) : GARNER_OK;

    for (size_t i = 0; code == GARNER_OK && i < w->rows->row_count; i++) {
        if (w->diff->changes[i] == GN_CHANGE_NEW && compares)
            code = compare(w, i, err);
        w->diff->counts[w->diff->changes[i]]++;
    }
    if (code == GARNER_OK && w->refused != NONE &&
        !leaves_enough(w,
                       w->rows->row_count - w->diff->counts[GN_CHANGE_TWICE]))
        code = refuse(w, w->refused, err);
    return code;
}

static enum garner_code compare_all(struct work *w, struct garner_error *err)
{
    const bool keyed = w->spec->key_count > 0;
    enum garner_code code = find_key(w, err);
    bool there = false;

    if (code == GARNER_OK && keyed)
        code = find_twice(w, err);
    if (code == GARNER_OK && w->store != NULL) {
        code = look(w, err);
        there = code == GARNER_OK && is_there(w);
    }
    if (code == GARNER_OK)
        code = gn_met_begin(&w->met, w->spec, err);
    if (code == GARNER_OK)
        code = compare_each(w, there, err);
    if (code == GARNER_OK && there &&
        (keyed || w->spec->conflict == GN_CONFLICT_WHOLE))
        code = find_gone(w, err);
    return code;
}

enum garner_code
gn_compare_rows(struct garner_store *store, const struct gn_rows_spec *spec,
                const struct gn_rowset *rows, const struct gn_rowset *parents,
                struct gn_compared *diff, struct garner_error *err)
{
    const size_t values = rows->row_count * rows->column_count;
    struct gn_arena *arena = gn_alloc(sizeof *arena);
    struct work w = {.store = store,
                     .spec = spec,
                     .rows = rows,
                     .parents = parents,
                     .diff = diff,
                     .refused = NONE};
    enum garner_code code = GARNER_OK;

    *diff = (struct gn_compared){.private = arena};
    diff->changes = gn_alloc((rows->row_count + 1) * sizeof diff->changes[0]);
    diff->was = gn_alloc((values + 1) * sizeof diff->was[0]);
    diff->differs = gn_alloc((values + 1) * sizeof diff->differs[0]);
    w.key = gn_alloc((spec->key_count + 1) * sizeof w.key[0]);
    w.stored_key = gn_alloc((spec->key_count + 1) * sizeof w.stored_key[0]);
    w.stored = gn_alloc((rows->column_count + 1) * sizeof w.stored[0]);
    if (arena == NULL || diff->changes == NULL || diff->was == NULL ||
        diff->differs == NULL || w.key == NULL || w.stored_key == NULL ||
        w.stored == NULL)
        code = no_memory(err);
    else
        code = compare_all(&w, err);
    gn_buf_fini(&w.sql);
    gn_rowset_fini(&w.met.keys);
    gn_free(w.key);
    gn_free(w.stored_key);
    gn_free(w.stored);
    return code;
}

void gn_compared_fini(struct gn_compared *diff)
{
    gn_free(diff->changes);
    gn_free(diff->was);
    gn_free(diff->differs);
    gn_gone_fini(&diff->gone);
    if (diff->private != NULL)
        gn_arena_clear(diff->private);
    gn_free(diff->private);
    *diff = (struct gn_compared){0};
}
