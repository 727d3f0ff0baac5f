/* processes_test.c - several processes write one database: none starves, none
 * is lost, a dead or a stopped one is no trap, a forked child keeps its hands
 * off. */
#include "store/fixture_test.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "garner/garner.h"
#include "store/commit/turn.h"

enum { PROCESSES = 4, ROWS = 200 };

/* ThreadSanitizer cannot follow the threads that a child starts which was
 * forked while its parent had some. */
#ifdef __SANITIZE_THREAD__
enum { CHILD_MAY_START_THREADS = 0 };
#else
enum { CHILD_MAY_START_THREADS = 1 };
#endif

/* A fork whose child ends with this program, however that ends. */
static pid_t start_child(void)
{
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    return child;
}

static struct garner_store *open_store(int timeout_ms)
{
    struct garner_options options;
    struct garner_store *store;

    garner_options_init(&options);
    options.ack = GARNER_COMMITTED;
    options.timeout_ms = timeout_ms;
    return garner_open(fixture.db, &options, &store, NULL) == GARNER_OK ? store
                                                                        : NULL;
}

static int64_t number(struct garner_store *store, const char *sql)
{
    struct garner_rows *rows;
    int64_t n;

    assert_int_equal(garner_query(store, sql, NULL, 0, &rows, NULL), GARNER_OK);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    n = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    return n;
}

static enum garner_code insert(struct garner_store *store, int process, int n,
                               struct garner_error *err)
{
    return garner_exec(store, "insert into t (process, n) values (?, ?)",
                       GARNER_ARGS(garner_integer(process), garner_integer(n)),
                       NULL, err);
}

/* A child's whole life: 0 if all its rows were acknowledged. */
static int write_rows(int process, int rows)
{
    struct garner_store *store = open_store(60000);
    int n = 0;

    if (store == NULL)
        return 2;
    while (n < rows && insert(store, process, n, NULL) == GARNER_OK)
        n++;
    garner_close(store);
    return n == rows ? 0 : 1;
}

/* A store that waits no longer than timeout_ms, but for what is made here. */
static struct garner_store *with_table(int timeout_ms)
{
    struct garner_store *store = open_store(60000);

    assert_non_null(store);
    assert_int_equal(garner_exec(store,
                                 "create table if not exists t (process"
                                 " integer, n integer)",
                                 NULL, 0, NULL, NULL),
                     GARNER_OK);
    if (timeout_ms == 60000)
        return store;
    garner_close(store);
    store = open_store(timeout_ms);
    assert_non_null(store);
    return store;
}

static int end_of(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void every_process_s_rows_are_there_once_and_in_order(void **state)
{
    pid_t children[PROCESSES];
    struct garner_store *store;

    (void)state;
    garner_close(with_table(60000));
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = start_child();
        if (children[i] == 0)
            _exit(write_rows(i, ROWS));
    }
    store = open_store(60000); /* this process writes, too */
    for (int n = 0; n < ROWS; n++)
        assert_int_equal(insert(store, PROCESSES, n, NULL), GARNER_OK);
    for (int i = 0; i < PROCESSES; i++)
        assert_int_equal(end_of(children[i]), 0);
    assert_int_equal(number(store, "select count(*) from t"),
                     (PROCESSES + 1) * ROWS);
    assert_int_equal(number(store, "select count(*) from (select n <> "
                                   "row_number() over (partition by process "
                                   "order by rowid) - 1 as bad from t) "
                                   "where bad"),
                     0);
    garner_close(store);
}

/* SQLite refuses the change to WAL as busy without waiting when several make
 * it at once (https://sqlite.org/wal.html section 9). */
