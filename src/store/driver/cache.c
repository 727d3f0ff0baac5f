#include "store/driver/cache.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <sys/queue.h>

#include "base/error.h"
#include "base/mem.h"
#include "store/driver/error.h"

/* While it is held it is in none of the lists. */
struct gn_cached {
    TAILQ_ENTRY(gn_cached) by_use; /* most recently used first */
    struct gn_cached *chain;       /* next of the same bucket */
    sqlite3_stmt *stmt;
    uint32_t hash;
    bool may_fail_halfway;
    size_t size;
    char sql[];
};

struct gn_cache {
    sqlite3 *db;
    bool *met_trigger;
    size_t room;
    size_t count;
    size_t buckets; /* a power of two */
    TAILQ_HEAD(uses, gn_cached) by_use;
    struct gn_cached *table[];
};

enum garner_code gn_cache_new(sqlite3 *db, size_t room, bool *met_trigger,
                              struct gn_cache **out, struct garner_error *err)
{
    struct gn_cache *c;
    size_t buckets = 16;

    GN_CHECK(room >= 1);
    while (buckets < 2 * room)
        buckets *= 2;
    *out = c = gn_alloc(sizeof *c + buckets * sizeof(struct gn_cached *));
    if (c == NULL)
        return gn_fail(err, GARNER_NOMEM, "cache of %zu statements", room);
    c->db = db;
    c->met_trigger = met_trigger;
    c->room = room;
    c->buckets = buckets;
    TAILQ_INIT(&c->by_use);
    return GARNER_OK;
}

static struct gn_cached **bucket(struct gn_cache *c, uint32_t hash)
{
    return &c->table[hash & (c->buckets - 1)];
}

static void put(struct gn_cache *c, struct gn_cached *e)
{
    e->chain = *bucket(c, e->hash);
    *bucket(c, e->hash) = e;
    TAILQ_INSERT_HEAD(&c->by_use, e, by_use);
    c->count++;
}

static void take(struct gn_cache *c, struct gn_cached *e)
{
    struct gn_cached **at = bucket(c, e->hash);

    while (*at != e)
        at = &(*at)->chain;
    *at = e->chain;
    TAILQ_REMOVE(&c->by_use, e, by_use);
    c->count--;
}

static void drop(struct gn_cache *c, struct gn_cached *e)
{
    take(c, e);
    (void)sqlite3_finalize(e->stmt); /* its last step's error, told before */
    gn_free(e);
}

static void drop_oldest(struct gn_cache *c)
{
    drop(c, TAILQ_LAST(&c->by_use, uses));
}

void gn_cache_free(struct gn_cache *c)
{
    if (c == NULL)
        return;
    while (!TAILQ_EMPTY(&c->by_use))
        drop_oldest(c);
    gn_free(c);
}

/* Eight bytes at a time: each statement is hashed each time it is run. */
uint32_t gn_cache_hash(const char *sql, size_t size)
{
    uint64_t hash = size;
    uint64_t word;

    for (; size >= sizeof word; sql += sizeof word, size -= sizeof word) {
        memcpy(&word, sql, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, sql, size);
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash >> 32);
}

/* Only white space, semicolons and comments: nothing to run. */
static bool blank(const char *sql)
{
    for (;;) {
        while (isspace((unsigned char)*sql) || *sql == ';')
            sql++;
        if (sql[0] == '-' && sql[1] == '-') {
            sql += strcspn(sql, "\n");
        } else if (sql[0] == '/' && sql[1] == '*') {
            const char *end = strstr(sql + 2, "*/");

            if (end == NULL)
                return true;
            sql = end + 2;
        } else {
            return *sql == '\0';
        }
    }
}

static int try_to_prepare(struct gn_cache *c, struct gn_cached *e,
                          const char **tail)
{
    *c->met_trigger = false;
    return sqlite3_prepare_v3(c->db, e->sql, (int)e->size + 1,
                              SQLITE_PREPARE_PERSISTENT, &e->stmt, tail);
}

