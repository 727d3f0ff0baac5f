/*
 * queue.c - records given out under a lease.
 *
 * due_us is when a record may be given out next: at the end of its delay, of
 * its lease; null once it is set aside. So one index, in the order in which
 * records become due, is all that choosing the next takes, and a lease that
 * ends needs nobody to end it. One UPDATE chooses and takes, so no two takers
 * get the same one; the random number it writes is how its taker finds it.
 */
#include "store/record/queue.h"

#include <errno.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/record/row.h"
#include "store/record/tables.h"

static enum garner_code new_lease(int64_t *lease, struct garner_error *err)
{
    uint64_t number = 0;

    while (number == 0) {
        if (getrandom(&number, sizeof number, 0) != sizeof number &&
            errno != EINTR)
            return gn_fail(err, GARNER_IO,
                           "the system gives no random number for a lease");
        number &= INT64_MAX;
    }
    *lease = (int64_t)number;
    return GARNER_OK;
}

/* --- giving out -------------------------------------------------------------
 */

void gn_record_queue_take(struct gn_record_sql *sql, const char *collection,
                          const struct garner_pop_options *options,
                          int64_t lease, int64_t now_us)
{
    const struct garner_value most = garner_integer(
        options->max_attempts > 0 ? options->max_attempts : INT64_MAX);

    gn_record_sql_bind(sql, "update garner_record set lease = iif(attempts < ?",
                       most);
    gn_record_sql_bind(sql, ", ?, lease)", garner_integer(lease));
    gn_record_sql_bind(sql, ", due_us = iif(attempts < ?", most);
    gn_record_sql_bind(sql, ", ?, null)",
                       garner_integer(now_us + options->lease_ms * 1000));
    gn_record_sql_bind(sql, ", attempts = attempts + (attempts < ?)", most);
    gn_record_sql_text(sql, " where id = (");
    gn_record_filter_select_due(sql, collection, options->filter, now_us);
    gn_record_sql_text(sql, ")");
}

static enum garner_code take(struct garner_store *store, const char *collection,
                             const struct garner_pop_options *options,
                             int64_t lease, struct garner_error *err)
{
    struct gn_record_sql sql = {0};
    struct garner_result result = {0};
    struct garner_batch *batch = NULL;
    enum garner_code code;

    gn_record_queue_take(&sql, collection, options, lease, gn_clock_wall_us());
    code = gn_buf_failed(&sql.text) || gn_buf_failed(&sql.ids)
               ? gn_fail(err, GARNER_NOMEM, "out of memory to take a record")
               : garner_batch_new(&batch, err);
    if (code == GARNER_OK)
        code = garner_batch_add(batch, gn_buf_cstr(&sql.text), sql.args,
                                sql.count, err);
    if (code == GARNER_OK) {
        garner_batch_set_ack(batch, GARNER_COMMITTED);
        code = garner_write(store, batch, &result, err);
    }
    garner_batch_free(batch);
    gn_record_sql_fini(&sql);
    code = gn_record_filter_explain(store, options->filter, code, err);
    if (code == GARNER_NOTFOUND || (code == GARNER_OK && result.changes == 0))
        return gn_fail(err, GARNER_NOTFOUND,
                       "'%.80s' has no record to be given out now", collection);
    return code;
}

/* What could not be read is given back as if it had not been taken, or, when
 * nobody ever could, set aside. */
static void undo(struct garner_store *store, int64_t lease, bool readable)
{
    const struct garner_value due =
        readable ? garner_integer(gn_clock_wall_us()) : garner_null();
    int64_t changes;

    /* If that fails too, the lease ends by itself. */
    (void)gn_record_tables_run(
        store,
        "update garner_record set due_us = ?, lease = null,"
        " attempts = attempts - 1 where lease = ?",
        GARNER_ARGS(due, garner_integer(lease)), &changes, NULL);
}

static int64_t deadline_of(const struct garner_store *store)
{
    struct garner_options options;

    garner_options_of(store, &options);
    return gn_clock_monotonic_ns() + options.timeout_ms * INT64_C(1000000);
}

static enum garner_code pop(struct garner_store *store, const char *collection,
                            const struct garner_pop_options *options,
                            struct garner_record **record,
                            struct garner_error *err)
{
    const int64_t deadline_ns = deadline_of(store);
    enum garner_code code;
    int64_t lease = 0;

