#include "extract/rowset.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/mem.h"

enum { FIRST_ROWS = 8 };

void gn_rowset_fini(struct gn_rowset *rows)
{
    struct gn_arena *texts = rows->private;

    if (texts != NULL)
        gn_arena_clear(texts);
    gn_free(texts);
    gn_free(rows->columns);
    gn_free(rows->values);
    *rows = (struct gn_rowset){0};
}

enum garner_code gn_rowset_columns(struct gn_rowset *rows,
                                   const char *const *names, size_t count,
                                   struct garner_error *err)
{
    size_t size = count * sizeof rows->columns[0];
    char *at;

    GN_CHECK(rows->columns == NULL && rows->row_count == 0 && count > 0);
    for (size_t i = 0; i < count; i++)
        size += strlen(names[i]) + 1;
    rows->columns = gn_alloc(size);
    if (rows->columns == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for %zu column names",
                       count);
    at = (char *)(rows->columns + count);
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(names[i]) + 1;

        memcpy(at, names[i], length);
        rows->columns[i] = at;
        at += length;
    }
    rows->column_count = count;
    rows->bytes += size;
    return GARNER_OK;
}

/* A copy of the bytes in the arena that all texts and blobs of rows share. */
static const void *keep(struct gn_rowset *rows, const void *data, size_t size)
{
    struct gn_arena *texts = rows->private;
    size_t before;
    char *copy;

    if (texts == NULL) {
        rows->private = texts = gn_alloc(sizeof *texts);
        if (texts == NULL)
            return NULL;
        gn_arena_init(texts, NULL, 0);
    }
    before = texts->held;
    copy = gn_arena_copy(texts, data, size);
    rows->bytes += texts->held - before;
    return copy;
}

/* How many rows there is memory for: the powers of two from FIRST_ROWS. */
static size_t rows_room(size_t row_count)
{
    size_t room = FIRST_ROWS;

    while (room < row_count)
        room *= 2;
    return row_count == 0 ? 0 : room;
}

static bool make_room(struct gn_rowset *rows)
{
    const size_t row_bytes = rows->column_count * sizeof rows->values[0];
    const size_t room = rows_room(rows->row_count);
    size_t wanted;
    void *values;

    if (rows->values != NULL && rows->row_count < room)
        return true;
    wanted = rows_room(rows->row_count + 1);
    if (wanted > SIZE_MAX / row_bytes)
        return false;
    values = gn_realloc(rows->values, wanted * row_bytes);
    if (values == NULL)
        return false;
    rows->bytes += wanted * row_bytes;
    if (rows->values != NULL)
        rows->bytes -= room * row_bytes;
    rows->values = values;
    return true;
}

enum garner_code gn_rowset_add(struct gn_rowset *rows,
                               const struct garner_value *values,
                               struct garner_error *err)
{
    struct garner_value *row;

    GN_CHECK(rows->column_count > 0);
    if (!make_room(rows))
        return gn_fail(err, GARNER_NOMEM, "no memory for row %zu",
                       rows->row_count + 1);
    row = rows->values + rows->row_count * rows->column_count;
    for (size_t i = 0; i < rows->column_count; i++) {
        row[i] = values[i];
        if (values[i].type != GARNER_TEXT && values[i].type != GARNER_BLOB)
            continue;
        row[i].bytes.data =
            keep(rows, values[i].bytes.data, values[i].bytes.size);
        if (row[i].bytes.data == NULL)
            return gn_fail(err, GARNER_NOMEM,
                           "no memory for %zu bytes of row %zu",
                           values[i].bytes.size, rows->row_count + 1);
    }
    rows->row_count++;
    return GARNER_OK;
}
