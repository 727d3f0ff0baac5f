#include "extract/each.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"

/* https://sqlite.org/vtab.html: an eponymous-only virtual table, whose hidden
 * columns are its arguments. */
struct table {
    sqlite3_vtab base;
    const struct gn_each_kind *kind;
    void *context;
};

struct registration {
    const struct gn_each_kind *kind;
    void *context;
};

static int connect_table(sqlite3 *db, void *aux, int argc,
                         const char *const *argv, sqlite3_vtab **out,
                         char **message)
{
    const struct registration *r = aux;
    char sql[400];
    struct table *t;
    int rc;

    (void)argc;
    (void)argv;
    (void)message;
    snprintf(sql, sizeof sql, "create table x(%s)", r->kind->columns);
    rc = sqlite3_declare_vtab(db, sql);
    if (rc != SQLITE_OK)
        return rc;
    (void)sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    t = gn_alloc(sizeof *t);
    if (t == NULL)
        return SQLITE_NOMEM;
    t->kind = r->kind;
    t->context = r->context;
    *out = &t->base;
    return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *base)
{
    gn_free(base);
    return SQLITE_OK;
}

static int refuse(sqlite3_vtab *base, const char *what, int argument)
{
    const struct gn_each_kind *kind = ((struct table *)base)->kind;

    sqlite3_free(base->zErrMsg);
    base->zErrMsg = sqlite3_mprintf("%s(%s): argument %d is %s", kind->name,
                                    kind->signature, argument + 1, what);
    return SQLITE_ERROR;
}

/* Asks SQLite for the arguments: equations of the hidden columns. idxNum has a
 * bit for each that is given. */
static int plan(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct gn_each_kind *kind = ((struct table *)base)->kind;
    int at[GN_EACH_MOST_ARGS];
    int count = 0;

    for (int i = 0; i < GN_EACH_MOST_ARGS; i++)
        at[i] = -1;
    for (int i = 0; i < info->nConstraint; i++) {
        const int arg = info->aConstraint[i].iColumn - kind->first;

        if (arg < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        if (arg == kind->most)
            return refuse(base, "one too many", arg);
        if (arg > kind->most)
            continue;
        if (!info->aConstraint[i].usable)
            return SQLITE_CONSTRAINT; /* in another order of the tables, it is
                                       */
        at[arg] = i;
    }
    for (int arg = 0; arg < kind->most; arg++) {
        if (arg < kind->least && at[arg] < 0)
            return refuse(base, "missing", arg);
        if (at[arg] < 0)
            continue;
        info->aConstraintUsage[at[arg]].argvIndex = ++count;
        info->aConstraintUsage[at[arg]].omit = 1;
        info->idxNum |= 1 << arg;
    }
    info->estimatedCost = 1000;
    info->estimatedRows = 100;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    const struct table *t = (struct table *)base;
    struct gn_each *e = gn_alloc(t->kind->size);

    if (e == NULL)
        return SQLITE_NOMEM;
    e->kind = t->kind;
    e->context = t->context;
    e->done = true;
    *out = &e->base;
    return SQLITE_OK;
}

/* As it was before open. */
static void reset(struct gn_each *e)
{
    const struct gn_each same = {
        .base = e->base, .kind = e->kind, .context = e->context, .done = true};

    e->kind->close(e);
    for (size_t i = 0; i < same.kind->size; i++)
        ((char *)e)[i] = 0;
    *e = same;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    reset((struct gn_each *)base);
    gn_free(base);
    return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int given, const char *unused,
                  int argc, sqlite3_value **argv)
{
    struct gn_each *e = (struct gn_each *)base;
    sqlite3_value *args[GN_EACH_MOST_ARGS] = {NULL};
    int next = 0;
    int rc;

    (void)unused;
    for (int arg = 0; arg < e->kind->most; arg++)
        if ((given & 1 << arg) != 0)
            args[arg] = argv[next++];
    GN_CHECK(next == argc);
    reset(e);
    e->row = 1;
    rc = e->kind->open(e, args);
    if (rc != SQLITE_OK)
        e->done = true;
    return rc;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    struct gn_each *e = (struct gn_each *)base;

    e->row++;
    return e->kind->next(e);
}

static int at_end(sqlite3_vtab_cursor *base)
{
    return ((struct gn_each *)base)->done;
}

static int read_column(sqlite3_vtab_cursor *base, sqlite3_context *to, int i)
{
    struct gn_each *e = (struct gn_each *)base;

    if (i == 0)
        sqlite3_result_int64(to, e->row);
    else if (i < e->kind->first || i > e->kind->first + e->kind->most)
        return e->kind->column(e, to, i);
    return SQLITE_OK; /* an argument is known to who gave it */
}

static int read_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = ((struct gn_each *)base)->row;
    return SQLITE_OK;
}

static int find_function(sqlite3_vtab *base, int args, const char *name,
                         void (**function)(sqlite3_context *, int,
                                           sqlite3_value **),
                         void **user_data)
{
    const struct table *t = (struct table *)base;

    if (t->kind->arrow == NULL || !gn_arrow_overload(name, args, function))
        return 0;
    *user_data = t->kind->arrow(t->context);
    return 1;
}

int gn_each_register(sqlite3 *db, const struct gn_each_kind *kind,
                     void *context)
{
    static const sqlite3_module module = {
        .xConnect = connect_table,
        .xBestIndex = plan,
        .xDisconnect = disconnect_table,
        .xOpen = open_cursor,
        .xClose = close_cursor,
        .xFilter = filter,
        .xNext = next_row,
        .xEof = at_end,
        .xColumn = read_column,
        .xRowid = read_rowid,
        .xFindFunction = find_function,
    };
    struct registration *r = gn_alloc(sizeof *r);

    GN_CHECK(kind->most <= GN_EACH_MOST_ARGS);
    if (r == NULL)
        return SQLITE_NOMEM;
    *r = (struct registration){kind, context};
    /* frees r whether it works or not */
    return sqlite3_create_module_v2(db, kind->name, &module, r, gn_free);
}

int gn_each_fail(struct gn_each *e, const char *format, ...)
{
    sqlite3_vtab *table = e->base.pVtab;
    char what[220];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    sqlite3_free(table->zErrMsg);
    table->zErrMsg = sqlite3_mprintf("%s: %s", e->kind->name, what);
    return SQLITE_ERROR;
}
