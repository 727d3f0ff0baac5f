/* outcome_test.c - exit statuses are documented, so they stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/outcome.h"

static void every_code_has_its_status(void **state)
{
    static const struct {
        enum garner_code code;
        int status;
    } cases[] = {
        {GARNER_OK, 0},         {GARNER_DONE, 0},        {GARNER_CONSTRAINT, 1},
        {GARNER_MISUSE, 2},     {GARNER_SQL, 2},         {GARNER_INVALID, 2},
        {GARNER_NOMEM, 3},      {GARNER_BUSY, 3},        {GARNER_FULL, 3},
        {GARNER_NOTFOUND, 3},   {GARNER_IO, 3},          {GARNER_CORRUPT, 3},
        {GARNER_CLOSED, 3},     {GARNER_UNSUPPORTED, 3}, {GARNER_TIMEOUT, 124},
        {GARNER_CANCELED, 130},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_exit_for(cases[i].code), cases[i].status);
}

static void complaints_are_one_line_on_stderr(void **state)
{
    const struct garner_error err = {GARNER_IO, 0, "the disk is gone"};
    const struct garner_error closed = {GARNER_CLOSED, 0, "not said"};
    const int fd = memfd_create("stderr", MFD_CLOEXEC);
    const int kept = dup(STDERR_FILENO);
    char said[256] = "";

    (void)state;
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(gn_exit_error(&err), GN_EXIT_STORE);
    assert_int_equal(gn_exit_output(&err), GN_EXIT_FAILED);
    assert_int_equal(gn_exit_output(&closed), GN_EXIT_OK);
    assert_int_equal(gn_exit_usage("no %s", "such"), GN_EXIT_USAGE);
    assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    assert_true(pread(fd, said, sizeof said - 1, 0) > 0);
    assert_string_equal(said, "garner: the disk is gone\n"
                              "garner: the disk is gone\n"
                              "garner: no such\n");
    assert_int_equal(close(fd), 0);
    assert_int_equal(close(kept), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_status),
        cmocka_unit_test(complaints_are_one_line_on_stderr),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
