#include "store/driver/session.h"

#include "base/error.h"
#include "store/driver/connection.h"
#include "store/driver/error.h"
#include "store/driver/transaction.h"

static int run(struct gn_sqlite *c, const char *sql)
{
    int rc;

    c->guard.lifted = true;
    rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    c->guard.lifted = false;
    return rc;
}

enum garner_code gn_session_begin(struct gn_sqlite *c, struct garner_error *err)
{
    const int rc = run(c, "BEGIN");

    return rc == SQLITE_OK ? GARNER_OK : gn_sqlite_fail(c->db, rc, NULL, err);
}

void gn_session_end(struct gn_sqlite *c)
{
    if (gn_transaction_is_open(c))
        (void)run(c, "ROLLBACK"); /* it was only read */
    GN_CHECK(!gn_transaction_is_open(c));
}

static void set_keys(struct gn_sqlite *c, int enforced)
{
    GN_CHECK(!gn_transaction_is_open(c)); /* in one SQLite ignores it */
    /* A setting of the connection's memory: no pragma that could fail. */
    (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_FKEY, enforced, NULL);
}

void gn_session_free_keys(struct gn_sqlite *c)
{
    set_keys(c, 0);
}

void gn_session_bind_keys(struct gn_sqlite *c)
{
    set_keys(c, c->foreign_keys);
}
