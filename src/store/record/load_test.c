/* load_test.c - many put and take at the same time, threads and
 * processes, and one of them is killed: each record is worked on once, and none
 * is lost. */
#include "store/record/fixture_test.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum {
    THREADS = 8,
    EACH = 150,
    TOTAL = THREADS * EACH,
    PROCESSES = 4,
    OF_EACH = 60,
    ALL_OF_THEM = PROCESSES * OF_EACH,
    /* Nobody is late here, however slow the machine. */
    LEASE_MS = 3600000,
};

/* --- threads ----------------------------------------------------------------
 */

static atomic_int taken[TOTAL]; /* how often each was */
static atomic_int acknowledged;

struct hand {
    pthread_t thread;
    int index;
    bool failed;
    struct garner_error err;
};

static bool put_one(struct hand *h, int n)
{
    char text[16];
    const struct garner_entry entry = {
        .notes = n % 3 == 0 ? "every third" : NULL,
        .data = text,
        .size = (size_t)snprintf(text, sizeof text, "%d", h->index * EACH + n),
    };

    return garner_put(store, "q", &entry, NULL, &h->err) == GARNER_OK;
}

/* Takes one if there is one; false: it failed. */
static bool take_one(struct hand *h)
{
    const struct garner_pop_options options = {.lease_ms = LEASE_MS};
    struct garner_record *r;
    enum garner_code code = garner_pop(store, "q", &options, &r, &h->err);

    if (code == GARNER_NOTFOUND) {
        (void)sched_yield();
        return true;
    }
    if (code != GARNER_OK)
        return false;
    atomic_fetch_add(&taken[atoi(r->data)], 1);
    code = garner_ack(store, r->id, r->lease, &h->err);
    garner_record_free(r);
    atomic_fetch_add(&acknowledged, 1);
    return code == GARNER_OK;
}

static void *put_and_take(void *argument)
{
    struct hand *h = argument;

    for (int n = 0; n < EACH && !h->failed; n++)
        h->failed = !put_one(h, n) || !take_one(h);
    while (!h->failed && atomic_load(&acknowledged) < TOTAL)
        h->failed = !take_one(h);
    if (h->failed) /* let the others end */
        atomic_fetch_add(&acknowledged, TOTAL);
    return NULL;
}

static void threads_take_each_record_once(void **state)
{
    struct hand hands[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        hands[i] = (struct hand){.index = i};
        assert_int_equal(
            gn_thread_start(&hands[i].thread, put_and_take, &hands[i], NULL),
            0);
    }
    for (int i = 0; i < THREADS; i++)
        gn_thread_join(hands[i].thread);
    for (int i = 0; i < THREADS; i++)
        if (hands[i].failed)
            fail_msg("%d: %s", i, hands[i].err.message);
    for (int i = 0; i < TOTAL; i++)
        assert_int_equal(atomic_load(&taken[i]), 1);
    assert_int_equal(number("select count(*) from garner_record"), 0);
    assert_int_equal(number("select count(*) from garner_record_body"), 0);
    exec("insert into garner_record_words (garner_record_words)"
         " values ('integrity-check')");
}

/* --- processes --------------------------------------------------------------
 */

static int64_t count_done(struct garner_store *s)
{
    struct garner_rows *rows;
    int64_t n = -1;

    if (garner_query(s, "select count(*) from done", NULL, 0, &rows, NULL) !=
        GARNER_OK)
        return -1;
    if (garner_next(rows, NULL) == GARNER_ROW)
        n = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    return n;
}

/* One that is taken twice is refused by the table's key. */
static bool work_on_one(struct garner_store *s, int process)
{
    const struct garner_pop_options options = {.lease_ms = LEASE_MS};
    struct garner_record *r;
    enum garner_code code = garner_pop(s, "q", &options, &r, NULL);
    bool good;

    if (code == GARNER_NOTFOUND) {
        (void)sched_yield();
        return true;
    }
    if (code != GARNER_OK)
        return false;
    good =
        garner_exec(s, "insert into done values (?, ?)",
                    GARNER_ARGS(garner_integer(r->id), garner_integer(process)),
                    NULL, NULL) == GARNER_OK &&
        garner_ack(s, r->id, r->lease, NULL) == GARNER_OK;
    garner_record_free(r);
    return good;
}

/* A child's whole life; 0: all went well. */
static int put_and_work(int process)
{
    const struct garner_entry entry = {.notes = "work", .data = "x", .size = 1};
    struct garner_store *s = open_at(GARNER_COMMITTED);
    bool good = true;

    for (int i = 0; i < OF_EACH && good; i++)
        good = garner_put(s, "q", &entry, NULL, NULL) == GARNER_OK &&
               work_on_one(s, process);
    while (good && count_done(s) < ALL_OF_THEM)
        good = work_on_one(s, process);
    garner_close(s);
    return good ? 0 : 1;
}

static int end_of(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void processes_take_each_record_once(void **state)
{
    pid_t children[PROCESSES];

    (void)state;
    store = open_at(GARNER_COMMITTED);
    exec("create table done (id integer primary key, process integer)");
    garner_close(store); /* none is open while it forks */
    store = NULL;
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(put_and_work(i));
    }
    for (int i = 0; i < PROCESSES; i++)
        assert_int_equal(end_of(children[i]), 0);
    store = open_at(GARNER_COMMITTED);
    assert_int_equal(number("select count(*) from done"), ALL_OF_THEM);
    assert_int_equal(number("select count(*) from garner_record"), 0);
    exec("insert into garner_record_words (garner_record_words)"
         " values ('integrity-check')");
}

/* A child that takes the record, says so, and never ends by itself. */
static void take_and_stay(int told)
{
    const struct garner_pop_options options = {.lease_ms = 500};
    struct garner_store *s = open_at(GARNER_COMMITTED);
    struct garner_record *r;
    enum garner_code code;

    while ((code = garner_pop(s, "q", &options, &r, &err)) == GARNER_NOTFOUND)
        (void)sched_yield();
    if (code != GARNER_OK) {
        fprintf(stderr, "%s: %s\n", garner_code_name(code), err.message);
        _exit(1);
    }
    (void)!write(told, &r->due_us, sizeof r->due_us);
    for (;;)
        (void)pause();
}

static void a_killed_taker_s_lease_ends(void **state)
{
    const struct garner_pop_options options = {.lease_ms = LEASE_MS};
    struct garner_record *r = NULL;
    int64_t due_us = 0;
    int ends[2];
    pid_t child;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0)
        take_and_stay(ends[1]);
    (void)close(ends[1]);
    store = open_at(GARNER_COMMITTED);
    (void)put("q", "", "work");
    assert_int_equal(read(ends[0], &due_us, sizeof due_us), sizeof due_us);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(WTERMSIG(end_of(child)), SIGKILL);
    while (garner_pop(store, "q", &options, &r, NULL) == GARNER_NOTFOUND)
        (void)sched_yield();
    assert_non_null(r);
    assert_true(gn_clock_wall_us() >= due_us); /* not before its end */
    assert_int_equal(r->attempts, 2);
    assert_string_equal(r->data, "work");
    assert_works(garner_ack(store, r->id, r->lease, &err));
    garner_record_free(r);
    (void)close(ends[0]);
}

#define FORKING(f) cmocka_unit_test_setup_teardown(f, fixture_up, without_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* first, before this process has any thread */
        FORKING(processes_take_each_record_once),
        FORKING(a_killed_taker_s_lease_ends),
        WITH(threads_take_each_record_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
