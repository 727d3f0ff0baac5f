/* error_test.c - messages that fit, are one line, and are UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

static void a_failure_fills_code_and_message(void **state)
{
    struct garner_error err = {.native = 7};

    (void)state;
    assert_int_equal(gn_fail(&err, GARNER_FULL, "%d of %s", 3, "four"),
                     GARNER_FULL);
    assert_int_equal(err.code, GARNER_FULL);
    assert_int_equal(err.native, 0);
    assert_string_equal(err.message, "3 of four");
    assert_int_equal(gn_fail(NULL, GARNER_IO, "nobody asks"), GARNER_IO);
}

static void a_message_may_wrap_the_one_before(void **state)
{
    struct garner_error err;

    (void)state;
    (void)gn_fail(&err, GARNER_IO, "disk is gone");
    (void)gn_fail(&err, err.code, "store: %s", err.message);
    assert_string_equal(err.message, "store: disk is gone");
}

static void what_is_quoted_stays_one_line_of_utf8(void **state)
{
    struct garner_error err;

    (void)state;
    (void)gn_fail(&err, GARNER_SQL, "near \"%s\"", "a\nb\tc\x7f\xff\xc3\xa9");
    assert_string_equal(err.message, "near \"a b c ?\xc3\xa9\"");
}

static void a_long_message_is_cut_between_characters(void **state)
{
    struct garner_error err;
    char text[1000] = "";

    (void)state;
    for (size_t i = 0; i + 3 < sizeof text; i += 3)
        memcpy(text + i, "\xe2\x82\xac", 4);
    (void)gn_fail(&err, GARNER_SQL, "x%s", text); /* 1 + 79 * 3 + 1 bytes */
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    assert_string_equal(err.message + 235, "\xe2\x82\xac?");
}

static void a_broken_invariant_stops_the_program(void **state)
{
    const struct rlimit no_core = {0, 0};
    int status;
    pid_t child;

    (void)state;
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)!freopen("/dev/null", "w", stderr);
        GN_CHECK(1 + 1 == 2);
        GN_CHECK(1 + 1 == 3);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_fills_code_and_message),
        cmocka_unit_test(a_message_may_wrap_the_one_before),
        cmocka_unit_test(what_is_quoted_stays_one_line_of_utf8),
        cmocka_unit_test(a_long_message_is_cut_between_characters),
        cmocka_unit_test(a_broken_invariant_stops_the_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