static void many_may_make_the_same_new_file_at_once(void **state)
{
    enum { MAKERS = 12, ROUNDS = 5 };
    pid_t children[MAKERS];
    sqlite3 *foreign;
    int gate[2];
    char byte;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        assert_int_equal(pipe(gate), 0);
        for (int i = 0; i < MAKERS; i++) {
            children[i] = start_child();
            if (children[i] != 0)
                continue;
            close(gate[1]); /* its end lets all of them go */
            (void)!read(gate[0], &byte, 1);
            struct garner_store *store = open_store(60000);
            const bool well =
                store != NULL &&
                garner_exec(store, "create table if not exists t (n)", NULL, 0,
                            NULL, NULL) == GARNER_OK &&
                garner_exec(store, "insert into t values (1)", NULL, 0, NULL,
                            NULL) == GARNER_OK;
            garner_close(store);
            _exit(well ? 0 : 1);
        }
        close(gate[0]);
        close(gate[1]);
        for (int i = 0; i < MAKERS; i++)
            assert_int_equal(end_of(children[i]), 0);
        foreign = foreign_open();
        assert_int_equal(foreign_number(foreign, "select count(*) from t"),
                         MAKERS);
        foreign_close(foreign);
        assert_int_equal(unlink(fixture.db), 0); /* no log is left beside it */
    }
}

static void one_that_is_killed_leaves_the_turn(void **state)
{
    struct garner_store *store;

    (void)state;
    if (!CHILD_MAY_START_THREADS)
        skip();
    store = with_table(60000);
    for (int round = 0; round < 10; round++) {
        const int64_t before = number(store, "select count(*) from t");
        pid_t child = start_child();

        if (child == 0)
            _exit(write_rows(round, 1 << 30));
        while (number(store, "select count(*) from t") < before + 20)
            assert_int_equal(insert(store, -1, 0, NULL), GARNER_OK);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(WTERMSIG(end_of(child)), SIGKILL);
        assert_int_equal(insert(store, -1, 0, NULL), GARNER_OK);
    }
    garner_close(store);
}

/* A child that has the turn, and does nothing with it until it is killed. */
static pid_t holder(void)
{
    int up[2];
    char byte;
    pid_t child;

    assert_int_equal(pipe(up), 0);
    child = start_child();
    if (child == 0) {
        struct gn_turn *turn;

        if (gn_turn_open(fixture.db, NULL, NULL, &turn, NULL) != GARNER_OK)
            _exit(1);
        while (!gn_turn_try(turn))
            (void)sched_yield(); /* the other keeps it for a moment */
        (void)!write(up[1], "x", 1);
        for (;;)
            (void)pause();
    }
    (void)close(up[1]);
    assert_int_equal(read(up[0], &byte, 1), 1);
    (void)close(up[0]);
    return child;
}

static void who_waits_too_long_is_told_for_whom(void **state)
{
    struct garner_store *store = with_table(50);
    struct garner_error err;
    char name[32];
    pid_t child = holder();

    (void)state;
    assert_int_equal(insert(store, 0, 0, &err), GARNER_BUSY);
    snprintf(name, sizeof name, "process %d ", (int)child);
    assert_memory_equal(err.message, name, strlen(name));
    assert_int_equal(number(store, "select count(*) from t"), 0);
    assert_int_equal(kill(child, SIGKILL), 0);
    (void)end_of(child);
    while (insert(store, 0, 0, NULL) != GARNER_OK)
        ; /* until the kernel has given its lock back, and we are in time */
    assert_int_equal(number(store, "select count(*) from t"), 1);
    garner_close(store);
}

/* One process opens the file, which is not there yet, by a symbolic link, the
 * other by its name. */
static void a_link_is_the_file_it_leads_to(void **state)
{
    struct garner_store *store;
    struct garner_error err;
    char name[sizeof fixture.db];
    pid_t child;

    (void)state;
    memcpy(name, fixture.db, sizeof name);
    snprintf(fixture.db, sizeof fixture.db, "%s/link", fixture.folder);
    assert_int_equal(symlink("./t.db", fixture.db), 0);
    store = with_table(50);
    memcpy(fixture.db, name, sizeof name);
    assert_int_equal(access(fixture.db, F_OK), 0);
    child = holder();
    assert_int_equal(insert(store, 0, 0, &err), GARNER_BUSY);
    assert_non_null(strstr(err.message, "has had its turn"));
    assert_int_equal(kill(child, SIGKILL), 0);
    (void)end_of(child);
    garner_close(store);
}

