#include "extract/htmltable.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "extract/nodetext.h"

/* Of the standard (https://html.spec.whatwg.org/#attr-tdth-colspan). */
enum { MOST_COLSPAN = 1000, MOST_ROWSPAN = 65534 };

static bool is_cell(const xmlNode *node)
{
    return gn_nodetext_is(node, "td") || gn_nodetext_is(node, "th");
}

/* --- rows -----------------------------------------------------------------*/

static const xmlNode *row_among(const xmlNode *node)
{
    while (node != NULL && !gn_nodetext_is(node, "tr"))
        node = node->next;
    return node;
}

/* The first row in node, a part of a table, or in those after it. */
static const xmlNode *row_from(const xmlNode *node)
{
    const xmlNode *row = NULL;

    for (; node != NULL && row == NULL; node = node->next) {
        if (gn_nodetext_is(node, "tr"))
            row = node;
        else if (gn_nodetext_is(node, "thead") ||
                 gn_nodetext_is(node, "tbody") || gn_nodetext_is(node, "tfoot"))
            row = row_among(node->children);
    }
    return row;
}

static const xmlNode *next_row(const xmlNode *row)
{
    const xmlNode *next = gn_nodetext_is(row->parent, "table")
                              ? row_from(row->next)
                              : row_among(row->next);

    if (next == NULL && !gn_nodetext_is(row->parent, "table"))
        next = row_from(row->parent->next);
    return next;
}

/* --- cells ----------------------------------------------------------------*/

/* The number in an attribute; otherwise: it is none. */
static size_t span(const xmlNode *cell, const char *name, size_t most,
                   size_t otherwise)
{
    const char *text = gn_nodetext_attribute(cell, name);
    char *end;
    unsigned long n;

    if (text == NULL)
        return otherwise;
    text += strspn(text, " \t\r\n\f");
    if (*text < '0' || *text > '9')
        return otherwise;
    n = strtoul(text, &end, 10);
    return n < most ? n : most;
}

/* Makes columns up to count. */
static enum garner_code widen(struct gn_htmltable *t, size_t count,
                              struct garner_error *err)
{
    struct gn_htmltable_column *columns;

    if (count <= t->count)
        return GARNER_OK;
    if (count > GN_HTMLTABLE_COLUMNS)
        return gn_fail(err, GARNER_INVALID,
                       "row %zu of the table has more than %d columns",
                       t->row_number, GN_HTMLTABLE_COLUMNS);
    columns = gn_realloc(t->columns, count * sizeof columns[0]);
    if (columns == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for a table");
    t->columns = columns;
    for (; t->count < count; t->count++)
        columns[t->count] = (struct gn_htmltable_column){.rows_left = 0};
    return GARNER_OK;
}

/* Puts a cell into the columns from at on; *at is then behind it. */
static enum garner_code put_cell(struct gn_htmltable *t, const xmlNode *cell,
                                 size_t *at, struct garner_error *err)
{
    size_t columns = span(cell, "colspan", MOST_COLSPAN, 1);
    size_t rows = span(cell, "rowspan", MOST_ROWSPAN, 1);
    enum garner_code code;

    columns = columns > 0 ? columns : 1;
    rows = rows > 0 ? rows : SIZE_MAX; /* to the end of the group */
    while (*at < t->count && t->columns[*at].filled)
        ++*at;
    code = widen(t, *at + columns, err);
    if (code != GARNER_OK)
        return code;
    gn_nodetext_text(cell, &t->columns[*at].text);
    for (size_t i = 0; i < columns && !t->columns[*at + i].filled; i++) {
        struct gn_htmltable_column *c = &t->columns[*at + i];
        const struct gn_buf *text = &t->columns[*at].text;

        c->filled = true;
        c->rows_left = rows - 1;
        if (i > 0 && text->size * columns <= GN_HTMLTABLE_ROW_BYTES)
            gn_buf_append(&c->text, gn_buf_cstr(text), text->size);
        if (text->size * columns > GN_HTMLTABLE_ROW_BYTES)
            return gn_fail(err, GARNER_INVALID,
                           "row %zu of the table has more than %d MiB",
                           t->row_number, GN_HTMLTABLE_ROW_BYTES >> 20);
    }
    *at += columns;
    return GARNER_OK;
}

static enum garner_code check_row(struct gn_htmltable *t,
                                  struct garner_error *err)
{
    size_t bytes = 0;

