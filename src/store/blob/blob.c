/*
 * blob.c - garner/blob.h: a value in pieces, on a leased connection (lease.h),
 * in a transaction (hold.h), or, where there is no log, copied into memory.
 */
#include "garner/blob.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "store/commit/lead.h"
#include "store/commit/turn.h"
#include "store/driver/blob.h"
#include "store/handle.h"
#include "store/tx.h"

#define MS INT64_C(1000000)

struct garner_blob {
    /* constant */
    size_t size;
    unsigned forks;       /* gn_turn_forks when it was opened */
    struct gn_pool *pool; /* it is leased */
    bool in_transaction;
    char *copy; /* in memory, if it is neither */

    struct gn_lease lease;
    struct gn_held held;

    /* whose the lease, or the transaction, says */
    struct gn_blob *blob; /* NULL: it has ended */
    int64_t age_ns;       /* when it was ended for it */
};

static enum garner_code check(const struct gn_spot *spot,
                              struct garner_blob **blob,
                              struct garner_error *err)
{
    if (blob != NULL)
        *blob = NULL;
    if (spot->table == NULL || spot->column == NULL || blob == NULL)
        return gn_fail(err, GARNER_MISUSE, "a NULL argument");
    return GARNER_OK;
}

static bool end_from_outside(struct gn_lease *l);

static enum garner_code new_blob(const struct gn_spot *spot,
                                 struct garner_blob **out,
                                 struct garner_error *err)
{
    struct garner_blob *b = gn_alloc(sizeof *b);
    char name[GN_LEASE_SQL];

    *out = b;
    if (b == NULL)
        return gn_fail(err, GARNER_NOMEM, "a blob");
    b->forks = gn_turn_forks();
    snprintf(name, sizeof name, "blob %.30s.%.30s of row %" PRId64, spot->table,
             spot->column, spot->rowid);
    gn_lease_init(&b->lease, name, end_from_outside);
    return GARNER_OK;
}

/* --- on a leased connection ----------------------------------------------- */

/* By who has it BUSY or ENDING. */
static void give_back(struct garner_blob *b)
{
    b->age_ns = gn_clock_monotonic_ns() - atomic_load(&b->lease.since_ns);
    gn_blob_close(b->blob);
    b->blob = NULL;
    gn_pool_give_back(b->pool, &b->lease);
}

static bool end_from_outside(struct gn_lease *l)
{
    give_back((struct garner_blob *)((char *)l -
                                     offsetof(struct garner_blob, lease)));
    return true;
}

/* Another thread ended it. */
static enum garner_code stopped(const struct garner_blob *b,
                                struct garner_error *err)
{
    if (atomic_load(&b->lease.stop) == GN_STOP_CLOSED)
        return gn_fail(err, GARNER_CLOSED,
                       "its store was closed; this blob can only be closed, "
                       "too: %s",
                       b->lease.sql);
    return gn_fail(err, GARNER_TIMEOUT,
                   "this blob had been open for %" PRId64 " ms and kept the "
                   "log growing, so it was ended; read faster, or raise "
                   "max_read_age_ms: %s",
                   b->age_ns / MS, b->lease.sql);
}

static enum garner_code open_leased(struct gn_shard *s,
                                    const struct gn_spot *spot,
                                    struct garner_blob *b,
                                    struct garner_error *err)
{
    const int64_t deadline_ns = gn_shard_deadline_ns(s->options.timeout_ms);
    enum garner_code code = gn_pool_lease(s->pool, deadline_ns, &b->lease, err);

    if (code != GARNER_OK)
        return code;
    b->pool = s->pool;
    gn_sqlite_set_busy_deadline(b->lease.connection, deadline_ns);
    atomic_store(&b->lease.since_ns, gn_clock_monotonic_ns());
    code = gn_blob_open(b->lease.connection, spot, false, &b->blob, err);
    if (code != GARNER_OK) {
        gn_pool_give_back(s->pool, &b->lease);
        return code;
    }
    b->size = gn_blob_size(b->blob);
    gn_lease_leave(&b->lease);
    return GARNER_OK;
}

static enum garner_code read_leased(struct garner_blob *b, size_t at,
                                    void *data, size_t size,
                                    struct garner_error *err)
{
    enum garner_code code;

