/* signals_test.c - what comes to the process is told to the waiting thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cli/signals.h"

enum { MINUTE = 60000 };

/* What was called. */
struct seen {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* guarded by lock */
    int ended;
    int hung_up;
    int status;
    int resized;
    int ticks;
};

static void note(struct seen *seen, int *field, int value)
{
    gn_lock(&seen->lock);
    *field = value != 0 ? value : *field + 1;
    gn_cond_wake_all(&seen->changed);
    gn_unlock(&seen->lock);
}

static void on_end(void *context, int times)
{
    struct seen *seen = context;

    note(seen, &seen->ended, times);
}

static void on_hangup(void *context)
{
    struct seen *seen = context;

    note(seen, &seen->hung_up, 0);
}

static void on_status(void *context)
{
    struct seen *seen = context;

    note(seen, &seen->status, 0);
}

static void on_resized(void *context)
{
    struct seen *seen = context;

    note(seen, &seen->resized, 0);
}

static void on_tick(void *context)
{
    struct seen *seen = context;

    note(seen, &seen->ticks, 0);
}

/* Waits until *field is at least wanted. */
static void wait_for(struct seen *seen, const int *field, int wanted)
{
    const int64_t deadline = gn_deadline(MINUTE);
    bool in_time = true;

    gn_lock(&seen->lock);
    while (*field < wanted && in_time)
        in_time = gn_cond_wait_until(&seen->changed, &seen->lock, deadline);
    gn_unlock(&seen->lock);
    assert_true(in_time);
}

static void init(struct seen *seen)
{
    *seen = (struct seen){0};
    gn_mutex_init(&seen->lock);
    gn_cond_init(&seen->changed);
}

static void fini(struct seen *seen)
{
    gn_cond_fini(&seen->changed);
    gn_mutex_fini(&seen->lock);
}

static void each_signal_is_told_and_ends_are_counted(void **state)
{
    struct seen seen;
    struct gn_signals_calls calls = {.context = &seen,
                                     .end = on_end,
                                     .status = on_status,
                                     .resized = on_resized};
    struct gn_signals *s;

    (void)state;
    init(&seen);
    assert_int_equal(gn_signals_start(&calls, &s, NULL), GARNER_OK);
    assert_int_equal(kill(getpid(), SIGUSR1), 0);
    wait_for(&seen, &seen.status, 1);
    assert_int_equal(kill(getpid(), SIGWINCH), 0);
    wait_for(&seen, &seen.resized, 1);
    assert_int_equal(gn_signals_times(s), 0);
    assert_int_equal(kill(getpid(), SIGINT), 0);
    wait_for(&seen, &seen.ended, 1);
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    wait_for(&seen, &seen.ended, 2);
    assert_int_equal(gn_signals_times(s), 2);
    assert_int_equal(kill(getpid(), SIGHUP), 0);
    wait_for(&seen, &seen.ended, 3);
    gn_signals_stop(s);
    assert_int_equal(seen.status, 1);
    assert_int_equal(seen.resized, 1);
    assert_int_equal(seen.ticks, 0);
    fini(&seen);
}

static void time_goes_on_between_signals(void **state)
{
    struct seen seen;
    struct gn_signals_calls calls = {
        .context = &seen, .tick = on_tick, .tick_ms = 1};
    struct gn_signals *s;

    (void)state;
    init(&seen);
    assert_int_equal(gn_signals_start(&calls, &s, NULL), GARNER_OK);
    wait_for(&seen, &seen.ticks, 3);
    /* Nobody listens: they are taken, and nothing breaks. */
    assert_int_equal(kill(getpid(), SIGUSR1), 0);
    assert_int_equal(kill(getpid(), SIGINT), 0);
    wait_for(&seen, &seen.ticks, 6);
    gn_signals_stop(s);
    gn_signals_stop(NULL);
    fini(&seen);
}

static void a_terminal_that_may_go_ends_nothing(void **state)
{
    struct seen seen;
    struct gn_signals_calls calls = {
        .context = &seen, .end = on_end, .status = on_status};
    struct gn_signals *s;
    sigset_t hangup;
    sigset_t before;

    (void)state;
    init(&seen);
    assert_int_equal(sigemptyset(&hangup), 0);
    assert_int_equal(sigaddset(&hangup, SIGHUP), 0);
    /* as nohup(1) starts a program */
    assert_true(signal(SIGHUP, SIG_IGN) != SIG_ERR);
    assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &hangup, &before), 0);
    assert_int_equal(gn_signals_start(&calls, &s, NULL), GARNER_OK);
    assert_int_equal(kill(getpid(), SIGHUP), 0);
    assert_int_equal(kill(getpid(), SIGUSR1), 0);
    wait_for(&seen, &seen.status, 1);
    assert_int_equal(gn_signals_times(s), 0);
    gn_signals_stop(s);
    assert_true(signal(SIGHUP, SIG_DFL) != SIG_ERR);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    fini(&seen);
}

static void a_hangup_may_mean_something_else(void **state)
{
    struct seen seen;
    struct gn_signals_calls calls = {
        .context = &seen, .end = on_end, .hangup = on_hangup};
    struct gn_signals *s;

    (void)state;
    init(&seen);
    assert_int_equal(gn_signals_start(&calls, &s, NULL), GARNER_OK);
    assert_int_equal(kill(getpid(), SIGHUP), 0);
    wait_for(&seen, &seen.hung_up, 1);
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    wait_for(&seen, &seen.ended, 1);
    assert_int_equal(gn_signals_times(s), 1);
    gn_signals_stop(s);
    fini(&seen);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_signals_calls calls = {0};
    struct gn_signals *s;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_signals_start(&calls, &s, NULL), GARNER_NOMEM);
    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_signal_is_told_and_ends_are_counted),
        cmocka_unit_test(a_terminal_that_may_go_ends_nothing),
        cmocka_unit_test(a_hangup_may_mean_something_else),
        /* may leave a signal pending: after those who count them */
        cmocka_unit_test(time_goes_on_between_signals),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    (void)signal(SIGHUP, SIG_DFL); /* under nohup(1) it is ignored */
    gn_signals_block();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
