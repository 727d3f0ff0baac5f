/*
 * loan.c - garner/sqlite.h: a loan of the writer is leadership, as a
 * transaction is (hold.h), but without one, and without a deadline; a loan of a
 * reader is a lease of the pool.
 */
#include "store/loan.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/commit/lead.h"
#include "store/driver/lend.h"
#include "store/handle.h"

struct garner_loan {
    /* constant */
    struct gn_shard *shard;
    struct gn_sqlite *connection;
    bool writer;
    unsigned forks; /* gn_turn_forks when it was lent */

    bool over; /* its thread's: it was given back already */
    int64_t start_ns;
    struct gn_lease lease; /* of a reader */
};

static bool is_parents(const struct garner_loan *loan)
{
    return loan->forks != gn_turn_forks();
}

static enum garner_code check(struct garner_store *store, int timeout_ms,
                              struct garner_loan **loan,
                              struct garner_error *err)
{
    if (loan == NULL || timeout_ms < 0)
        return gn_fail(err, GARNER_MISUSE,
                       "a loan: loan is NULL, or timeout_ms below 0");
    *loan = NULL;
    if (store != NULL && store->kind != GN_HANDLE_STORE)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "the connections of a farm are not lent; open one of "
                       "its files");
    return GARNER_OK;
}

static enum garner_code new_loan(struct gn_shard *s, struct garner_loan **loan,
                                 struct garner_error *err)
{
    struct garner_loan *l = gn_alloc(sizeof *l);

    *loan = l;
    if (l == NULL)
        return gn_fail(err, GARNER_NOMEM, "a loan");
    l->shard = s;
    l->forks = gn_turn_forks();
    return GARNER_OK;
}

/* --- the writer ----------------------------------------------------------- */

static bool is_closed(struct gn_commit *c)
{
    bool closed;

    gn_lock(&c->lock);
    closed = c->closed;
    gn_unlock(&c->lock);
    return closed;
}

/* Leading. */
static enum garner_code lend_writer(struct garner_loan *l, int timeout_ms,
                                    struct garner_error *err)
{
    struct gn_commit *c = l->shard->commit;
    const bool sync = l->shard->options.ack == GARNER_SYNCED;

    if (is_closed(c))
        return gn_fail(err, GARNER_CLOSED, "the store is being closed");
    if (gn_lead_has_moved(c, err))
        return GARNER_IO;
    return gn_lend(c->connection, true, sync, timeout_ms * INT64_C(1000000),
                   err);
}

static enum garner_code take(struct garner_loan *l, int timeout_ms,
                             struct garner_error *err)
{
    struct gn_commit *c = l->shard->commit;
    struct gn_ticket ticket = {.holds = true, .err = err};
    enum garner_code code;

    l->start_ns = gn_clock_monotonic_ns();
    ticket.deadline_ns = l->start_ns + timeout_ms * INT64_C(1000000);
    code = gn_commit_wait(c, &ticket);
    if (code != GARNER_OK)
        return code;
    code = lend_writer(l, timeout_ms, err);
    if (code != GARNER_OK) {
        gn_lead_hand_over(c);
        return code;
    }
    l->writer = true;
    l->connection = c->connection;
    l->shard->lent = l;
    gn_lead_borrow(c, gn_clock_monotonic_ns());
    return GARNER_OK;
}

enum garner_code garner_sqlite_take(struct garner_store *store, int timeout_ms,
                                    struct garner_loan **loan,
                                    struct garner_error *err)
{
    enum garner_code code = check(store, timeout_ms, loan, err);
    struct garner_loan *l;
    struct gn_shard *s;

    if (code == GARNER_OK)
        code = gn_handle_writes(store, &s, err);
    if (code == GARNER_OK && s->gate != NULL)
        code =
            gn_fail(err, GARNER_UNSUPPORTED,
                    "%s is a shard of a farm: its writer is not lent", s->path);
    if (code == GARNER_OK)
        code = new_loan(s, &l, err);
    if (code != GARNER_OK)
        return code;
    code = take(l, timeout_ms, err);
    if (code == GARNER_OK)
        *loan = l;
    else
        gn_free(l);
    return code;
}

