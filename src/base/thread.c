#include "base/thread.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

#define SECOND_NS INT64_C(1000000000)

static _Thread_local pid_t id; /* 0: not asked for yet */
static pthread_once_t once = PTHREAD_ONCE_INIT;

enum garner_code gn_thread_start(pthread_t *thread, void *(*run)(void *),
                                 void *argument, struct garner_error *err)
{
    sigset_t all;
    sigset_t before;
    char text[128];
    int rc;

    GN_CHECK(sigfillset(&all) == 0);
    GN_CHECK(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    rc = pthread_create(thread, NULL, run, argument);
    GN_CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    if (rc == 0)
        return GARNER_OK;
    gn_fail(err, GARNER_NOMEM,
            "a thread cannot be started: %s; raise the "
            "limit of processes (ulimit -u) or free some memory",
            strerror_r(rc, text, sizeof text));
    if (err != NULL)
        err->native = rc;
    return GARNER_NOMEM;
}

void gn_thread_join(pthread_t thread)
{
    GN_CHECK(pthread_join(thread, NULL) == 0);
}

/* The one thread of a forked child has another. */
static void forget_id(void)
{
    id = 0;
}

static void watch_forks(void)
{
    GN_CHECK(pthread_atfork(NULL, NULL, forget_id) == 0);
}

pid_t gn_thread_id(void)
{
    if (id == 0) {
        GN_CHECK(pthread_once(&once, watch_forks) == 0);
        id = gettid();
    }
    return id;
}

void gn_mutex_init(pthread_mutex_t *m)
{
    GN_CHECK(pthread_mutex_init(m, NULL) == 0);
}

void gn_mutex_fini(pthread_mutex_t *m)
{
    GN_CHECK(pthread_mutex_destroy(m) == 0);
}

void gn_lock(pthread_mutex_t *m)
{
    GN_CHECK(pthread_mutex_lock(m) == 0);
}

void gn_unlock(pthread_mutex_t *m)
{
    GN_CHECK(pthread_mutex_unlock(m) == 0);
}

void gn_cond_init(pthread_cond_t *c)
{
    pthread_condattr_t attr;

    GN_CHECK(pthread_condattr_init(&attr) == 0);
    GN_CHECK(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
    GN_CHECK(pthread_cond_init(c, &attr) == 0);
    GN_CHECK(pthread_condattr_destroy(&attr) == 0);
}

void gn_cond_fini(pthread_cond_t *c)
{
    GN_CHECK(pthread_cond_destroy(c) == 0);
}

void gn_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
    GN_CHECK(pthread_cond_wait(c, m) == 0);
}

bool gn_cond_wait_until(pthread_cond_t *c, pthread_mutex_t *m,
                        int64_t deadline_ns)
{
    const struct timespec deadline = {.tv_sec = deadline_ns / SECOND_NS,
                                      .tv_nsec = deadline_ns % SECOND_NS};
    const int rc = deadline_ns == INT64_MAX
                       ? pthread_cond_wait(c, m)
                       : pthread_cond_timedwait(c, m, &deadline);

    GN_CHECK(rc == 0 || rc == ETIMEDOUT);
    return rc == 0;
}

void gn_cond_wake_one(pthread_cond_t *c)
{
    GN_CHECK(pthread_cond_signal(c) == 0);
}

void gn_cond_wake_all(pthread_cond_t *c)
{
    GN_CHECK(pthread_cond_broadcast(c) == 0);
}

int64_t gn_deadline(int timeout_ms)
{
    struct timespec t;

    GN_CHECK(timeout_ms >= 0 && clock_gettime(CLOCK_MONOTONIC, &t) == 0);
    return t.tv_sec * SECOND_NS + t.tv_nsec + timeout_ms * INT64_C(1000000);
}
