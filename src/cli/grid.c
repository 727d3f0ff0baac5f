#include "cli/grid.h"

#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/cell.h"
#include "cli/text.h"

enum {
    HELD_ROWS = 500,          /* widths are judged by them */
    HELD_BYTES = 1024 * 1024, /* or by so much text */
    GAP = 2,
    NARROWEST = 8, /* texts are cut no further */
};

struct column {
    char *name;
    size_t width;
    bool texts;   /* some value is no number: may be cut */
    bool numbers; /* some value is one */
};

/* A cell that waits; its text is in held. */
struct cell {
    size_t at;
    size_t size;
    size_t width;
    enum garner_type type;
};

struct gn_grid {
    size_t count; /* columns */
    size_t room;  /* the terminal's columns; 0: no bound */
    bool color;
    bool begun;   /* the head is written, widths are final */
    bool stacked; /* a line a value */
    size_t named; /* width of the widest name, when stacked */
    struct gn_buf held;
    struct cell *cells;
    size_t rows;
    struct gn_buf one; /* the cell being written */
    struct column columns[];
};

enum garner_code gn_grid_new(const char *const *names, size_t count,
                             size_t width, bool color, struct gn_grid **out,
                             struct garner_error *err)
{
    struct gn_grid *t = gn_alloc(sizeof *t + count * sizeof t->columns[0]);
    bool complete = t != NULL;

    *out = NULL;
    if (t != NULL) {
        t->count = count;
        t->room = width;
        t->color = color;
        t->cells = gn_alloc(HELD_ROWS * count * sizeof *t->cells);
        complete = t->cells != NULL || count == 0;
    }
    for (size_t i = 0; i < count && complete; i++) {
        t->columns[i].name = gn_strdup(names[i]);
        t->columns[i].width =
            gn_text_show(NULL, names[i], strlen(names[i]), SIZE_MAX - 1);
        complete = t->columns[i].name != NULL;
    }
    if (!complete) {
        gn_grid_free(t);
        return gn_fail(err, GARNER_NOMEM, "no memory for a table");
    }
    *out = t;
    return GARNER_OK;
}

void gn_grid_free(struct gn_grid *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->count; i++)
        gn_free(t->columns[i].name);
    gn_buf_fini(&t->held);
    gn_buf_fini(&t->one);
    gn_free(t->cells);
    gn_free(t);
}

static bool is_number(enum garner_type type)
{
    return type == GARNER_INTEGER || type == GARNER_REAL;
}

static void pad(struct gn_buf *out, size_t columns)
{
    while (columns-- > 0)
        gn_buf_byte(out, ' ');
}

/* Writes a cell's text, already cut, at its place in the line. */
static void put(const struct gn_grid *t, size_t column, const char *text,
                const struct cell *cell, struct gn_buf *out)
{
    const size_t width = t->columns[column].width;
    const size_t gap =
        !t->stacked && cell->width < width ? width - cell->width : 0;
    const bool dim = t->color && cell->type == GARNER_NULL;

    pad(out, column > 0 && !t->stacked ? GAP : 0);
    if (is_number(cell->type))
        pad(out, gap);
    gn_buf_text(out, dim ? "\033[2m" : "");
    gn_buf_append(out, text, cell->size);
    gn_buf_text(out, dim ? "\033[0m" : "");
    if (!is_number(cell->type) && column + 1 < t->count)
        pad(out, gap);
}

/* Cuts text columns, the widest first, until the line fits; false: it does not.
 */
static bool fit(struct gn_grid *t)
{
    size_t cap = t->room > NARROWEST ? t->room : NARROWEST;
    size_t line;

    do {
        line = t->count > 0 ? (t->count - 1) * GAP : 0;
        for (size_t i = 0; i < t->count; i++) {
            struct column *c = &t->columns[i];

            if ((c->texts || !c->numbers) && c->width > cap)
                c->width = cap;
            line += c->width;
        }
    } while (line > t->room && --cap >= NARROWEST);
    return line <= t->room;
}

/* What stacked rows need: names in one column, values in the rest. */
static void stack(struct gn_grid *t)
{
    t->stacked = true;
    for (size_t i = 0; i < t->count; i++) {
        const char *name = t->columns[i].name;
        const size_t width =
            gn_text_show(NULL, name, strlen(name), t->room / 2);

        if (width > t->named)
            t->named = width;
    }
    for (size_t i = 0; i < t->count; i++)
        t->columns[i].width =
            t->room > t->named + GAP ? t->room - t->named - GAP : NARROWEST;
}

