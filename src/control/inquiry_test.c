/* inquiry_test.c - asking a desk, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "control/desk.h"
#include "control/endpoint.h"
#include "control/inquiry.h"

enum { LONG_MS = 60000 };

static char folder[32];
static char path[64];

static int enter(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/gn-inquiry-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/control", folder);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    (void)unlink(path);
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

static enum garner_code reply(void *context, const char *const *words,
                              size_t count, struct gn_buf *out,
                              struct garner_error *err)
{
    (void)context;
    if (count < 2)
        return gn_fail(err, GARNER_FULL, "%s: too few", words[0]);
    gn_buf_printf(out, "%s and %zu more\n", words[0], count - 1);
    return GARNER_OK;
}

static enum garner_code inquire(const char *const *words, size_t count,
                                struct gn_buf *out, struct garner_error *err)
{
    return gn_inquire(path, words, count, LONG_MS, out, err);
}

static void a_desk_answers(void **state)
{
    static const char *const words[] = {"one", "two", "a\tb"};
    static const struct gn_desk_calls calls = {NULL, reply};
    struct gn_buf out = {0};
    struct garner_error err;
    struct gn_desk *d;

    (void)state;
    assert_int_equal(gn_desk_open(path, &calls, &d, NULL), GARNER_OK);
    gn_buf_text(&out, "> ");
    assert_int_equal(inquire(words, 2, &out, &err), GARNER_OK);
    assert_string_equal(gn_buf_cstr(&out), "> one and 1 more\n");
    assert_int_equal(inquire(words, 1, &out, &err), GARNER_FULL);
    assert_string_equal(err.message, "one: too few");
    assert_int_equal(inquire(words, 3, &out, &err), GARNER_INVALID);
    gn_desk_close(d);
    assert_int_equal(inquire(words, 2, &out, &err), GARNER_CLOSED);
    assert_non_null(strstr(err.message, "garner run"));
    gn_buf_fini(&out);
}

static int listen_here(void)
{
    struct gn_endpoint e;
    const int file = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)unlink(path);
    assert_int_equal(gn_endpoint_init(&e, path, NULL), GARNER_OK);
    assert_int_equal(
        bind(file, (const struct sockaddr *)&e.address, sizeof e.address), 0);
    assert_int_equal(listen(file, 4), 0);
    gn_endpoint_fini(&e);
    return file;
}

struct stranger {
    int listener;
    const char *answer;
};

static void *answer_once(void *arg)
{
    const struct stranger *s = arg;
    const int file = accept(s->listener, NULL, NULL);
    char asked[64];

    (void)!recv(file, asked, sizeof asked, 0);
    (void)!send(file, s->answer, strlen(s->answer), MSG_NOSIGNAL);
    (void)close(file);
    return NULL;
}

static void strangers_are_told_from_it(void **state)
{
    static const char *const answers[] = {"",
                                          "ok",
                                          "HTTP/1.1 400 Bad Request\r\n\r\n",
                                          "error",
                                          "error x y\n",
                                          "error 0 fine\n",
                                          "error -1 y\n",
                                          "error 99999999999999999999 y\n",
                                          "error 5"};
    static const char *const words[] = {"one"};
    struct stranger s = {.listener = listen_here()};

    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct gn_buf out = {0};
        struct garner_error err;
        pthread_t thread;

        s.answer = answers[i];
        assert_int_equal(gn_thread_start(&thread, answer_once, &s, NULL),
                         GARNER_OK);
        assert_int_equal(inquire(words, 1, &out, &err), GARNER_IO);
        assert_non_null(strstr(err.message, "no collector"));
        assert_int_equal(out.size, 0);
        gn_thread_join(thread);
    }
    (void)close(s.listener);
}

static void one_that_is_silent_is_given_up(void **state)
{
    static const char *const words[] = {"one"};
    const int listener = listen_here();
    struct gn_buf out = {0};
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_inquire(path, words, 1, 20, &out, &err),
                     GARNER_TIMEOUT);
    (void)close(listener);
    assert_int_equal(inquire(words, 1, &out, &err), GARNER_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_desk_answers),
        cmocka_unit_test(strangers_are_told_from_it),
        cmocka_unit_test(one_that_is_silent_is_given_up),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
