#include "store/commit/hold.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/futex.h"
#include "base/thread.h"
#include "store/commit/lead.h"
#include "store/commit/turn.h"
#include "store/driver/run.h"
#include "store/driver/transaction.h"

enum state { IDLE, BUSY, ENDING, ENDED };
enum over { NOT_OVER, LIFE, IDLENESS, CLOSING };

/* So soon the watch looks again at a call that it has told to end. */
#define AGAIN_NS (INT64_C(10) * 1000000)

/* --- ending ---------------------------------------------------------------
 */

static void explain(struct gn_hold *h, enum over over)
{
    if (over == LIFE)
        gn_fail(&h->error, GARNER_TIMEOUT,
                "the transaction was rolled back: it was open for %" PRId64
                " ms (timeout_ms); make it shorter, or give it more",
                h->terms.life_ns / 1000000);
    else if (over == IDLENESS)
        gn_fail(&h->error, GARNER_TIMEOUT,
                "the transaction was rolled back: idle for %" PRId64
                " ms (idle_ms); call it sooner, or give it more",
                h->terms.idle_ns / 1000000);
    else
        gn_fail(&h->error, GARNER_CLOSED,
                "the transaction was rolled back: its store was closed");
}

static void end_helds(struct gn_hold *h)
{
    struct gn_held *held;

    LIST_FOREACH(held, &h->helds, in_hold)
    {
        if (!held->ended)
            held->end(held);
        held->ended = true;
    }
}

/* A group by itself. */
static void book(struct gn_hold *h, enum garner_code code)
{
    struct gn_commit *c = h->commit;
    const int64_t now_ns = gn_clock_monotonic_ns();
    const int64_t commit_ns = gn_sqlite_take_commit_ns(h->connection);
    struct gn_ticket ticket = {
        .count = 1, .code = code, .start_ns = now_ns - h->waited_ns};
    struct gn_ticket *group[] = {&ticket};

    gn_lock(&c->lock);
    gn_books_group(&c->books, group, 1, now_ns, commit_ns);
    c->stats.batches += code == GARNER_OK;
    c->stats.statements += code == GARNER_OK ? h->statements : 0;
    c->stats.failed += code != GARNER_OK && code != GARNER_CANCELED;
    gn_unlock(&c->lock);
}

/* Leadership goes to the next. code: OK, it was committed; CANCELED, its user
 * rolled it back; else why it had to be. After it not even its memory is ours,
 * unless this is its own thread. */
static void let_go(struct gn_hold *h, enum garner_code code)
{
    struct gn_commit *c = h->commit;

    c->counts.transactions += code == GARNER_OK;
    c->counts.syncs += code == GARNER_OK && h->terms.sync;
    book(h, code);
    if (code == GARNER_OK)
        gn_lead_tend_log(c, false);
    gn_lead_unclaim(c);
    c->had_followers = false;
    gn_lead_hand_over(c);
    atomic_store_explicit(&h->state, ENDED, memory_order_release);
    gn_futex_wake(&h->state);
}

static void roll_back(struct gn_hold *h, enum garner_code code)
{
    end_helds(h);
    gn_sqlite_set_stop(h->connection, NULL);
    gn_transaction_rollback(h->connection);
    let_go(h, code);
}

/* A call found that it has to end. */
static enum garner_code end_now(struct gn_hold *h, enum over over)
{
    gn_watch_take_back(h->watch);
    explain(h, over);
    roll_back(h, h->error.code);
    return h->error.code;
}

/* --- the watch's ----------------------------------------------------------
 */

