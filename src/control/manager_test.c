/* manager_test.c - what a service manager's socket gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/manager.h"

static void forget(void)
{
    assert_int_equal(unsetenv("NOTIFY_SOCKET") + unsetenv("WATCHDOG_USEC") +
                         unsetenv("WATCHDOG_PID"),
                     0);
}

/* A manager's socket at address, abstract if it begins with @. */
static int manager(const char *address)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const int file = socket(AF_UNIX, SOCK_DGRAM, 0);

    snprintf(at.sun_path, sizeof at.sun_path, "%s", address);
    if (address[0] == '@')
        at.sun_path[0] = '\0';
    assert_int_equal(bind(file, (const struct sockaddr *)&at,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
                                      strlen(address))),
                     0);
    assert_int_equal(setenv("NOTIFY_SOCKET", address, 1), 0);
    return file;
}

static void assert_got(int file, const char *expected)
{
    char message[2048];
    const ssize_t n = recv(file, message, sizeof message - 1, 0);

    assert_true(n > 0);
    message[n] = '\0';
    assert_string_equal(message, expected);
}

static void messages_arrive(void **state)
{
    char address[64];
    struct gn_manager n;
    char longest[3000];

    (void)state;
    for (int abstract = 0; abstract < 2; abstract++) {
        int file;

        forget();
        snprintf(address, sizeof address, "%s/tmp/gn-notify-%ld",
                 abstract ? "@" : "", (long)getpid());
        file = manager(address);
        gn_manager_init(&n);
        gn_manager_send(&n, "READY=1\nSTATUS=%d sources", 3);
        assert_got(file, "READY=1\nSTATUS=3 sources");
        memset(longest, 'x', sizeof longest);
        longest[sizeof longest - 1] = '\0';
        gn_manager_send(&n, "%s", longest);
        longest[1023] = '\0';
        assert_got(file, longest);
        (void)close(file);
        gn_manager_send(&n, "lost");
        if (!abstract)
            assert_int_equal(unlink(address), 0);
    }
}

static void without_a_manager_nothing_is_sent(void **state)
{
    static const char *const none[] = {"", "/", "relative", "@"};
    char longest[200];
    struct gn_manager n;

    (void)state;
    forget();
    gn_manager_init(&n);
    assert_int_equal(n.size, 0);
    gn_manager_send(&n, "READY=1");
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(setenv("NOTIFY_SOCKET", none[i], 1), 0);
        gn_manager_init(&n);
        assert_int_equal(n.size, 0);
    }
    memset(longest, '/', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(setenv("NOTIFY_SOCKET", longest, 1), 0);
    gn_manager_init(&n);
    assert_int_equal(n.size, 0);
}

static void the_watchdog_is_whose_it_is(void **state)
{
    char own[32];
    const struct {
        const char *usec, *pid;
        int64_t ms;
    } cases[] = {
        {"30000000", NULL, 30000}, {"30000000", own, 30000},
        {"30000000", "1", 0},      {NULL, NULL, 0},
        {"soon", NULL, 0},         {"-1", NULL, 0},
        {"5s", NULL, 0},
    };
    struct gn_manager n;

    (void)state;
    snprintf(own, sizeof own, "%ld", (long)getpid());
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forget();
        assert_int_equal(setenv("NOTIFY_SOCKET", "/tmp/none", 1), 0);
        if (cases[i].usec != NULL)
            assert_int_equal(setenv("WATCHDOG_USEC", cases[i].usec, 1), 0);
        if (cases[i].pid != NULL)
            assert_int_equal(setenv("WATCHDOG_PID", cases[i].pid, 1), 0);
        gn_manager_init(&n);
        assert_int_equal(n.watchdog_ms, cases[i].ms);
    }
    forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_arrive),
        cmocka_unit_test(without_a_manager_nothing_is_sent),
        cmocka_unit_test(the_watchdog_is_whose_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
