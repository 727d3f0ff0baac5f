#include "cli/signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"

enum { QUIT = SIGUSR2 };

struct gn_signals {
    /* constant after gn_signals_start */
    struct gn_signals_calls calls;
    pthread_t thread;

    atomic_int times;
    atomic_bool quit;
};

/* Under nohup(1) the terminal may go. A signal that is blocked and ignored
 * would come all the same. */
static bool is_ignored(int number)
{
    struct sigaction action;

    GN_CHECK(sigaction(number, NULL, &action) == 0);
    return action.sa_handler == SIG_IGN;
}

static void fill(sigset_t *set)
{
    static const int waited[] = {SIGINT, SIGTERM, SIGUSR1, SIGWINCH, QUIT};

    GN_CHECK(sigemptyset(set) == 0);
    for (size_t i = 0; i < sizeof waited / sizeof waited[0]; i++)
        GN_CHECK(sigaddset(set, waited[i]) == 0);
    if (!is_ignored(SIGHUP))
        GN_CHECK(sigaddset(set, SIGHUP) == 0);
}

void gn_signals_block(void)
{
    sigset_t set;

    fill(&set);
    GN_CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
}

static void ended(struct gn_signals *s)
{
    const int times = atomic_fetch_add(&s->times, 1) + 1;

    if (s->calls.end != NULL)
        s->calls.end(s->calls.context, times);
}

static void call(void (*callback)(void *), void *context)
{
    if (callback != NULL)
        callback(context);
}

/* Waits for a signal until deadline_ns; 0: none came. */
static int wait_until(const sigset_t *set, int64_t deadline_ns)
{
    int64_t left = deadline_ns - gn_clock_monotonic_ns();
    struct timespec timeout;
    int n;

    if (left < 0)
        left = 0;
    timeout.tv_sec = (time_t)(left / 1000000000);
    timeout.tv_nsec = (long)(left % 1000000000);
    n = sigtimedwait(set, NULL, &timeout);
    GN_CHECK(n > 0 || errno == EAGAIN || errno == EINTR);
    return n > 0 ? n : 0;
}

static void *wait_for_signals(void *arg)
{
    struct gn_signals *s = arg;
    const int64_t tick_ns =
        (s->calls.tick != NULL ? s->calls.tick_ms : 3600000) * INT64_C(1000000);
    int64_t next = gn_clock_monotonic_ns() + tick_ns;
    sigset_t set;

    fill(&set);
    while (!atomic_load(&s->quit)) {
        const int n = wait_until(&set, next);

        if (n == SIGHUP && s->calls.hangup != NULL)
            s->calls.hangup(s->calls.context);
        else if (n == SIGINT || n == SIGTERM || n == SIGHUP)
            ended(s);
        else if (n == SIGUSR1)
            call(s->calls.status, s->calls.context);
        else if (n == SIGWINCH)
            call(s->calls.resized, s->calls.context);
        if (gn_clock_monotonic_ns() >= next) {
            next = gn_clock_monotonic_ns() + tick_ns;
            call(s->calls.tick, s->calls.context);
        }
    }
    return NULL;
}

enum garner_code gn_signals_start(const struct gn_signals_calls *calls,
                                  struct gn_signals **out,
                                  struct garner_error *err)
{
    struct gn_signals *s = gn_alloc(sizeof *s);
    int n;

    *out = NULL;
    if (s == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for signals");
    s->calls = *calls;
    gn_signals_block(); /* so that the thread never runs without */
    n = pthread_create(&s->thread, NULL, wait_for_signals, s);
    if (n != 0) {
        gn_free(s);
        return gn_fail(err, GARNER_IO, "cannot start a thread: %s",
                       strerrordesc_np(n));
    }
    *out = s;
    return GARNER_OK;
}

void gn_signals_stop(struct gn_signals *s)
{
    if (s == NULL)
        return;
    atomic_store(&s->quit, true);
    GN_CHECK(pthread_kill(s->thread, QUIT) == 0);
    GN_CHECK(pthread_join(s->thread, NULL) == 0);
    gn_free(s);
}

int gn_signals_times(struct gn_signals *s)
{
    return atomic_load(&s->times);
}
