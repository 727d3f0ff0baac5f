#include "store/unit/schema.h"

#include <string.h>

#include "base/error.h"
#include "garner/read.h"
#include "store/unit/name.h"

enum {
    TRIES = 10, /* so often a schema may change while it is being read */
    /* SQLITE_SCHEMA: a PRAGMA inside a statement met another schema than the
     * statement. */
    SCHEMA_CHANGED = 17,
};

/* All of a table in one statement, and so of one snapshot (the tables are
 * joined so that the PRAGMAs are inside it): itself, its columns, the columns
 * of its foreign keys. */
#define NAMED "m.name = ?1 collate nocase and m.type in ('table', 'view') "
static const char look_up[] =
    "select 0, 0, 0, m.name, m.sql, l.type = 'table' and not l.wr and "
    "not exists (select 1 from sqlite_schema x where "
    "x.tbl_name = m.name collate nocase and x.type in ('index', 'trigger')), "
    "v.schema_version from sqlite_schema m, pragma_table_list(m.name) l, "
    "pragma_schema_version v where l.schema = 'main' and " NAMED
    "union all select 1, x.cid, 0, x.name, null, x.hidden, x.pk "
    "from sqlite_schema m, pragma_table_xinfo(m.name) x where " NAMED
    "union all select 2, f.id, f.seq, f.\"table\", f.\"from\", f.\"to\", "
    "f.on_delete from sqlite_schema m, pragma_foreign_key_list(m.name) f "
    "where " NAMED "order by 1, 2, 3";

enum { KIND, ID, PLACE, NAME, TEXT, FIRST, SECOND }; /* its columns */
enum { TABLE, COLUMN, REFERENCE };                   /* its kinds */

/* A table on its way into the schema. */
struct reading {
    struct gn_unit_schema *schema;
    const struct garner_rows *rows;
    struct gn_unit_table *table; /* NULL: not met yet */
    const char *sql;
    int64_t version;
    struct gn_unit_column **column; /* where the next one goes */
    struct gn_unit_reference **reference;
    struct gn_unit_pair **pair;
    size_t references;
};

void gn_unit_schema_forget(struct gn_unit_schema *s)
{
    gn_arena_clear(&s->arena);
    s->tables = NULL;
}

/* NULL for what is no text, or no memory. */
static const char *text(const struct reading *r, size_t column)
{
    const struct garner_value v = garner_column(r->rows, column);

    return v.type == GARNER_TEXT
               ? gn_arena_copy(&r->schema->arena, v.bytes.data, v.bytes.size)
               : NULL;
}

static int64_t number(const struct reading *r, size_t column)
{
    const struct garner_value v = garner_column(r->rows, column);

    return v.type == GARNER_INTEGER ? v.integer : 0;
}

static void read_table(struct reading *r)
{
    struct gn_unit_table *t = gn_arena_zeroed(&r->schema->arena, sizeof *t);

    if (t == NULL)
        return;
    t->name = text(r, NAME);
    t->plain = number(r, FIRST) != 0;
    r->sql = text(r, TEXT);
    r->version = number(r, SECOND);
    r->table = t;
    r->column = &t->columns;
    r->reference = &t->references;
}

static void read_column(struct reading *r)
{
    struct gn_unit_column *c = gn_arena_zeroed(&r->schema->arena, sizeof *c);
    const int64_t hidden = number(r, FIRST);

    if (c == NULL)
        return;
    c->name = text(r, NAME);
    c->generated = hidden == 2 || hidden == 3;
    c->key = (size_t)number(r, SECOND);
    *r->column = c;
    r->column = &c->next;
}

static enum gn_unit_fate fate(const char *on_delete)
{
    if (on_delete == NULL || strcmp(on_delete, "NO ACTION") == 0)
        return GN_UNIT_STAY;
    return strcmp(on_delete, "RESTRICT") == 0 ? GN_UNIT_HOLD : GN_UNIT_GO;
}

static void read_reference(struct reading *r)
{
    struct gn_arena *arena = &r->schema->arena;
    struct gn_unit_pair *pair = gn_arena_zeroed(arena, sizeof *pair);

    if (number(r, PLACE) == 0) {
        struct gn_unit_reference *f = gn_arena_zeroed(arena, sizeof *f);

        if (f == NULL)
            return;
        f->table = r->table->name;
        f->target = text(r, NAME);
        f->fate = fate(text(r, SECOND));
        *r->reference = f;
        r->reference = &f->next;
        r->pair = &f->pairs;
        r->references++;
    }
    if (pair == NULL || r->pair == NULL)
        return;
    pair->column = text(r, TEXT);
    pair->target = text(r, FIRST);
    *r->pair = pair;
    r->pair = &pair->next;
}

/* SQLite numbers foreign keys from the last one written to the first. What does
 * not agree with the text is not taken to be deferrable. */
