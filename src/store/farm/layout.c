#include "store/farm/layout.h"

#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "garner/farm.h"
#include "store/driver/sql.h"

enum garner_code gn_layout_make(struct gn_sqlite *c, unsigned shards,
                                struct garner_error *err)
{
    static const char *const tables[] = {
        "create table garner_farm (shards integer not null, before integer not "
        "null, files integer not null) strict",
        "create table garner_farm_key (name text primary key collate nocase, "
        "key text not null) strict",
    };
    struct gn_layout there;
    enum garner_code code = gn_layout_read(c, &there, err);

    if (code != GARNER_NOTFOUND)
        return code;
    code = GARNER_OK;
    for (size_t i = 0; i < 2 && code == GARNER_OK; i++)
        code = gn_sql_run(c, tables[i], NULL, 0, NULL, err);
    if (code != GARNER_OK)
        return code;
    return gn_sql_run(c, "insert into garner_farm values (?, 0, 0)",
                      GARNER_ARGS(garner_integer(shards)), NULL, err);
}

static enum garner_code take_layout(void *context,
                                    const struct garner_value *values,
                                    struct garner_error *err)
{
    struct gn_layout *layout = context;

    for (size_t i = 0; i < 3; i++)
        if (values[i].type != GARNER_INTEGER || values[i].integer < 0 ||
            values[i].integer > GARNER_SHARDS_MOST)
            return gn_fail(err, GARNER_CORRUPT,
                           "garner_farm has a row that makes no sense; restore "
                           "a backup");
    layout->shards = (unsigned)values[0].integer;
    layout->before = (unsigned)values[1].integer;
    layout->files = (unsigned)values[2].integer;
    return GARNER_OK;
}

enum garner_code gn_layout_read(struct gn_sqlite *c, struct gn_layout *layout,
                                struct garner_error *err)
{
    int64_t there;
    enum garner_code code = gn_sql_integer(
        c, "select 1 from sqlite_schema where name = 'garner_farm'", NULL, 0,
        &there, err);

    *layout = (struct gn_layout){0};
    if (code == GARNER_OK)
        code = gn_sql_rows(c, "select shards, before, files from garner_farm",
                           NULL, 0, take_layout, layout, err);
    return code == GARNER_OK && layout->shards == 0 ? GARNER_NOTFOUND : code;
}

enum garner_code gn_layout_write(struct gn_sqlite *c,
                                 const struct gn_layout *layout,
                                 struct garner_error *err)
{
    return gn_sql_run(c,
                      "update garner_farm set shards = ?, before = ?, "
                      "files = ?",
                      GARNER_ARGS(garner_integer(layout->shards),
                                  garner_integer(layout->before),
                                  garner_integer(layout->files)),
                      NULL, err);
}

/* --- keys ------------------------------------------------------------------
 */

static char *text_of(const struct garner_value *v)
{
    return gn_memdup(v->bytes.data, v->type == GARNER_TEXT ? v->bytes.size : 0);
}

static enum garner_code take_key(void *context,
                                 const struct garner_value *values,
                                 struct garner_error *err)
{
    struct gn_layout_keys *keys = context;
    struct gn_layout_key *items =
        gn_realloc(keys->items, (keys->count + 1) * sizeof keys->items[0]);
    struct gn_layout_key *key;

    if (items == NULL)
        return gn_fail(err, GARNER_NOMEM, "the keys of tables");
    keys->items = items;
    key = &items[keys->count++];
    key->table = text_of(&values[0]);
    key->column = text_of(&values[1]);
    if (key->table == NULL || key->column == NULL)
        return gn_fail(err, GARNER_NOMEM, "the keys of tables");
    return GARNER_OK;
}

enum garner_code gn_layout_keys_read(struct gn_sqlite *c,
                                     struct gn_layout_keys *keys,
                                     struct garner_error *err)
{
    *keys = (struct gn_layout_keys){0};
    return gn_sql_rows(c, "select name, key from garner_farm_key order by name",
                       NULL, 0, take_key, keys, err);
}

void gn_layout_keys_fini(struct gn_layout_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        gn_free(keys->items[i].table);
        gn_free(keys->items[i].column);
    }
    gn_free(keys->items);
    *keys = (struct gn_layout_keys){0};
}

const char *gn_layout_key(const struct gn_layout_keys *keys, const char *table)
{
    for (size_t i = 0; i < keys->count; i++)
        if (strcasecmp(keys->items[i].table, table) == 0)
            return keys->items[i].column;
    return NULL;
}

enum garner_code gn_layout_set_key(struct gn_sqlite *c, const char *table,
                                   const char *column, struct garner_error *err)
{
    if (column == NULL)
        return gn_sql_run(c, "delete from garner_farm_key where name = ?",
                          GARNER_ARGS(garner_text(table)), NULL, err);
    return gn_sql_run(c, "insert or replace into garner_farm_key values (?, ?)",
                      GARNER_ARGS(garner_text(table), garner_text(column)),
                      NULL, err);
}
