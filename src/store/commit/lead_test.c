/* lead_test.c - what the leader does, step by step, without other threads. */
#include "store/fixture_test.h"

#include "base/error.h"
#include "store/commit/commit.h"
#include "store/commit/lead.h"
#include "store/commit/settle.h"

static struct gn_commit *c;
static struct garner_options options;

static int with_commit(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    garner_options_init(&options);
    options.group_statements = 4;
    if (gn_commit_new(open_writer(), &options, &c, NULL) != GARNER_OK)
        return -1;
    run(c->connection, "create table t(a integer primary key, b)");
    c->leading = true;
    return 0;
}

static int without_commit(void **state)
{
    gn_commit_free(c);
    return fixture_down(state);
}

static void queue(struct gn_ticket *t)
{
    gn_queue_push(&c->queue, t, gn_clock_monotonic_ns());
}

static int called;

static void done(void *context, const struct garner_result *result,
                 const struct garner_error *err)
{
    (void)result;
    called++;
    assert_int_equal(err != NULL ? err->code : GARNER_OK,
                     *(enum garner_code *)context);
}

/* Queues a submitted batch of one statement. */
static struct garner_batch *submit(const char *sql, garner_done *call_back,
                                   enum garner_code *expected)
{
    struct garner_batch *b;

    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_batch_add(b, sql, NULL, 0, NULL), GARNER_OK);
    b->ticket = (struct gn_ticket){.statements = b->first,
                                   .count = 1,
                                   .deadline_ns = INT64_MAX,
                                   .batch = b,
                                   .done = call_back,
                                   .done_context = expected,
                                   .err = &b->error};
    queue(&b->ticket);
    return b;
}

static void a_group_is_run_and_told(void **state)
{
    static enum garner_code ok = GARNER_OK;
    struct note a;
    struct note b;
    struct gn_tickets due = TAILQ_HEAD_INITIALIZER(due);

    (void)state;
    queue(NOTE(&a, "insert into t values (1, 0)"));
    (void)submit("insert into t values (2, 0)", done, &ok);
    (void)submit("insert into t values (3, 0)", NULL, NULL);
    queue(NOTE(&b, "insert into t values (1, 0)"));
    gn_lead_group(c, &a.ticket, INT64_MAX);
    assert_int_equal(a.ticket.code, GARNER_OK);
    assert_int_equal(b.ticket.code, GARNER_CONSTRAINT);
    assert_int_equal(atomic_load(&b.ticket.state), GN_TICKET_DONE);
    assert_int_equal(c->stats.batches, 3);
    assert_int_equal(c->stats.failed, 1);
    assert_int_equal(c->books.waits.count, 3);
    assert_int_equal(c->books.groups.max, 3);
    assert_int_equal(c->books.syncs.count, 1);
    assert_true(c->had_followers);
    assert_int_equal(c->lost.code, GARNER_OK);
    TAILQ_CONCAT(&due, &c->settled, in_queue);
    gn_settle_call_back(&due);
    assert_int_equal(called, 1);
    assert_string_equal(foreign_text("select a from t"), "1,2,3");
    gn_lead_group(c, NULL, INT64_MAX); /* nothing waits */
}

static void what_does_not_fit_stays(void **state)
{
    struct note n[6];

    (void)state;
    for (size_t i = 0; i < 6; i++)
        queue(NOTE(&n[i], "insert into t(b) values (0)"));
    gn_lead_group(c, NULL, INT64_MAX);
    assert_int_equal(c->queue.batches, 2);
    gn_lead_group(c, NULL, INT64_MAX);
    assert_int_equal(c->queue.batches, 0);
    assert_string_equal(foreign_text("select count(*) from t"), "6");
}

