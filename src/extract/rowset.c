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
    gn_free(rows->numbers);
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

static bool has_bytes(const struct garner_value *v)
{
    return v->type == GARNER_TEXT || v->type == GARNER_BLOB;
}

/* size bytes of the arena that all texts and blobs of rows share. */
static char *cut(struct gn_rowset *rows, size_t size)
{
    struct gn_arena *texts = rows->private;
    size_t before;
    char *piece;

    if (texts == NULL) {
        rows->private = texts = gn_alloc(sizeof *texts);
        if (texts == NULL)
            return NULL;
        gn_arena_init(texts, NULL, 0);
    }
    before = texts->held;
    piece = gn_arena_alloc(texts, size);
    rows->bytes += texts->held - before;
    return piece;
}

/* Fills a row with copies of values, whose bytes go to at, a NUL behind each.
 */
static void fill(struct garner_value *row, const struct garner_value *values,
                 size_t count, char *at)
{
    for (size_t i = 0; i < count; i++) {
        const struct garner_value *v = &values[i];
        const size_t size = v->bytes.size;

        if (at == NULL || !has_bytes(v)) {
            row[i] = *v;
            continue;
        }
        row[i].type = v->type;
        row[i].bytes.data = at;
        row[i].bytes.size = size;
        if (size > 0)
            memcpy(at, v->bytes.data, size);
        at[size] = '\0';
        at += size + 1;
    }
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
    const size_t count = rows->column_count;
    size_t size = 0;
    char *bytes = NULL;

    GN_CHECK(count > 0);
    if (!make_room(rows))
        return gn_fail(err, GARNER_NOMEM, "no memory for row %zu",
                       rows->row_count + 1);
    for (size_t i = 0; i < count; i++)
        if (has_bytes(&values[i]))
            size += values[i].bytes.size + 1;
    if (size > 0)
        bytes = cut(rows, size);
    if (size > 0 && bytes == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for %zu bytes of row %zu",
                       size, rows->row_count + 1);
    fill(rows->values + rows->row_count * count, values, count, bytes);
    rows->row_count++;
    return GARNER_OK;
}

enum garner_code gn_rowset_drop(struct gn_rowset *rows, const bool *gone,
                                struct garner_error *err)
{
    const size_t width = rows->column_count;
    const size_t size = (rows->row_count + 1) * sizeof rows->numbers[0];
    size_t *numbers = gn_realloc(NULL, size);
    size_t kept = 0;

    if (numbers == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for the numbers of rows");
    for (size_t i = 0; i < rows->row_count; i++) {
        if (gone[i])
            continue;
        numbers[kept] = gn_rowset_number(rows, i);
        memmove(rows->values + kept * width, rows->values + i * width,
                width * sizeof rows->values[0]);
        kept++;
    }
    gn_free(rows->numbers);
    rows->numbers = numbers;
    rows->numbered = kept;
    rows->dropped += rows->row_count - kept;
    rows->row_count = kept;
    return GARNER_OK;
}

size_t gn_rowset_number(const struct gn_rowset *rows, size_t row)
{
    return row < rows->numbered ? rows->numbers[row] : row + 1 + rows->dropped;
}
