#include "store/farm/keyed.h"

#include "base/error.h"
#include "store/driver/sql.h"

static enum garner_code write_sql(struct gn_keyed *k,
                                  const struct gn_layout_key *key,
                                  struct garner_error *err)
{
    struct gn_arena *a = &k->shape.arena;
    const char *t = k->shape.quoted;
    const char *list = k->shape.list;
    const char *column = gn_shape_quote(a, key->column);
    const char *name = gn_arena_printf(a, "garner_slot_of_%s", k->shape.table);
    const char *index = name != NULL ? gn_shape_quote(a, name) : NULL;

    if (column == NULL || index == NULL)
        return gn_fail(err, GARNER_NOMEM, "table %.80s", key->table);
    k->make_index = gn_arena_printf(
        a, "create index if not exists %s on %s (garner_slot(%s))", index, t,
        column);
    k->count = gn_arena_printf(
        a, "select garner_slot(%s), count(*) from %s group by 1", column, t);
    k->select = gn_arena_printf(
        a, "select %s from %s where garner_slot(%s) = ?%s%s", list, t, column,
        k->shape.rowid != NULL ? " order by " : "",
        k->shape.rowid != NULL ? k->shape.rowid : "");
    k->remove = gn_arena_printf(a, "delete from %s where garner_slot(%s) = ?",
                                t, column);
    k->insert = gn_arena_printf(a, "insert into %s (%s) values (%s)", t, list,
                                k->shape.marks);
    return a->failed ? gn_fail(err, GARNER_NOMEM, "table %.80s", key->table)
                     : GARNER_OK;
}

enum garner_code gn_keyed_read(struct gn_sqlite *c,
                               const struct gn_layout_key *key,
                               struct gn_keyed *keyed, struct garner_error *err)
{
    enum garner_code code = gn_shape_read(c, key->table, &keyed->shape, err);

    if (code != GARNER_OK)
        return code;
    if (gn_shape_column(&keyed->shape, key->column) == 0)
        return gn_fail(
            err, GARNER_SQL,
            "table %.80s has no column %.80s, which is its key; name "
            "another with garner_farm_key",
            key->table, key->column);
    return write_sql(keyed, key, err);
}

void gn_keyed_fini(struct gn_keyed *keyed)
{
    gn_shape_fini(&keyed->shape);
}

struct names {
    struct gn_arena arena;
    struct name {
        struct name *next;
        const char *sql;
    } * first;
};

static enum garner_code take_index(void *context,
                                   const struct garner_value *values,
                                   struct garner_error *err)
{
    struct names *names = context;
    struct gn_arena *a = &names->arena;
    const char *plain =
        gn_arena_copy(a, values[0].bytes.data, values[0].bytes.size);
    const char *quoted = plain != NULL ? gn_shape_quote(a, plain) : NULL;
    struct name *name = gn_arena_alloc(a, sizeof *name);

    if (quoted != NULL && name != NULL) {
        name->sql = gn_arena_printf(a, "drop index if exists %s", quoted);
        name->next = names->first;
        names->first = name;
    }
    return a->failed ? gn_fail(err, GARNER_NOMEM, "the indexes of a shard")
                     : GARNER_OK;
}

enum garner_code gn_keyed_drop_indexes(struct gn_sqlite *c,
                                       struct garner_error *err)
{
    struct names names = {0};
    enum garner_code code =
        gn_sql_rows(c,
                    "select name from sqlite_schema where type = 'index' and "
                    "name glob 'garner_slot_of_*'",
                    NULL, 0, take_index, &names, err);

    for (const struct name *n = names.first; n != NULL && code == GARNER_OK;
         n = n->next)
        code = gn_sql_run(c, n->sql, NULL, 0, NULL, err);
    gn_arena_clear(&names.arena);
    return code;
}