/* A table that is missing may be one that another connection just made. SQLite
 * looks whether the schema changed before it says so; but when that cannot be
 * read (the disk fails), it keeps silent about that and says so all the same.
 */
static int prepare_surely(struct gn_cache *c, struct gn_cached *e,
                          const char **tail)
{
    int rc = try_to_prepare(c, e, tail);

    if (rc != SQLITE_ERROR)
        return rc;
    rc = sqlite3_exec(c->db, "PRAGMA schema_version", NULL, NULL, NULL);
    return rc == SQLITE_OK ? try_to_prepare(c, e, tail) : rc;
}

static enum garner_code prepare(struct gn_cache *c, struct gn_cached *e,
                                struct garner_error *err)
{
    const char *tail;
    const int rc = prepare_surely(c, e, &tail);

    e->may_fail_halfway = *c->met_trigger || strcasestr(e->sql, "fail") != NULL;

    if (rc != SQLITE_OK)
        return gn_sqlite_fail(c->db, rc, e->sql, err);
    if (e->stmt == NULL)
        return gn_fail(err, GARNER_SQL, "no statement in: '%.80s'", e->sql);
    if (!blank(tail))
        return gn_fail(err, GARNER_SQL,
                       "more than one statement; give each by itself, the "
                       "second begins at: %.80s",
                       tail);
    return GARNER_OK;
}

static enum garner_code add(struct gn_cache *c, const char *sql, size_t size,
                            uint32_t hash, struct gn_cached **out,
                            struct garner_error *err)
{
    struct gn_cached *e;
    enum garner_code code;

    *out = NULL;
    if (size >= INT32_MAX)
        return gn_fail(err, GARNER_SQL, "a statement of %zu bytes", size);
    e = gn_alloc(sizeof *e + size + 1);
    if (e == NULL)
        return gn_fail(err, GARNER_NOMEM, "statement: %.80s", sql);
    memcpy(e->sql, sql, size);
    e->size = size;
    e->hash = hash;
    code = prepare(c, e, err);
    if (code != GARNER_OK) {
        (void)sqlite3_finalize(e->stmt); /* NULL, or never stepped */
        gn_free(e);
        return code;
    }
    if (c->count == c->room)
        drop_oldest(c);
    put(c, e);
    *out = e;
    return GARNER_OK;
}

enum garner_code gn_cache_get(struct gn_cache *c, const char *sql, size_t size,
                              uint32_t hash, sqlite3_stmt **stmt,
                              struct garner_error *err)
{
    struct gn_cached *e = *bucket(c, hash);

    while (e != NULL && (e->hash != hash || e->size != size ||
                         memcmp(e->sql, sql, size) != 0))
        e = e->chain;
    if (e == NULL) {
        enum garner_code code = add(c, sql, size, hash, &e, err);

        if (e == NULL)
            return code;
    } else if (e != TAILQ_FIRST(&c->by_use)) {
        TAILQ_REMOVE(&c->by_use, e, by_use);
        TAILQ_INSERT_HEAD(&c->by_use, e, by_use);
    }
    *stmt = e->stmt;
    return GARNER_OK;
}

struct gn_cached *gn_cache_hold(struct gn_cache *c)
{
    struct gn_cached *e = TAILQ_FIRST(&c->by_use);

    take(c, e);
    return e;
}

void gn_cache_release(struct gn_cache *c, struct gn_cached *held)
{
    if (c->count == c->room)
        drop_oldest(c);
    put(c, held);
}

bool gn_cache_may_fail_halfway(const struct gn_cache *c)
{
    return TAILQ_FIRST(&c->by_use)->may_fail_halfway;
}

void gn_cache_mark(struct gn_cache *c)
{
    TAILQ_FIRST(&c->by_use)->may_fail_halfway = true;
}
