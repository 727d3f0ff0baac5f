#include "store/rows/kept.h"

#include <string.h>

#include "base/error.h"

static enum garner_code out_of_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "the rows of a query");
}

const char **gn_kept_names(struct gn_arena *arena,
                           const struct gn_cursor *cursor)
{
    const size_t columns = gn_cursor_columns(cursor);
    const char **names = gn_arena_alloc(arena, columns * sizeof names[0]);

    for (size_t i = 0; names != NULL && i < columns; i++) {
        const char *name = gn_cursor_name(cursor, i);

        names[i] = gn_arena_copy(arena, name, strlen(name));
        if (names[i] == NULL)
            return NULL;
    }
    return names;
}

static struct gn_kept_row *copy_row(struct gn_kept *kept,
                                    const struct gn_cursor *cursor)
{
    struct gn_kept_row *row = gn_arena_alloc(
        kept->arena, sizeof *row + kept->columns * sizeof row->values[0]);

    if (row == NULL)
        return NULL;
    row->next = NULL;
    for (size_t i = 0; i < kept->columns; i++) {
        struct garner_value *v = &row->values[i];

        *v = gn_cursor_value(cursor, i);
        if (v->type != GARNER_TEXT && v->type != GARNER_BLOB)
            continue;
        if (gn_cursor_lost(v))
            return NULL;
        v->bytes.data =
            gn_arena_copy(kept->arena, v->bytes.data, v->bytes.size);
        if (v->bytes.data == NULL)
            return NULL;
    }
    return row;
}

static enum garner_code copy_rows(struct gn_kept *kept,
                                  struct gn_cursor *cursor,
                                  struct garner_error *err)
{
    struct gn_kept_row **end = &kept->first;
    enum garner_code code = gn_cursor_next(cursor, err);

    if (code == GARNER_ROW || code == GARNER_DONE) {
        kept->columns = gn_cursor_columns(cursor);
        kept->names = gn_kept_names(kept->arena, cursor);
        if (kept->names == NULL)
            return out_of_memory(err);
    }
    for (; code == GARNER_ROW; code = gn_cursor_next(cursor, err)) {
        struct gn_kept_row *row = copy_row(kept, cursor);

        if (row == NULL)
            return out_of_memory(err);
        *end = row;
        end = &row->next;
    }
    return code == GARNER_DONE ? GARNER_OK : code;
}

enum garner_code gn_kept_read(struct gn_kept *kept, struct gn_sqlite *c,
                              const struct gn_statement *s, int64_t deadline_ns,
                              struct garner_error *err)
{
    struct gn_cursor *cursor;
    enum garner_code code = gn_cursor_open(c, s, &cursor, err);

    if (code != GARNER_OK)
        return code;
    gn_cursor_set_deadline(cursor, deadline_ns);
    code = copy_rows(kept, cursor, err);
    gn_cursor_close(cursor);
    return code;
}
