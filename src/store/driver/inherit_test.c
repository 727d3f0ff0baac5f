/* inherit_test.c - a child of fork that opens the database its parent has open:
 * its own locks, its own log. */
#include "store/driver/transaction.h"
#include "store/fixture_test.h"

#include <sys/wait.h>

/* One letter each way. */
static int to_child[2];
static int to_parent[2];

static void make_pipes(void)
{
    assert_int_equal(pipe(to_child), 0);
    assert_int_equal(pipe(to_parent), 0);
}

static void say(const int *pipe_end)
{
    assert_int_equal(write(pipe_end[1], "x", 1), 1);
}

static void hear(const int *pipe_end)
{
    char letter;

    assert_int_equal(read(pipe_end[0], &letter, 1), 1);
}

static void end(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    for (int i = 0; i < 2; i++) {
        (void)close(to_child[i]);
        (void)close(to_parent[i]);
    }
}

/* Its parent's connection was the last, as the list that it inherited has it.
 */
static void its_parent_does_not_take_the_log_away(void **state)
{
    struct gn_sqlite *c = open_writer();
    pid_t child;

    (void)state;
    run(c, "create table t(a)");
    make_pipes();
    child = fork();
    if (child == 0) {
        struct gn_sqlite *own = open_writer();

        run(own, "insert into t values (1)");
        say(to_parent);
        hear(to_child); /* its parent has closed */
        run(own, "insert into t values (2)");
        gn_sqlite_close(own);
        _exit(0);
    }
    hear(to_parent);
    gn_sqlite_close(c);
    say(to_child);
    end(child);
    assert_string_equal(foreign_text("select a from t"), "1,2");
}

/* A transaction that is under way at the fork is no transaction of the child,
 * but its parent's: it waits for that. */
static void it_waits_for_its_parent_alone(void **state)
{
    struct gn_sqlite *c = open_writer();
    pid_t child;

    (void)state;
    run(c, "create table t(a)");
    assert_int_equal(gn_transaction_begin(c, NULL), GARNER_OK);
    run(c, "insert into t values (1)");
    make_pipes();
    child = fork();
    if (child == 0) {
        struct gn_sqlite *own = open_writer();

        gn_sqlite_set_busy_deadline(own, 0);
        if (gn_transaction_begin(own, NULL) != GARNER_BUSY)
            _exit(1);
        say(to_parent);
        hear(to_child); /* its parent has committed */
        gn_sqlite_set_busy_deadline(own, SECONDS(20));
        run(own, "insert into t values (2)");
        gn_sqlite_close(own);
        _exit(0);
    }
    hear(to_parent);
    assert_int_equal(gn_transaction_commit(c, NULL), GARNER_OK);
    say(to_child);
    end(child);
    run(c, "insert into t values (3)");
    gn_sqlite_close(c);
    assert_string_equal(foreign_text("select a from t"), "1,2,3");
}

/* A grandchild has both to be rid of. */
static void grandchildren_too(void **state)
{
    struct gn_sqlite *c = open_writer();
    pid_t child;
    int status;

    (void)state;
    run(c, "create table t(a)");
    child = fork();
    if (child == 0) {
        struct gn_sqlite *own = open_writer();
        pid_t grandchild = fork();

        if (grandchild == 0) {
            struct gn_sqlite *third = open_writer();

            run(third, "insert into t values (1)");
            gn_sqlite_close(third);
            _exit(0);
        }
        assert_int_equal(waitpid(grandchild, &status, 0), grandchild);
        run(own, "insert into t values (2)");
        gn_sqlite_close(own);
        _exit(status);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    run(c, "insert into t values (3)");
    gn_sqlite_close(c);
    assert_string_equal(foreign_text("select a from t"), "1,2,3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_parent_does_not_take_the_log_away),
        TEST(it_waits_for_its_parent_alone),
        TEST(grandchildren_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
