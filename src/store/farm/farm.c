/*
 * farm.c - garner/farm.h: a key's handle, a shard's, and calls on all shards.
 */
#include "garner/farm.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "store/driver/sql.h"
#include "store/farm/placement.h"
#include "store/farm/shape.h"
#include "store/handle.h"

struct garner_store *garner_shard(struct garner_store *store, const void *key,
                                  size_t size)
{
    if (store == NULL || store->kind != GN_HANDLE_FARM)
        return store;
    return gn_handle_slot(store, gn_placement_slot(key, size));
}

struct garner_store *garner_shard_integer(struct garner_store *store,
                                          int64_t key)
{
    char digits[24];
    const int size = snprintf(digits, sizeof digits, "%" PRId64, key);

    return garner_shard(store, digits, (size_t)size);
}

size_t garner_shard_count(const struct garner_store *store)
{
    if (store == NULL)
        return 0;
    return store->kind == GN_HANDLE_FARM ? gn_fleet_count(store->farm->fleet)
                                         : 1;
}

struct garner_store *garner_shard_at(struct garner_store *store, size_t number)
{
    if (number >= garner_shard_count(store))
        return NULL;
    return store->kind == GN_HANDLE_FARM
               ? gn_handle_shard(store, (unsigned)number)
               : store;
}

enum garner_code garner_exec_all(struct garner_store *store, const char *sql,
                                 const struct garner_value *args, size_t count,
                                 struct garner_result *result,
                                 struct garner_error *err)
{
    struct garner_result sum = {0};
    enum garner_code code = gn_handle_check(store, err);

    if (code == GARNER_OK && store->kind != GN_HANDLE_FARM)
        return garner_exec(store, sql, args, count, result, err);
    if (code == GARNER_OK) /* another process may have made more */
        code = gn_fleet_refresh(store->farm->fleet, err);
    for (size_t n = 0; code == GARNER_OK && n < garner_shard_count(store);
         n++) {
        struct garner_result one;

        code =
            garner_exec(garner_shard_at(store, n), sql, args, count, &one, err);
        sum.changes += one.changes;
        sum.last_rowid = one.last_rowid;
        if (code != GARNER_OK)
            (void)gn_fleet_blame(store->farm->fleet->folder, (unsigned)n, code,
                                 err);
    }
    if (result != NULL)
        *result = code == GARNER_OK ? sum : (struct garner_result){0};
    return code;
}

enum garner_code
garner_query_merged(struct garner_store *store, const char *sql,
                    const struct garner_value *args, size_t count,
                    const struct garner_sort *sort, struct garner_rows **rows,
                    struct garner_error *err)
{
    struct gn_statement statement;
    enum garner_code code;

    if (rows != NULL)
        *rows = NULL;
    if (sql == NULL || rows == NULL || (args == NULL && count > 0))
        return gn_fail(err, GARNER_MISUSE,
                       "garner_query_merged: a NULL argument");
    code = gn_handle_check(store, err);
    if (code != GARNER_OK)
        return code;
    if (store->kind != GN_HANDLE_FARM)
        return garner_query(store, sql, args, count, rows, err);
    gn_statement_init(&statement, sql, args, count);
    return gn_census_query_all(store->farm->census, &statement, sort, rows,
                               err);
}

/* --- the key of a table ----------------------------------------------------
 */

struct keying {
    const char *table;
    const char *column;
};

static enum garner_code set_key(void *context, struct gn_sqlite *c,
                                struct garner_error *err)
{
    const struct keying *k = context;
    struct gn_shape shape;
    enum garner_code code;

    if (k->column == NULL)
        return gn_layout_set_key(c, k->table, NULL, err);
    code = gn_shape_read(c, k->table, &shape, err);
    if (code == GARNER_OK && gn_shape_column(&shape, k->column) == 0)
        code = gn_fail(err, GARNER_NOTFOUND, "table %.80s has no column %.80s",
                       k->table, k->column);
    if (code == GARNER_OK)
        code = gn_layout_set_key(c, shape.table, k->column, err);
    gn_shape_fini(&shape);
    return code;
}

static enum garner_code set_key_alone(void *context, struct gn_sqlite *c,
                                      struct garner_error *err)
{
    return gn_sql_transaction(c, set_key, context, err);
}

enum garner_code garner_farm_key(struct garner_store *store, const char *table,
                                 const char *column, struct garner_error *err)
{
    struct keying k = {table, column};
    struct gn_fleet *f;
    enum garner_code code = gn_handle_check(store, err);

    if (code != GARNER_OK)
        return code;
    if (store->kind != GN_HANDLE_FARM || table == NULL)
        return gn_fail(err, GARNER_MISUSE,
                       "garner_farm_key: the store is no farm, or table is "
                       "NULL");
    if (column != NULL && gn_shape_is_own(table))
        return gn_fail(err, GARNER_MISUSE,
                       "garner_farm_key: %.80s stays where it is: it is none "
                       "of yours",
                       table);
    f = store->farm->fleet;
    if (f->options.read_only)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%s was opened for reading alone", f->folder);
    return gn_fleet_do(f, 0, set_key_alone, &k,
                       gn_shard_deadline_ns(f->options.timeout_ms), err);
}