static void read_deferrals(struct reading *r)
{
    enum gn_deferral *found =
        gn_arena_alloc(&r->schema->arena, r->references * sizeof *found);
    size_t at = r->references;

    if (found == NULL || r->sql == NULL ||
        gn_unit_ddl_deferrals(r->sql, found, at) != at)
        return;
    for (struct gn_unit_reference *f = r->table->references; f != NULL;
         f = f->next)
        f->deferral = found[--at];
}

static enum garner_code out_of_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "what a table is like");
}

static enum garner_code read_rows(struct reading *r, struct garner_rows *rows,
                                  struct garner_error *err)
{
    enum garner_code code;

    r->rows = rows;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        const int64_t kind = number(r, KIND);

        if (kind == TABLE)
            read_table(r);
        else if (r->table != NULL && kind == COLUMN)
            read_column(r);
        else if (r->table != NULL && kind == REFERENCE)
            read_reference(r);
        if (r->schema->arena.failed)
            return out_of_memory(err);
    }
    if (code != GARNER_DONE)
        return code;
    if (r->table != NULL)
        read_deferrals(r);
    return r->schema->arena.failed ? out_of_memory(err) : GARNER_OK;
}

/* Reads the table called name into r->table: NULL if there is none. DONE: the
 * schema changed meanwhile. */
static enum garner_code read_named(struct reading *r,
                                   struct garner_store *store, const char *name,
                                   struct garner_error *err)
{
    const struct garner_value arg = garner_text(name);
    struct garner_error fault;
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store, look_up, &arg, 1, &rows, &fault);

    if (code == GARNER_OK) {
        code = read_rows(r, rows, &fault);
        garner_rows_close(rows);
    }
    if (code == GARNER_SQL && fault.native == SCHEMA_CHANGED)
        return GARNER_DONE;
    if (code != GARNER_OK && err != NULL)
        *err = fault;
    return code;
}

static enum garner_code read_version(struct garner_store *store,
                                     int64_t *version, struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store, "pragma schema_version", NULL, 0, &rows, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    if (code == GARNER_ROW)
        *version = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    if (code == GARNER_DONE)
        return gn_fail(err, GARNER_SQL, "the database tells no schema_version");
    return code == GARNER_ROW ? GARNER_OK : code;
}

enum garner_code gn_unit_schema_refresh(struct gn_unit_schema *s,
                                        struct garner_store *store,
                                        bool *changed, struct garner_error *err)
{
    int64_t version = 0;
    enum garner_code code = read_version(store, &version, err);

    if (code != GARNER_OK)
        return code;
    if (changed != NULL)
        *changed = version != s->version;
    if (version != s->version)
        gn_unit_schema_forget(s);
    s->version = version;
    return GARNER_OK;
}

static struct gn_unit_table *known(const struct gn_unit_schema *s,
                                   const char *name)
{
    struct gn_unit_table *t = s->tables;

    while (t != NULL && !gn_unit_name_same(t->name, name))
        t = t->next;
    return t;
}

/* DONE: the schema has changed meanwhile; what was found before is gone. */
static enum garner_code find_one(struct gn_unit_schema *s,
                                 struct garner_store *store, const char *name,
                                 struct gn_unit_table **table,
                                 struct garner_error *err)
{
    struct reading r = {.schema = s};
    enum garner_code code;

    *table = known(s, name);
    if (*table != NULL)
        return GARNER_OK;
    code = read_named(&r, store, name, err);
    if (code != GARNER_OK) {
        gn_unit_schema_forget(s); /* half a table is none */
        return code;
    }
    if (r.table == NULL)
        return GARNER_OK;
    if (r.version != s->version) {
        gn_unit_schema_forget(s);
        s->version = r.version;
        return GARNER_DONE;
    }
    r.table->next = s->tables;
    s->tables = r.table;
    *table = r.table;
    return GARNER_OK;
}

enum garner_code gn_unit_schema_find(struct gn_unit_schema *s,
                                     struct garner_store *store,
                                     const char *const *names, size_t count,
                                     struct gn_unit_table **tables,
                                     struct garner_error *err)
{
    enum garner_code code = GARNER_DONE;

    for (int tries = 0; tries < TRIES && code == GARNER_DONE; tries++) {
        code = gn_unit_schema_refresh(s, store, NULL, err);
        for (size_t i = 0; i < count && code == GARNER_OK; i++)
            code = find_one(s, store, names[i], &tables[i], err);
    }
    if (code == GARNER_DONE)
        return gn_fail(err, GARNER_BUSY,
                       "the schema changes while it is being read; write "
                       "again when it is left alone");
    return code;
}

const struct gn_unit_column *
gn_unit_schema_column(const struct gn_unit_table *t, const char *name)
{
    const struct gn_unit_column *c = t->columns;

    while (c != NULL && !gn_unit_name_same(c->name, name))
        c = c->next;
    return c;
}

const char *gn_unit_schema_target(const struct gn_unit_table *t,
                                  const struct gn_unit_pair *pair, size_t place)
{
    const struct gn_unit_column *c = t->columns;

    if (pair->target != NULL)
        return pair->target;
    while (c != NULL && c->key != place)
        c = c->next;
    return c != NULL ? c->name : NULL;
}
