#include "store/unit/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/unit/name.h"
#include "store/unit/sql.h"

enum {
    /* Rows a statement: measured, more gains nothing; fewer than SOME hardly
     * pay. Few sizes, since the store keeps so many statements only. */
    MANY = 32,
    SOME = 8,
    /* Appended rows lie this close on the average; then they share pages. */
    GAP = 4,
    /* What SQLite allows unless it was built otherwise
     * (https://sqlite.org/limits.html) is 32,766. */
    PARAMETERS = 16384,
};

/* A batch on its way. */
struct writing {
    struct gn_unit_batch *out;
    struct gn_arena *arena;
    bool trial;
    struct garner_value *values;       /* of a statement */
    size_t room;                       /* for so many of them */
    struct gn_buf sql;                 /* of the statement added last ... */
    const struct gn_unit_shape *shape; /* ... which was for this ... */
    size_t rows;                       /* ... and so many rows */
};

static enum garner_code out_of_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "a unit's batch");
}

/* --- how many rows a statement takes ---------------------------------------
 */

/* Where the rowid stands among the columns of shape; count: it is not there. */
static size_t rowid_of(const struct gn_unit_shape *shape)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct gn_unit_column *c =
            gn_unit_schema_column(shape->found, shape->columns[i]);

        if (c == NULL || c->key > 0)
            return i;
    }
    return shape->count;
}

/* Whether the rows ascend, close to each other. */
static bool are_close(const struct gn_unit_row *const *rows, size_t count,
                      size_t rowid)
{
    const struct garner_value *first = &rows[0]->values[rowid];

    for (size_t i = 0; i < count; i++) {
        const struct garner_value *v = &rows[i]->values[rowid];

        if (v->type != first->type)
            return false;
        if (v->type == GARNER_NULL) /* SQLite chooses: the next one */
            continue;
        if (v->type != GARNER_INTEGER ||
            (uint64_t)v->integer - (uint64_t)first->integer > GAP * count)
            return false; /* a lower one is very far off, so counted */
    }
    return true;
}

/* How many of the rows, all of one shape, are appended by one statement. */
static size_t appended(const struct gn_unit_row *const *rows, size_t count)
{
    const struct gn_unit_shape *s = rows[0]->shape;
    const size_t rowid = rowid_of(s);
    size_t many = MANY;

    if (!s->found->plain || s->count == 0)
        return 1;
    while (many > 1 && (many > count || many * s->count > PARAMETERS ||
                        (rowid < s->count && !are_close(rows, many, rowid))))
        many = many == MANY ? SOME : 1;
    return many;
}

/* How many of the rows, all of one shape, go into one statement. */
static size_t together(const struct writing *w,
                       const struct gn_unit_row *const *rows, size_t count)
{
    const struct gn_unit_shape *s = rows[0]->shape;

    switch (s->verb) {
    case GN_UNIT_INSERT:
    case GN_UNIT_UPSERT:
        return w->trial ? 1 : appended(rows, count);
    case GN_UNIT_DELETE:
        if (!gn_unit_plan_holds_itself(s->found))
            break;
        return count < PARAMETERS / s->count ? count : PARAMETERS / s->count;
    case GN_UNIT_UPDATE:
        break;
    }
    return 1;
}

/* --- statements ------------------------------------------------------------
 */

static bool reserve(struct writing *w, size_t count)
{
    size_t room = w->room > 0 ? w->room : 256;

    while (room < count)
        room *= 2;
    if (room > w->room) {
        w->values = gn_arena_alloc(w->arena, room * sizeof w->values[0]);
        w->room = w->values != NULL ? room : 0;
    }
    return w->values != NULL;
}

/* How many rows the statement for count of them has: of a delete, whose count
 * may be any, a power of two, so that there are few texts to prepare. What is
 * too much repeats the last. */
static size_t rounded(enum gn_unit_verb verb, size_t count)
{
    size_t rows = 1;

    if (verb != GN_UNIT_DELETE)
        return count;
    while (rows < count)
        rows *= 2;
    return rows;
}

static enum garner_code add(struct writing *w,
                            const struct gn_unit_row *const *rows, size_t count,
                            struct garner_error *err)
{
    const struct gn_unit_shape *s = rows[0]->shape;
    const size_t all = rounded(s->verb, count);

    if (w->shape != s || w->rows != all) {
        gn_buf_clear(&w->sql);
        gn_unit_sql_write(&w->sql, s, all);
        w->shape = s;
        w->rows = all;
    }
    if (gn_buf_failed(&w->sql) || !reserve(w, all * s->count))
        return out_of_memory(err);
    for (size_t i = 0; i < all; i++) {
        const struct gn_unit_row *row = rows[i < count ? i : count - 1];

        if (s->count > 0)
            memcpy(&w->values[i * s->count], row->values,
                   s->count * sizeof w->values[0]);
    }
    return garner_batch_add(w->out->batch, w->sql.data, w->values,
                            all * s->count, err);
}

