#include "store/unit/check.h"

#include "base/error.h"
#include "store/unit/name.h"

/* Whether the column at place i is written, not just looked for. */
static bool is_given(const struct gn_unit_shape *s, size_t i)
{
    return i >= s->keys || s->verb == GN_UNIT_INSERT ||
           s->verb == GN_UNIT_UPSERT;
}

static enum garner_code check_columns(const struct gn_unit_shape *s,
                                      struct garner_error *err)
{
    static const char *const rowid[] = {"rowid", "oid", "_rowid_"};

    for (size_t i = 0; i < s->count; i++) {
        const struct gn_unit_column *c =
            gn_unit_schema_column(s->found, s->columns[i]);
        bool known = c != NULL;

        for (size_t k = 0; k < 3 && !known; k++)
            known = gn_unit_name_same(s->columns[i], rowid[k]);
        if (!known)
            return gn_fail(err, GARNER_NOTFOUND,
                           "row %zu (%s %.80s): the table has no column %.80s",
                           s->number, gn_unit_rows_verb(s->verb), s->table,
                           s->columns[i]);
        if (c != NULL && c->generated && is_given(s, i))
            return gn_fail(err, GARNER_INVALID,
                           "row %zu (%s %.80s): the column %.80s is generated, "
                           "its value is not for you to give; leave it out",
                           s->number, gn_unit_rows_verb(s->verb), s->table,
                           s->columns[i]);
    }
    return GARNER_OK;
}

enum garner_code gn_unit_check(struct gn_unit_rows *rows,
                               struct gn_unit_schema *schema,
                               struct garner_store *store,
                               struct gn_arena *arena, struct garner_error *err)
{
    const char **names =
        gn_arena_alloc(arena, rows->shape_count * sizeof *names);
    struct gn_unit_table **tables =
        gn_arena_alloc(arena, rows->shape_count * sizeof(void *));
    enum garner_code code;
    size_t i = 0;

    if (rows->count == 0)
        return GARNER_OK;
    if (names == NULL || tables == NULL)
        return gn_fail(err, GARNER_NOMEM, "the tables of a unit");
    for (struct gn_unit_shape *s = rows->shapes; s != NULL; s = s->next)
        names[i++] = s->table;
    code = gn_unit_schema_find(schema, store, names, i, tables, err);
    i = 0;
    for (struct gn_unit_shape *s = rows->shapes; s != NULL && code == GARNER_OK;
         s = s->next) {
        s->found = tables[i++];
        if (s->found == NULL)
            return gn_fail(err, GARNER_NOTFOUND,
                           "row %zu (%s %.80s): there is no such table; "
                           "create it first",
                           s->number, gn_unit_rows_verb(s->verb), s->table);
        code = check_columns(s, err);
    }
    return code;
}
