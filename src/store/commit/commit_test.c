/* commit_test.c - who leads, who waits, who gives up: interleavings forced by a
 * leader that stops where the test wants. There is no pump here. */
#include "store/fixture_test.h"

#include <sched.h>
#include <semaphore.h>

#include "store/commit/commit.h"
#include "store/commit/lead.h"

static struct gn_commit *c;

static int with_limits(void **state, size_t queue_statements)
{
    struct garner_options options;
    struct gn_sqlite *connection;

    if (fixture_up(state) != 0)
        return -1;
    garner_options_init(&options);
    options.queue_statements = queue_statements;
    connection = open_writer();
    run(connection, "create table t(a integer primary key, b)");
    return gn_commit_new(connection, &options, &c, NULL) == GARNER_OK ? 0 : -1;
}

static int with_commit(void **state)
{
    return with_limits(state, 1000);
}

static int with_small_queue(void **state)
{
    return with_limits(state, 2);
}

static int without_commit(void **state)
{
    gn_commit_free(c);
    return fixture_down(state);
}

static struct garner_stats stats(void)
{
    struct garner_stats s;

    gn_commit_stats(c, &s);
    return s;
}

/* Until so many batches wait in the queue. */
static void await_queued(size_t batches)
{
    while (stats().queued_batches != batches)
        sched_yield();
}

/* Until so many threads wait for room in it. */
static void await_room_waiters(int waiters)
{
    int now = -1;

    while (now != waiters) {
        sched_yield();
        gn_lock(&c->lock);
        now = c->room_waiters;
        gn_unlock(&c->lock);
    }
}

/* --- a leader that leads until the test lets it go -------------------------
 */

static struct {
    pthread_t thread;
    sem_t leads;
    sem_t go;
} holder;

static enum garner_code hold(void *context, void *connection,
                             struct garner_error *err)
{
    (void)context;
    (void)connection;
    (void)err;
    sem_post(&holder.leads);
    while (sem_wait(&holder.go) != 0)
        ;
    return GARNER_OK;
}

static void *hold_lead(void *unused)
{
    struct gn_ticket t = {.work = hold, .deadline_ns = SECONDS(20)};

    (void)gn_commit_wait(c, &t);
    return unused;
}

static void take_lead(void)
{
    assert_int_equal(sem_init(&holder.leads, 0, 0), 0);
    assert_int_equal(sem_init(&holder.go, 0, 0), 0);
    assert_int_equal(gn_thread_start(&holder.thread, hold_lead, NULL, NULL), 0);
    while (sem_wait(&holder.leads) != 0)
        ;
}

static void leave_lead(void)
{
    sem_post(&holder.go);
}

static void join_holder(void)
{
    gn_thread_join(holder.thread);
    sem_destroy(&holder.leads);
    sem_destroy(&holder.go);
}

/* --- a thread that writes one ticket ---------------------------------------
 */

struct writer {
    pthread_t thread;
    struct note note;
    enum garner_code code;
};

static void *write_note(void *argument)
{
    struct writer *w = argument;

    w->code = gn_commit_wait(c, &w->note.ticket);
    return NULL;
}

static void start(struct writer *w, const char *sql, int64_t deadline_ns)
{
    note_init(&w->note, &sql, 1);
    w->note.ticket.deadline_ns = deadline_ns;
    assert_int_equal(gn_thread_start(&w->thread, write_note, w, NULL), 0);
}

static enum garner_code join(struct writer *w)
{
    gn_thread_join(w->thread);
    return w->code;
}

static int64_t in_ms(int64_t ms)
{
    return gn_clock_monotonic_ns() + ms * 1000000;
}

static enum garner_code submit(const char *sql, int64_t deadline_ns,
                               struct garner_error *err)
{
    struct garner_batch *b;
    enum garner_code code;

    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_batch_add(b, sql, NULL, 0, NULL), GARNER_OK);
    b->ticket = (struct gn_ticket){.statements = b->first, .count = 1};
    code = gn_commit_submit(c, b, deadline_ns, err);
    if (code != GARNER_OK)
        garner_batch_free(b);
    return code;
}

/* --- the tests -------------------------------------------------------------
 */

static void those_who_wait_share_the_next_transaction(void **state)
{
    struct writer w[40]; /* more than one thread wakes */

    (void)state;
    take_lead();
    for (size_t i = 0; i < 40; i++) {
        start(&w[i], "insert into t(b) values (0)", SECONDS(100));
        await_queued(i + 1);
    }
    leave_lead();
    for (size_t i = 0; i < 40; i++) {
        assert_int_equal(join(&w[i]), GARNER_OK);
        assert_int_equal(w[i].note.ticket.result.last_rowid, i + 1);
    }
    join_holder();
    assert_int_equal(stats().groups, 1);
    assert_int_equal(stats().batches, 40);
}