static void count_failure(void *context, const struct garner_result *result,
                          const struct garner_error *err)
{
    int *busy = context;

    (void)result;
    *busy += err != NULL && err->code == GARNER_BUSY;
}

static void closing_does_not_wait_for_ever(void **state)
{
    struct garner_store *store = with_table(50);
    struct garner_batch *batch;
    sqlite3 *foreign = foreign_open();
    int busy = 0;
    pid_t child = holder();

    (void)state;
    /* SQLite's own lock, too: the turn alone does not keep a close out. */
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(
        garner_batch_add(batch, "insert into t values (1, 1)", NULL, 0, NULL),
        GARNER_OK);
    foreign_run(foreign, "begin immediate");
    assert_int_equal(garner_submit(store, batch, count_failure, &busy, NULL),
                     GARNER_OK);
    garner_close(store);
    foreign_run(foreign, "rollback");
    foreign_close(foreign);
    assert_int_equal(busy, 1);
    assert_int_equal(kill(child, SIGKILL), 0);
    (void)end_of(child);
}

#define MISUSED(call)                                                          \
    ((call) == GARNER_MISUSE && err.message[0] != '\0' ? 0 : __LINE__)

/* The line of the first call that does not say MISUSE; 0: all do. */
static int use_parent_s(struct garner_store *store, struct garner_rows *rows)
{
    struct garner_error err = {0};
    struct garner_batch *batch;
    struct garner_rows *more;
    int line;

    if (garner_batch_new(&batch, NULL) != GARNER_OK ||
        garner_batch_add(batch, "delete from t", NULL, 0, NULL) != GARNER_OK)
        return __LINE__;
    line = MISUSED(insert(store, 9, 9, &err));
    line = line != 0 ? line : MISUSED(garner_write(store, batch, NULL, &err));
    line = line != 0 ? line
                     : MISUSED(garner_submit(store, batch, NULL, NULL, &err));
    line = line != 0 ? line : MISUSED(garner_flush(store, &err));
    line = line != 0
               ? line
               : MISUSED(garner_query(store, "select 1", NULL, 0, &more, &err));
    line = line != 0 ? line : MISUSED(garner_next(rows, &err));
    garner_batch_free(batch);
    garner_rows_close(rows);
    garner_close(store);
    return line;
}

static void a_forked_child_may_only_open_its_own(void **state)
{
    struct garner_store *store;
    struct garner_rows *rows;
    pid_t child;

    (void)state;
    if (!CHILD_MAY_START_THREADS)
        skip();
    store = with_table(60000);
    assert_int_equal(insert(store, 0, 0, NULL), GARNER_OK);
    assert_int_equal(
        garner_query(store, "select n from t", NULL, 0, &rows, NULL),
        GARNER_OK);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    child = start_child();
    if (child == 0) {
        const int line = use_parent_s(store, rows);

        _exit(line != 0 ? line & 0xff : write_rows(1, 3));
    }
    assert_int_equal(end_of(child), 0);
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    garner_rows_close(rows);
    assert_int_equal(insert(store, 0, 1, NULL), GARNER_OK);
    assert_int_equal(number(store, "select count(*) from t"), 5);
    garner_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_process_s_rows_are_there_once_and_in_order),
        TEST(many_may_make_the_same_new_file_at_once),
        TEST(one_that_is_killed_leaves_the_turn),
        TEST(who_waits_too_long_is_told_for_whom),
        TEST(a_link_is_the_file_it_leads_to),
        TEST(closing_does_not_wait_for_ever),
        TEST(a_forked_child_may_only_open_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