    for (size_t i = 0; i < t->width; i++) {
        bytes += t->columns[i].text.size;
        if (gn_buf_failed(&t->columns[i].text))
            return gn_fail(err, GARNER_NOMEM, "no memory for a table");
    }
    if (bytes > GN_HTMLTABLE_ROW_BYTES)
        return gn_fail(err, GARNER_INVALID,
                       "row %zu of the table has more than %d MiB",
                       t->row_number, GN_HTMLTABLE_ROW_BYTES >> 20);
    return GARNER_OK;
}

/* Fills the columns with what is in t->row. */
static enum garner_code read_row(struct gn_htmltable *t,
                                 struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    size_t at = 0;

    t->row_number++;
    for (size_t i = 0; i < t->count; i++) {
        struct gn_htmltable_column *c = &t->columns[i];

        c->filled = c->rows_left > 0;
        if (c->filled)
            c->rows_left--;
        else
            gn_buf_clear(&c->text);
    }
    for (const xmlNode *n = t->row->children; n != NULL && code == GARNER_OK;
         n = n->next)
        if (is_cell(n))
            code = put_cell(t, n, &at, err);
    t->width = 0;
    for (size_t i = 0; i < t->count; i++)
        if (t->columns[i].filled)
            t->width = i + 1;
    return code == GARNER_OK ? check_row(t, err) : code;
}

/* Goes to a row that may be NULL; what spans rows ends with a group of them. */
static enum garner_code go_to(struct gn_htmltable *t, const xmlNode *row,
                              struct garner_error *err)
{
    if (row != NULL && t->row != NULL && row->parent != t->row->parent)
        for (size_t i = 0; i < t->count; i++)
            t->columns[i].rows_left = 0;
    t->row = row;
    t->width = 0;
    return row != NULL ? read_row(t, err) : GARNER_OK;
}

enum garner_code gn_htmltable_next(struct gn_htmltable *t,
                                   struct garner_error *err)
{
    enum garner_code code;

    do
        code = go_to(t, next_row(t->row), err);
    while (code == GARNER_OK && t->row != NULL && t->width == 0);
    return code;
}

/* --- the header -----------------------------------------------------------*/

static bool is_header(const xmlNode *row, bool has_thead)
{
    bool has_cells = false;

    if (row == NULL || has_thead)
        return row != NULL && gn_nodetext_is(row->parent, "thead");
    for (const xmlNode *n = row->children; n != NULL; n = n->next) {
        if (gn_nodetext_is(n, "td"))
            return false;
        has_cells = has_cells || gn_nodetext_is(n, "th");
    }
    return has_cells;
}

/* Adds a row of the header to the names. */
static void add_names(struct gn_htmltable *t)
{
    for (size_t i = 0; i < t->width; i++) {
        struct gn_buf *name = &t->columns[i].name;
        const struct gn_buf *text = &t->columns[i].text;
        const bool same = name->size >= text->size && text->size > 0 &&
                          memcmp(name->data + name->size - text->size,
                                 text->data, text->size) == 0;

        if (text->size == 0 || same) /* it spans these rows */
            continue;
        if (name->size > 0)
            gn_buf_byte(name, ' ');
        gn_buf_append(name, text->data, text->size);
    }
    t->named = t->named > t->width ? t->named : t->width;
}

static bool is_taken(const struct gn_htmltable *t, const char *name,
                     size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (strcmp(gn_buf_cstr(&t->columns[i].name), name) == 0)
            return true;
    return false;
}

/* The number of the last column before i that had the same name; 0: none. */
static size_t last_number(const struct gn_htmltable *t, size_t i)
{
    const struct gn_htmltable_column *c = &t->columns[i];
    size_t number = 0;

    for (size_t j = 0; j < i; j++)
        if (t->columns[j].plain == c->plain &&
            memcmp(t->columns[j].name.data, c->name.data, c->plain) == 0)
            number = t->columns[j].number;
    return number;
}

/* Makes the names of all columns different, and none empty. */
static enum garner_code finish_names(struct gn_htmltable *t,
                                     struct gn_budget *budget,
                                     struct garner_error *err)
{
    for (size_t i = 0; i < t->named; i++) {
        struct gn_htmltable_column *c = &t->columns[i];

        if (c->name.size == 0)
            gn_buf_printf(&c->name, "%zu", i + 1);
        if (gn_buf_failed(&c->name))
            return gn_fail(err, GARNER_NOMEM, "no memory for a table");
        c->plain = c->name.size;
        c->number = last_number(t, i) + 1;
        if (c->number > 1)
            gn_buf_printf(&c->name, " %zu", c->number);
        while (!gn_buf_failed(&c->name) &&
               is_taken(t, gn_buf_cstr(&c->name), i)) {
            c->name.size = c->plain;
            gn_buf_printf(&c->name, " %zu", ++c->number);
        }
        if (gn_buf_failed(&c->name))
            return gn_fail(err, GARNER_NOMEM, "no memory for a table");
        if (gn_budget_spent(budget))
            return gn_fail(err, GARNER_TIMEOUT,
                           "the time ended in the header of a table");
    }
    return GARNER_OK;
}

enum garner_code gn_htmltable_open(struct gn_htmltable *t, const xmlNode *table,
                                   struct gn_budget *budget,
                                   struct garner_error *err)
{
    const xmlNode *first = row_from(table->children);
    const bool has_thead = is_header(first, true);
    enum garner_code code;

    *t = (struct gn_htmltable){0};
    code = go_to(t, first, err);
    while (code == GARNER_OK && is_header(t->row, has_thead)) {
        add_names(t);
        code = gn_budget_spent(budget)
                   ? gn_fail(err, GARNER_TIMEOUT,
                             "the time ended in the header of a table")
                   : go_to(t, next_row(t->row), err);
    }
    if (code == GARNER_OK)
        code = finish_names(t, budget, err);
    if (code == GARNER_OK && t->row != NULL && t->width == 0)
        code = gn_htmltable_next(t, err);
    return code;
}

void gn_htmltable_close(struct gn_htmltable *t)
{
    for (size_t i = 0; i < t->count; i++) {
        gn_buf_fini(&t->columns[i].name);
        gn_buf_fini(&t->columns[i].text);
    }
    gn_free(t->columns);
    *t = (struct gn_htmltable){0};
}
