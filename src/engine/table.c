#include "engine/table.h"

#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "garner/read.h"

struct gn_table {
    STAILQ_ENTRY(gn_table) next;
    const struct gn_rows_spec *spec; /* the first that named it; borrowed */
    bool forgotten;
    bool exists;
    char **columns; /* that it has */
    size_t column_count;
    char *insert;          /* SQL for rows of ... */
    char **insert_columns; /* ... these columns */
    size_t insert_column_count;
};

struct gn_tables {
    STAILQ_HEAD(, gn_table) all;
};

static enum garner_code no_memory(const char *table, struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "table %s", table);
}

static void free_names(char ***names, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        gn_free((*names)[i]);
    gn_free(*names);
    *names = NULL;
    *count = 0;
}

static bool add_name(char ***names, size_t *count, const char *name)
{
    char **grown = gn_realloc(*names, (*count + 1) * sizeof(char *));

    if (grown == NULL)
        return false;
    *names = grown;
    grown[*count] = gn_strdup(name);
    if (grown[*count] == NULL)
        return false;
    ++*count;
    return true;
}

/* Column names do not differ by case alone in SQLite. */
static bool has_name(char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

enum garner_code gn_tables_new(struct gn_tables **out, struct garner_error *err)
{
    *out = gn_alloc(sizeof **out);
    if (*out == NULL)
        return gn_fail(err, GARNER_NOMEM, "a list of tables");
    STAILQ_INIT(&(*out)->all);
    return GARNER_OK;
}

static void free_table(struct gn_table *t)
{
    free_names(&t->columns, &t->column_count);
    free_names(&t->insert_columns, &t->insert_column_count);
    gn_free(t->insert);
    gn_free(t);
}

void gn_tables_free(struct gn_tables *tables)
{
    struct gn_table *t;

    if (tables == NULL)
        return;
    while ((t = STAILQ_FIRST(&tables->all)) != NULL) {
        STAILQ_REMOVE_HEAD(&tables->all, next);
        free_table(t);
    }
    gn_free(tables);
}

/* --- what the store has -----------------------------------------------------
 */

static enum garner_code read_columns(struct gn_table *t,
                                     struct garner_store *store,
                                     struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        store,
        "select c.name, s.type from sqlite_schema s, pragma_table_info(s.name) "
        "c"
        " where lower(s.name) = lower(?) and s.type in ('table', 'view')",
        GARNER_ARGS(garner_text(t->spec->table)), &rows, err);

    if (code != GARNER_OK)
        return code;
    free_names(&t->columns, &t->column_count);
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        if (strcmp(garner_column(rows, 1).bytes.data, "view") == 0) {
            code = gn_fail(err, GARNER_INVALID,
                           "%s is a view; write to a table", t->spec->table);
            break;
        }
        if (!add_name(&t->columns, &t->column_count,
                      garner_column(rows, 0).bytes.data)) {
            code = no_memory(t->spec->table, err);
            break;
        }
    }
    garner_rows_close(rows);
    t->exists = t->column_count > 0;
    return code == GARNER_DONE ? GARNER_OK : code;
}

/* Whether a primary key or a unique index holds just the columns of the key. */
static enum garner_code find_key(const struct gn_table *t,
                                 struct garner_store *store, bool *found,
                                 struct garner_error *err)
{
    const struct gn_rows_spec *spec = t->spec;
    struct gn_buf names = {0};
    struct gn_json j;
    struct garner_rows *rows = NULL;
    enum garner_code code;

    gn_json_init(&j, &names);
    gn_json_open(&j, '[');
    for (size_t i = 0; i < spec->key_count; i++)
        gn_json_text(&j, spec->key[i]);
    gn_json_close(&j, ']');
    if (gn_buf_failed(&names))
        return no_memory(spec->table, err);
    code = garner_query(
        store,
        "with k(name) as (select lower(value) from json_each(?2))"
        "select 1 where ?3 = (select count(*) from pragma_table_info(?1)"
        "  where pk > 0) and ?3 = (select count(*) from pragma_table_info(?1)"
        "  where pk > 0 and lower(name) in k)"
        " union all select 1 from pragma_index_list(?1) l"
        " where l.\"unique\" and not l.partial"
        "  and ?3 = (select count(*) from pragma_index_info(l.name))"
        "  and ?3 = (select count(*) from pragma_index_info(l.name)"
        "   where lower(name) in k)",
        GARNER_ARGS(garner_text(spec->table), garner_text(gn_buf_cstr(&names)),
                    garner_integer((int64_t)spec->key_count)),
        &rows, err);
    gn_buf_fini(&names);
    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    garner_rows_close(rows);
    *found = code == GARNER_ROW;
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}

