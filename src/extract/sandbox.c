#include "extract/sandbox.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "extract/sqlheap.h"
#include "extract/textsql.h"

/* Steps of SQLite's machine between two looks at the clock: some tens of
 * microseconds. */
enum { STEPS_PER_LOOK = 1000 };

/* Table-valued functions that see their arguments alone. All others (pragma_*,
 * dbstat, sqlite_stmt ...) look into the connection. The jsonb ones come with
 * newer libraries. */
static const char *const readable[] = {"json_each", "json_tree", "jsonb_each",
                                       "jsonb_tree"};

static const char *const forbidden_functions[] = {"load_extension",
                                                  "fts3_tokenizer"};

static bool among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; name != NULL && i < count; i++)
        if (sqlite3_stricmp(name, names[i]) == 0)
            return true;
    return false;
}

static int refuse(struct gn_sandbox *s, const char *what, const char *name)
{
    snprintf(s->refused, sizeof s->refused, "%s%.40s", what,
             name != NULL ? name : "");
    return SQLITE_DENY;
}

/* Whether reading table is part of computing. A name of which no column is read
 * (count(*)) may be that of a common table expression: a table-valued function
 * would have to be connected, which is refused by itself. */
static bool may_read(const char *table, const char *column)
{
    if (among(table, readable, sizeof readable / sizeof readable[0]))
        return true;
    for (size_t i = 0; table != NULL && gn_functions_table(i) != NULL; i++)
        if (sqlite3_stricmp(table, gn_functions_table(i)) == 0)
            return true;
    return table != NULL && column != NULL && column[0] == '\0' &&
           sqlite3_strnicmp(table, "sqlite_", 7) != 0;
}

/* https://sqlite.org/c3ref/set_authorizer.html: called while a statement is
 * prepared, for each thing it would do. */
static int authorize(void *context, int action, const char *a, const char *b,
                     const char *database, const char *by)
{
    struct gn_sandbox *s = context;

    (void)database;
    (void)by;
    if (s->lifted)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_READ:
        return may_read(a, b) ? SQLITE_OK : refuse(s, "reading ", a);
    case SQLITE_FUNCTION:
        if (!among(b, forbidden_functions,
                   sizeof forbidden_functions / sizeof forbidden_functions[0]))
            return SQLITE_OK;
        return refuse(s, "the function ", b);
    case SQLITE_ATTACH:
        return refuse(s, "ATTACH", NULL);
    case SQLITE_PRAGMA:
        return refuse(s, "PRAGMA ", a);
    case SQLITE_INSERT:
        return refuse(s, "INSERT into ", a);
    case SQLITE_UPDATE:
        /* SQLite's own, to connect a table-valued function */
        if (a != NULL && strcmp(a, "sqlite_master") == 0)
            return refuse(s, "a table other than the functions of docs/sql.md",
                          NULL);
        return refuse(s, "UPDATE of ", a);
    case SQLITE_DELETE:
        return refuse(s, "DELETE from ", a);
    default:
        return refuse(s, "changing anything", NULL);
    }
}

static void connect_function(sqlite3 *db, const char *name)
{
    sqlite3_stmt *stmt = NULL;
    char sql[48];

    snprintf(sql, sizeof sql, "select 1 from %s(null)", name);
    (void)sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    sqlite3_finalize(stmt);
}

/* Connects the table-valued functions while nothing is refused: SQLite does it
 * with an UPDATE of its schema. A library that lacks one is fine. */
static void connect_functions(sqlite3 *db)
{
    for (size_t i = 0; i < sizeof readable / sizeof readable[0]; i++)
        connect_function(db, readable[i]);
    for (size_t i = 0; gn_functions_table(i) != NULL; i++)
        connect_function(db, gn_functions_table(i));
}

int gn_sandbox_look(void *sandbox)
{
    struct gn_sandbox *s = sandbox;

    return gn_budget_spent(&s->budget);
}

static bool configure(sqlite3 *db)
{
    static const struct {
        int option;
        int value;
    } switches[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        /* "name" is a column or an error, never a text by accident */
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
    };
    static const struct {
        int limit;
        int value;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, 1000000000},
        {SQLITE_LIMIT_SQL_LENGTH, 1000000},
        {SQLITE_LIMIT_VDBE_OP, 100000},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 999},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 0},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
        /* LIKE and GLOB take the product of both lengths, and cannot be
         * stopped */
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
    };
    bool ok = true;

    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        ok = sqlite3_db_config(db, switches[i].option, switches[i].value,
                               NULL) == SQLITE_OK &&
             ok;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        sqlite3_limit(db, limits[i].limit, limits[i].value);
    /* temp_store: a sort must not go to the disk either */
    return sqlite3_exec(db,
                        "pragma query_only = on; pragma temp_store = memory",
                        NULL, NULL, NULL) == SQLITE_OK &&
           ok;
}

/* SQLite counts the bytes of all its allocations, under one lock for all
 * workers; who opens the first database of a process can have it not to. See
 * store/driver/open.c, which does the same. */
static void count_no_bytes(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

enum garner_code gn_sandbox_open(struct gn_sandbox *s, struct garner_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    enum garner_code code;
    int rc;

    GN_CHECK(pthread_once(&once, count_no_bytes) == 0);
    *s = (struct gn_sandbox){.budget = {.deadline_ns = INT64_MAX}};
    (void)gn_sqlheap_install();
    rc = sqlite3_open_v2(":memory:", &s->db, flags, NULL);
    if (rc == SQLITE_NOMEM || s->db == NULL)
        return gn_fail(err, GARNER_NOMEM,
                       "no memory for an in-memory database to run SQL in");
    if (rc != SQLITE_OK || !configure(s->db))
        return gn_fail(err, GARNER_IO,
                       "SQLite %s cannot open an in-memory database: %s",
                       sqlite3_libversion(), sqlite3_errmsg(s->db));
    code = gn_functions_init(&s->functions, s->db, &s->budget, err);
    if (code != GARNER_OK)
        return code;
    if (gn_textsql_register(s->db, &s->budget) != SQLITE_OK)
        return gn_fail(err, GARNER_NOMEM, "no memory for the SQL functions");
    connect_functions(s->db);
    if (sqlite3_set_authorizer(s->db, authorize, s) != SQLITE_OK)
        return gn_fail(err, GARNER_IO, "SQLite %s refuses an authorizer: %s",
                       sqlite3_libversion(), sqlite3_errmsg(s->db));
    sqlite3_progress_handler(s->db, STEPS_PER_LOOK, gn_sandbox_look, s);
    return GARNER_OK;
}

enum garner_code gn_sandbox_borrow(struct gn_sandbox *s, sqlite3 *db,
                                   struct garner_error *err)
{
    enum garner_code code;

    *s = (struct gn_sandbox){
        .db = db, .lent = true, .budget = {.deadline_ns = INT64_MAX}};
    code = gn_functions_init(&s->functions, db, &s->budget, err);
    s->functions.arrow.is_guest = true;
    return code;
}

void gn_sandbox_close(struct gn_sandbox *s)
{
    gn_functions_stop(&s->functions);
    /* else a statement leaked */
    GN_CHECK(s->lent || sqlite3_close(s->db) == SQLITE_OK);
    s->db = NULL;
    gn_functions_fini(&s->functions);
}

void gn_sandbox_arm(struct gn_sandbox *s, int64_t limit_ms)
{
    gn_functions_clear(&s->functions);
    gn_budget_arm(&s->budget, limit_ms);
}
