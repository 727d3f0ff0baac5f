#include "engine/table/table.h"

#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "engine/table/fit.h"
#include "engine/table/table_sql.h"
#include "engine/table/validity.h"
#include "engine/table/way.h"

struct gn_table {
    STAILQ_ENTRY(gn_table) next;
    const struct gn_rows_spec *spec; /* the first that named it; borrowed */
    unsigned forgotten;              /* times */
    size_t changing;                 /* batches that change it, on their way */
    bool aside;                      /* those that write it are to go */
    bool known;
    bool exists;
    bool strict;
    struct gn_names columns; /* that it has */
    char *insert;            /* SQL for rows of ... */
    struct gn_names insert_columns;
    size_t insert_count;         /* parameters of insert */
    struct gn_validity validity; /* in place of insert */
};

struct gn_tables {
    STAILQ_HEAD(, gn_table) all;
};

static enum garner_code no_memory(const char *table, struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for table %s", table);
}

/* --- what is known --------------------------------------------------------*/

void gn_table_look(const struct gn_table *table, struct gn_look *look)
{
    *look =
        (struct gn_look){.spec = table->spec, .forgotten = table->forgotten};
}

void gn_table_learn(struct gn_table *table, struct gn_look *look)
{
    const struct gn_names before = table->columns;

    if (table->known || table->forgotten != look->forgotten)
        return;
    table->columns = look->columns;
    look->columns = before;
    table->exists = table->columns.count > 0;
    table->strict = look->strict;
    table->known = true;
}

void gn_table_change_begun(struct gn_table *table)
{
    table->changing++;
}

void gn_table_change_ended(struct gn_table *table)
{
    GN_CHECK(table->changing > 0);
    table->changing--;
}

bool gn_table_is_certain(const struct gn_table *table)
{
    return table->changing == 0;
}

void gn_table_forget(struct gn_table *table)
{
    table->known = false;
    table->forgotten++;
    gn_free(table->insert); /* it stands for columns that are known */
    table->insert = NULL;
    gn_validity_fini(&table->validity);
}

bool gn_table_is_known(const struct gn_table *table)
{
    return table->known;
}

bool gn_table_exists(const struct gn_table *table)
{
    return table->exists;
}

const char *gn_table_lacks(const struct gn_table *table,
                           const struct gn_rowset *rows)
{
    for (size_t i = 0; i < rows->column_count; i++)
        if (!gn_names_has(&table->columns, rows->columns[i]))
            return rows->columns[i];
    return NULL;
}

/* --- finding --------------------------------------------------------------*/

