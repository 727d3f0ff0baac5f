/* commit_race_test.c - many threads at random, a pump, foreign locks, short
 * deadlines: what was acknowledged is there exactly once, what was not is not.
 */
#include "store/fixture_test.h"

#include <errno.h>

#include "base/random.h"
#include "store/commit/commit.h"
#include "store/commit/pump.h"

enum { THREADS = 8, EACH = 400 };

static struct gn_commit *c;
static struct gn_pump *pump;
static atomic_int callbacks;
static atomic_int submitted;

static int with_commit(void **state)
{
    struct garner_options options;
    struct gn_sqlite *connection;

    if (fixture_up(state) != 0)
        return -1;
    garner_options_init(&options);
    options.queue_statements = 16;
    options.group_statements = 8;
    options.gather_ms = 1;
    options.wal_bytes = 65536;
    connection = open_writer();
    run(connection, "create table t(thread, number, primary key(thread, "
                    "number)) without rowid");
    run(connection, "create table log(id integer primary key, thread, number)");
    run(connection, "create trigger t_log after insert on t begin insert into "
                    "log(thread, number) values (new.thread, new.number); end");
    atomic_store(&callbacks, 0);
    atomic_store(&submitted, 0);
    if (gn_commit_new(connection, &options, &c, NULL) != GARNER_OK)
        return -1;
    return gn_pump_start(c, &pump, NULL) == GARNER_OK ? 0 : -1;
}

static int without_commit(void **state)
{
    return fixture_down(state);
}

static void close_it(void)
{
    gn_commit_close(c, SECONDS(20));
    gn_pump_join(pump);
    gn_commit_free(c);
}

struct hand {
    pthread_t thread;
    int index;
    uint64_t seed;
    int64_t longest_ns; /* a deadline is this far away at most */
    bool submits;       /* every other one is submitted */
    enum garner_code codes[EACH];
};

/* One row; a batch of two statements now and then, of which one is nothing. */
static enum garner_code write_row(struct hand *h, int number,
                                  int64_t deadline_ns)
{
    const struct garner_value args[] = {garner_integer(h->index),
                                        garner_integer(number)};
    struct gn_statement s[2];
    struct garner_error err = {0};
    struct gn_ticket t = {.statements = s, .count = 1, .err = &err};
    enum garner_code code;

    gn_statement_init(&s[0], "insert into t values (?, ?)", args, 2);
    gn_statement_init(&s[1], "delete from t where thread < 0", NULL, 0);
    if (number % 3 == 0) {
        s[0].next = &s[1];
        t.count = 2;
    }
    t.bytes = gn_statement_bytes(&s[0]) * t.count;
    t.ack = number % 5 == 0 ? GARNER_SYNCED : GARNER_COMMITTED;
    t.deadline_ns = deadline_ns;
    code = gn_commit_wait(c, &t);
    if (code != GARNER_OK && err.code != code)
        return GARNER_CORRUPT; /* the message of another */
    if (code == GARNER_OK && t.result.changes != 1)
        return GARNER_CORRUPT;
    return code;
}

static void settled(void *context, const struct garner_result *result,
                    const struct garner_error *err)
{
    enum garner_code *code = context;

    (void)result;
    *code = err != NULL ? err->code : GARNER_OK;
    atomic_fetch_add(&callbacks, 1);
}

static enum garner_code submit_row(struct hand *h, int number,
                                   int64_t deadline_ns)
{
    struct garner_batch *b;
    enum garner_code code = garner_batch_new(&b, NULL);

    if (code != GARNER_OK)
        return code;
    code = garner_batch_add(
        b, "insert into t values (?, ?)",
        GARNER_ARGS(garner_integer(h->index), garner_integer(number)), NULL);
    b->ticket = (struct gn_ticket){.statements = b->first,
                                   .count = 1,
                                   .bytes = b->bytes,
                                   .ack = GARNER_COMMITTED,
                                   .done = settled,
                                   .done_context = &h->codes[number]};
    if (code == GARNER_OK)
        code = gn_commit_submit(c, b, deadline_ns, NULL);
    if (code == GARNER_OK)
        atomic_fetch_add(&submitted, 1);
    else
        garner_batch_free(b);
    return code;
}

static void *work(void *argument)
{
    struct hand *h = argument;

    for (int i = 0; i < EACH; i++) {
        const int64_t far_ns =
            (int64_t)(gn_random_next(&h->seed) % (uint64_t)h->longest_ns);
        const int64_t deadline_ns = gn_clock_monotonic_ns() + far_ns;
        enum garner_code code;

        if (h->submits && i % 2 == 1) {
            code = submit_row(h, i, deadline_ns);
            if (code != GARNER_OK) /* else its callback tells */
                h->codes[i] = code;
        } else {
            h->codes[i] = write_row(h, i, deadline_ns);
        }
    }
    return NULL;
}

