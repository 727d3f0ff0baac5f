/* outfile_test.c - what stays of a file that is written anew. */
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
#include "base/outfile.h"

static struct garner_error err;
static char folder[64];

static int with_folder(void **state)
{
    (void)state;
    (void)umask(027);
    snprintf(folder, sizeof folder, "/tmp/garner-XXXXXX");
    return mkdtemp(folder) == NULL || chdir(folder) != 0 ? -1 : 0;
}

static int without(void **state)
{
    (void)state;
    gn_mem_fail_at(0);
    (void)unlink("file");
    (void)unlink("link");
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void put(const char *path)
{
    struct gn_newfile f;

    if (gn_outfile_begin(&f, path, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    assert_int_equal(write(f.fd, "whole", 5), 5);
    assert_int_equal(gn_newfile_keep(&f, &err), GARNER_OK);
    gn_newfile_end(&f);
}

static void is(const char *path, mode_t mode, off_t size)
{
    struct stat st;

    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(st.st_mode & 07777, mode);
    assert_int_equal(st.st_size, size);
}

static void make(mode_t mode)
{
    FILE *file = fopen("file", "w");

    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod("file", mode), 0);
}

static void a_new_one_is_as_the_umask_has_it(void **state)
{
    (void)state;
    put("file");
    is("file", 0640, 5);
}

static void permissions_stay(void **state)
{
    (void)state;
    make(0600);
    put("file");
    is("file", 0600, 5);
    make(04606); /* but for those that only its owner may give */
    put("file");
    is("file", 0606, 5);
}

static void a_link_stays(void **state)
{
    struct stat st;

    (void)state;
    make(0604);
    assert_int_equal(symlink("file", "link"), 0);
    put("link");
    is("file", 0604, 5);
    assert_int_equal(lstat("link", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
}

static void a_link_to_nothing_is_told(void **state)
{
    struct gn_newfile f;

    (void)state;
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(gn_outfile_begin(&f, "link", &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "leads nowhere"));
    assert_int_equal(gn_outfile_begin(&f, folder, &err), GARNER_INVALID);
    assert_int_equal(gn_outfile_begin(&f, "none/file", &err), GARNER_NOTFOUND);
    assert_int_equal(gn_outfile_begin(&f, "/proc/file", &err), GARNER_IO);
}

static void lost_memory_leaves_nothing(void **state)
{
    struct gn_newfile f;
    unsigned nth = 1;

    (void)state;
    for (;; nth++) {
        gn_mem_fail_at(nth);
        if (gn_outfile_begin(&f, "file", &err) == GARNER_OK)
            break;
        assert_int_equal(err.code, GARNER_NOMEM);
    }
    gn_mem_fail_at(0);
    assert_true(nth > 3);
    gn_newfile_end(&f);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_folder, without)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_new_one_is_as_the_umask_has_it),
        WITH(permissions_stay),
        WITH(a_link_stays),
        WITH(a_link_to_nothing_is_told),
        WITH(lost_memory_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
