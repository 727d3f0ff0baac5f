#include "cli/diffout.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cell.h"
#include "cli/select.h"
#include "cli/text.h"

static const char *const words[] = {"new",   "changed", "same",
                                    "twice", "kept",    "bad"};

/* What is stored for row, where that is another, as a JSON object. */
static void was(const struct gn_rowset *rows, const struct gn_compared *d,
                size_t row, struct gn_buf *text)
{
    struct gn_json j;

    gn_json_init(&j, text);
    gn_json_open(&j, '{');
    for (size_t i = 0; i < rows->column_count; i++) {
        const size_t at = row * rows->column_count + i;

        if (!d->differs[at])
            continue;
        gn_json_key(&j, rows->columns[i]);
        gn_cell_json(&j, &d->was[at]);
    }
    gn_json_close(&j, '}');
}

/* "old -> new" in place of the values of row that are others than those that
 * are stored; cells[]: one for each column. */
static void arrows(const struct gn_rowset *rows, const struct gn_compared *d,
                   size_t row, struct gn_buf cells[],
                   struct garner_value values[])
{
    for (size_t i = 0; i < rows->column_count; i++) {
        const size_t at = row * rows->column_count + i;

        if (!d->differs[at])
            continue;
        gn_buf_clear(&cells[i]);
        (void)gn_cell_table(&cells[i], &d->was[at], SIZE_MAX);
        gn_buf_text(&cells[i], " -> ");
        (void)gn_cell_table(&cells[i], &values[i], SIZE_MAX);
        values[i] = garner_text_n(cells[i].data, cells[i].size);
    }
}

/* Those that are stored, and stay. */
static void stays(const struct gn_rowset *rows, const struct gn_compared *d,
                  size_t row, struct garner_value values[])
{
    for (size_t i = 0; i < rows->column_count; i++)
        if (d->differs[row * rows->column_count + i])
            values[i] = d->was[row * rows->column_count + i];
}

/* A set of rows on its way out. */
struct printing {
    const char *table;
    const struct gn_rowset *rows;
    const struct gn_compared *diff; /* whose rows that go come after those */
    struct gn_output *output;
    bool people;
    const char **names;
    struct garner_value *values;
    struct gn_buf *cells;
};

/* The values of row of from, which is one of the answer's or one that goes. */
static void put_row(struct printing *p, const struct gn_rowset *from,
                    size_t row, const char *change)
{
    const size_t width = p->rows->column_count;
    const size_t first = p->people ? 1 : 2;

    p->values[0] = garner_text(p->table);
    p->values[first - 1] = garner_text(change);
    memcpy(p->values + first, from->values + row * width,
           width * sizeof p->values[0]);
    p->values[first + width] = garner_null();
}

static enum garner_code print_row(struct printing *p, size_t row,
                                  struct garner_error *err)
{
    const size_t width = p->rows->column_count;
    const enum gn_change change = p->diff->changes[row];
    const size_t first = p->people ? 1 : 2;
    struct gn_buf *old = &p->cells[width];

    put_row(p, p->rows, row, words[change]);
    if (change == GN_CHANGE_CHANGED && p->people) {
        arrows(p->rows, p->diff, row, p->cells, p->values + first);
    } else if (change == GN_CHANGE_KEPT && p->people) {
        stays(p->rows, p->diff, row, p->values + first);
    } else if (change == GN_CHANGE_CHANGED || change == GN_CHANGE_KEPT) {
        gn_buf_clear(old);
        was(p->rows, p->diff, row, old);
        p->values[first + width] = garner_text_n(old->data, old->size);
    }
    return gn_output_row(p->output, p->values, err);
}

static enum garner_code print_gone(struct printing *p, struct garner_error *err)
{
    const struct gn_rowset *gone = &p->diff->gone.rows;
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < gone->row_count && code == GARNER_OK; i++) {
        put_row(p, gone, i, "gone");
        code = gn_output_row(p->output, p->values, err);
    }
    return code;
}

