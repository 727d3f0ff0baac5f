#include "store/rows/row.h"

#include "base/error.h"
#include "base/mem.h"

void gn_row_init(struct gn_row *row)
{
    row->places = row->first_places;
    row->room = GN_ROW_COLUMNS;
    gn_arena_init(&row->bytes, row->first_bytes, GN_ROW_BYTES);
}

void gn_row_fini(struct gn_row *row)
{
    gn_arena_clear(&row->bytes);
    if (row->places != row->first_places)
        gn_free(row->places);
}

enum garner_code gn_row_next(struct gn_row *row, size_t columns,
                             struct garner_error *err)
{
    if (columns > row->room) { /* at the first row, where none is here */
        struct gn_place *places = gn_alloc(columns * sizeof *places);

        if (places == NULL)
            return gn_fail(err, GARNER_NOMEM, "a row of %zu columns", columns);
        gn_row_fini(row);
        row->places = places;
        row->room = columns;
    }
    gn_arena_rewind(&row->bytes);
    row->columns = columns;
    row->current = true;
    row->begun = false;
    return GARNER_OK;
}

static bool is_long(const struct garner_value *v)
{
    return (v->type == GARNER_TEXT || v->type == GARNER_BLOB) &&
           (v->bytes.size >= GN_ROW_LONG || gn_cursor_lost(v));
}

/* false: no memory; *value is as it was. */
static bool keep(struct gn_row *row, struct garner_value *value)
{
    const char *copy;

    if (value->type != GARNER_TEXT && value->type != GARNER_BLOB)
        return true;
    if (gn_cursor_lost(value))
        return false;
    copy = gn_arena_copy(&row->bytes, value->bytes.data, value->bytes.size);
    if (copy == NULL)
        return false;
    value->bytes.data = copy;
    return true;
}

static void begin(struct gn_row *row, const struct gn_cursor *cursor)
{
    for (size_t i = 0; i < row->columns; i++) {
        struct gn_place *place = &row->places[i];

        place->value = gn_cursor_value(cursor, i);
        place->here = !is_long(&place->value) && keep(row, &place->value);
    }
    row->begun = true;
}

bool gn_row_has(const struct gn_row *row, size_t column,
                struct garner_value *value)
{
    if (!row->begun || !row->places[column].here)
        return false;
    *value = row->places[column].value;
    return true;
}

bool gn_row_copy(struct gn_row *row, const struct gn_cursor *cursor,
                 size_t column, struct garner_value *value)
{
    struct gn_place *place = &row->places[column];

    if (!row->begun)
        begin(row, cursor);
    if (!place->here)
        place->here = keep(row, &place->value);
    *value = place->value;
    return place->here;
}

bool gn_row_copy_rest(struct gn_row *row, const struct gn_cursor *cursor)
{
    for (size_t i = 0; row->current && i < row->columns; i++) {
        struct gn_place *place = &row->places[i];

        if (row->begun && place->here)
            continue;
        place->value = gn_cursor_value(cursor, i);
        if (!keep(row, &place->value))
            return false;
    }
    return true;
}

struct garner_value gn_row_rest(const struct gn_row *row, size_t column)
{
    return row->places[column].value;
}