static void quoted(struct gn_buf *sql, const char *name)
{
    gn_buf_byte(sql, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"')
            gn_buf_byte(sql, '"');
        gn_buf_byte(sql, *name);
    }
    gn_buf_byte(sql, '"');
}

static void quoted_list(struct gn_buf *sql, const char *const *names,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            gn_buf_text(sql, ", ");
        quoted(sql, names[i]);
    }
}

static enum garner_code make_key(const struct gn_table *t,
                                 struct garner_store *store,
                                 struct garner_error *err)
{
    const struct gn_rows_spec *spec = t->spec;
    struct gn_buf name = {0};
    struct gn_buf sql = {0};
    struct garner_error reason;
    enum garner_code code = GARNER_NOMEM;

    gn_buf_printf(&name, "%s_key", spec->table);
    for (size_t i = 0; i < spec->key_count; i++)
        gn_buf_printf(&name, "_%s", spec->key[i]);
    gn_buf_text(&sql, "create unique index ");
    quoted(&sql, gn_buf_cstr(&name));
    gn_buf_text(&sql, " on ");
    quoted(&sql, spec->table);
    gn_buf_text(&sql, " (");
    quoted_list(&sql, spec->key, spec->key_count);
    gn_buf_byte(&sql, ')');
    if (gn_buf_failed(&name) || gn_buf_failed(&sql))
        (void)no_memory(spec->table, &reason);
    else
        code =
            garner_exec(store, gn_buf_cstr(&sql), GARNER_ARGS(), NULL, &reason);
    gn_buf_fini(&name);
    gn_buf_fini(&sql);
    if (code != GARNER_OK)
        return gn_fail(err, code,
                       "table %s has no unique index for its key (%s%s), and "
                       "none can be made: %.100s",
                       spec->table, spec->key[0],
                       spec->key_count > 1 ? ", ..." : "", reason.message);
    return GARNER_OK;
}

static enum garner_code look(struct gn_table *t, struct garner_store *store,
                             struct garner_error *err)
{
    const struct gn_rows_spec *spec = t->spec;
    enum garner_code code = read_columns(t, store, err);
    bool found = true;

    if (code != GARNER_OK || !t->exists || spec->key_count == 0)
        return code;
    for (size_t i = 0; i < spec->key_count; i++)
        if (!has_name(t->columns, t->column_count, spec->key[i]))
            return gn_fail(err, GARNER_INVALID,
                           "table %s has no column %s, which is to be its key",
                           spec->table, spec->key[i]);
    code = find_key(t, store, &found, err);
    return code == GARNER_OK && !found ? make_key(t, store, err) : code;
}

static bool same_key(const struct gn_rows_spec *a, const struct gn_rows_spec *b)
{
    bool same = a->key_count == b->key_count;

    for (size_t i = 0; same && i < a->key_count; i++)
        same = strcasecmp(a->key[i], b->key[i]) == 0;
    return same;
}

enum garner_code gn_tables_find(struct gn_tables *tables,
                                struct garner_store *store,
                                const struct gn_rows_spec *spec,
                                struct gn_table **table,
                                struct garner_error *err)
{
    struct gn_table *t;
    enum garner_code code;

    if (strncasecmp(spec->table, "garner_", 7) == 0 ||
        strncasecmp(spec->table, "sqlite_", 7) == 0)
        return gn_fail(err, GARNER_INVALID,
                       "%s: names that begin with garner_ or sqlite_ are taken;"
                       " choose another",
                       spec->table);
    STAILQ_FOREACH(t, &tables->all, next)
    if (strcasecmp(t->spec->table, spec->table) == 0)
        break;
    if (t != NULL && !same_key(t->spec, spec))
        return gn_fail(err, GARNER_INVALID,
                       "table %s is written with two different keys",
                       spec->table);
    if (t == NULL) {
        t = gn_alloc(sizeof *t);
        if (t == NULL)
            return no_memory(spec->table, err);
        t->spec = spec;
        code = look(t, store, err);
        if (code != GARNER_OK) {
            free_table(t);
            return code;
        }
        STAILQ_INSERT_TAIL(&tables->all, t, next);
    }
    *table = t;
    return GARNER_OK;
}

