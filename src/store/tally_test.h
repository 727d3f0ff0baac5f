/*
 * tally_test.h - how often something has happened, which other threads wait
 * for. Tests only.
 */
#ifndef GN_STORE_TALLY_TEST_H
#define GN_STORE_TALLY_TEST_H

#include "store/fixture_test.h"

#include <time.h>

#include "base/thread.h"

struct tally {
    pthread_mutex_t lock;
    pthread_cond_t change;
    int count;
};

/* The condition's clock is the wall's, which nobody sets in these tests. */
#define TALLY                                                                  \
    {                                                                          \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0                 \
    }

static UNUSED void tally_reset(struct tally *t)
{
    gn_lock(&t->lock);
    t->count = 0;
    gn_unlock(&t->lock);
}

static UNUSED void tally_add(struct tally *t)
{
    gn_lock(&t->lock);
    t->count++;
    gn_cond_wake_all(&t->change);
    gn_unlock(&t->lock);
}

/* false: not so often within a minute. Any thread. */
static UNUSED bool tally_await(struct tally *t, int count)
{
    struct timespec deadline = {.tv_sec = time(NULL) + 60};
    int rc = 0;

    gn_lock(&t->lock);
    while (t->count < count && rc == 0)
        rc = pthread_cond_timedwait(&t->change, &t->lock, &deadline);
    gn_unlock(&t->lock);
    return rc == 0;
}

/* On the test's thread: neither fewer by then, nor more. */
static UNUSED void tally_is(struct tally *t, int count)
{
    assert_true(tally_await(t, count));
    gn_lock(&t->lock);
    assert_int_equal(t->count, count);
    gn_unlock(&t->lock);
}

#endif