/* A group by itself. */
static void book(struct garner_loan *l)
{
    struct gn_commit *c = l->shard->commit;
    const int64_t commit_ns = gn_sqlite_take_commit_ns(l->connection);
    struct gn_ticket ticket = {.count = 1, .start_ns = l->start_ns};
    struct gn_ticket *group[] = {&ticket};

    c->counts.transactions++;
    c->counts.syncs += commit_ns != 0;
    gn_lock(&c->lock);
    gn_books_group(&c->books, group, 1, gn_clock_monotonic_ns(), commit_ns);
    c->stats.batches++;
    gn_unlock(&c->lock);
}

static void give_writer(struct garner_loan *l)
{
    struct gn_commit *c = l->shard->commit;

    if (gn_lend_take_back(l->connection)) {
        book(l);
        gn_lead_tend_log(c, false);
    }
    l->shard->lent = NULL;
    l->over = true;
    gn_lead_return(c);
    c->had_followers = false;
    gn_lead_hand_over(c);
}

/* --- readers -------------------------------------------------------------- */

static enum garner_code lease(struct garner_loan *l, int timeout_ms,
                              struct garner_error *err)
{
    const int64_t wait_ns = timeout_ms * INT64_C(1000000);
    enum garner_code code;

    gn_lease_init(&l->lease, "(a connection that was lent)", NULL);
    code = gn_pool_lease(l->shard->pool, l->lease.leased_ns + wait_ns,
                         &l->lease, err);
    if (code != GARNER_OK)
        return code;
    l->connection = l->lease.connection;
    atomic_store(&l->lease.since_ns, gn_clock_monotonic_ns());
    code = gn_lend(l->connection, false, false, wait_ns, err);
    if (code != GARNER_OK)
        gn_pool_give_back(l->shard->pool, &l->lease);
    return code;
}

enum garner_code garner_sqlite_lend_reader(struct garner_store *store,
                                           int timeout_ms,
                                           struct garner_loan **loan,
                                           struct garner_error *err)
{
    enum garner_code code = check(store, timeout_ms, loan, err);
    struct garner_loan *l;
    struct gn_shard *s;

    if (code == GARNER_OK)
        code = gn_handle_reads(store, &s, err);
    if (code == GARNER_OK && s->pool == NULL)
        code = gn_fail(err, GARNER_UNSUPPORTED,
                       "%s has no log, and so but one connection: use "
                       "garner_sqlite_take",
                       s->path);
    if (code == GARNER_OK)
        code = new_loan(s, &l, err);
    if (code != GARNER_OK)
        return code;
    code = lease(l, timeout_ms, err);
    if (code != GARNER_OK) {
        gn_free(l);
        return code;
    }
    atomic_fetch_add_explicit(&s->queries, 1, memory_order_relaxed);
    *loan = l;
    return GARNER_OK;
}

static void give_reader(struct garner_loan *l)
{
    (void)gn_lend_take_back(l->connection);
    l->over = true;
    gn_pool_give_back(l->shard->pool, &l->lease);
}

/* --- both ----------------------------------------------------------------- */

void gn_loan_recall(struct gn_shard *s)
{
    struct gn_lease *lease;

    if (s->commit != NULL && gn_lead_is_mine(s->commit) && s->lent != NULL)
        give_writer(s->lent);
    while (s->pool != NULL && (lease = gn_pool_lent(s->pool)) != NULL)
        give_reader(
            (struct garner_loan *)((char *)lease -
                                   offsetof(struct garner_loan, lease)));
}

struct sqlite3 *garner_sqlite_db(const struct garner_loan *loan)
{
    return gn_lend_db(loan->connection);
}

void garner_sqlite_note(struct garner_loan *loan, const char *sql)
{
    if (loan->writer && !loan->over && !is_parents(loan))
        gn_lead_note_loan(loan->shard->commit, sql, strlen(sql));
}

void garner_sqlite_set_authorizer(struct garner_loan *loan,
                                  garner_sqlite_authorizer *authorizer,
                                  void *context)
{
    if (!loan->over && !is_parents(loan))
        gn_lend_authorize(loan->connection, authorizer, context);
}

void garner_sqlite_set_progress(struct garner_loan *loan, int steps,
                                garner_sqlite_progress *progress, void *context)
{
    if (!loan->over && !is_parents(loan))
        gn_lend_progress(loan->connection, steps, progress, context);
}

void garner_sqlite_give(struct garner_loan *loan)
{
    if (loan == NULL || is_parents(loan))
        return;
    if (!loan->over && loan->writer)
        give_writer(loan);
    else if (!loan->over)
        give_reader(loan);
    gn_free(loan);
}