    do {
        code = new_lease(&lease, err);
        if (code == GARNER_OK)
            code = take(store, collection, options, lease, err);
        if (code != GARNER_OK)
            return code;
        code =
            gn_record_row_only(store,
                               "select " GN_RECORD_ROW " from garner_record r"
                               " where r.lease = ? and r.due_us is not null",
                               GARNER_ARGS(garner_integer(lease)), record, err);
        if (code != GARNER_OK && code != GARNER_NOTFOUND)
            undo(store, lease, code != GARNER_CORRUPT);
        if (code != GARNER_NOTFOUND)
            return code;
        /* It was set aside, or its lease is over and another has it. */
    } while (gn_clock_monotonic_ns() < deadline_ns);
    return gn_fail(err, GARNER_TIMEOUT,
                   "no record was had in time; where leases (of %lld ms) end "
                   "before their record is read, ask for longer ones",
                   (long long)options->lease_ms);
}

static enum garner_code check_wait(const char *what, int64_t least, int64_t ms,
                                   struct garner_error *err)
{
    if (ms < least || ms > GARNER_WAIT_MAX_MS)
        return gn_fail(err, GARNER_MISUSE, "%s of %lld ms; it is %lld to %lld",
                       what, (long long)ms, (long long)least,
                       (long long)GARNER_WAIT_MAX_MS);
    return GARNER_OK;
}

static enum garner_code check_options(const struct garner_pop_options *options,
                                      struct garner_error *err)
{
    if (options->max_attempts < 0)
        return gn_fail(err, GARNER_MISUSE,
                       "max_attempts is 0 (no limit) or more");
    if (options->filter != NULL && options->filter->set_aside)
        return gn_fail(err, GARNER_MISUSE,
                       "what is set aside is not given out; garner_requeue "
                       "it, or find it");
    return gn_record_filter_check(options->filter, err);
}

enum garner_code garner_pop(struct garner_store *store, const char *collection,
                            const struct garner_pop_options *options,
                            struct garner_record **record,
                            struct garner_error *err)
{
    struct garner_pop_options whole = {0};
    struct garner_error why;
    enum garner_code code;

    if (record == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_pop: record is NULL");
    *record = NULL;
    if (options != NULL)
        whole = *options;
    if (whole.lease_ms == 0)
        whole.lease_ms = GARNER_LEASE_DEFAULT_MS;
    code = gn_record_tables_check(store, &collection, &why);
    if (code == GARNER_OK)
        code = check_wait("a lease", 1, whole.lease_ms, &why);
    if (code == GARNER_OK)
        code = check_options(&whole, &why);
    if (code == GARNER_OK)
        code = pop(store, collection, &whole, record, &why);
    if (code != GARNER_OK && err != NULL)
        *err = why;
    return code;
}

/* --- by the number of a lease -----------------------------------------------
 */

/* Runs a statement on the record id under its lease. */
static enum garner_code run_leased(struct garner_store *store, const char *sql,
                                   const struct garner_value *args,
                                   size_t count, int64_t id,
                                   struct garner_error *err)
{
    int64_t changes;
    enum garner_code code;

    if (store == NULL)
        return gn_fail(err, GARNER_MISUSE, "the store is NULL");
    code = gn_record_tables_run(store, sql, args, count, &changes, err);
    if (code != GARNER_OK || changes > 0)
        return code;
    return gn_fail(err, GARNER_NOTFOUND,
                   "the lease of record %lld was lost: another has it, or it "
                   "is gone",
                   (long long)id);
}

enum garner_code garner_ack(struct garner_store *store, int64_t id,
                            int64_t lease, struct garner_error *err)
{
    return run_leased(
        store, "delete from garner_record where id = ? and lease = ?",
        GARNER_ARGS(garner_integer(id), garner_integer(lease)), id, err);
}

/* Has the record be given out again ms from now, or when the lease that goes on
 * has ended. */
static enum garner_code set_due(struct garner_store *store, const char *sql,
                                int64_t id, int64_t lease, int64_t ms,
                                struct garner_error *err)
{
    const int64_t due_us = gn_clock_wall_us() + ms * 1000;

    return run_leased(store, sql,
                      GARNER_ARGS(garner_integer(due_us), garner_integer(id),
                                  garner_integer(lease)),
                      id, err);
}

enum garner_code garner_give_back(struct garner_store *store, int64_t id,
                                  int64_t lease, int64_t delay_ms,
                                  struct garner_error *err)
{
    const enum garner_code code = check_wait("a delay", 0, delay_ms, err);

    return code == GARNER_OK
               ? set_due(store,
                         "update garner_record set due_us = ?, lease = null"
                         " where id = ? and lease = ?",
                         id, lease, delay_ms, err)
               : code;
}

enum garner_code garner_extend(struct garner_store *store, int64_t id,
                               int64_t lease, int64_t lease_ms,
                               struct garner_error *err)
{
    const enum garner_code code = check_wait("a lease", 1, lease_ms, err);

    return code == GARNER_OK ? set_due(store,
                                       "update garner_record set due_us = ?"
                                       " where id = ? and lease = ?",
                                       id, lease, lease_ms, err)
                             : code;
}