static void who_waits_gives_up_at_its_deadline(void **state)
{
    struct writer late;
    struct writer patient;

    (void)state;
    take_lead();
    start(&late, "insert into t values (1, 0)", in_ms(10));
    assert_int_equal(join(&late), GARNER_TIMEOUT);
    assert_int_equal(late.note.err.code, GARNER_TIMEOUT);
    start(&patient, "insert into t values (2, 0)", SECONDS(20));
    await_queued(1);
    leave_lead();
    assert_int_equal(join(&patient), GARNER_OK);
    join_holder();
    assert_string_equal(foreign_text("select a from t"), "2");
}

static sem_t in_sql;
static sem_t leave_sql;

static void stop_here(sqlite3_context *context, int count, sqlite3_value **args)
{
    (void)count;
    (void)args;
    sem_post(&in_sql);
    while (sem_wait(&leave_sql) != 0)
        ;
    sqlite3_result_int(context, 7);
}

static int add_stop_here(sqlite3 *db, const char **message, const void *api)
{
    (void)message;
    (void)api;
    return sqlite3_create_function(db, "stop_here", 0, SQLITE_UTF8, NULL,
                                   stop_here, NULL, NULL);
}

static int with_stop_here(void **state)
{
    int rc;

    sem_init(&in_sql, 0, 0);
    sem_init(&leave_sql, 0, 0);
    sqlite3_auto_extension((void (*)(void))add_stop_here);
    rc = with_limits(state, 2);
    sqlite3_cancel_auto_extension((void (*)(void))add_stop_here);
    return rc;
}

/* Starts late behind one that leads, and lets both be run. false: its time was
 * up before that, on a slow machine. */
static bool is_taken_in_time(struct writer *slow, struct writer *late,
                             int64_t ms)
{
    size_t queued;
    bool taken;

    take_lead();
    start(slow, "insert into t values (1, stop_here())", SECONDS(20));
    await_queued(1);
    start(late, "insert into t values (2, 0)", in_ms(ms));
    do {
        sched_yield();
        queued = stats().queued_batches;
    } while (queued < 2 &&
             gn_clock_monotonic_ns() < late->note.ticket.deadline_ns);
    leave_lead();
    while (sem_wait(&in_sql) != 0)
        ;
    gn_lock(&c->lock);
    taken = late->note.ticket.taken;
    gn_unlock(&c->lock);
    return taken;
}

static void what_is_being_run_is_not_given_up(void **state)
{
    struct writer slow;
    struct writer late;

    (void)state;
    for (int64_t ms = 30; !is_taken_in_time(&slow, &late, ms); ms *= 2) {
        sem_post(&leave_sql);
        (void)join(&late);
        assert_int_equal(join(&slow), GARNER_OK);
        join_holder();
        assert_int_equal(submit("delete from t", 0, NULL), GARNER_OK);
        assert_int_equal(gn_commit_flush(c, SECONDS(20), NULL), GARNER_OK);
    }
    while (gn_clock_monotonic_ns() < late.note.ticket.deadline_ns + 5000000)
        sched_yield();
    sem_post(&leave_sql);
    assert_int_equal(join(&slow), GARNER_OK);
    assert_int_equal(join(&late), GARNER_OK);
    join_holder();
    assert_string_equal(foreign_text("select a || b from t"), "17,20");
}

static void who_gives_up_is_told_of_a_slow_statement(void **state)
{
    struct writer slow;
    struct writer late;

    (void)state;
    start(&slow,
          "insert into t with recursive n(i) as (select 1 union all select i + "
          "1 from n where i < 9000) select count(*), stop_here() from n",
          SECONDS(20));
    while (sem_wait(&in_sql) != 0)
        ;
    start(&late, "insert into t values (2, 0)", in_ms(5));
    assert_int_equal(join(&late), GARNER_TIMEOUT);
    sem_post(&leave_sql);
    assert_int_equal(join(&slow), GARNER_OK);
    if (strstr(late.note.err.message,
               "it was not run: insert into t with recursive") == NULL)
        fail_msg("%s", late.note.err.message);
    gn_lock(&c->lock);
    assert_int_equal(c->doing.sql[0], '\0');
    gn_unlock(&c->lock);
}

static void a_full_queue_refuses_who_cannot_wait(void **state)
{
    struct garner_error err;

    (void)state;
    take_lead();
    assert_int_equal(submit("insert into t values (1, 0)", 0, NULL), GARNER_OK);
    assert_int_equal(submit("insert into t values (2, 0)", 0, NULL), GARNER_OK);
    assert_int_equal(
        submit("insert into t values (3, 0)", gn_clock_monotonic_ns(), &err),
        GARNER_FULL);
    assert_non_null(strstr(err.message, "2 statements"));
    assert_int_equal(submit("insert into t values (3, 0)", in_ms(10), NULL),
                     GARNER_FULL);
    leave_lead();
    join_holder();
    assert_int_equal(gn_commit_flush(c, SECONDS(20), NULL), GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "1,2");
}

