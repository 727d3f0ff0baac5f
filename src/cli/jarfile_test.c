/* jarfile_test.c - files of cookies come back as they were written. */
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

#include "cli/jarfile.h"

static void a_jar_comes_back(void **state)
{
    static const char lines[] = "h\tFALSE\t/\tFALSE\t0\ta\tb\n"
                                "#HttpOnly_.h\tTRUE\t/\tTRUE\t9\tc\td\n";
    char folder[] = "/tmp/jarfile_test.XXXXXX";
    char path[sizeof folder + 8];
    struct gn_buf jar = {0};
    struct gn_buf back = {0};
    struct stat st;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/jar", folder);
    assert_int_equal(gn_jarfile_read(path, &back, NULL), GARNER_OK);
    assert_int_equal(back.size, 0); /* no such file yet */
    gn_buf_text(&jar, lines);
    assert_int_equal(gn_jarfile_write(path, &jar, NULL), GARNER_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(gn_jarfile_read(path, &back, NULL), GARNER_OK);
    assert_string_equal(gn_buf_cstr(&back), lines);
    gn_buf_fini(&jar);
    gn_buf_fini(&back);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void what_cannot_be_is_named(void **state)
{
    struct gn_buf jar = {0};
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_jarfile_read("/", &jar, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "--cookie: cannot read /: "));
    assert_int_equal(gn_jarfile_write("/nowhere/jar", &jar, &err), GARNER_IO);
    assert_non_null(strstr(err.message, "cannot write /nowhere/jar: "));
    gn_buf_fini(&jar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jar_comes_back),
        cmocka_unit_test(what_cannot_be_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
