/* files_test.c - enough, too few, and none is left open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/files.h"

static int count_open(void)
{
    int count = 0;

    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void there_is_room(void **state)
{
    const int before = count_open();

    (void)state;
    assert_int_equal(gn_files_check(0, NULL), GARNER_OK);
    assert_int_equal(gn_files_check(64, NULL), GARNER_OK);
    assert_int_equal(count_open(), before);
}

static void too_few_are_told(void **state)
{
    const int before = count_open();
    struct garner_error err;
    struct rlimit old;
    struct rlimit low;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    low = old;
    low.rlim_cur = 64; /* the standard ones are open, and a few more at most */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    assert_int_equal(gn_files_check(30, NULL), GARNER_OK);
    assert_int_equal(gn_files_check(64, &err), GARNER_IO);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_non_null(strstr(err.message,
                           "of 64 that are needed at least, for the limit is "
                           "64; raise it (ulimit -n)"));
    assert_int_equal(count_open(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_room),
        cmocka_unit_test(too_few_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
