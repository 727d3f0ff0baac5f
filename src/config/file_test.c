/* file_test.c - whole files, and those that cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/file.h"

static char folder[] = "/tmp/gn-file-XXXXXX";
static char path[64];

static int make_file(void **state)
{
    FILE *f;

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/file", folder);
    f = fopen(path, "w");
    if (f == NULL)
        return -1;
    for (int i = 0; i < 100000; i++)
        fputs("line\n", f);
    return fclose(f);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path) != 0 || rmdir(folder) != 0 ? -1 : 0;
}

static void all_bytes_are_read(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_buf_text(&out, "before ");
    assert_int_equal(gn_file_read(path, 500000, true, &out, NULL), GARNER_OK);
    assert_int_equal(out.size, 500007);
    assert_string_equal(out.data + out.size - 10, "line\nline\n");
    gn_buf_fini(&out);
}

static void larger_ones_are_refused(void **state)
{
    struct gn_buf out = {0};
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_file_read(path, 499999, true, &out, &err),
                     GARNER_INVALID);
    assert_non_null(strstr(err.message, "larger than 488 KiB"));
    gn_buf_fini(&out);
}

static void what_cannot_be_read_says_why(void **state)
{
    struct gn_buf out = {0};
    struct garner_error err;
    char fifo[64];

    (void)state;
    assert_int_equal(gn_file_read("/nowhere/x", 9, false, &out, &err),
                     GARNER_NOTFOUND);
    assert_string_equal(err.message,
                        "cannot open /nowhere/x: No such file or directory");
    assert_int_equal(gn_file_read(folder, 9, false, &out, &err),
                     GARNER_INVALID);
    assert_non_null(strstr(err.message, "is a folder"));
    assert_int_equal(gn_file_read("/dev/zero", 9, true, &out, &err),
                     GARNER_INVALID);
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(gn_file_read(fifo, 9, true, &out, &err), GARNER_INVALID);
    assert_int_equal(unlink(fifo), 0);
    gn_buf_fini(&out);
}

static void lost_memory_is_told(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_mem_fail_at(2);
    assert_int_equal(gn_file_read(path, 500000, true, &out, NULL),
                     GARNER_NOMEM);
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_bytes_are_read),
        cmocka_unit_test(larger_ones_are_refused),
        cmocka_unit_test(what_cannot_be_read_says_why),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
