/* desk_test.c - what is asked is answered, and nobody hurts the desk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "control/desk.h"
#include "control/endpoint.h"

enum { LARGE = 4 << 20, CROWD = 1000, ROUNDS = 300, LONG_MS = 60000 };

static char folder[32];
static char path[64];

/* "echo A B" says "A|B|", "large" much, all else is an error. */
static enum garner_code reply(void *context, const char *const *words,
                              size_t count, struct gn_buf *out,
                              struct garner_error *err)
{
    (void)context;
    if (strcmp(words[0], "echo") == 0) {
        for (size_t i = 1; i < count; i++)
            gn_buf_printf(out, "%s|", words[i]);
        return GARNER_OK;
    }
    if (strcmp(words[0], "large") != 0)
        return gn_fail(err, GARNER_NOTFOUND, "no %.20s here", words[0]);
    for (int i = 0; i < LARGE / 16; i++)
        gn_buf_text(out, "0123456789abcdef");
    return GARNER_OK;
}

static int enter(void **state)
{
    static const struct gn_desk_calls calls = {NULL, reply};
    struct gn_desk *d;

    strcpy(folder, "/tmp/gn-desk-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/control", folder);
    assert_int_equal(gn_desk_open(path, &calls, &d, NULL), GARNER_OK);
    *state = d;
    return 0;
}

static int leave(void **state)
{
    gn_desk_close(*state);
    gn_desk_close(NULL);
    assert_int_equal(rmdir(folder), 0); /* the socket is gone */
    return 0;
}

static int visit(void)
{
    struct gn_endpoint e;
    const int file = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_int_equal(gn_endpoint_init(&e, path, NULL), GARNER_OK);
    assert_int_equal(
        connect(file, (const struct sockaddr *)&e.address, sizeof e.address),
        0);
    gn_endpoint_fini(&e);
    return file;
}

static void say(int file, const char *text, size_t size)
{
    (void)!send(file, text, size, MSG_NOSIGNAL); /* it may be dismissed */
}

/* All that is answered, up to the end; closes file. */
static size_t hear(int file, char *answer, size_t room)
{
    size_t size = 0;
    ssize_t n;

    while ((n = recv(file, answer + size, room - 1 - size, 0)) > 0)
        size += (size_t)n;
    answer[size] = '\0';
    (void)close(file);
    return size;
}

static void assert_answered(const char *asked, size_t size,
                            const char *expected)
{
    const int file = visit();
    char answer[512];

    say(file, asked, size);
    (void)hear(file, answer, sizeof answer);
    assert_string_equal(answer, expected);
}

static void words_are_answered(void **state)
{
    static const struct {
        const char *asked;
        size_t size;
        const char *answer;
    } cases[] = {
        {"echo\tone\ttwo\n", 13, "ok\none|two|"},
        {"echo\n", 5, "ok\n"},
        {"echo\t\n", 6, "ok\n|"},
        {"echo\ta b\t\tc\nmore", 16, "ok\na b||c|"},
        {"what\n", 5, "error 8 no what here\n"},
        {"\n", 1, "error 8 no  here\n"},
        {"echo\0\n", 6, "error 14 words with tabs between them, please\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_answered(cases[i].asked, cases[i].size, cases[i].answer);
}

static void it_is_its_users_alone(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_long_answer_waits_for_its_reader(void **state)
{
    const int slow = visit();
    char *answer = malloc(LARGE + 100);

    (void)state;
    assert_non_null(answer);
    say(slow, "large\n", 6);
    assert_answered("echo\tme\n", 8, "ok\nme|");
    assert_int_equal(hear(slow, answer, LARGE + 100), LARGE + 3);
    free(answer);
}

static void a_letter_at_a_time(void **state)
{
    static const char asked[] = "echo\tslow\n";
    const int file = visit();
    char answer[64];

    (void)state;
    for (const char *c = asked; *c != '\0'; c++) {
        say(file, c, 1);
        assert_answered("echo\tfast\n", 10, "ok\nfast|");
    }
    (void)hear(file, answer, sizeof answer);
    assert_string_equal(answer, "ok\nslow|");
}

/* Silent ones are dismissed for those who come. */
static void a_crowd_is_no_hindrance(void **state)
{
    struct rlimit most;
    static int files[CROWD];
    struct pollfd first;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &most), 0);
    most.rlim_cur = most.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &most), 0);
    for (int i = 0; i < CROWD; i++) {
        files[i] = visit();
        if (i % 2 == 0)
            say(files[i], "ec", 2);
    }
    assert_answered("echo\tme\n", 8, "ok\nme|");
    first = (struct pollfd){files[0], POLLIN, 0};
    assert_int_equal(poll(&first, 1, LONG_MS), 1);
    for (int i = 0; i < CROWD; i++)
        (void)close(files[i]);
    assert_answered("echo\tme\n", 8, "ok\nme|");
}

static void too_long_is_refused(void **state)
{
    static char asked[2 * GN_DESK_ASKED_MOST];
    char words[10000];

    (void)state;
    memset(asked, 'x', sizeof asked);
    assert_answered(asked, GN_DESK_ASKED_MOST + 1,
                    "error 14 that is too long\n");
    memset(words, '\t', sizeof words);
    words[sizeof words - 1] = '\n';
    assert_answered(words, sizeof words,
                    "error 14 words with tabs between them, please\n");
}

/* Whatever bytes come, in whatever pieces, and whoever goes in the middle. */
static void noise_is_no_hindrance(void **state)
{
    uint64_t random = 11;
    char noise[3000];
    char answer[4096];

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        const size_t size = gn_random_next(&random) % sizeof noise;
        const int file = visit();

        for (size_t n = 0; n < size; n++)
            noise[n] = (char)gn_random_next(&random);
        say(file, noise, size / 2);
        say(file, noise + size / 2, size - size / 2);
        if (i % 3 == 0)
            say(file, "\n", 1);
        if (i % 3 == 0) {
            (void)hear(file, answer, sizeof answer);
            assert_memory_equal(answer, "error ", 6);
        } else {
            (void)close(file);
        }
    }
    assert_answered("echo\tme\n", 8, "ok\nme|");
}

static void what_is_in_the_way_is_removed(void **state)
{
    static const struct gn_desk_calls calls = {NULL, reply};
    struct garner_error err;
    char other[80];
    struct gn_desk *d;

    (void)state;
    snprintf(other, sizeof other, "%s/other", folder);
    assert_int_equal(fclose(fopen(other, "w")), 0);
    assert_int_equal(gn_desk_open(other, &calls, &d, &err), GARNER_OK);
    gn_desk_close(d);
    assert_int_equal(access(other, F_OK), -1);
    snprintf(other, sizeof other, "%s/none/x", folder);
    assert_int_equal(gn_desk_open(other, &calls, &d, &err), GARNER_IO);
    assert_null(d);
    assert_non_null(strstr(err.message, other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_answered),
        cmocka_unit_test(it_is_its_users_alone),
        cmocka_unit_test(a_long_answer_waits_for_its_reader),
        cmocka_unit_test(a_letter_at_a_time),
        cmocka_unit_test(too_long_is_refused),
        cmocka_unit_test(a_crowd_is_no_hindrance),
        cmocka_unit_test(noise_is_no_hindrance),
        cmocka_unit_test(what_is_in_the_way_is_removed),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
