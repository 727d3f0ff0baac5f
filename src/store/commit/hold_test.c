/* hold_test.c - whose move it is: the calls' or the watch's, in orders forced
 * by asking what the watch would do, at a time of the test's choice; and many
 * rounds of both at once. */
#include "store/fixture_test.h"

#include <sched.h>
#include <sys/wait.h>

#include "base/random.h"
#include "store/commit/hold.h"
#include "store/commit/lead.h"
#include "store/commit/pump.h"
#include "store/driver/connection.h"
#include "store/driver/run.h"

static struct gn_commit *c;
static struct gn_pump *pump;
static struct gn_watch *watch;
static struct gn_hold h;
static struct gn_hold_terms terms;

static int with_commit(void **state)
{
    struct gn_sqlite_options with_keys;
    struct garner_options options;
    struct gn_sqlite *connection;

    if (fixture_up(state) != 0)
        return -1;
    with_keys = writer_options();
    garner_options_init(&options);
    with_keys.foreign_keys = true;
    if (gn_sqlite_open(&with_keys, &connection, NULL) != GARNER_OK)
        return -1;
    run(connection, "create table t(a integer primary key, b)");
    terms = (struct gn_hold_terms){.life_ns = INT64_C(1000000000000000),
                                   .idle_ns = INT64_C(10000000000000)};
    return gn_commit_new(connection, &options, &c, NULL) == GARNER_OK &&
                   gn_watch_new(&watch, NULL) == GARNER_OK &&
                   gn_pump_start(c, &pump, NULL) == GARNER_OK
               ? 0
               : -1;
}

static void close_all(void)
{
    gn_commit_close(c, SECONDS(20));
    gn_watch_close(watch, 0);
    gn_pump_join(pump);
    gn_watch_free(watch);
    gn_commit_free(c);
}

static int without_commit(void **state)
{
    gn_mem_fail_at(0);
    close_all();
    return fixture_down(state);
}