/* How many of the rows, from the first on, have its shape. */
static size_t alike(const struct gn_unit_row *const *rows, size_t count)
{
    size_t i = 1;

    while (i < count && rows[i]->shape == rows[0]->shape)
        i++;
    return i;
}

static enum garner_code add_rows(struct writing *w, struct garner_error *err)
{
    const struct gn_unit_plan *plan = w->out->plan;
    enum garner_code code = GARNER_OK;
    size_t run = 0; /* rows of one shape, from at on */

    for (size_t at = 0; at < plan->count && code == GARNER_OK;) {
        const struct gn_unit_row *const *rows = plan->rows + at;
        size_t count;

        if (run == 0)
            run = alike(rows, plan->count - at);
        count = together(w, rows, run);
        code = add(w, rows, count, err);
        run -= count;
        at += count;
        w->out->starts[++w->out->count] = at;
    }
    return code;
}

/* Until the commit: it is a setting of the transaction, and taking it back
 * would forget what it let pass. */
static enum garner_code add_deferring(struct writing *w,
                                      struct garner_error *err)
{
    struct gn_unit_batch *b = w->out;

    b->starts[0] = 0;
    if (!b->plan->defer)
        return GARNER_OK;
    b->starts[++b->count] = 0; /* it writes no row */
    return garner_batch_add(b->batch, "pragma defer_foreign_keys = 1", NULL, 0,
                            err);
}

/* The unit has failed, whatever others have written since: a trial must not
 * have it written late. */
static enum garner_code add_end(struct writing *w, struct garner_error *err)
{
    struct gn_unit_batch *b = w->out;

    if (!w->trial)
        return GARNER_OK;
    b->starts[b->count + 1] = b->starts[b->count];
    b->count++;
    return garner_batch_add(b->batch, "select garner_unit_ends_here()", NULL, 0,
                            err);
}

enum garner_code gn_unit_batch_make(const struct gn_unit_plan *plan, bool trial,
                                    struct gn_arena *arena,
                                    struct gn_unit_batch *b,
                                    struct garner_error *err)
{
    struct writing w = {.out = b, .arena = arena, .trial = trial};
    enum garner_code code;

    *b = (struct gn_unit_batch){.plan = plan};
    b->starts = gn_arena_alloc(arena, (plan->count + 3) * sizeof b->starts[0]);
    if (b->starts == NULL)
        return out_of_memory(err);
    code = garner_batch_new(&b->batch, err);
    if (code == GARNER_OK)
        code = add_deferring(&w, err);
    if (code == GARNER_OK)
        code = add_rows(&w, err);
    if (code == GARNER_OK)
        code = add_end(&w, err);
    gn_buf_fini(&w.sql);
    if (code != GARNER_OK) {
        garner_batch_free(b->batch);
        b->batch = NULL;
    }
    return code;
}

/* --- blame -----------------------------------------------------------------
 */

/* The statement, from 0, that message, which garner_write gave, blames, and
 * what it says of it; NULL: it blames none. */
static const char *read_blame(const struct gn_unit_batch *b,
                              const struct garner_error *err, size_t *statement)
{
    const char *text = err->message;
    char start[48];
    size_t number;

    *statement = 0;
    if (strncmp(text, "statement ", 10) != 0)
        return b->count == 1 && (err->code == GARNER_CONSTRAINT ||
                                 err->code == GARNER_SQL)
                   ? text
                   : NULL;
    number = strtoul(text + 10, NULL, 10);
    snprintf(start, sizeof start, "statement %zu of %zu: ", number, b->count);
    *statement = number - 1;
    return number >= 1 && number <= b->count &&
                   strncmp(text, start, strlen(start)) == 0
               ? text + strlen(start)
               : NULL;
}

enum gn_unit_blame gn_unit_batch_blame(const struct gn_unit_batch *b,
                                       struct garner_error *err)
{
    const struct garner_error told = *err;
    const struct gn_unit_row *first;
    const char *text;
    char others[48] = "";
    size_t statement;
    size_t rows;

    text = read_blame(b, &told, &statement);
    rows = text != NULL ? b->starts[statement + 1] - b->starts[statement] : 0;
    if (rows == 0)
        return GN_UNIT_NOBODY;
    first = b->plan->rows[b->starts[statement]];
    if (rows > 1)
        snprintf(others, sizeof others, " or one of the %zu after it",
                 rows - 1);
    gn_fail(err, told.code, "row %zu%s (%s %.80s): %.120s", first->number,
            others, gn_unit_rows_verb(first->shape->verb), first->shape->table,
            text);
    err->native = told.native;
    return rows > 1 && first->shape->verb != GN_UNIT_DELETE ? GN_UNIT_SEVERAL
                                                            : GN_UNIT_TOLD;
}
