/* turn_test.c - one holder at a time, a line behind it, no lock survives. */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/futex.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/commit/turn.h"

static char path[64];
static atomic_uint grants;

static void granted(void *context)
{
    (void)context;
    atomic_fetch_add(&grants, 1);
    gn_futex_wake(&grants);
}

static void wait_for_grant(unsigned before)
{
    while (atomic_load(&grants) == before)
        (void)gn_futex_wait(&grants, before, INT64_MAX);
}

static struct gn_turn *open_turn(void)
{
    struct gn_turn *t;

    assert_int_equal(gn_turn_open(path, granted, NULL, &t, NULL), GARNER_OK);
    return t;
}

static int make_path(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/garner-turn-XXXXXX");
    assert_true(mkdtemp(path) != NULL);
    snprintf(path + 23, sizeof path - 23, "/db");
    return 0;
}

static int remove_path(void **state)
{
    char file[80];

    (void)state;
    snprintf(file, sizeof file, "%s-turn", path);
    (void)unlink(file);
    path[23] = '\0';
    return rmdir(path);
}

static void one_has_it_at_a_time(void **state)
{
    struct gn_turn *a = open_turn();
    struct gn_turn *b = open_turn();
    struct gn_holder holder;

    (void)state;
    assert_true(gn_turn_try(a));
    assert_false(gn_turn_try(b));
    holder = gn_turn_holder(b);
    assert_int_equal(holder.pid, getpid());
    assert_true(holder.since_ns > 0);
    gn_turn_give(a);
    assert_int_equal(gn_turn_holder(b).pid, 0);
    assert_true(gn_turn_try(b));
    assert_false(gn_turn_try(a));
    gn_turn_close(b); /* gives it back */
    assert_true(gn_turn_try(a));
    gn_turn_close(a);
}

static void its_holder_tells_what_it_does(void **state)
{
    const struct gn_holder said = {
        .pid = 5, .since_ns = 6, .thread = 7, .sql = "select 8"};
    struct gn_turn *a = open_turn();
    struct gn_turn *b = open_turn();
    struct gn_holder holder;

    (void)state;
    assert_int_equal(gn_turn_holder(b).pid, 0); /* nobody ever did */
    assert_true(gn_turn_try(a));
    for (int i = 0; i < 3; i++) {
        gn_turn_note(a, &said);
        holder = gn_turn_holder(b);
        assert_memory_equal(&holder, &said, sizeof said);
        if (i == 0) {
            gn_turn_note(a, &(struct gn_holder){0});
        } else {
            gn_turn_give(a); /* with it goes what was said */
            assert_int_equal(gn_turn_holder(b).pid, 0);
            assert_true(gn_turn_try(a));
        }
        holder = gn_turn_holder(b);
        assert_int_equal(holder.pid, getpid());
        assert_int_equal(holder.thread, 0);
        assert_string_equal(holder.sql, "");
    }
    gn_turn_close(a);
    gn_turn_close(b);
}

static void leave_word(struct gn_holder holder)
{
    char name[80];
    int file;

    snprintf(name, sizeof name, "%s-turn", path);
    file = open(name, O_WRONLY);
    assert_int_equal(pwrite(file, &holder, sizeof holder, 0), sizeof holder);
    assert_int_equal(close(file), 0);
}

static void who_looks_takes_no_part(void **state)
{
    struct gn_turn *a;
    struct gn_turn *b;
    struct gn_turn_seen seen;
    unsigned before = atomic_load(&grants);

    (void)state;
    assert_false(gn_turn_look("/no/such/db", &seen));
    a = open_turn();
    b = open_turn();
    assert_true(gn_turn_look(path, &seen));
    assert_false(seen.held || seen.wanted);
    assert_int_equal(seen.holder.pid, 0);
    assert_true(gn_turn_try(a));
    assert_true(gn_turn_look(path, &seen));
    assert_true(seen.held && !seen.wanted);
    assert_int_equal(seen.holder.pid, getpid());
    assert_true(seen.holder.since_ns > 0);
    assert_int_equal(gn_turn_ask(b, NULL), GARNER_OK);
    while (!seen.wanted) {
        assert_true(gn_turn_look(path, &seen));
        sched_yield();
    }
    gn_turn_give(a);
    wait_for_grant(before); /* what looked has not kept it from coming */
    gn_turn_close(a);
    gn_turn_close(b);
    leave_word((struct gn_holder){.pid = 77}); /* as one that was killed */
    assert_true(gn_turn_look(path, &seen));
    assert_false(seen.held);
    assert_int_equal(seen.holder.pid, 0);
}

