#include "base/futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

bool gn_futex_wait(atomic_uint *word, unsigned value, int64_t deadline_ns)
{
    const struct timespec deadline = {.tv_sec = deadline_ns / 1000000000,
                                      .tv_nsec = deadline_ns % 1000000000};
    long rc;

    /* WAIT_BITSET, unlike WAIT, takes an absolute monotonic time. */
    rc = syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, value,
                 deadline_ns == INT64_MAX ? NULL : &deadline, NULL,
                 FUTEX_BITSET_MATCH_ANY);
    GN_CHECK(rc == 0 || errno == EAGAIN || errno == EINTR ||
             errno == ETIMEDOUT);
    return rc == 0 || errno != ETIMEDOUT;
}

void gn_futex_wake(atomic_uint *word)
{
    long rc = syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL,
                      NULL, 0);

    GN_CHECK(rc >= 0 || errno == EFAULT); /* EFAULT: its stack is gone */
}
