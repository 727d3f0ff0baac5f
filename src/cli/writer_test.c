/* writer_test.c - all bytes arrive, or it is an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/writer.h"

enum { BYTES = 1 << 20 };

static void *count_bytes(void *arg)
{
    const int *fd = arg;
    static size_t count;
    char bytes[4096];
    ssize_t n;

    count = 0;
    while ((n = read(*fd, bytes, sizeof bytes)) > 0)
        count += (size_t)n;
    return &count;
}

static void little_waits_and_much_is_passed_on(void **state)
{
    int ends[2];
    struct gn_writer w = {.name = "a pipe"};
    char got[8];

    (void)state;
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    w.fd = ends[1];
    gn_buf_text(&w.text, "abc");
    assert_int_equal(gn_writer_pass(&w, NULL), GARNER_OK);
    assert_int_equal(read(ends[0], got, sizeof got), -1); /* nothing yet */
    assert_int_equal(gn_writer_flush(&w, NULL), GARNER_OK);
    assert_int_equal(read(ends[0], got, sizeof got), 3);
    assert_int_equal(w.text.size, 0);
    gn_writer_fini(&w);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
}

static void a_pipe_that_does_not_block_is_waited_for(void **state)
{
    int ends[2];
    struct gn_writer w = {.name = "a pipe"};
    pthread_t reader;
    void *count;

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(pthread_create(&reader, NULL, count_bytes, &ends[0]), 0);
    w.fd = ends[1];
    for (int i = 0; i < BYTES; i++)
        gn_buf_byte(&w.text, 'x');
    assert_int_equal(gn_writer_pass(&w, NULL), GARNER_OK);
    gn_writer_fini(&w);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(pthread_join(reader, &count), 0);
    assert_int_equal(*(size_t *)count, BYTES);
    assert_int_equal(close(ends[0]), 0);
}

static void what_cannot_be_written_is_an_error(void **state)
{
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct gn_writer w = {.fd = full, .name = "there"};
    struct garner_error err = {0};

    (void)state;
    gn_buf_text(&w.text, "abc");
    assert_int_equal(gn_writer_flush(&w, &err), GARNER_IO);
    assert_string_equal(err.message,
                        "cannot write to there: No space left on device");
    assert_int_equal(close(full), 0);
    assert_int_equal(gn_writer_flush(&w, &err), GARNER_IO);
    gn_writer_fini(&w);
    gn_mem_fail_at(1);
    gn_buf_text(&w.text, "abc");
    assert_int_equal(gn_writer_flush(&w, &err), GARNER_NOMEM);
    assert_int_equal(gn_writer_pass(&w, &err), GARNER_NOMEM);
    gn_writer_fini(&w);
}

static void a_file_gets_all_of_it(void **state)
{
    char folder[] = "/tmp/gn-writer-XXXXXX";
    char path[64];
    char got[8];
    struct gn_buf text = {0};
    struct garner_error err;
    int fd;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
    for (int i = 0; i < 2; i++) { /* what was there goes */
        gn_buf_text(&text, "abc");
        assert_int_equal(gn_writer_put(path, &text, 0666, &err), GARNER_OK);
        assert_int_equal(text.size, 0);
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, got, sizeof got), 3);
    assert_memory_equal(got, "abc", 3);
    assert_int_equal(close(fd), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    gn_buf_text(&text, "abc");
    assert_int_equal(gn_writer_put(path, &text, 0666, &err), GARNER_IO);
    assert_non_null(strstr(err.message, "cannot write /tmp/gn-writer-"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_waits_and_much_is_passed_on),
        cmocka_unit_test(a_pipe_that_does_not_block_is_waited_for),
        cmocka_unit_test(what_cannot_be_written_is_an_error),
        cmocka_unit_test(a_file_gets_all_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
