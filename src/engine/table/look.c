#include "engine/table/look.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "engine/table/table_sql.h"
#include "garner/read.h"
#include "garner/write.h"

static enum garner_code no_memory(const char *table, struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for table %s", table);
}

static enum garner_code read_columns(struct gn_look *look,
                                     struct garner_store *store,
                                     struct garner_error *err)
{
    const char *table = look->spec->table;
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store,
                     "select c.name, l.type, l.strict"
                     " from pragma_table_list l, pragma_table_xinfo(l.name) c"
                     " where l.schema = 'main' and lower(l.name) = lower(?)",
                     GARNER_ARGS(garner_text(table)), &rows, err);

    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        if (strcmp(garner_column(rows, 1).bytes.data, "view") == 0) {
            code = gn_fail(err, GARNER_INVALID,
                           "%s is a view; name a table, or a new one", table);
            break;
        }
        look->strict = garner_column(rows, 2).integer != 0;
        if (!gn_names_add(&look->columns, garner_column(rows, 0).bytes.data)) {
            code = no_memory(table, err);
            break;
        }
    }
    garner_rows_close(rows);
    return code == GARNER_DONE ? GARNER_OK : code;
}

static enum garner_code key_as_json(const struct gn_rows_spec *spec,
                                    struct gn_buf *names,
                                    struct garner_error *err)
{
    struct gn_json j;

    gn_json_init(&j, names);
    gn_json_open(&j, '[');
    for (size_t i = 0; i < gn_table_sql_key_count(spec); i++)
        gn_json_text(&j, gn_table_sql_key(spec, i));
    gn_json_close(&j, ']');
    return gn_buf_failed(names) ? no_memory(spec->table, err) : GARNER_OK;
}

/* Whether a primary key or a unique index holds just the columns of the key. */
static enum garner_code find_key(const struct gn_rows_spec *spec,
                                 struct garner_store *store, bool *found,
                                 struct garner_error *err)
{
    struct gn_buf names = {0};
    struct garner_rows *rows = NULL;
    enum garner_code code = key_as_json(spec, &names, err);

    if (code == GARNER_OK)
        code = garner_query(
            store,
            "with k(name) as (select lower(value) from json_each(?2))"
            "select 1 where ?3 = (select count(*) from pragma_table_info(?1)"
            "  where pk > 0) and ?3 = (select count(*)"
            "  from pragma_table_info(?1) where pk > 0 and lower(name) in k)"
            " union all select 1 from pragma_index_list(?1) l"
            " where l.\"unique\" and not l.partial"
            "  and ?3 = (select count(*) from pragma_index_info(l.name))"
            "  and ?3 = (select count(*) from pragma_index_info(l.name)"
            "   where lower(name) in k)",
            GARNER_ARGS(garner_text(spec->table),
                        garner_text(gn_buf_cstr(&names)),
                        garner_integer((int64_t)gn_table_sql_key_count(spec))),
            &rows, err);
    gn_buf_fini(&names);
    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    garner_rows_close(rows);
    *found = code == GARNER_ROW;
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}

/* Anybody's rows may stand against it: two with the same key. */
static enum garner_code make_key(const struct gn_rows_spec *spec,
                                 struct garner_store *store,
                                 struct garner_error *err)
{
    struct gn_buf sql = {0};
    struct garner_error reason;
    enum garner_code code;

    gn_table_sql_index(&sql, spec);
    code = gn_buf_failed(&sql) ? no_memory(spec->table, &reason)
                               : garner_exec(store, gn_buf_cstr(&sql),
                                             GARNER_ARGS(), NULL, &reason);
    gn_buf_fini(&sql);
    if (code == GARNER_OK)
        return code;
    (void)gn_fail(err, code,
                  "table %s has no unique index for its key (%s%s), and none "
                  "can be made: %.100s",
                  spec->table, spec->key[0], spec->key_count > 1 ? ", ..." : "",
                  reason.message);
    if (err != NULL)
        err->native = reason.native;
    return code;
}

/* The index of the valid rows, unless it is there. */
static enum garner_code make_open(const struct gn_rows_spec *spec,
                                  struct garner_store *store,
                                  struct garner_error *err)
{
    struct gn_buf sql = {0};
    struct garner_rows *rows;
    enum garner_code code;

