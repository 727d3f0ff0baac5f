#include "extract/loadable.h"

#include "base/mem.h"
#include "extract/functions.h"

#ifdef GN_LOADABLE
const sqlite3_api_routines *sqlite3_api;
#endif

/* Parsed documents stay, for nobody says where a statement ends: so many bytes
 * of their texts. */
enum { MOST_DOCUMENT_BYTES = 8 << 20 };

/* SQLite that has ->> as a function: 3.38. */
enum { LEAST_SQLITE = 3038000 };

/* What a connection has of the extension. */
struct guest {
    struct gn_budget budget;
    struct gn_functions functions;
    bool ready;
};

static void leave(void *context)
{
    struct guest *g = context;

    gn_functions_stop(&g->functions);
    gn_functions_fini(&g->functions);
    gn_free(g);
}

static void version(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    const struct guest *g = sqlite3_user_data(to);

    (void)argc;
    (void)argv;
    if (g->ready)
        sqlite3_result_text(to, GN_VERSION, -1, SQLITE_STATIC);
    else
        sqlite3_result_error(
            to, "loading garner_extract has failed: open the database anew",
            -1);
}

/* SQLITE_ROW: they are there already; SQLITE_ERROR: not; else why not. */
static int look(sqlite3 *db, char **message)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "select garner_extract_version()", -1,
                                &stmt, NULL);

    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ERROR) {
        *message = sqlite3_mprintf("%s", sqlite3_errmsg(db));
        rc = SQLITE_MISUSE;
    }
    sqlite3_finalize(stmt);
    return rc;
}

static int load(sqlite3 *db, char **message)
{
    struct guest *g = gn_alloc(sizeof *g);
    struct garner_error err;
    int rc;

    if (g == NULL)
        return SQLITE_NOMEM;
    g->budget.deadline_ns = INT64_MAX;
    /* first, for with it g is the connection's; also if it fails */
    rc = sqlite3_create_function_v2(db, "garner_extract_version", 0,
                                    SQLITE_UTF8 | SQLITE_INNOCUOUS |
                                        SQLITE_DETERMINISTIC,
                                    g, version, NULL, NULL, leave);
    if (rc != SQLITE_OK)
        return rc;
    if (gn_functions_init(&g->functions, db, &g->budget, &err) != GARNER_OK) {
        *message = sqlite3_mprintf("%s", err.message);
        return err.code == GARNER_NOMEM ? SQLITE_NOMEM : SQLITE_ERROR;
    }
    g->functions.arrow.is_guest = true;
    g->functions.html.documents.most_bytes = MOST_DOCUMENT_BYTES;
    g->ready = true;
    return SQLITE_OK;
}

int sqlite3_garnerextract_init(sqlite3 *db, char **message,
                               const struct sqlite3_api_routines *api)
{
    int rc;

#ifdef GN_LOADABLE
    sqlite3_api = api;
#else
    (void)api;
#endif
    *message = NULL;
    if (sqlite3_libversion_number() < LEAST_SQLITE) {
        *message = sqlite3_mprintf("garner_extract needs SQLite 3.38, this is "
                                   "%s",
                                   sqlite3_libversion());
        return SQLITE_ERROR;
    }
    rc = look(db, message);
    if (rc == SQLITE_ERROR)
        return load(db, message);
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}