enum garner_code gn_tables_new(struct gn_tables **out, struct garner_error *err)
{
    *out = gn_alloc(sizeof **out);
    if (*out == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a list of tables");
    STAILQ_INIT(&(*out)->all);
    return GARNER_OK;
}

static void free_table(struct gn_table *t)
{
    gn_names_fini(&t->columns);
    gn_names_fini(&t->insert_columns);
    gn_free(t->insert);
    gn_validity_fini(&t->validity);
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

static enum garner_code open_table(struct garner_store *store,
                                   const struct gn_rows_spec *spec,
                                   struct gn_table **out,
                                   struct garner_error *err)
{
    struct gn_table *t = gn_alloc(sizeof *t);
    struct gn_look look;
    enum garner_code code;

    if (t == NULL)
        return no_memory(spec->table, err);
    t->spec = spec;
    gn_table_look(t, &look);
    code = gn_look_run(&look, store, err);
    if (code == GARNER_OK)
        gn_table_learn(t, &look);
    else
        free_table(t);
    gn_look_fini(&look);
    *out = t;
    return code;
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
    t = STAILQ_FIRST(&tables->all);
    while (t != NULL &&
           (t->aside || strcasecmp(t->spec->table, spec->table) != 0))
        t = STAILQ_NEXT(t, next);
    if (t != NULL) {
        code = gn_way_check(t->spec, spec, err);
        if (code != GARNER_OK)
            return code;
    } else {
        code = open_table(store, spec, &t, err);
        if (code != GARNER_OK)
            return code;
        STAILQ_INSERT_TAIL(&tables->all, t, next);
    }
    *table = t;
    return GARNER_OK;
}

void gn_table_set_aside(struct gn_table *table, bool aside)
{
    table->aside = aside;
}

size_t gn_tables_count(const struct gn_tables *tables)
{
    const struct gn_table *t;
    size_t count = 0;

    STAILQ_FOREACH(t, &tables->all, next)
    count++;
    return count;
}

void gn_tables_cut(struct gn_tables *tables, size_t count)
{
    STAILQ_HEAD(, gn_table) kept = STAILQ_HEAD_INITIALIZER(kept);
    struct gn_table *t;

    while ((t = STAILQ_FIRST(&tables->all)) != NULL) {
        STAILQ_REMOVE_HEAD(&tables->all, next);
        if (count > 0) {
            STAILQ_INSERT_TAIL(&kept, t, next);
            count--;
        } else {
            free_table(t);
        }
    }
    STAILQ_CONCAT(&tables->all, &kept);
}

/* --- writing --------------------------------------------------------------*/

enum garner_code gn_table_check_rows(const struct gn_table *table,
                                     const struct gn_rowset *rows,
                                     struct garner_error *err)
{
    const enum garner_code code = gn_fit_columns(
        table->spec, table->exists ? &table->columns : NULL, rows, err);

    return code == GARNER_OK ? gn_fit_key(table->spec, rows, err) : code;
}

static enum garner_code add_sql(const struct gn_pen *pen, struct gn_buf *sql,
                                const char *table, struct garner_error *err)
{
    enum garner_code code =
        gn_buf_failed(sql)
            ? no_memory(table, err)
            : gn_pen_write(pen, gn_buf_cstr(sql), GARNER_ARGS(), err);

    gn_buf_clear(sql);
    return code;
}

static enum garner_code create(struct gn_table *t, const struct gn_pen *pen,
                               const struct gn_rowset *rows,
                               struct garner_error *err)
{
    const char *name = t->spec->table;
    struct gn_buf sql = {0};
    enum garner_code code;

    gn_table_sql_create(&sql, t->spec, rows);
    code = add_sql(pen, &sql, name, err);
    t->strict = t->spec->making.strict;
    if (code == GARNER_OK && t->spec->conflict == GN_CONFLICT_HISTORY) {
        gn_table_sql_open_index(&sql, t->spec);
        code = add_sql(pen, &sql, name, err);
    }
    gn_buf_fini(&sql);
    return code;
}

/* The table that was made has more columns than rows. */
static bool learn_more(struct gn_table *t, const struct gn_rowset *rows)
{
    const char *more;
    bool ok = true;

    for (size_t i = 0;
         ok && (more = gn_table_sql_more(t->spec, rows, i)) != NULL; i++)
        ok = gn_names_add(&t->columns, more);
    return ok;
}

/* Adds the statements that give the table the columns of rows. */
static enum garner_code widen(struct gn_table *t, const struct gn_pen *pen,
                              const struct gn_rowset *rows, bool *changes,
                              struct garner_error *err)
{
    const char *name = t->spec->table;
    struct gn_buf sql = {0};
    enum garner_code code = GARNER_OK;

    if (t->exists && t->spec->new_columns != GN_COLUMNS_EVOLVE)
        return GARNER_OK;
    if (!t->exists) {
        *changes = true;
        code = create(t, pen, rows, err);
        if (code == GARNER_OK && !learn_more(t, rows))
            code = no_memory(name, err);
    }
    for (size_t i = 0; code == GARNER_OK && i < rows->column_count; i++) {
        if (gn_names_has(&t->columns, rows->columns[i]))
            continue;
        *changes = true;
        if (t->exists) {
            gn_table_sql_widen(&sql, t->spec, rows, i, t->strict);
            code = add_sql(pen, &sql, name, err);
        }
        if (code == GARNER_OK && !gn_names_add(&t->columns, rows->columns[i]))
            code = no_memory(name, err);
    }
    gn_buf_fini(&sql);
    t->exists = t->exists || code == GARNER_OK;
    return code;
}

static bool insert_fits(const struct gn_table *t, const struct gn_rowset *rows)
{
    bool fits = (t->insert != NULL || t->validity.open != NULL) &&
                t->insert_columns.count == rows->column_count;

    for (size_t i = 0; fits && i < rows->column_count; i++)
        fits = strcmp(t->insert_columns.all[i], rows->columns[i]) == 0;
    return fits;
}

static enum garner_code make_insert(struct gn_table *t,
                                    const struct gn_rowset *rows,
                                    struct garner_error *err)
{
    struct gn_buf sql = {0};
    bool ok = true;

    gn_free(t->insert);
    t->insert = NULL;
    gn_names_fini(&t->insert_columns);
    for (size_t i = 0; ok && i < rows->column_count; i++)
        ok = gn_names_add(&t->insert_columns, rows->columns[i]);
    if (ok && t->spec->conflict == GN_CONFLICT_HISTORY)
        return gn_validity_make(&t->validity, t->spec, rows, &t->columns, err);
    t->insert_count = gn_table_sql_insert(&sql, t->spec, rows, &t->columns);
    if (ok)
        t->insert = gn_buf_take(&sql);
    gn_buf_fini(&sql);
    return t->insert != NULL ? GARNER_OK : no_memory(t->spec->table, err);
}

static enum garner_code add_past(struct gn_table *t, const struct gn_pen *pen,
                                 const struct gn_offer *offer,
                                 struct gn_added *added,
                                 struct garner_error *err)
{
    enum garner_code code = gn_validity_begin(pen, t->spec, err);

    added->first = gn_pen_next(pen);
    added->each = gn_validity_each(&t->validity);
    if (code == GARNER_OK)
        code =
            gn_validity_add(&t->validity, pen, offer->rows, offer->now_us, err);
    return code == GARNER_OK ? gn_validity_end(pen, t->spec, offer->now_us, err)
                             : code;
}

static enum garner_code delete_all(const struct gn_table *t,
                                   const struct gn_pen *pen,
                                   struct garner_error *err)
{
    struct gn_buf sql = {0};
    enum garner_code code;

    gn_table_sql_delete(&sql, t->spec);
    code = add_sql(pen, &sql, t->spec->table, err);
    gn_buf_fini(&sql);
    return code;
}

/* The key of a row of the parent's in key[]; false: it lacks a column. */
static bool key_of(const struct gn_rows_spec *parent,
                   const struct gn_rowset *rows, size_t row,
                   struct garner_value *key)
{
    for (size_t k = 0; k < parent->key_count; k++) {
        size_t i = 0;

        while (i < rows->column_count &&
               strcasecmp(rows->columns[i], parent->key[k]) != 0)
            i++;
        if (i == rows->column_count)
            return false;
        key[k] = rows->values[row * rows->column_count + i];
    }
    return true;
}

/* Adds the statements that delete what belongs to the answer's parents. */
static enum garner_code disown(const struct gn_table *t,
                               const struct gn_pen *pen,
                               const struct gn_rowset *parents,
                               struct garner_error *err)
{
    const struct gn_rows_spec *parent = t->spec->parent;
    struct garner_value *key = gn_alloc(parent->key_count * sizeof *key);
    struct gn_buf sql = {0};
    enum garner_code code = GARNER_OK;

    gn_table_sql_disown(&sql, t->spec);
    if (key == NULL || gn_buf_failed(&sql))
        code = no_memory(t->spec->table, err);
    for (size_t i = 0; i < parents->row_count && code == GARNER_OK; i++)
        if (key_of(parent, parents, i, key))
            code = gn_pen_write(pen, gn_buf_cstr(&sql), key, parent->key_count,
                                err);
    gn_free(key);
    gn_buf_fini(&sql);
    return code;
}

static enum garner_code add_each(struct gn_table *t, const struct gn_pen *pen,
                                 const struct gn_offer *offer,
                                 struct gn_added *added,
                                 struct garner_error *err)
{
    const struct gn_rowset *rows = offer->rows;
    enum garner_code code = GARNER_OK;

    if (t->spec->conflict == GN_CONFLICT_WHOLE)
        code = delete_all(t, pen, err);
    else if (offer->parents != NULL)
        code = disown(t, pen, offer->parents, err);
    added->first = gn_pen_next(pen);
    added->each = 1;
    for (size_t i = 0; code == GARNER_OK && i < rows->row_count; i++) {
        code = gn_pen_begin_row(pen, err);
        if (code == GARNER_OK)
            code = gn_pen_end_row(
                pen, i,
                gn_pen_write(pen, t->insert,
                             rows->values + i * rows->column_count,
                             t->insert_count, err),
                err);
    }
    return code;
}

static enum garner_code write_rows(struct gn_table *t, const struct gn_pen *pen,
                                   const struct gn_offer *offer,
                                   struct gn_added *added,
                                   struct garner_error *err)
{
    const struct gn_rowset *rows = offer->rows;
    enum garner_code code = GARNER_OK;

    GN_CHECK(t->known);
    *added = (struct gn_added){0};
    if (rows->row_count > 0 && !insert_fits(t, rows)) {
        code = widen(t, pen, rows, &added->changes, err);
        if (code == GARNER_OK)
            code = make_insert(t, rows, err);
    }
    if (code != GARNER_OK || !t->exists)
        return code;
    return t->spec->conflict == GN_CONFLICT_HISTORY
               ? add_past(t, pen, offer, added, err)
               : add_each(t, pen, offer, added, err);
}

enum garner_code gn_table_add_rows(struct gn_table *table,
                                   struct garner_batch *batch,
                                   const struct gn_offer *offer,
                                   struct gn_added *added,
                                   struct garner_error *err)
{
    return write_rows(table, &(struct gn_pen){.batch = batch}, offer, added,
                      err);
}

enum garner_code gn_table_try_rows(struct gn_table *table,
                                   const struct gn_pen *pen,
                                   const struct gn_offer *offer,
                                   struct garner_error *err)
{
    struct gn_added added;

    return write_rows(table, pen, offer, &added, err);
}