    gn_table_sql_open_name(&sql, spec);
    code = gn_buf_failed(&sql)
               ? no_memory(spec->table, err)
               : garner_query(store,
                              "select 1 from pragma_index_list(?)"
                              " where lower(name) = lower(?)",
                              GARNER_ARGS(garner_text(spec->table),
                                          garner_text(gn_buf_cstr(&sql))),
                              &rows, err);
    gn_buf_clear(&sql);
    if (code == GARNER_OK) {
        code = garner_next(rows, err);
        garner_rows_close(rows);
    }
    gn_table_sql_open_index(&sql, spec);
    if (code == GARNER_DONE)
        code = gn_buf_failed(&sql) ? no_memory(spec->table, err)
                                   : garner_exec(store, gn_buf_cstr(&sql),
                                                 GARNER_ARGS(), NULL, err);
    gn_buf_fini(&sql);
    return code == GARNER_ROW ? GARNER_OK : code;
}

/* Whether the table has what past rows take. */
static enum garner_code check_past(const struct gn_look *look,
                                   struct garner_error *err)
{
    static const char *const needed[] = {GN_VALID_FROM, GN_VALID_TO};

    for (size_t i = 0; i < 2; i++)
        if (!gn_names_has(&look->columns, needed[i]))
            return gn_fail(err, GARNER_INVALID,
                           "table %.80s has no column %s, which conflict: "
                           "history needs; name a new table, or add %s and %s "
                           "(alter table)",
                           look->spec->table, needed[i], needed[0], needed[1]);
    return GARNER_OK;
}

void gn_look_fini(struct gn_look *look)
{
    gn_names_fini(&look->columns);
}

/* Whether the table has what its rows are to be told apart by. */
static enum garner_code check(const struct gn_look *look,
                              struct garner_error *err)
{
    const struct gn_rows_spec *spec = look->spec;

    for (size_t i = 0; i < spec->key_count; i++)
        if (!gn_names_has(&look->columns, spec->key[i]))
            return gn_fail(err, GARNER_INVALID,
                           "table %s has no column %s, which is to be its "
                           "key: add one to it (alter table), or name another "
                           "key or table",
                           spec->table, spec->key[i]);
    return spec->conflict == GN_CONFLICT_HISTORY ? check_past(look, err)
                                                 : GARNER_OK;
}

static enum garner_code read_once(struct gn_look *look,
                                  struct garner_store *store,
                                  struct garner_error *err)
{
    const enum garner_code code = read_columns(look, store, err);

    return code == GARNER_OK && look->columns.count > 0 ? check(look, err)
                                                        : code;
}

static enum garner_code run_once(struct gn_look *look,
                                 struct garner_store *store,
                                 struct garner_error *err)
{
    const struct gn_rows_spec *spec = look->spec;
    enum garner_code code = read_once(look, store, err);
    bool found = true;

    if (code != GARNER_OK || look->columns.count == 0 || spec->key_count == 0)
        return code;
    code = find_key(spec, store, &found, err);
    if (code == GARNER_OK && !found)
        code = make_key(spec, store, err);
    return code == GARNER_OK && spec->conflict == GN_CONFLICT_HISTORY
               ? make_open(spec, store, err)
               : code;
}

typedef enum garner_code once(struct gn_look *look, struct garner_store *store,
                              struct garner_error *err);

/* Once more, if the table was changed while it was looked at. */
static enum garner_code with_care(once *looks, struct gn_look *look,
                                  struct garner_store *store,
                                  struct garner_error *err)
{
    const enum garner_code code = looks(look, store, err);

    if (code != GARNER_SQL)
        return code;
    gn_look_fini(look);
    return looks(look, store, err);
}

enum garner_code gn_look_read(struct gn_look *look, struct garner_store *store,
                              struct garner_error *err)
{
    return with_care(read_once, look, store, err);
}

enum garner_code gn_look_run(struct gn_look *look, struct garner_store *store,
                             struct garner_error *err)
{
    return with_care(run_once, look, store, err);
}