static struct gn_hold *hold_of(struct gn_watched *w)
{
    return (struct gn_hold *)((char *)w - offsetof(struct gn_hold, watched));
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t idle_ends_ns(struct gn_hold *h)
{
    return atomic_load(&h->idle_since_ns) + h->terms.idle_ns;
}

/* A call is under way. It may become idle at any moment. */
static int64_t look_at_call(struct gn_hold *h, int64_t now_ns, bool closing)
{
    if (!closing && now_ns < h->life_ends_ns)
        return earlier(h->life_ends_ns, now_ns + h->terms.idle_ns);
    atomic_store(&h->over, closing ? CLOSING : LIFE);
    return now_ns + AGAIN_NS;
}

static int64_t look(struct gn_watched *w, int64_t now_ns, bool closing)
{
    struct gn_hold *h = hold_of(w);
    unsigned state = IDLE;
    int64_t due_ns = earlier(h->life_ends_ns, idle_ends_ns(h));

    if (atomic_load(&h->state) == BUSY)
        return look_at_call(h, now_ns, closing);
    if (!closing && now_ns < due_ns)
        return due_ns;
    if (!atomic_compare_exchange_strong(&h->state, &state, ENDING))
        return look_at_call(h, now_ns, closing);
    /* Since it was looked at, a call may have come and gone. */
    due_ns = earlier(h->life_ends_ns, idle_ends_ns(h));
    if (closing || now_ns >= due_ns)
        return 0;
    atomic_store(&h->state, IDLE);
    gn_futex_wake(&h->state);
    return due_ns;
}

static void end(struct gn_watched *w)
{
    struct gn_hold *h = hold_of(w);
    const int64_t now_ns = gn_clock_monotonic_ns();

    if (now_ns >= h->life_ends_ns)
        explain(h, LIFE);
    else
        explain(h, now_ns >= idle_ends_ns(h) ? IDLENESS : CLOSING);
    roll_back(h, h->error.code);
}

/* --- beginning ------------------------------------------------------------
 */

static bool is_closed(struct gn_commit *c)
{
    bool closed;

    gn_lock(&c->lock);
    closed = c->closed;
    gn_unlock(&c->lock);
    return closed;
}

/* Leading. */
static enum garner_code begin(struct gn_commit *c, bool sync,
                              int64_t deadline_ns, struct garner_error *err)
{
    enum garner_code code;

    if (is_closed(c))
        return gn_fail(err, GARNER_CLOSED, "the store is being closed");
    code = gn_lead_has_moved(c, err) ? GARNER_IO : GARNER_OK;
    gn_sqlite_set_busy_deadline(c->connection, deadline_ns);
    if (code == GARNER_OK)
        code = gn_sqlite_set_sync(c->connection, sync, err);
    if (code == GARNER_OK)
        code = gn_transaction_begin(c->connection, err);
    if (code == GARNER_OK)
        gn_run_start(c->connection);
    return code;
}

enum garner_code gn_hold_begin(struct gn_hold *h, struct gn_commit *commit,
                               struct gn_watch *watch,
                               const struct gn_hold_terms *terms,
                               int64_t deadline_ns, struct garner_error *err)
{
    struct gn_ticket ticket = {
        .holds = true, .deadline_ns = deadline_ns, .err = err};
    const int64_t start_ns = gn_clock_monotonic_ns();
    enum garner_code code = gn_watch_start(watch, err);
    int64_t now_ns;

    if (code == GARNER_OK)
        code = gn_commit_wait(commit, &ticket);
    if (code != GARNER_OK)
        return code;
    code = begin(commit, terms->sync, deadline_ns, err);
    if (code != GARNER_OK) {
        gn_lead_hand_over(commit);
        return code;
    }
    now_ns = gn_clock_monotonic_ns();
    *h = (struct gn_hold){
        .commit = commit,
        .watch = watch,
        .connection = commit->connection,
        .terms = *terms,
        .life_ends_ns = now_ns + terms->life_ns,
        .waited_ns = now_ns - start_ns,
        .forks = gn_turn_forks(),
        .watched = {.look = look, .end = end},
    };
    LIST_INIT(&h->helds);
    atomic_init(&h->idle_since_ns, now_ns);
    gn_sqlite_set_busy_deadline(h->connection, h->life_ends_ns);
    gn_sqlite_set_stop(h->connection, &h->over);
    gn_lead_claim(commit, now_ns);
    gn_watch_set(watch, &h->watched,
                 now_ns + earlier(terms->life_ns, terms->idle_ns));
    return GARNER_OK;
}

/* --- calls ----------------------------------------------------------------
 */

enum garner_code gn_hold_enter(struct gn_hold *h, struct garner_error *err)
{
    unsigned state = IDLE;