static void who_can_wait_gets_room(void **state)
{
    struct writer w[6];

    (void)state;
    take_lead();
    assert_int_equal(submit("insert into t(b) values (0)", 0, NULL), GARNER_OK);
    assert_int_equal(submit("insert into t(b) values (0)", 0, NULL), GARNER_OK);
    for (size_t i = 0; i < 6; i++)
        start(&w[i], "insert into t(b) values (0)", SECONDS(20));
    await_room_waiters(6);
    leave_lead();
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(join(&w[i]), GARNER_OK);
    join_holder();
    assert_string_equal(foreign_text("select count(*) from t"), "8");
}

/* A thread that submits one row. */
static void *submit_row(void *code)
{
    *(enum garner_code *)code =
        submit("insert into t(b) values ('submitted')", SECONDS(100), NULL);
    return NULL;
}

static void there_is_room_as_soon_as_a_group_is_taken(void **state)
{
    enum garner_code code = GARNER_FULL;
    struct writer slow;
    pthread_t submitter;

    (void)state;
    take_lead();
    start(&slow, "insert into t values (1, stop_here())", SECONDS(20));
    await_queued(1);
    assert_int_equal(submit("insert into t(b) values (0)", 0, NULL), GARNER_OK);
    assert_int_equal(gn_thread_start(&submitter, submit_row, &code, NULL), 0);
    await_room_waiters(1);
    leave_lead();
    while (sem_wait(&in_sql) != 0)
        ;
    gn_thread_join(submitter); /* the group is still being run */
    assert_int_equal(code, GARNER_OK);
    sem_post(&leave_sql);
    assert_int_equal(join(&slow), GARNER_OK);
    join_holder();
    assert_int_equal(gn_commit_flush(c, SECONDS(20), NULL), GARNER_OK);
}

/* Starts late, which fills the queue. false: its time was up before it was
 * seen there, on a slow machine. */
static bool is_queued_in_time(struct writer *late, int64_t ms)
{
    size_t queued;

    start(late, "insert into t(b) values (0)", in_ms(ms));
    do {
        sched_yield();
        queued = stats().queued_batches;
    } while (queued < 2 &&
             gn_clock_monotonic_ns() < late->note.ticket.deadline_ns);
    return queued == 2;
}

static void who_gives_up_leaves_room(void **state)
{
    enum garner_code code = GARNER_FULL;
    struct writer late;
    pthread_t submitter;

    (void)state;
    take_lead();
    assert_int_equal(submit("insert into t(b) values (0)", 0, NULL), GARNER_OK);
    for (int64_t ms = 50; !is_queued_in_time(&late, ms); ms *= 2)
        assert_int_equal(join(&late), GARNER_TIMEOUT);
    assert_int_equal(gn_thread_start(&submitter, submit_row, &code, NULL), 0);
    assert_int_equal(join(&late), GARNER_TIMEOUT);
    gn_thread_join(submitter); /* the leader has not moved */
    assert_int_equal(code, GARNER_OK);
    leave_lead();
    join_holder();
    assert_int_equal(gn_commit_flush(c, SECONDS(20), NULL), GARNER_OK);
}

static void who_finds_it_full_and_nobody_leading_leads(void **state)
{
    char sql[64];

    (void)state;
    for (int i = 1; i <= 9; i++) {
        snprintf(sql, sizeof sql, "insert into t values (%d, 0)", i);
        assert_int_equal(submit(sql, SECONDS(20), NULL), GARNER_OK);
    }
    assert_true(stats().queued_batches <= 2);
    assert_int_equal(gn_commit_flush(c, SECONDS(20), NULL), GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "1,2,3,4,5,6,7,8,9");
}

static void what_is_larger_than_the_queue_enters_it_empty(void **state)
{
    struct note n;

    (void)state;
    assert_int_equal(submit("insert into t values (1, 0)", 0, NULL), GARNER_OK);
    NOTE(&n, "insert into t values (2, 0)", "insert into t values (3, 0)",
         "insert into t values (4, 0)");
    assert_int_equal(gn_commit_wait(c, &n.ticket), GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "1,2,3,4");
}

