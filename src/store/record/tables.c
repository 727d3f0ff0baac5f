#include "store/record/tables.h"

#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "garner/read.h"
#include "garner/record.h"

static const char *const make[] = {
    /* Ids that are never used again: an old one finds nothing new. */
    "create table if not exists garner_collection ("
    " id integer primary key autoincrement,"
    " name text not null unique) strict",

    "create table if not exists garner_record ("
    " id integer primary key autoincrement,"
    " collection integer not null references garner_collection,"
    " time_us integer not null," /* microseconds since 1970-01-01 UTC */
    " notes text not null,"
    " size integer not null," /* bytes of the data, decompressed */
    " codec text not null,"   /* of garner_record_body.data: 'none', 'zstd' */
    " due_us integer,"        /* given out no sooner; null: set aside */
    " attempts integer not null default 0," /* times it was given out */
    " lease integer) strict", /* a random number; null: nobody took it */

    "create index if not exists garner_record_time"
    " on garner_record (collection, time_us)",

    "create index if not exists garner_record_due"
    " on garner_record (collection, due_us)",

    "create index if not exists garner_record_lease"
    " on garner_record (lease) where lease is not null",

    "create table if not exists garner_record_body ("
    " id integer primary key," /* garner_record.id */
    " data blob not null) strict",

    "create virtual table if not exists garner_record_words using fts5 ("
    " notes, content = garner_record, content_rowid = id)",

    "create trigger if not exists garner_record_added"
    " after insert on garner_record when new.notes <> '' begin"
    "  insert into garner_record_words (rowid, notes)"
    "   values (new.id, new.notes);"
    " end",

    "create trigger if not exists garner_record_changed"
    " after update of notes on garner_record begin"
    "  insert into garner_record_words (garner_record_words, rowid, notes)"
    "   select 'delete', old.id, old.notes where old.notes <> '';"
    "  insert into garner_record_words (rowid, notes)"
    "   select new.id, new.notes where new.notes <> '';"
    " end",

    "create trigger if not exists garner_record_unworded"
    " after delete on garner_record when old.notes <> '' begin"
    "  insert into garner_record_words (garner_record_words, rowid, notes)"
    "   values ('delete', old.id, old.notes);"
    " end",

    "create trigger if not exists garner_record_removed"
    " after delete on garner_record begin"
    "  delete from garner_record_body where id = old.id;"
    " end",
};

static const struct {
    const char *name;
    const char *columns;
} tables[] = {
    {"garner_collection", "id name"},
    {"garner_record",
     "id collection time_us notes size codec due_us attempts lease"},
    {"garner_record_body", "id data"},
    {"garner_record_words", "notes"},
};

enum { TABLES = sizeof tables / sizeof tables[0] };

enum garner_code gn_record_tables_check(const struct garner_store *store,
                                        const char **collection,
                                        struct garner_error *err)
{
    const char *name = *collection != NULL ? *collection : "default";
    const size_t size = strlen(name);
    size_t good;

    if (store == NULL)
        return gn_fail(err, GARNER_MISUSE, "the store is NULL");
    if (size == 0 || size > GARNER_COLLECTION_MAX)
        return gn_fail(err, GARNER_INVALID,
                       "a collection's name of %zu bytes; give it 1 to %d",
                       size, GARNER_COLLECTION_MAX);
    good = gn_utf8_good(name, size);
    if (good < size)
        return gn_fail(err, GARNER_INVALID,
                       "a collection's name is not UTF-8 at byte %zu", good);
    *collection = name;
    return GARNER_OK;
}

/* --- are they there? ------------------------------------------------------
 */

enum state { NONE, OURS };

/* Counts table if it is as it should be. */
static enum garner_code recognize(const struct garner_rows *rows, bool *found,
                                  struct garner_error *err)
{
    const struct garner_value name = garner_column(rows, 0);
    const struct garner_value columns = garner_column(rows, 1);

    for (size_t i = 0; i < TABLES; i++) {
        if (name.bytes.size != strlen(tables[i].name) ||
            memcmp(name.bytes.data, tables[i].name, name.bytes.size) != 0)
            continue;
        if (columns.type != GARNER_TEXT ||
            columns.bytes.size != strlen(tables[i].columns) ||
            memcmp(columns.bytes.data, tables[i].columns, columns.bytes.size) !=
                0)
            return gn_fail(err, GARNER_CORRUPT,
                           "the table %s is not as garner makes it; give it "
                           "another name, or use another database",
                           tables[i].name);
        found[i] = true;
    }
    return GARNER_OK;
}

