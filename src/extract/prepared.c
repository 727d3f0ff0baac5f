#include "extract/prepared.h"

#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "extract/rowuse.h"

/* Looked through one by one: some hundred hashes cost less than the smallest
 * of statements. */
struct gn_prepared_entry {
    uint64_t hash;
    uint64_t used; /* gn_prepared.uses when it was */
    char *sql;     /* whole: sqlite3_sql() ends at the first semicolon */
    sqlite3_stmt *stmt;
    bool alone; /* see gn_arrow */
};

enum garner_code gn_prepared_init(struct gn_prepared *p,
                                  struct gn_sandbox *sandbox, size_t max,
                                  struct garner_error *err)
{
    GN_CHECK(max > 0);
    *p = (struct gn_prepared){.sandbox = sandbox, .max = max};
    p->entries = gn_alloc(max * sizeof p->entries[0]);
    if (p->entries == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory to keep %zu statements",
                       max);
    return GARNER_OK;
}

static void clear(struct gn_prepared_entry *e)
{
    sqlite3_finalize(e->stmt);
    gn_free(e->sql);
}

void gn_prepared_fini(struct gn_prepared *p)
{
    for (size_t i = 0; i < p->count; i++)
        clear(&p->entries[i]);
    gn_free(p->entries);
    *p = (struct gn_prepared){0};
}

/* An entry to put a new statement into: a free one, or the one not used for
 * longest, emptied. */
static struct gn_prepared_entry *make_room(struct gn_prepared *p)
{
    struct gn_prepared_entry *oldest = p->entries;

    if (p->count < p->max)
        return &p->entries[p->count++];
    for (size_t i = 1; i < p->count; i++)
        if (p->entries[i].used < oldest->used)
            oldest = &p->entries[i];
    clear(oldest);
    return oldest;
}

/* The statement of sql, if it is kept. */
static struct gn_prepared_entry *find(struct gn_prepared *p, uint64_t hash,
                                      const char *sql)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->entries[i].hash == hash && strcmp(p->entries[i].sql, sql) == 0)
            return &p->entries[i];
    return NULL;
}

/* rec of csv_each costs enough for it to be worth while to look. */
static bool is_alone(sqlite3 *db, const char *sql)
{
    return sqlite3_strlike("%csv_each%", sql, 0) == 0 &&
           gn_rowuse_arrow_alone(db, sql, GN_CSVSQL_REC);
}

enum garner_code gn_prepared_get(struct gn_prepared *p, const char *sql,
                                 sqlite3_stmt **stmt, struct garner_error *err)
{
    const uint64_t hash = gn_hash_text(sql);
    struct gn_prepared_entry *e = find(p, hash, sql);
    struct gn_arrow *arrow = &p->sandbox->functions.arrow;
    char *copy;
    enum garner_code code;

    p->uses++;
    if (e == NULL) {
        code = gn_statement_prepare(p->sandbox, sql, stmt, err);
        if (code != GARNER_OK)
            return code;
        copy = gn_strdup(sql);
        if (copy == NULL) {
            sqlite3_finalize(*stmt);
            *stmt = NULL;
            return gn_fail(err, GARNER_NOMEM, "no memory to keep a statement");
        }
        p->misses++;
        e = make_room(p);
        *e = (struct gn_prepared_entry){hash, p->uses, copy, *stmt,
                                        is_alone(p->sandbox->db, sql)};
    }
    e->used = p->uses;
    *stmt = e->stmt;
    arrow->alone = e->alone;
    arrow->handed = false;
    return GARNER_OK;
}

void gn_prepared_not_alone(struct gn_prepared *p, const char *sql)
{
    struct gn_prepared_entry *e = find(p, gn_hash_text(sql), sql);

    if (e != NULL)
        e->alone = false;
}