void gn_table_forget(struct gn_table *table)
{
    table->forgotten = true;
}

enum garner_code gn_table_refresh(struct gn_table *table,
                                  struct garner_store *store,
                                  struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    if (table->forgotten)
        code = read_columns(table, store, err);
    if (code == GARNER_OK)
        table->forgotten = false;
    return code;
}

/* --- writing
 * ------------------------------------------------------------------ */

/* The affinity (https://sqlite.org/datatype3.html) for a new column: that of
 * its first value that is not NULL. */
static const char *affinity(const struct gn_rowset *rows, size_t column)
{
    for (size_t i = 0; i < rows->row_count; i++)
        switch (rows->values[i * rows->column_count + column].type) {
        case GARNER_INTEGER:
            return " INTEGER";
        case GARNER_REAL:
            return " REAL";
        case GARNER_TEXT:
            return " TEXT";
        case GARNER_BLOB:
            return " BLOB";
        case GARNER_NULL:
            break;
        }
    return "";
}

static void create_sql(struct gn_buf *sql, const struct gn_rows_spec *spec,
                       const struct gn_rowset *rows)
{
    gn_buf_text(sql, "create table if not exists ");
    quoted(sql, spec->table);
    gn_buf_text(sql, " (");
    for (size_t i = 0; i < rows->column_count; i++) {
        if (i > 0)
            gn_buf_text(sql, ", ");
        quoted(sql, rows->columns[i]);
        gn_buf_text(sql, affinity(rows, i));
    }
    if (spec->key_count > 0) {
        gn_buf_text(sql, ", primary key (");
        quoted_list(sql, spec->key, spec->key_count);
        gn_buf_byte(sql, ')');
    }
    gn_buf_byte(sql, ')');
}

static enum garner_code add_sql(struct garner_batch *batch, struct gn_buf *sql,
                                const char *table, struct garner_error *err)
{
    enum garner_code code =
        gn_buf_failed(sql)
            ? no_memory(table, err)
            : garner_batch_add(batch, gn_buf_cstr(sql), GARNER_ARGS(), err);

    gn_buf_clear(sql);
    return code;
}

/* Adds the statements that give the table the columns of rows. */
static enum garner_code widen(struct gn_table *t, struct garner_batch *batch,
                              const struct gn_rowset *rows, bool *changed,
                              struct garner_error *err)
{
    const char *name = t->spec->table;
    struct gn_buf sql = {0};
    enum garner_code code = GARNER_OK;

    if (!t->exists) {
        create_sql(&sql, t->spec, rows);
        code = add_sql(batch, &sql, name, err);
    }
    for (size_t i = 0; code == GARNER_OK && i < rows->column_count; i++) {
        if (has_name(t->columns, t->column_count, rows->columns[i]))
            continue;
        *changed = true;
        if (t->exists) {
            gn_buf_text(&sql, "alter table ");
            quoted(&sql, name);
            gn_buf_text(&sql, " add column ");
            quoted(&sql, rows->columns[i]);
            gn_buf_text(&sql, affinity(rows, i));
            code = add_sql(batch, &sql, name, err);
        }
        if (code == GARNER_OK &&
            !add_name(&t->columns, &t->column_count, rows->columns[i]))
            code = no_memory(name, err);
    }
    gn_buf_fini(&sql);
    t->exists = t->exists || code == GARNER_OK;
    return code;
}

static bool is_key(const struct gn_rows_spec *spec, const char *column)
{
    for (size_t i = 0; i < spec->key_count; i++)
        if (strcasecmp(spec->key[i], column) == 0)
            return true;
    return false;
}