    if (!gn_lease_enter(&b->lease))
        return stopped(b, err);
    if (atomic_load(&b->lease.stop) != GN_STOP_NOT) {
        give_back(b);
        gn_lease_over(&b->lease);
        return stopped(b, err);
    }
    code = gn_blob_read(b->blob, at, data, size, err);
    gn_lease_leave(&b->lease);
    return code;
}

/* --- in a transaction ----------------------------------------------------- */

/* By whoever ends the transaction, or with it entered. */
static void end_held(struct gn_held *held)
{
    struct garner_blob *b =
        (struct garner_blob *)((char *)held -
                               offsetof(struct garner_blob, held));

    gn_blob_close(b->blob);
    b->blob = NULL;
}

static enum garner_code open_held(struct gn_hold *h, const struct gn_spot *spot,
                                  struct garner_blob **blob)
{
    enum garner_code code = new_blob(spot, blob, &h->error);
    struct garner_blob *b = *blob;

    *blob = NULL;
    if (code != GARNER_OK)
        return code;
    gn_lead_note(h->commit, b->lease.sql, strlen(b->lease.sql));
    code = gn_blob_open(h->connection, spot, true, &b->blob, &h->error);
    if (code != GARNER_OK) {
        gn_free(b);
        return code;
    }
    b->size = gn_blob_size(b->blob);
    b->in_transaction = true;
    gn_hold_add(h, &b->held, end_held);
    *blob = b;
    return GARNER_OK;
}

static enum garner_code enter_held(struct garner_blob *b,
                                   struct garner_error *err)
{
    if (b->held.hold == NULL)
        return gn_fail(err, GARNER_MISUSE,
                       "this was ended by the end of its transaction; it can "
                       "only be closed: %s",
                       b->lease.sql);
    return gn_hold_enter(b->held.hold, err);
}

static enum garner_code read_held(struct garner_blob *b, size_t at, void *data,
                                  size_t size, struct garner_error *err)
{
    struct gn_hold *h = b->held.hold;
    enum garner_code code = enter_held(b, err);

    if (code != GARNER_OK)
        return code;
    code = gn_blob_read(b->blob, at, data, size, &h->error);
    return gn_hold_leave(h, code, err);
}

static enum garner_code write_held(struct garner_blob *b, size_t at,
                                   const void *data, size_t size,
                                   struct garner_error *err)
{
    struct gn_hold *h = b->held.hold;
    enum garner_code code = enter_held(b, err);

    if (code != GARNER_OK)
        return code;
    code = gn_blob_write(b->blob, at, data, size, &h->error);
    return gn_hold_leave(h, code, err);
}

static void close_held(struct garner_blob *b)
{
    struct gn_hold *h = b->held.hold;

    if (h == NULL)
        return; /* it has ended, and the blob with it */
    if (gn_hold_wait(h)) {
        end_held(&b->held);
        gn_hold_remove(&b->held);
        (void)gn_hold_leave(h, GARNER_OK, NULL); /* its next call says so */
    } else {
        gn_hold_remove(&b->held);
    }
}

/* --- in memory ------------------------------------------------------------ */

struct copying {
    const struct gn_spot *spot;
    struct garner_blob *into;
};

/* Run by the leader, which need not be the thread that asked. */
static enum garner_code copy(void *context, void *connection,
                             struct garner_error *err)
{
    const struct copying *c = context;
    struct garner_blob *b = c->into;
    struct gn_blob *from;
    enum garner_code code =
        gn_blob_open(connection, c->spot, false, &from, err);

    if (code != GARNER_OK)
        return code;
    b->size = gn_blob_size(from);
    b->copy = gn_alloc(b->size + 1);
    code = b->copy == NULL
               ? gn_fail(err, GARNER_NOMEM, "a blob of %zu bytes", b->size)
               : gn_blob_read(from, 0, b->copy, b->size, err);
    gn_blob_close(from);
    return code;
}