static enum garner_code judge(const bool *found, enum state *state,
                              struct garner_error *err)
{
    const char *missing = NULL;
    size_t count = 0;

    for (size_t i = 0; i < TABLES; i++) {
        count += found[i];
        if (!found[i])
            missing = tables[i].name;
    }
    *state = count > 0 ? OURS : NONE;
    if (missing != NULL && count > 0)
        return gn_fail(err, GARNER_CORRUPT,
                       "the table %s is missing; restore it, or drop the other "
                       "tables of records",
                       missing);
    return GARNER_OK;
}

/* Errors: CORRUPT (they are not ours), and those of a query. */
static enum garner_code look(struct garner_store *store, enum state *state,
                             struct garner_error *err)
{
    bool found[TABLES] = {false};
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store,
                     "select name, (select group_concat(name, ' ')"
                     "  from pragma_table_info(s.name)) from sqlite_schema s"
                     " where name in ('garner_collection', 'garner_record',"
                     "  'garner_record_body', 'garner_record_words')",
                     GARNER_ARGS(), &rows, err);

    *state = NONE;
    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        code = recognize(rows, found, err);
        if (code != GARNER_OK)
            break;
    }
    garner_rows_close(rows);
    return code == GARNER_DONE ? judge(found, state, err) : code;
}

enum garner_code gn_record_tables_explain(struct garner_store *store,
                                          enum garner_code code,
                                          struct garner_error *err)
{
    struct garner_error why;
    enum state state;
    enum garner_code looked;

    if (code != GARNER_SQL)
        return code;
    looked = look(store, &state, &why);
    if (looked == GARNER_CORRUPT)
        return gn_fail(err, looked, "%s", why.message);
    /* What another has made since was missing when the statement ran. */
    if (looked == GARNER_OK &&
        (state == NONE || err == NULL ||
         strstr(err->message, "no such table: garner_") != NULL))
        return gn_fail(err, GARNER_NOTFOUND, "no record was ever put here");
    return code;
}

/* --- writing --------------------------------------------------------------
 */

enum garner_code gn_record_tables_write(struct garner_store *store,
                                        struct garner_batch *batch,
                                        struct garner_result *result,
                                        struct garner_error *err)
{
    struct garner_options options;

    garner_options_of(store, &options);
    if (options.ack == GARNER_QUEUED)
        garner_batch_set_ack(batch, GARNER_COMMITTED);
    return garner_write(store, batch, result, err);
}

static enum garner_code add_all(struct garner_batch *batch,
                                struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < sizeof make / sizeof make[0]; i++)
        if (code == GARNER_OK)
            code = garner_batch_add(batch, make[i], GARNER_ARGS(), err);
    return code;
}

enum garner_code gn_record_tables_make(struct garner_store *store,
                                       const char *collection,
                                       struct garner_error *err)
{
    struct garner_batch *batch;
    enum state state;
    enum garner_code code = look(store, &state, err);

    if (code != GARNER_OK)
        return code;
    code = garner_batch_new(&batch, err);
    if (code != GARNER_OK)
        return code;
    if (state == NONE)
        code = add_all(batch, err);
    if (code == GARNER_OK)
        code = garner_batch_add(batch,
                                "insert into garner_collection (name)"
                                " values (?) on conflict do nothing",
                                GARNER_ARGS(garner_text(collection)), err);
    if (code == GARNER_OK)
        code = gn_record_tables_write(store, batch, NULL, err);
    garner_batch_free(batch);
    return code;
}

enum garner_code gn_record_tables_run(struct garner_store *store,
                                      const char *sql,
                                      const struct garner_value *args,
                                      size_t count, int64_t *changes,
                                      struct garner_error *err)
{
    struct garner_result result = {0};
    struct garner_error why;
    struct garner_batch *batch;
    enum garner_code code = garner_batch_new(&batch, err);

    *changes = 0;
    if (code != GARNER_OK)
        return code;
    code = garner_batch_add(batch, sql, args, count, &why);
    if (code == GARNER_OK)
        code = gn_record_tables_write(store, batch, &result, &why);
    garner_batch_free(batch);
    code = gn_record_tables_explain(store, code, &why);
    *changes = result.changes;
    if (code == GARNER_OK || code == GARNER_NOTFOUND)
        return GARNER_OK;
    if (err != NULL)
        *err = why;
    return code;
}