static void all_names_of_a_file_have_one_turn(void **state)
{
    struct gn_turn *t[4];
    char real[80];
    char names[3][80];
    const char *const targets[] = {real, "./db.real", "db.link1"};

    (void)state;
    snprintf(real, sizeof real, "%s.real", path);
    assert_int_equal(close(open(real, O_CREAT | O_WRONLY, 0600)), 0);
    for (int i = 0; i < 3; i++) {
        snprintf(names[i], sizeof names[i], "%s.link%d", path, i);
        assert_int_equal(symlink(targets[i], names[i]), 0);
    }
    assert_int_equal(gn_turn_open(real, granted, NULL, &t[3], NULL), 0);
    assert_true(gn_turn_try(t[3]));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(gn_turn_open(names[i], granted, NULL, &t[i], NULL), 0);
        assert_false(gn_turn_try(t[i]));
        gn_turn_close(t[i]);
    }
    gn_turn_close(t[3]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(unlink(names[i]), 0);
    assert_int_equal(unlink(real), 0);
    snprintf(real, sizeof real, "%s.real-turn", path);
    assert_int_equal(unlink(real), 0);
}

static void who_asks_is_granted_it_and_none_passes_by(void **state)
{
    struct gn_turn *a = open_turn();
    struct gn_turn *b = open_turn();
    struct gn_turn *c = open_turn();

    (void)state;
    for (int round = 0; round < 100; round++) {
        const unsigned before = atomic_load(&grants);

        assert_true(gn_turn_try(a));
        assert_false(gn_turn_is_wanted(a));
        assert_int_equal(gn_turn_ask(b, NULL), GARNER_OK);
        while (!gn_turn_is_wanted(a))
            sched_yield();
        gn_turn_give(a);
        assert_false(gn_turn_try(c)); /* b waits at the gate, or has it */
        wait_for_grant(before);
        assert_false(gn_turn_try(a));
        gn_turn_give(b);
    }
    gn_turn_close(a);
    gn_turn_close(b);
    gn_turn_close(c);
}

static void closing_ends_the_wait(void **state)
{
    struct gn_turn *a = open_turn();
    struct gn_turn *b = open_turn();
    const unsigned before = atomic_load(&grants);

    (void)state;
    assert_true(gn_turn_try(a));
    assert_int_equal(gn_turn_ask(b, NULL), GARNER_OK);
    while (!gn_turn_is_wanted(a))
        sched_yield();
    gn_turn_close(b);
    assert_false(gn_turn_is_wanted(a));
    gn_turn_give(a);
    assert_int_equal(atomic_load(&grants), before);
    gn_turn_close(a);
}

/* The holder dies inside its turn while a child of its fork lives on. */
static void a_child_does_not_keep_its_dead_parent_s_turn(void **state)
{
    int up[2];   /* tells when the turn is held and the child runs */
    int life[2]; /* the grandchild lives until this closes */
    struct gn_turn *t;
    pid_t holder;
    char byte;
    int status;

    (void)state;
    assert_int_equal(pipe(up), 0);
    assert_int_equal(pipe(life), 0);
    holder = fork();
    if (holder == 0) {
        struct gn_turn *mine;

        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
        (void)close(life[1]);
        if (gn_turn_open(path, granted, NULL, &mine, NULL) != GARNER_OK ||
            !gn_turn_try(mine))
            _exit(1);
        if (fork() == 0) {
            if (write(up[1], "x", 1) != 1)
                _exit(1);
            (void)!read(life[0], &byte, 1); /* until the test is over */
            _exit(0);
        }
        for (;;)
            pause();
    }
    assert_true(holder > 0);
    (void)close(up[1]);
    assert_int_equal(read(up[0], &byte, 1), 1);
    t = open_turn();
    assert_false(gn_turn_try(t));
    assert_int_equal(kill(holder, SIGKILL), 0);
    assert_int_equal(waitpid(holder, &status, 0), holder);
    assert_true(gn_turn_try(t));
    gn_turn_close(t);
    (void)close(life[0]);
    (void)close(life[1]);
    (void)close(up[0]);
}

static void forks_are_counted_in_the_child(void **state)
{
    const unsigned before = gn_turn_forks();
    int status;
    pid_t child = fork();

    (void)state;
    if (child == 0)
        _exit(gn_turn_forks() == before + 1 ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(gn_turn_forks(), before);
}

static void what_cannot_be_opened_says_why(void **state)
{
    struct garner_error err;
    struct gn_turn *t;

    (void)state;
    assert_int_equal(gn_turn_open("/no/such/db", granted, NULL, &t, &err),
                     GARNER_IO);
    assert_null(t);
    assert_string_equal(err.message, "/no/such/db-turn: No such file or "
                                     "directory");
    gn_mem_fail_at(1);
    assert_int_equal(gn_turn_open(path, granted, NULL, &t, NULL), GARNER_NOMEM);
    gn_mem_fail_at(0);
    gn_turn_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_has_it_at_a_time),
        cmocka_unit_test(its_holder_tells_what_it_does),
        cmocka_unit_test(who_looks_takes_no_part),
        cmocka_unit_test(all_names_of_a_file_have_one_turn),
        cmocka_unit_test(who_asks_is_granted_it_and_none_passes_by),
        cmocka_unit_test(closing_ends_the_wait),
        cmocka_unit_test(a_child_does_not_keep_its_dead_parent_s_turn),
        cmocka_unit_test(forks_are_counted_in_the_child),
        cmocka_unit_test(what_cannot_be_opened_says_why),
    };

    return cmocka_run_group_tests(tests, make_path, remove_path);
}