static enum garner_code open_copy(struct gn_shard *s,
                                  const struct gn_spot *spot,
                                  struct garner_blob *b,
                                  struct garner_error *err)
{
    struct copying copying = {.spot = spot, .into = b};
    struct gn_ticket ticket = {
        .work = copy,
        .work_context = &copying,
        .deadline_ns = gn_shard_deadline_ns(s->options.timeout_ms),
        .err = err,
    };
    const enum garner_code code = gn_commit_wait(s->commit, &ticket);

    if (code != GARNER_OK)
        gn_free(b->copy);
    return code;
}

/* --- what all kinds do ---------------------------------------------------- */

enum garner_code garner_blob_open(struct garner_store *store, const char *table,
                                  const char *column, int64_t rowid,
                                  struct garner_blob **blob,
                                  struct garner_error *err)
{
    const struct gn_spot spot = {table, column, rowid};
    struct gn_shard *s;
    struct garner_blob *b;
    enum garner_code code = check(&spot, blob, err);

    if (code == GARNER_OK)
        code = gn_handle_reads(store, &s, err);
    if (code == GARNER_OK)
        code = new_blob(&spot, &b, err);
    if (code != GARNER_OK)
        return code;
    code = s->pool != NULL ? open_leased(s, &spot, b, err)
                           : open_copy(s, &spot, b, err);
    if (code == GARNER_OK)
        *blob = b;
    else
        gn_free(b);
    return code;
}

enum garner_code garner_tx_blob_open(struct garner_tx *tx, const char *table,
                                     const char *column, int64_t rowid,
                                     struct garner_blob **blob,
                                     struct garner_error *err)
{
    const struct gn_spot spot = {table, column, rowid};
    struct gn_hold *h;
    enum garner_code code = check(&spot, blob, err);

    if (code == GARNER_OK)
        code = gn_tx_hold(tx, &h, err);
    if (code == GARNER_OK)
        code = gn_hold_enter(h, err);
    if (code != GARNER_OK)
        return code;
    code = gn_hold_leave(h, open_held(h, &spot, blob), err);
    if (code != GARNER_OK) {
        garner_blob_close(*blob); /* open already when a deadline passed */
        *blob = NULL;
    }
    return code;
}

size_t garner_blob_size(const struct garner_blob *blob)
{
    return blob->size;
}

static enum garner_code check_piece(const struct garner_blob *b, size_t at,
                                    const void *data, size_t size,
                                    struct garner_error *err)
{
    if (b == NULL || (data == NULL && size > 0))
        return gn_fail(err, GARNER_MISUSE, "a NULL argument");
    if (b->forks != gn_turn_forks())
        return gn_fail(err, GARNER_MISUSE,
                       "this blob belongs to the parent process");
    if (at > b->size || size > b->size - at)
        return gn_fail(err, GARNER_MISUSE,
                       "%zu bytes from %zu on are not all in its %zu: %s", size,
                       at, b->size, b->lease.sql);
    return GARNER_OK;
}

enum garner_code garner_blob_read(struct garner_blob *blob, size_t at,
                                  void *data, size_t size,
                                  struct garner_error *err)
{
    const enum garner_code code = check_piece(blob, at, data, size, err);

    if (code != GARNER_OK)
        return code;
    if (blob->pool != NULL)
        return read_leased(blob, at, data, size, err);
    if (blob->in_transaction)
        return read_held(blob, at, data, size, err);
    if (size > 0)
        memcpy(data, blob->copy + at, size);
    return GARNER_OK;
}

enum garner_code garner_blob_write(struct garner_blob *blob, size_t at,
                                   const void *data, size_t size,
                                   struct garner_error *err)
{
    const enum garner_code code = check_piece(blob, at, data, size, err);

    if (code != GARNER_OK)
        return code;
    if (!blob->in_transaction)
        return gn_fail(err, GARNER_MISUSE,
                       "this was opened for reading; open it in a transaction "
                       "(garner_tx_blob_open): %s",
                       blob->lease.sql);
    return write_held(blob, at, data, size, err);
}

void garner_blob_close(struct garner_blob *blob)
{
    if (blob == NULL || blob->forks != gn_turn_forks())
        return;
    if (blob->in_transaction)
        close_held(blob);
    else if (blob->pool != NULL && gn_lease_enter(&blob->lease))
        give_back(blob);
    gn_free(blob->copy);
    gn_free(blob);
}
