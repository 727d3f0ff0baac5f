#include "store/farm/schema_copy.h"

#include "base/error.h"
#include "base/mem.h"
#include "store/driver/sql.h"

/* Tables first, then what stands on them. */
#define PARTS                                                                  \
    "select name, sql from sqlite_schema where sql is not null and "           \
    "tbl_name not like 'garner\\_%' escape '\\' and "                          \
    "name not like 'garner\\_%' escape '\\' and "                              \
    "name not like 'sqlite\\_%' escape '\\' and "                              \
    "tbl_name not in (select name from pragma_table_list where schema = "      \
    "'main' and type = 'shadow')"
#define IN_ORDER                                                               \
    " order by case type when 'table' then 1 when 'index' then 2 when 'view' " \
    "then 3 else 4 end, rowid"

static enum garner_code make(void *context, const struct garner_value *values,
                             struct garner_error *err)
{
    struct gn_sqlite *to = context;
    int64_t there;
    char *sql;
    enum garner_code code = gn_sql_integer(
        to, "select 1 from sqlite_schema where name = ? collate nocase",
        &values[0], 1, &there, err);

    if (code != GARNER_NOTFOUND)
        return code;
    sql = gn_memdup(values[1].bytes.data, values[1].bytes.size);
    if (sql == NULL)
        return gn_fail(err, GARNER_NOMEM, "the tables of a database");
    code = gn_sql_run(to, sql, NULL, 0, NULL, err);
    gn_free(sql);
    return code;
}

enum garner_code gn_schema_copy(struct gn_sqlite *from, struct gn_sqlite *to,
                                const char *table, struct garner_error *err)
{
    if (table == NULL)
        return gn_sql_rows(from, PARTS IN_ORDER, NULL, 0, make, to, err);
    return gn_sql_rows(from,
                       PARTS " and type in ('table', 'index') and "
                             "tbl_name = ? collate nocase" IN_ORDER,
                       GARNER_ARGS(garner_text(table)), make, to, err);
}