static void a_foreign_lock_is_busy_for_all_who_wait(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct writer leader;
    struct writer behind;
    struct garner_error err;

    (void)state;
    foreign_run(foreign, "begin immediate");
    start(&leader, "insert into t values (1, 0)", SECONDS(20));
    while (!gn_sqlite_is_held_off(c->connection))
        sched_yield();
    start(&behind, "insert into t values (2, 0)", in_ms(30));
    assert_int_equal(join(&behind), GARNER_BUSY);
    assert_int_equal(behind.note.err.code, GARNER_BUSY);
    foreign_run(foreign, "commit");
    assert_int_equal(join(&leader), GARNER_OK);
    foreign_run(foreign, "begin immediate");
    start(&leader, "insert into t values (3, 0)", in_ms(20));
    assert_int_equal(join(&leader), GARNER_BUSY);
    assert_int_equal(gn_commit_flush(c, in_ms(10), &err), GARNER_OK);
    foreign_run(foreign, "commit");
    assert_string_equal(foreign_text("select a from t"), "1");
    foreign_close(foreign);
}

static void a_flush_tells_a_loss_once(void **state)
{
    struct garner_error err;

    (void)state;
    assert_int_equal(submit("nonsense", 0, NULL), GARNER_OK);
    assert_int_equal(gn_commit_flush(c, SECONDS(20), &err), GARNER_SQL);
    assert_non_null(strstr(err.message, "nonsense"));
    assert_int_equal(gn_commit_flush(c, SECONDS(20), &err), GARNER_OK);
}

static void *flush(void *code)
{
    *(enum garner_code *)code = gn_commit_flush(c, SECONDS(20), NULL);
    return NULL;
}

static void a_flush_never_misses_a_loss_in_its_own_group(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        enum garner_code code = GARNER_OK;
        struct writer leader;
        pthread_t flusher;

        take_lead();
        start(&leader, "insert into t(b) values (0)", SECONDS(20));
        await_queued(1);
        assert_int_equal(submit("nonsense", 0, NULL), GARNER_OK);
        assert_int_equal(gn_thread_start(&flusher, flush, &code, NULL), 0);
        await_queued(3);
        leave_lead();
        gn_thread_join(flusher);
        assert_int_equal(code, GARNER_SQL);
        assert_int_equal(join(&leader), GARNER_OK);
        join_holder();
    }
}

static void closed_it_takes_nothing_more(void **state)
{
    struct writer waits_for_room;
    struct note n;

    (void)state;
    take_lead();
    assert_int_equal(submit("insert into t values (1, 0)", 0, NULL), GARNER_OK);
    assert_int_equal(submit("insert into t values (2, 0)", 0, NULL), GARNER_OK);
    start(&waits_for_room, "insert into t values (3, 0)", SECONDS(100));
    await_room_waiters(1);
    gn_commit_close(c, SECONDS(20));
    assert_int_equal(join(&waits_for_room), GARNER_CLOSED);
    leave_lead();
    join_holder();
    NOTE(&n, "insert into t values (4, 0)");
    assert_int_equal(gn_commit_wait(c, &n.ticket), GARNER_CLOSED);
    assert_int_equal(submit("insert into t values (5, 0)", SECONDS(20), NULL),
                     GARNER_CLOSED);
    /* What was accepted is the pump's to do. */
    assert_int_equal(gn_commit_next_task(c), GN_TASK_LEAD);
    gn_commit_do(c, GN_TASK_LEAD);
    assert_int_equal(gn_commit_next_task(c), GN_TASK_END);
    assert_string_equal(foreign_text("select a from t"), "1,2");
}

static void lost_memory_is_an_error(void **state)
{
    struct garner_options options;
    struct gn_commit *none;

    (void)state;
    garner_options_init(&options);
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_commit_new(NULL, &options, &none, NULL),
                         GARNER_NOMEM);
        assert_null(none);
    }
    gn_commit_free(NULL);
}

static void no_line(void *context, const char *line)
{
    (void)context;
    (void)line;
}

#define WITH(f, up) cmocka_unit_test_setup_teardown(f, up, without_commit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(those_who_wait_share_the_next_transaction, with_commit),
        WITH(who_waits_gives_up_at_its_deadline, with_commit),
        WITH(what_is_being_run_is_not_given_up, with_stop_here),
        WITH(a_full_queue_refuses_who_cannot_wait, with_small_queue),
        WITH(who_can_wait_gets_room, with_small_queue),
        WITH(who_gives_up_is_told_of_a_slow_statement, with_stop_here),
        WITH(there_is_room_as_soon_as_a_group_is_taken, with_stop_here),
        WITH(who_gives_up_leaves_room, with_small_queue),
        WITH(who_finds_it_full_and_nobody_leading_leads, with_small_queue),
        WITH(what_is_larger_than_the_queue_enters_it_empty, with_small_queue),
        WITH(a_foreign_lock_is_busy_for_all_who_wait, with_commit),
        WITH(a_flush_tells_a_loss_once, with_commit),
        WITH(a_flush_never_misses_a_loss_in_its_own_group, with_commit),
        WITH(closed_it_takes_nothing_more, with_small_queue),
        WITH(lost_memory_is_an_error, with_commit),
    };

    garner_set_log(no_line, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