    if (h->forks != gn_turn_forks())
        return gn_fail(err, GARNER_MISUSE,
                       "this transaction belongs to the parent process");
    while (!atomic_compare_exchange_strong(&h->state, &state, BUSY)) {
        if (state == BUSY)
            return gn_fail(err, GARNER_MISUSE,
                           "another thread is in a call on this transaction; "
                           "it is for one at a time");
        if (state == ENDED)
            break;
        (void)gn_futex_wait(&h->state, ENDING, INT64_MAX);
        state = IDLE;
    }
    if (state == ENDED || atomic_load(&h->over) != NOT_OVER) {
        if (state != ENDED)
            (void)end_now(h, atomic_load(&h->over));
        if (err != NULL)
            *err = h->error;
        return h->error.code;
    }
    if (!gn_lead_is_mine(h->commit))
        gn_lead_claim(h->commit, h->life_ends_ns - h->terms.life_ns);
    return GARNER_OK;
}

bool gn_hold_wait(struct gn_hold *h)
{
    unsigned state = IDLE;

    while (!atomic_compare_exchange_strong(&h->state, &state, BUSY)) {
        if (state == ENDED)
            return false;
        (void)gn_futex_wait(&h->state, state,
                            gn_clock_monotonic_ns() + AGAIN_NS);
        state = IDLE;
    }
    return true;
}

static bool is_error(enum garner_code code)
{
    return code != GARNER_OK && code != GARNER_ROW && code != GARNER_DONE;
}

/* What went wrong (h->error) was too much for it: a full disk, for one. */
static enum garner_code break_off(struct gn_hold *h)
{
    const struct garner_error why = h->error;

    (void)gn_fail(&h->error, why.code,
                  "the transaction was rolled back: %.200s", why.message);
    h->error.native = why.native;
    roll_back(h, why.code);
    return why.code;
}

enum garner_code gn_hold_leave(struct gn_hold *h, enum garner_code code,
                               struct garner_error *err)
{
    const enum over over = atomic_load(&h->over);

    if (over != NOT_OVER) {
        code = end_now(h, over);
    } else if (!gn_transaction_is_open(h->connection)) {
        GN_CHECK(is_error(code));
        gn_watch_take_back(h->watch);
        code = break_off(h);
    } else {
        if (is_error(code) && err != NULL)
            *err = h->error;
        atomic_store(&h->idle_since_ns, gn_clock_monotonic_ns());
        atomic_store(&h->state, IDLE);
        return code;
    }
    if (err != NULL)
        *err = h->error;
    return code;
}

void gn_hold_add(struct gn_hold *h, struct gn_held *held,
                 void (*end_it)(struct gn_held *held))
{
    held->hold = h;
    held->end = end_it;
    held->ended = false;
    LIST_INSERT_HEAD(&h->helds, held, in_hold);
}

void gn_hold_remove(struct gn_held *held)
{
    LIST_REMOVE(held, in_hold);
    held->hold = NULL;
}

/* By its own thread alone: others might just be asked about them. */
static void let_go_of_helds(struct gn_hold *h)
{
    struct gn_held *held;

    while ((held = LIST_FIRST(&h->helds)) != NULL)
        gn_hold_remove(held);
}

/* --- the end --------------------------------------------------------------
 */

/* true: it is open still, as SQLite leaves it. */
static bool can_be_mended(const struct gn_hold *h, enum garner_code code)
{
    return (code == GARNER_CONSTRAINT || code == GARNER_BUSY) &&
           gn_transaction_is_open(h->connection);
}

enum garner_code gn_hold_commit(struct gn_hold *h, struct garner_error *err)
{
    enum garner_code code = gn_hold_enter(h, err);

    if (code != GARNER_OK)
        return code;
    end_helds(h);
    let_go_of_helds(h);
    gn_watch_take_back(h->watch); /* from here on no deadline ends it */
    gn_sqlite_set_stop(h->connection, NULL);
    code = gn_transaction_commit(h->connection, &h->error);
    if (can_be_mended(h, code)) {
        gn_sqlite_set_stop(h->connection, &h->over);
        gn_watch_set(h->watch, &h->watched, gn_clock_monotonic_ns());
        return gn_hold_leave(h, code, err);
    }
    /* It may have had nothing to commit, but read what is not synced. */
    if (code == GARNER_OK && h->terms.sync)
        code = gn_sqlite_sync_log(h->connection, &h->error);
    if (code == GARNER_OK) {
        let_go(h, code);
        return code;
    }
    code = break_off(h);
    if (err != NULL)
        *err = h->error;
    return code;
}

bool gn_hold_close(struct gn_hold *h)
{
    if (h->forks != gn_turn_forks())
        return false;
    if (gn_hold_wait(h)) {
        gn_watch_take_back(h->watch);
        roll_back(h, GARNER_CANCELED);
    }
    let_go_of_helds(h);
    return true;
}
