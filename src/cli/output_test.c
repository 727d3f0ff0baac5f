/* output_test.c - whole results in every format, and places that are full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/output.h"
#include "cli/text.h"

static const char *const names[] = {"id", "text", "id"};

static void prints(enum gn_format format, size_t rows, const char *wanted)
{
    const struct garner_value values[] = {garner_integer(1), garner_text("a,b"),
                                          garner_null()};
    const int fd = memfd_create("out", 0);
    struct gn_output *o;
    char got[1024] = "";

    assert_true(fd >= 0);
    assert_int_equal(gn_output_new(fd, format, 0, false, &o, NULL), GARNER_OK);
    assert_int_equal(gn_output_columns(o, names, 3, NULL), GARNER_OK);
    for (size_t i = 0; i < rows; i++)
        assert_int_equal(gn_output_row(o, values, NULL),
                         format == GN_FORMAT_RAW ? GARNER_DONE : GARNER_OK);
    assert_int_equal(gn_output_end(o, NULL), GARNER_OK);
    assert_true(pread(fd, got, sizeof got - 1, 0) >= 0);
    assert_string_equal(got, wanted);
    gn_output_free(o);
    assert_int_equal(close(fd), 0);
}

static void every_format_is_complete(void **state)
{
    (void)state;
    prints(GN_FORMAT_CSV, 2, "id,text,id\r\n1,\"a,b\",\r\n1,\"a,b\",\r\n");
    prints(GN_FORMAT_TSV, 1, "id\ttext\tid\n1\ta,b\t\\N\n");
    prints(GN_FORMAT_JSON, 2,
           "[{\"id\":1,\"text\":\"a,b\",\"id_2\":null},\n"
           " {\"id\":1,\"text\":\"a,b\",\"id_2\":null}]\n");
    prints(GN_FORMAT_NL, 2,
           "{\"id\":1,\"text\":\"a,b\",\"id_2\":null}\n"
           "{\"id\":1,\"text\":\"a,b\",\"id_2\":null}\n");
    prints(GN_FORMAT_RAW, 2, "1");
    prints(GN_FORMAT_TABLE, 1,
           "id  text  id\n--  ----  ----\n 1  a,b   NULL\n");
}

static void no_rows_are_a_result_too(void **state)
{
    (void)state;
    prints(GN_FORMAT_CSV, 0, "id,text,id\r\n");
    prints(GN_FORMAT_JSON, 0, "[]\n");
    prints(GN_FORMAT_NL, 0, "");
    prints(GN_FORMAT_RAW, 0, "");
}

static void one_format_may_be_chosen(void **state)
{
    struct gn_format_flags flags = {0};
    enum gn_format format;
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_format_choose(&flags, true, &format, &err), GARNER_OK);
    assert_int_equal(format, GN_FORMAT_TABLE);
    assert_int_equal(gn_format_choose(&flags, false, &format, &err), GARNER_OK);
    assert_int_equal(format, GN_FORMAT_NL);
    flags.raw = true;
    assert_int_equal(gn_format_choose(&flags, true, &format, &err), GARNER_OK);
    assert_int_equal(format, GN_FORMAT_RAW);
    flags.csv = true;
    assert_int_equal(gn_format_choose(&flags, true, &format, &err),
                     GARNER_INVALID);
}

static void a_full_disk_is_an_error_and_a_closed_pipe_the_end(void **state)
{
    const struct garner_value values[] = {garner_integer(1), garner_text("x"),
                                          garner_null()};
    struct garner_error err = {0};
    struct gn_output *o;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    int ends[2];

    (void)state;
    assert_true(full >= 0);
    assert_int_equal(gn_output_new(full, GN_FORMAT_NL, 0, false, &o, NULL),
                     GARNER_OK);
    assert_int_equal(gn_output_columns(o, names, 3, NULL), GARNER_OK);
    assert_int_equal(gn_output_row(o, values, &err), GARNER_OK);
    assert_int_equal(gn_output_end(o, &err), GARNER_IO);
    assert_non_null(strstr(err.message, "No space left on device"));
    gn_output_free(o);
    assert_int_equal(close(full), 0);

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(gn_output_new(ends[1], GN_FORMAT_NL, 0, false, &o, NULL),
                     GARNER_OK);
    assert_int_equal(gn_output_columns(o, names, 3, NULL), GARNER_OK);
    err.code = GARNER_OK;
    for (int i = 0; i < 100000 && err.code == GARNER_OK; i++)
        (void)!gn_output_row(o, values, &err);
    assert_int_equal(err.code, GARNER_CLOSED); /* before the end */
    gn_output_free(o);
    assert_int_equal(close(ends[1]), 0);
}

static void lost_memory_is_an_error(void **state)
{
    const struct garner_value values[] = {garner_integer(1), garner_text("x"),
                                          garner_null()};
    const int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

    (void)state;
    for (int format = GN_FORMAT_TABLE; format <= GN_FORMAT_RAW; format++) {
        enum garner_code code = GARNER_NOMEM;

        for (unsigned nth = 1; code == GARNER_NOMEM; nth++) {
            struct gn_output *o = NULL;

            gn_mem_fail_at(nth);
            code =
                gn_output_new(fd, (enum gn_format)format, 0, false, &o, NULL);
            if (code == GARNER_OK)
                code = gn_output_columns(o, names, 3, NULL);
            if (code == GARNER_OK)
                code = gn_output_row(o, values, NULL);
            if (code == GARNER_OK || code == GARNER_DONE)
                code = gn_output_end(o, NULL);
            gn_mem_fail_at(0);
            gn_output_free(o);
            assert_true(nth < 100);
        }
        assert_int_equal(code, GARNER_OK);
    }
    assert_int_equal(close(fd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_complete),
        cmocka_unit_test(no_rows_are_a_result_too),
        cmocka_unit_test(one_format_may_be_chosen),
        cmocka_unit_test(a_full_disk_is_an_error_and_a_closed_pipe_the_end),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    gn_text_init();
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