/* A line of a stacked row, up to the value. */
static void put_name(struct gn_grid *t, size_t column, struct gn_buf *out)
{
    const char *name = t->columns[column].name;
    size_t width;

    gn_buf_text(out, t->color ? "\033[1m" : "");
    width = gn_text_show(out, name, strlen(name), t->room / 2);
    gn_buf_text(out, t->color ? "\033[0m" : "");
    pad(out, t->named - width + GAP);
}

static void head(struct gn_grid *t, struct gn_buf *out)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct column *c = &t->columns[i];
        struct cell cell = {.type = c->texts || !c->numbers ? GARNER_TEXT
                                                            : GARNER_INTEGER};

        gn_buf_clear(&t->one);
        cell.width = gn_text_show(&t->one, c->name, strlen(c->name), c->width);
        cell.size = t->one.size;
        gn_buf_text(out, t->color ? "\033[1m" : "");
        put(t, i, gn_buf_cstr(&t->one), &cell, out);
        gn_buf_text(out, t->color ? "\033[0m" : "");
    }
    gn_buf_byte(out, '\n');
    for (size_t i = 0; i < t->count; i++) {
        pad(out, i > 0 ? GAP : 0);
        for (size_t k = 0; k < t->columns[i].width; k++)
            gn_buf_byte(out, '-');
    }
    gn_buf_byte(out, '\n');
}

/* Cuts what was held when widths were not known yet. */
static void put_held(struct gn_grid *t, size_t column, const struct cell *cell,
                     struct gn_buf *out)
{
    const char *text = gn_buf_cstr(&t->held) + cell->at;
    struct cell shown = *cell;

    gn_buf_clear(&t->one);
    if (!is_number(cell->type) && cell->width > t->columns[column].width) {
        shown.width =
            gn_text_show(&t->one, text, cell->size, t->columns[column].width);
        shown.size = t->one.size;
        text = gn_buf_cstr(&t->one);
    }
    put(t, column, text, &shown, out);
}

static void begin(struct gn_grid *t, struct gn_buf *out)
{
    if (t->room > 0 && !fit(t) && t->rows > 0)
        stack(t);
    else
        head(t, out);
    for (size_t row = 0; row < t->rows; row++) {
        for (size_t i = 0; i < t->count; i++) {
            if (t->stacked)
                put_name(t, i, out);
            put_held(t, i, &t->cells[row * t->count + i], out);
            if (t->stacked)
                gn_buf_byte(out, '\n');
        }
        gn_buf_byte(out, '\n');
    }
    t->begun = true;
    gn_buf_fini(&t->held);
}

static void hold(struct gn_grid *t, const struct garner_value *values)
{
    for (size_t i = 0; i < t->count; i++) {
        struct cell *cell = &t->cells[t->rows * t->count + i];
        struct column *c = &t->columns[i];

        cell->type = values[i].type;
        cell->at = t->held.size;
        cell->width = gn_cell_table(&t->held, &values[i],
                                    t->room > 0 ? t->room : SIZE_MAX - 1);
        cell->size = t->held.size - cell->at;
        if (cell->width > c->width)
            c->width = cell->width;
        if (is_number(cell->type))
            c->numbers = true;
        else if (cell->type != GARNER_NULL)
            c->texts = true;
    }
    t->rows++;
}

static void write_row(struct gn_grid *t, const struct garner_value *values,
                      struct gn_buf *out)
{
    for (size_t i = 0; i < t->count; i++) {
        struct cell cell = {.type = values[i].type};

        gn_buf_clear(&t->one);
        cell.width =
            gn_cell_table(&t->one, &values[i],
                          t->room > 0 ? t->columns[i].width : SIZE_MAX - 1);
        cell.size = t->one.size;
        if (t->stacked)
            put_name(t, i, out);
        put(t, i, gn_buf_cstr(&t->one), &cell, out);
        if (t->stacked)
            gn_buf_byte(out, '\n');
    }
    gn_buf_byte(out, '\n');
}

enum garner_code gn_grid_row(struct gn_grid *t,
                             const struct garner_value *values,
                             struct gn_buf *out, struct garner_error *err)
{
    if (!t->begun) {
        hold(t, values);
        if (t->rows == HELD_ROWS || t->held.size >= HELD_BYTES)
            begin(t, out);
    } else {
        write_row(t, values, out);
    }
    if (gn_buf_failed(&t->held) || gn_buf_failed(&t->one) || gn_buf_failed(out))
        return gn_fail(err, GARNER_NOMEM, "no memory for a table");
    return GARNER_OK;
}

void gn_grid_end(struct gn_grid *t, struct gn_buf *out)
{
    if (!t->begun)
        begin(t, out);
}