static void a_loss_is_booked_for_the_next_flush(void **state)
{
    (void)state;
    (void)submit("insert into t values (1, 0)", NULL, NULL);
    (void)submit("insert into t values (1, 1)", NULL, NULL);
    (void)submit("nonsense", NULL, NULL);
    gn_lead_group(c, NULL, INT64_MAX);
    assert_int_equal(c->lost.code, GARNER_CONSTRAINT); /* the first */
    (void)submit("nonsense too", NULL, NULL);
    gn_lead_group(c, NULL, INT64_MAX);
    assert_int_equal(c->lost.code, GARNER_CONSTRAINT);
    assert_int_equal(c->stats.failed, 3);
}

static void a_foreign_lock_fails_those_whose_time_is_up(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct note late;
    struct note patient;
    const struct garner_batch *b;

    (void)state;
    b = submit("insert into t values (1, 0)", NULL, NULL);
    queue(NOTE(&late, "insert into t values (2, 0)"));
    queue(NOTE(&patient, "insert into t values (3, 0)"));
    late.ticket.deadline_ns = gn_clock_monotonic_ns() + 2000000;
    foreign_run(foreign, "begin immediate");
    gn_lead_group(c, NULL, INT64_MAX);
    assert_int_equal(late.ticket.code, GARNER_BUSY);
    assert_int_equal(late.err.code, GARNER_BUSY);
    assert_int_equal(atomic_load(&late.ticket.state), GN_TICKET_DONE);
    assert_int_equal(atomic_load(&patient.ticket.state), GN_TICKET_WAITING);
    assert_int_equal(c->queue.batches, 2);
    assert_ptr_equal(TAILQ_FIRST(&c->queue.all), &b->ticket);
    assert_ptr_equal(TAILQ_FIRST(&c->queue.waiters), &patient.ticket);
    foreign_run(foreign, "commit");
    gn_lead_group(c, NULL, INT64_MAX);
    assert_int_equal(patient.ticket.code, GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "1,3");
    foreign_close(foreign);
}

static sqlite3 *handle; /* of the write connection */

static int keep_handle(sqlite3 *db, const char **message, const void *api)
{
    (void)message;
    (void)api;
    handle = db;
    return SQLITE_OK;
}

static int with_handle(void **state)
{
    int rc;

    sqlite3_auto_extension((void (*)(void))keep_handle);
    rc = with_commit(state);
    sqlite3_cancel_auto_extension((void (*)(void))keep_handle);
    return rc;
}

static void take_lock(void *foreign)
{
    foreign_run(foreign, "begin immediate");
    sqlite3_rollback_hook(handle, NULL, NULL);
}

static void a_foreign_lock_midway_fails_the_guilty_only(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct note n[3];

    (void)state;
    run(c->connection, "insert into t values (9, 0)");
    queue(NOTE(&n[0], "insert into t values (1, 0)"));
    queue(NOTE(&n[1], "insert or rollback into t values (9, 0)"));
    queue(NOTE(&n[2], "insert into t values (2, 0)"));
    sqlite3_rollback_hook(handle, take_lock, foreign);
    gn_lead_group(c, NULL, gn_clock_monotonic_ns() + 2000000);
    assert_int_equal(n[1].ticket.code, GARNER_CONSTRAINT);
    assert_int_equal(atomic_load(&n[1].ticket.state), GN_TICKET_DONE);
    assert_ptr_equal(TAILQ_FIRST(&c->queue.all), &n[0].ticket);
    assert_ptr_equal(TAILQ_NEXT(&n[0].ticket, in_queue), &n[2].ticket);
    assert_int_equal(c->queue.batches, 2);
    foreign_run(foreign, "commit");
    foreign_close(foreign);
    gn_lead_group(c, NULL, INT64_MAX);
    assert_string_equal(foreign_text("select a from t"), "1,2,9");
}