static void begin(void)
{
    struct garner_error err;

    if (gn_hold_begin(&h, c, watch, &terms, SECONDS(20), &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

/* The test is the watch. */
static void begin_unwatched(void)
{
    begin();
    gn_watch_take_back(watch);
}

static enum garner_code try_run_in(const char *sql, struct garner_error *err)
{
    struct garner_result result = {0};
    struct gn_statement s;
    enum garner_code code = gn_hold_enter(&h, err);

    if (code != GARNER_OK)
        return code;
    gn_statement_init(&s, sql, NULL, 0);
    code = gn_run_whole(h.connection, &s, &result, &h.error);
    return gn_hold_leave(&h, code, err);
}

static void run_in(const char *sql)
{
    struct garner_error err;

    if (try_run_in(sql, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

/* It has ended, for this reason; others need not wait for it, and may take
 * their time. */
static void has_ended(enum garner_code code, const char *words)
{
    struct garner_error err;
    struct note n;

    assert_int_equal(gn_hold_enter(&h, &err), code);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
    assert_int_equal(gn_hold_commit(&h, &err), code);
    NOTE(&n, "insert into t with recursive n(i) as (select 1 union all select "
             "i + 1 from n where i < 9000) select 100, count(*) from n");
    assert_int_equal(gn_commit_wait(c, &n.ticket), GARNER_OK);
    assert_true(gn_hold_close(&h));
    assert_string_equal(foreign_text("select a from t"), "100");
}

/* What the watch would do at now_ns. */
static int64_t look(int64_t now_ns, bool closing)
{
    return h.watched.look(&h.watched, now_ns, closing);
}

static void end_as_the_watch(void)
{
    h.watched.end(&h.watched);
}

/* --- its end by itself -----------------------------------------------------
 */

static void it_commits_and_hands_over(void **state)
{
    struct note n;

    (void)state;
    begin();
    assert_true(gn_lead_is_mine(c));
    run_in("insert into t values (1, 0)");
    assert_int_equal(gn_hold_commit(&h, NULL), GARNER_OK);
    assert_false(gn_lead_is_mine(c));
    assert_true(gn_hold_close(&h)); /* nothing is left to undo */
    NOTE(&n, "insert into t values (2, 0)");
    assert_int_equal(gn_commit_wait(c, &n.ticket), GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "1,2");
}

static void idle_too_long_it_is_rolled_back(void **state)
{
    (void)state;
    begin_unwatched();
    run_in("insert into t values (1, 0)");
    terms.idle_ns = h.terms.idle_ns = 1000000; /* from the last call on */
    assert_int_equal(look(atomic_load(&h.idle_since_ns) + 999999, false),
                     atomic_load(&h.idle_since_ns) + 1000000);
    assert_int_equal(look(atomic_load(&h.idle_since_ns) + 1000000, false), 0);
    while (gn_clock_monotonic_ns() < atomic_load(&h.idle_since_ns) + 1000000)
        ;
    end_as_the_watch();
    has_ended(GARNER_TIMEOUT, "was rolled back: idle for 1 ms (idle_ms)");
}

static void open_too_long_it_is_rolled_back(void **state)
{
    (void)state;
    begin_unwatched();
    run_in("insert into t values (1, 0)");
    h.life_ends_ns = gn_clock_monotonic_ns();
    assert_int_equal(look(h.life_ends_ns - 1, false), h.life_ends_ns);
    assert_int_equal(look(h.life_ends_ns, false), 0);
    end_as_the_watch();
    has_ended(GARNER_TIMEOUT, "(timeout_ms)");
}

static void its_store_s_end_is_its_own(void **state)
{
    (void)state;
    begin_unwatched();
    run_in("insert into t values (1, 0)");
    assert_int_equal(look(gn_clock_monotonic_ns(), true), 0);
    end_as_the_watch();
    has_ended(GARNER_CLOSED, "its store was closed");
}

/* --- a call under way ------------------------------------------------------
 */

static void a_call_is_never_idle(void **state)
{
    int64_t later;

    (void)state;
    begin_unwatched();
    assert_int_equal(gn_hold_enter(&h, NULL), GARNER_OK);
    later = gn_clock_monotonic_ns() + 2 * terms.idle_ns;
    assert_int_equal(look(later, false), later + terms.idle_ns);
    assert_int_equal(gn_hold_leave(&h, GARNER_OK, NULL), GARNER_OK);
    run_in("insert into t values (1, 0)");
    assert_int_equal(gn_hold_commit(&h, NULL), GARNER_OK);
    assert_true(gn_hold_close(&h));
    assert_string_equal(foreign_text("select a from t"), "1");
}

static void a_call_past_its_life_ends_it(void **state)
{
    struct garner_error err;

    (void)state;
    begin_unwatched();
    run_in("insert into t values (1, 0)");
    assert_int_equal(gn_hold_enter(&h, NULL), GARNER_OK);
    assert_true(look(h.life_ends_ns, false) > h.life_ends_ns);
    assert_int_equal(gn_hold_leave(&h, GARNER_OK, &err), GARNER_TIMEOUT);
    has_ended(GARNER_TIMEOUT, "(timeout_ms)");
}

/* The watch saw the call that is just leaving. */
static void the_next_call_ends_it_then(void **state)
{
    struct garner_error err;

    (void)state;
    begin_unwatched();
    run_in("insert into t values (1, 0)");
    atomic_store(&h.state, 1); /* BUSY */
    (void)look(h.life_ends_ns, false);
    atomic_store(&h.state, 0);
    assert_int_equal(gn_hold_enter(&h, &err), GARNER_TIMEOUT);
    has_ended(GARNER_TIMEOUT, "(timeout_ms)");
}

static void a_statement_under_way_is_interrupted(void **state)
{
    struct garner_error err;

    (void)state;
    terms.life_ns = 20 * INT64_C(1000000);
    begin();
    assert_int_equal(
        try_run_in("with recursive n(i) as (select 1 union all select i + 1 "
                   "from n) insert into t select i % 1, 0 from n where i < 0",
                   &err),
        GARNER_TIMEOUT);
    has_ended(GARNER_TIMEOUT, "open for 20 ms (timeout_ms)");
}

static void one_thread_is_in_a_call_at_a_time(void **state)
{
    struct garner_error err;

    (void)state;
    begin();
    assert_int_equal(gn_hold_enter(&h, NULL), GARNER_OK);
    assert_int_equal(gn_hold_enter(&h, &err), GARNER_MISUSE);
    assert_non_null(strstr(err.message, "one at a time"));
    assert_int_equal(gn_hold_leave(&h, GARNER_OK, NULL), GARNER_OK);
    assert_true(gn_hold_close(&h));
}

/* --- a call while the watch ends it ----------------------------------------
 */

static void *enter_and_note(void *code)
{
    *(enum garner_code *)code = gn_hold_enter(&h, NULL);
    return NULL;
}

static void *close_and_note(void *done)
{
    atomic_store((atomic_bool *)done, gn_hold_close(&h));
    return NULL;
}

static void a_call_waits_for_the_watch(void **state)
{
    enum garner_code code = GARNER_OK;
    pthread_t thread;

    (void)state;
    begin_unwatched();
    run_in("insert into t values (1, 0)");
    assert_int_equal(look(h.life_ends_ns, false), 0); /* it is the watch's */
    assert_int_equal(gn_thread_start(&thread, enter_and_note, &code, NULL), 0);
    h.life_ends_ns = 0;
    end_as_the_watch();
    gn_thread_join(thread);
    assert_int_equal(code, GARNER_TIMEOUT);
    has_ended(GARNER_TIMEOUT, "(timeout_ms)");
}

/* Its owner may free it as soon as that returns. */
static void closing_waits_for_the_watch(void **state)
{
    atomic_bool done = false;
    pthread_t thread;

    (void)state;
    begin_unwatched();
    assert_int_equal(look(h.life_ends_ns, false), 0);
    assert_int_equal(gn_thread_start(&thread, close_and_note, &done, NULL), 0);
    for (int i = 0; i < 100; i++) {
        (void)sched_yield();
        assert_false(atomic_load(&done));
    }
    end_as_the_watch();
    gn_thread_join(thread);
    assert_true(atomic_load(&done));
}

/* --- the commit ------------------------------------------------------------
 */

/* In the middle of the commit its store is closed, and its time is up. */
static int all_is_over(void *unused)
{
    (void)unused;
    h.life_ends_ns = 0;
    atomic_store(&h.idle_since_ns, 0);
    gn_watch_close(watch, 0);
    return 0;
}

static void a_commit_that_has_begun_is_not_ended(void **state)
{
    (void)state;
    begin();
    run_in("insert into t values (1, 0)");
    (void)sqlite3_commit_hook(h.connection->db, all_is_over, NULL);
    assert_int_equal(gn_hold_commit(&h, NULL), GARNER_OK);
    assert_true(gn_hold_close(&h));
    assert_string_equal(foreign_text("select a from t"), "1");
}

/* What it has read is on the disk when it is acknowledged. */
static void an_empty_one_syncs_what_others_did_not(void **state)
{
    struct note n;

    (void)state;
    NOTE(&n, "insert into t values (1, 0)");
    n.ticket.ack = GARNER_COMMITTED;
    assert_int_equal(gn_commit_wait(c, &n.ticket), GARNER_OK);
    assert_true(c->connection->log.unsynced);
    begin();
    assert_int_equal(gn_hold_commit(&h, NULL), GARNER_OK);
    assert_true(gn_hold_close(&h));
    assert_true(c->connection->log.unsynced);
    terms.sync = true;
    begin();
    assert_int_equal(gn_hold_commit(&h, NULL), GARNER_OK);
    assert_true(gn_hold_close(&h));
    assert_false(c->connection->log.unsynced);
}

static int refuse(void *unused)
{
    (void)unused;
    return 1;
}

static void a_commit_that_fails_undoes_all(void **state)
{
    struct garner_error err;

    (void)state;
    begin();
    run_in("insert into t values (1, 0)");
    (void)sqlite3_commit_hook(h.connection->db, refuse, NULL);
    assert_int_equal(gn_hold_commit(&h, &err), GARNER_CONSTRAINT);
    (void)sqlite3_commit_hook(h.connection->db, NULL, NULL);
    has_ended(GARNER_CONSTRAINT, "was rolled back");
}

static void one_that_can_be_mended_is_watched_on(void **state)
{
    (void)state;
    begin();
    run_in("create table child(t references t deferrable initially deferred)");
    run_in("insert into child values (5)");
    assert_int_equal(gn_hold_commit(&h, NULL), GARNER_CONSTRAINT);
    gn_watch_close(watch, 0);
    while (atomic_load(&h.state) != 3) /* ENDED, by the watch itself */
        sched_yield();
    has_ended(GARNER_CLOSED, "its store was closed");
}

/* --- what is open in it ----------------------------------------------------
 */

struct thing {
    struct gn_held held;
    int ends;
};

static void count_end(struct gn_held *held)
{
    ((struct thing *)(void *)held)->ends++;
}

static void what_is_open_is_ended_once(void **state)
{
    struct thing things[3] = {{.ends = 0}};

    (void)state;
    begin_unwatched();
    assert_int_equal(gn_hold_enter(&h, NULL), GARNER_OK);
    for (int i = 0; i < 3; i++)
        gn_hold_add(&h, &things[i].held, count_end);
    gn_hold_remove(&things[1].held);
    assert_int_equal(gn_hold_leave(&h, GARNER_OK, NULL), GARNER_OK);
    assert_int_equal(look(0, true), 0);
    end_as_the_watch();
    assert_ptr_equal(things[0].held.hold, &h); /* its memory is there still */
    assert_true(gn_hold_close(&h));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(things[i].ends, i != 1);
        assert_null(things[i].held.hold);
    }
}

/* --- beginning -------------------------------------------------------------
 */

static void one_that_cannot_begin_holds_nobody_up(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct garner_error err;
    struct note n;

    (void)state;
    foreign_run(foreign, "begin immediate");
    assert_int_equal(gn_hold_begin(&h, c, watch, &terms,
                                   gn_clock_monotonic_ns() + 2000000, &err),
                     GARNER_BUSY);
    assert_non_null(strstr(err.message, "not garner's"));
    foreign_run(foreign, "commit");
    foreign_close(foreign);
    NOTE(&n, "insert into t values (2, 0)");
    assert_int_equal(gn_commit_wait(c, &n.ticket), GARNER_OK);
}

static void a_closed_store_begins_none(void **state)
{
    (void)state;
    gn_commit_close(c, SECONDS(20));
    assert_int_equal(gn_hold_begin(&h, c, watch, &terms, SECONDS(20), NULL),
                     GARNER_CLOSED);
}

static void *begin_and_note(void *code)
{
    static struct gn_hold second;

    *(enum garner_code *)code =
        gn_hold_begin(&second, c, watch, &terms, SECONDS(20), NULL);
    return NULL;
}

static void one_that_waited_begins_none_on_a_closed_store(void **state)
{
    enum garner_code code = GARNER_OK;
    struct garner_stats stats;
    pthread_t thread;

    (void)state;
    begin();
    assert_int_equal(gn_thread_start(&thread, begin_and_note, &code, NULL), 0);
    do {
        sched_yield();
        gn_commit_stats(c, &stats);
    } while (stats.queued_batches < 1);
    gn_commit_close(c, SECONDS(20));
    assert_int_equal(gn_hold_commit(&h, NULL), GARNER_OK);
    gn_thread_join(thread);
    assert_int_equal(code, GARNER_CLOSED);
    assert_true(gn_hold_close(&h));
}

static void a_child_keeps_its_hands_off(void **state)
{
    struct garner_error err;
    int status;
    pid_t child;

    (void)state;
    begin();
    run_in("insert into t values (1, 0)");
    child = fork();
    if (child == 0)
        _exit(gn_hold_enter(&h, &err) == GARNER_MISUSE &&
                      strstr(err.message, "parent") != NULL &&
                      gn_hold_commit(&h, NULL) == GARNER_MISUSE &&
                      !gn_hold_close(&h)
                  ? 0
                  : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(gn_hold_commit(&h, NULL), GARNER_OK);
    assert_true(gn_hold_close(&h));
    assert_string_equal(foreign_text("select a from t"), "1");
}

/* --- both at once ----------------------------------------------------------
 */

enum { ROUNDS = 3000 };

/* Deadlines of microseconds: the watch comes at any moment of a call, between
 * two, in a commit, or not at all. Whoever comes first, one of them ends it. */
static void one_of_them_ends_it(void **state)
{
    uint64_t seed = 1;
    int committed = 0;
    int timed_out = 0;
    char expected[32];

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        enum garner_code code = GARNER_OK;
        int calls = (int)(gn_random_next(&seed) % 4);

        terms.life_ns = (int64_t)(gn_random_next(&seed) % 150) * 1000;
        terms.idle_ns = (int64_t)(gn_random_next(&seed) % 60) * 1000;
        begin();
        while (code == GARNER_OK && calls-- > 0)
            code = try_run_in(calls % 2 == 0 ? "insert into t(b) values (0)"
                                             : "select count(*) from t",
                              NULL);
        if (code == GARNER_OK)
            code = try_run_in("insert into t(b) values (1)", NULL);
        if (code == GARNER_OK)
            code = gn_hold_commit(&h, NULL);
        committed += code == GARNER_OK;
        timed_out += code == GARNER_TIMEOUT;
        assert_true(gn_hold_close(&h));
    }
    assert_int_equal(committed + timed_out, ROUNDS);
    snprintf(expected, sizeof expected, "%d", committed);
    assert_string_equal(foreign_text("select count(*) from t where b = 1"),
                        expected);
    print_message("%d committed, %d were rolled back\n", committed, timed_out);
}

#define HOLD(f) cmocka_unit_test_setup_teardown(f, with_commit, without_commit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOLD(it_commits_and_hands_over),
        HOLD(idle_too_long_it_is_rolled_back),
        HOLD(open_too_long_it_is_rolled_back),
        HOLD(its_store_s_end_is_its_own),
        HOLD(a_call_is_never_idle),
        HOLD(a_call_past_its_life_ends_it),
        HOLD(the_next_call_ends_it_then),
        HOLD(a_statement_under_way_is_interrupted),
        HOLD(one_thread_is_in_a_call_at_a_time),
        HOLD(a_call_waits_for_the_watch),
        HOLD(closing_waits_for_the_watch),
        HOLD(a_commit_that_has_begun_is_not_ended),
        HOLD(an_empty_one_syncs_what_others_did_not),
        HOLD(a_commit_that_fails_undoes_all),
        HOLD(one_that_can_be_mended_is_watched_on),
        HOLD(what_is_open_is_ended_once),
        HOLD(one_that_cannot_begin_holds_nobody_up),
        HOLD(a_closed_store_begins_none),
        HOLD(one_that_waited_begins_none_on_a_closed_store),
        HOLD(a_child_keeps_its_hands_off),
        HOLD(one_of_them_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