/* What the threads were told is what is there, in the order of each. */
static int check(const struct hand *hands, bool all)
{
    sqlite3 *db = foreign_open();
    sqlite3_stmt *stmt;
    int found = 0;
    int acknowledged = 0;

    assert_int_equal(sqlite3_prepare_v2(db,
                                        "select thread, number from log "
                                        "order by thread, id",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    for (int last_thread = -1, last = -1; sqlite3_step(stmt) == SQLITE_ROW;
         found++) {
        const int thread = sqlite3_column_int(stmt, 0);
        const int number = sqlite3_column_int(stmt, 1);

        if (thread == last_thread)
            assert_true(number > last);
        assert_int_equal(hands[thread].codes[number], GARNER_OK);
        last_thread = thread;
        last = number;
    }
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    for (int i = 0; i < THREADS; i++)
        for (int k = 0; k < EACH; k++) {
            const enum garner_code code = hands[i].codes[k];

            acknowledged += code == GARNER_OK;
            if (code != GARNER_OK &&
                (all || (code != GARNER_TIMEOUT && code != GARNER_BUSY &&
                         code != GARNER_FULL)))
                fail_msg("%s", garner_code_name(code));
        }
    assert_int_equal(found, acknowledged);
    assert_int_equal(found, foreign_number(db, "select count(*) from t"));
    foreign_close(db);
    return found;
}

static struct hand *start(int64_t longest_ns, bool submits)
{
    struct hand *hands = gn_alloc(THREADS * sizeof *hands);

    for (int i = 0; i < THREADS; i++) {
        hands[i].index = i;
        hands[i].seed = (uint64_t)i + 1;
        hands[i].longest_ns = longest_ns;
        hands[i].submits = submits;
        assert_int_equal(
            gn_thread_start(&hands[i].thread, work, &hands[i], NULL), 0);
    }
    return hands;
}

static void join(struct hand *hands)
{
    for (int i = 0; i < THREADS; i++)
        gn_thread_join(hands[i].thread);
}

static void with_time_all_are_acknowledged(void **state)
{
    struct hand *hands = start(INT64_C(1) << 50, true);

    (void)state;
    join(hands);
    close_it();
    assert_int_equal(check(hands, true), THREADS * EACH);
    assert_int_equal(atomic_load(&callbacks), THREADS * EACH / 2);
    gn_free(hands);
}

static void in_a_hurry_each_outcome_is_true(void **state)
{
    struct hand *hands = start(300000, true);

    (void)state;
    join(hands);
    close_it();
    assert_true(check(hands, false) > 0);
    assert_int_equal(atomic_load(&callbacks), atomic_load(&submitted));
    gn_free(hands);
}

static atomic_bool stop;

/* A foreign process of bad manners: takes the lock at any time, and writes. */
static void *disturb(void *unused)
{
    sqlite3 *db;
    uint64_t seed = 99;

    if (sqlite3_open(fixture.db, &db) != SQLITE_OK)
        return unused;
    while (!atomic_load(&stop)) {
        const struct timespec held = {
            .tv_nsec = (long)(gn_random_next(&seed) % 2000000)};

        if (sqlite3_exec(db, "begin immediate; insert into other values (1)",
                         NULL, NULL, NULL) == SQLITE_OK) {
            nanosleep(&held, NULL);
            sqlite3_exec(db, "commit", NULL, NULL, NULL);
        } else if (!sqlite3_get_autocommit(db)) {
            sqlite3_exec(db, "rollback", NULL, NULL, NULL);
        }
    }
    sqlite3_close(db);
    return unused;
}

static void among_foreign_locks_each_outcome_is_true(void **state)
{
    struct hand *hands;
    pthread_t foreign;
    sqlite3 *db = foreign_open();

    (void)state;
    foreign_run(db, "create table other(a)");
    foreign_close(db);
    atomic_store(&stop, false);
    assert_int_equal(gn_thread_start(&foreign, disturb, NULL, NULL), 0);
    hands = start(2000000, true);
    join(hands);
    atomic_store(&stop, true);
    gn_thread_join(foreign);
    close_it();
    assert_true(check(hands, false) > 0);
    assert_int_equal(atomic_load(&callbacks), atomic_load(&submitted));
    gn_free(hands);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_commit, without_commit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(with_time_all_are_acknowledged),
        WITH(in_a_hurry_each_outcome_is_true),
        WITH(among_foreign_locks_each_outcome_is_true),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