static enum garner_code print_rows(struct printing *p, struct garner_error *err)
{
    const size_t width = p->rows->column_count;
    const size_t first = p->people ? 1 : 2;
    enum garner_code code;

    p->names[0] = "_table";
    p->names[first - 1] = p->people ? "change" : "_change";
    for (size_t i = 0; i < width; i++)
        p->names[first + i] = p->rows->columns[i];
    p->names[first + width] = "_was";
    code = gn_output_columns(p->output, p->names,
                             width + first + (p->people ? 0 : 1), err);
    for (size_t i = 0; i < p->rows->row_count && code == GARNER_OK; i++)
        code = print_row(p, i, err);
    if (code == GARNER_OK)
        code = print_gone(p, err);
    return code == GARNER_OK ? gn_output_end(p->output, err) : code;
}

static enum gn_exit print_set(const struct gn_format_flags *f,
                              const char *table, const struct gn_rowset *rows,
                              const struct gn_compared *diff)
{
    const size_t width = rows->column_count;
    struct garner_error err = {0};
    enum gn_exit status = GN_EXIT_OK;
    struct printing p = {.table = table, .rows = rows, .diff = diff};

    p.people = !(f->csv || f->json || f->nl);
    p.output = gn_select_output(f, true, &status);
    if (p.output == NULL)
        return status;
    p.names = gn_alloc((width + 3) * sizeof p.names[0]);
    p.values = gn_alloc((width + 3) * sizeof p.values[0]);
    p.cells = gn_alloc((width + 1) * sizeof p.cells[0]);
    if (p.names == NULL || p.values == NULL || p.cells == NULL)
        (void)gn_fail(&err, GARNER_NOMEM, "out of memory to show rows");
    else
        (void)print_rows(&p, &err);
    if (err.code != GARNER_OK)
        status = gn_exit_output(&err);
    for (size_t i = 0; p.cells != NULL && i <= width; i++)
        gn_buf_fini(&p.cells[i]);
    gn_free(p.names);
    gn_free(p.values);
    gn_free(p.cells);
    gn_output_free(p.output);
    return status;
}

static void sum_up(const char *table, const struct gn_rowset *rows,
                   const struct gn_compared *d)
{
    struct gn_buf text = {0};

    gn_buf_printf(&text, "%s: %zu row%s: %zu new, %zu changed, %zu same", table,
                  rows->row_count, gn_text_plural(rows->row_count),
                  d->counts[GN_CHANGE_NEW], d->counts[GN_CHANGE_CHANGED],
                  d->counts[GN_CHANGE_SAME]);
    if (d->counts[GN_CHANGE_TWICE] > 0)
        gn_buf_printf(&text, ", %zu with the key of a later one",
                      d->counts[GN_CHANGE_TWICE]);
    if (d->counts[GN_CHANGE_KEPT] > 0)
        gn_buf_printf(&text, ", %zu kept as stored", d->counts[GN_CHANGE_KEPT]);
    if (d->counts[GN_CHANGE_BAD] > 0)
        gn_buf_printf(&text, ", %zu bad, left out", d->counts[GN_CHANGE_BAD]);
    if (d->gone.count > 0)
        gn_buf_printf(&text,
                      d->gone.go ? ", %" PRId64 " gone"
                                 : "; %" PRId64 " stored before not among them",
                      d->gone.count);
    if (d->gone.go && d->gone.count > GN_GONE_MOST)
        gn_buf_printf(&text, ", of which the first %d are shown", GN_GONE_MOST);
    fprintf(stderr, "%s\n", gn_buf_cstr(&text));
    gn_buf_fini(&text);
}

enum gn_exit gn_diffout(const struct gn_format_flags *format, const char *table,
                        const struct gn_rowset *rows,
                        const struct gn_compared *diff)
{
    const enum gn_exit status = print_set(format, table, rows, diff);

    sum_up(table, rows, diff);
    return status;
}