static void the_leader_waits_no_longer_than_it_may(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct note patient;
    const int64_t started_ns = gn_clock_monotonic_ns();

    (void)state;
    queue(NOTE(&patient, "insert into t values (3, 0)"));
    foreign_run(foreign, "begin immediate");
    gn_lead_group(c, NULL, started_ns + 2000000);
    assert_true(gn_clock_monotonic_ns() - started_ns < 10000000000);
    assert_int_equal(c->queue.batches, 1); /* it can wait on */
    gn_queue_remove(&c->queue, &patient.ticket);
    foreign_run(foreign, "commit");
    foreign_close(foreign);
}

static void closed_a_foreign_lock_cannot_keep_it_for_ever(void **state)
{
    static enum garner_code busy = GARNER_BUSY;
    sqlite3 *foreign = foreign_open();
    struct gn_tickets due = TAILQ_HEAD_INITIALIZER(due);

    (void)state;
    (void)submit("insert into t values (1, 0)", done, &busy);
    foreign_run(foreign, "begin immediate");
    gn_commit_close(c, SECONDS(20));
    gn_lead_group(c, NULL, gn_clock_monotonic_ns());
    assert_int_equal(c->queue.batches, 1); /* not yet */
    gn_commit_close(c, gn_clock_monotonic_ns());
    gn_lead_group(c, NULL, INT64_MAX);
    assert_int_equal(c->queue.batches, 0);
    called = 0;
    TAILQ_CONCAT(&due, &c->settled, in_queue);
    gn_settle_call_back(&due);
    assert_int_equal(called, 1);
    foreign_run(foreign, "commit");
    foreign_close(foreign);
}

static void the_oldest_waiter_leads_next(void **state)
{
    struct note a;
    struct note b;

    (void)state;
    (void)submit("insert into t values (1, 0)", NULL, NULL);
    queue(NOTE(&a, "insert into t values (2, 0)"));
    queue(NOTE(&b, "insert into t values (3, 0)"));
    gn_lead_hand_over(c);
    assert_true(c->leading);
    assert_int_equal(atomic_load(&a.ticket.state), GN_TICKET_LEAD);
    assert_int_equal(atomic_load(&b.ticket.state), GN_TICKET_WAITING);
    gn_lead_group(c, &a.ticket, INT64_MAX);
    gn_lead_hand_over(c);
    assert_false(c->leading);
    assert_int_equal(c->stats.groups, 1);
    assert_int_equal(c->stats.syncs, 1);
}

static void an_idle_gap_empties_the_log(void **state)
{
    struct note a;

    (void)state;
    queue(NOTE(&a, "insert into t values (2, 0)"));
    gn_lead_group(c, &a.ticket, INT64_MAX);
    gn_lead_hand_over(c);
    assert_true(c->log_dirty);
    c->leading = true;
    gn_lead_idle(c);
    gn_lead_hand_over(c);
    assert_false(c->log_dirty);
    assert_int_equal(c->stats.checkpoints, 1);
    assert_true(c->stats.checkpoint_longest_ns > 0);
    assert_true(c->stats.wal_peak_bytes > 0);
}

static void a_failed_checkpoint_is_published(void **state)
{
    (void)state;
    c->wal.failures = 1;
    (void)gn_fail(&c->wal.error, GARNER_IO, "no room");
    gn_lead_hand_over(c);
    assert_int_equal(c->stats.checkpoint_failures, 1);
    assert_string_equal(c->stats.checkpoint_error.message, "no room");
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_commit, without_commit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_group_is_run_and_told),
        WITH(what_does_not_fit_stays),
        WITH(a_loss_is_booked_for_the_next_flush),
        WITH(a_foreign_lock_fails_those_whose_time_is_up),
        cmocka_unit_test_setup_teardown(
            a_foreign_lock_midway_fails_the_guilty_only, with_handle,
            without_commit),
        WITH(the_leader_waits_no_longer_than_it_may),
        WITH(closed_a_foreign_lock_cannot_keep_it_for_ever),
        WITH(the_oldest_waiter_leads_next),
        WITH(an_idle_gap_empties_the_log),
        WITH(a_failed_checkpoint_is_published),
    };

    garner_set_log(NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
