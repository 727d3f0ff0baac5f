/* thread_test.c - exclusion, waking, and deadlines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

enum { THREADS = 4, EACH = 20000 };

struct shared {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    long count;
    bool go;
};

static void *count_up(void *arg)
{
    struct shared *s = arg;

    gn_lock(&s->lock);
    while (!s->go)
        gn_cond_wait(&s->changed, &s->lock);
    gn_unlock(&s->lock);
    for (int i = 0; i < EACH; i++) {
        gn_lock(&s->lock);
        s->count++;
        gn_unlock(&s->lock);
    }
    gn_lock(&s->lock);
    gn_cond_wake_one(&s->changed);
    gn_unlock(&s->lock);
    return NULL;
}

static void a_lock_excludes_and_a_condition_wakes(void **state)
{
    struct shared s = {.count = 0};
    pthread_t threads[THREADS];

    (void)state;
    gn_mutex_init(&s.lock);
    gn_cond_init(&s.changed);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_up, &s), 0);
    gn_lock(&s.lock);
    s.go = true;
    gn_cond_wake_all(&s.changed);
    while (s.count < (long)THREADS * EACH)
        assert_true(
            gn_cond_wait_until(&s.changed, &s.lock, gn_deadline(60000)));
    gn_unlock(&s.lock);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    gn_cond_fini(&s.changed);
    gn_mutex_fini(&s.lock);
}

static void a_deadline_passes_and_not_before_its_time(void **state)
{
    struct shared s = {.count = 0};
    const int64_t start = gn_clock_monotonic_ns();
    const int64_t deadline = gn_deadline(20);

    (void)state;
    gn_mutex_init(&s.lock);
    gn_cond_init(&s.changed);
    gn_lock(&s.lock);
    while (gn_cond_wait_until(&s.changed, &s.lock, deadline))
        ; /* woken without a reason */
    gn_unlock(&s.lock);
    assert_true(gn_clock_monotonic_ns() - start >= 20000000);
    gn_cond_fini(&s.changed);
    gn_mutex_fini(&s.lock);
}

static void a_deadline_is_of_the_monotonic_clock(void **state)
{
    (void)state;
    for (int ms = 0; ms < 3000; ms += 100) {
        const int64_t before = gn_clock_monotonic_ns();
        const int64_t ns = gn_deadline(ms);
        const int64_t after = gn_clock_monotonic_ns();

        assert_true(ns >= before + ms * INT64_C(1000000));
        assert_true(ns <= after + ms * INT64_C(1000000));
    }
}

static void *ask_id(void *id)
{
    *(pid_t *)id = gn_thread_id();
    return NULL;
}

static void each_thread_has_its_own_id_and_a_child_another(void **state)
{
    pthread_t thread;
    pid_t other = 0;
    pid_t child;
    int status;

    (void)state;
    assert_int_equal(gn_thread_id(), getpid()); /* of the main thread */
    assert_int_equal(gn_thread_start(&thread, ask_id, &other, NULL), 0);
    gn_thread_join(thread);
    assert_int_not_equal(other, 0);
    assert_int_not_equal(other, gn_thread_id());
    child = fork();
    if (child == 0)
        _exit(gn_thread_id() == getpid() ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_excludes_and_a_condition_wakes),
        cmocka_unit_test(a_deadline_passes_and_not_before_its_time),
        cmocka_unit_test(a_deadline_is_of_the_monotonic_clock),
        cmocka_unit_test(each_thread_has_its_own_id_and_a_child_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