static void insert_sql(struct gn_buf *sql, const struct gn_rows_spec *spec,
                       const struct gn_rowset *rows)
{
    const char *separator = " do update set ";

    gn_buf_text(sql, "insert into ");
    quoted(sql, spec->table);
    gn_buf_text(sql, " (");
    quoted_list(sql, (const char *const *)rows->columns, rows->column_count);
    gn_buf_text(sql, ") values (");
    for (size_t i = 0; i < rows->column_count; i++)
        gn_buf_text(sql, i > 0 ? ", ?" : "?");
    gn_buf_byte(sql, ')');
    if (spec->key_count == 0)
        return;
    gn_buf_text(sql, " on conflict (");
    quoted_list(sql, spec->key, spec->key_count);
    gn_buf_byte(sql, ')');
    for (size_t i = 0; i < rows->column_count; i++) {
        if (is_key(spec, rows->columns[i]))
            continue;
        gn_buf_text(sql, separator);
        quoted(sql, rows->columns[i]);
        gn_buf_text(sql, " = excluded.");
        quoted(sql, rows->columns[i]);
        separator = ", ";
    }
    if (separator[0] != ',')
        gn_buf_text(sql, " do nothing");
}

static bool insert_fits(const struct gn_table *t, const struct gn_rowset *rows)
{
    bool fits =
        t->insert != NULL && t->insert_column_count == rows->column_count;

    for (size_t i = 0; fits && i < rows->column_count; i++)
        fits = strcmp(t->insert_columns[i], rows->columns[i]) == 0;
    return fits;
}

static enum garner_code make_insert(struct gn_table *t,
                                    const struct gn_rowset *rows,
                                    struct garner_error *err)
{
    struct gn_buf sql = {0};
    bool ok = true;

    if (insert_fits(t, rows))
        return GARNER_OK;
    gn_free(t->insert);
    free_names(&t->insert_columns, &t->insert_column_count);
    for (size_t i = 0; ok && i < rows->column_count; i++)
        ok = add_name(&t->insert_columns, &t->insert_column_count,
                      rows->columns[i]);
    insert_sql(&sql, t->spec, rows);
    t->insert = gn_buf_take(&sql);
    return ok && t->insert != NULL ? GARNER_OK : no_memory(t->spec->table, err);
}

static void list_names(char *const *names, size_t count, char *text,
                       size_t room)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < count && used + 2 < room; i++) {
        const size_t n = strlen(names[i]);

        if (used > 0) {
            text[used++] = ',';
            text[used++] = ' ';
        }
        if (n + 1 > room - used)
            break;
        memcpy(text + used, names[i], n + 1);
        used += n;
    }
    text[used] = '\0';
}

/* The rows have each key column, and a value in it. */
static enum garner_code check_keys(const struct gn_rows_spec *spec,
                                   const struct gn_rowset *rows,
                                   struct garner_error *err)
{
    char names[120];

    for (size_t k = 0; k < spec->key_count; k++) {
        size_t column = 0;

        while (column < rows->column_count &&
               strcasecmp(rows->columns[column], spec->key[k]) != 0)
            column++;
        if (column == rows->column_count) {
            list_names(rows->columns, rows->column_count, names, sizeof names);
            return gn_fail(
                err, GARNER_INVALID,
                "the SQL gives no column %s, the key of table %s; it "
                "gives: %s",
                spec->key[k], spec->table, names);
        }
        for (size_t i = 0; i < rows->row_count; i++)
            if (rows->values[i * rows->column_count + column].type ==
                GARNER_NULL)
                return gn_fail(err, GARNER_INVALID,
                               "row %zu has NULL in column %s, the key of "
                               "table %s",
                               i + 1, spec->key[k], spec->table);
    }
    return GARNER_OK;
}

enum garner_code gn_table_add_rows(struct gn_table *table,
                                   struct garner_batch *batch,
                                   const struct gn_rowset *rows, bool *changed,
                                   struct garner_error *err)
{
    enum garner_code code = check_keys(table->spec, rows, err);

    if (code == GARNER_OK && rows->row_count > 0)
        code = widen(table, batch, rows, changed, err);
    if (code == GARNER_OK && rows->row_count > 0)
        code = make_insert(table, rows, err);
    for (size_t i = 0; code == GARNER_OK && i < rows->row_count; i++)
        code = garner_batch_add(batch, table->insert,
                                rows->values + i * rows->column_count,
                                rows->column_count, err);
    return code;
}
