/* newfile_test.c - all or nothing under the name, whatever is there before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/newfile.h"

static struct gn_newfile f;
static struct garner_error err;
static char folder[64];
static char path[128];

static int with_name(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/garner-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/new", folder);
    return 0;
}

static int without(void **state)
{
    const char *const names[] = {"new", "here"};
    char name[128];

    (void)state;
    gn_mem_fail_at(0);
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s/%s", folder, names[i]);
        (void)unlink(name);
    }
    return rmdir(folder);
}

static void begin(bool replace)
{
    if (gn_newfile_begin(&f, path, 0640, replace, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    assert_int_equal(write(f.fd, "whole", 5), 5);
}

static void make(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static const char *content(const char *name)
{
    static char text[64];
    FILE *file = fopen(name, "r");

    if (file == NULL)
        return "no file";
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    return text;
}

static int files(void)
{
    DIR *opened = opendir(folder);
    int count = -2; /* . and .. */

    while (readdir(opened) != NULL)
        count++;
    closedir(opened);
    return count;
}

static void it_is_there_when_it_is_whole(void **state)
{
    struct stat st;

    (void)state;
    begin(false);
    assert_string_equal(content(path), "no file");
    assert_int_equal(gn_newfile_keep(&f, &err), GARNER_OK);
    gn_newfile_end(&f);
    assert_string_equal(content(path), "whole");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(files(), 1);
}

static void ended_too_early_it_leaves_nothing(void **state)
{
    (void)state;
    begin(false);
    assert_int_equal(files(), 1);
    gn_newfile_end(&f);
    assert_int_equal(files(), 0);
}

static void what_is_there_is_replaced_when_told(void **state)
{
    (void)state;
    make(path, "old");
    assert_int_equal(gn_newfile_begin(&f, path, 0600, false, &err),
                     GARNER_INVALID);
    assert_non_null(strstr(err.message, "new is there already"));
    assert_int_equal(files(), 1);
    begin(true);
    assert_string_equal(content(path), "old");
    assert_int_equal(gn_newfile_keep(&f, &err), GARNER_OK);
    gn_newfile_end(&f);
    assert_string_equal(content(path), "whole");
    assert_int_equal(files(), 1);
}

static void what_comes_meanwhile_stays(void **state)
{
    (void)state;
    begin(false);
    make(path, "another's");
    assert_int_equal(gn_newfile_keep(&f, &err), GARNER_INVALID);
    gn_newfile_end(&f);
    assert_string_equal(content(path), "another's");
    assert_int_equal(files(), 1);
}

/* Stands in for libc's. */
static int syncs_until_failure;

__attribute__((visibility("default"))) int fsync(int fd)
{
    if (syncs_until_failure-- != 1)
        return fdatasync(fd);
    errno = EIO;
    return -1;
}

static void a_sync_that_fails_leaves_what_was(void **state)
{
    (void)state;
    make(path, "old");
    begin(true);
    syncs_until_failure = 1; /* the file's */
    assert_int_equal(gn_newfile_keep(&f, &err), GARNER_IO);
    gn_newfile_end(&f);
    assert_int_equal(err.native, EIO);
    assert_string_equal(content(path), "old");
    assert_int_equal(files(), 1);
    begin(true);
    syncs_until_failure = 2; /* the folder's */
    assert_int_equal(gn_newfile_keep(&f, &err), GARNER_IO);
    gn_newfile_end(&f);
    assert_non_null(strstr(err.message, "it is there, but"));
    assert_string_equal(content(path), "whole");
    assert_int_equal(files(), 1);
}

static void a_place_that_cannot_be_says_why(void **state)
{
    (void)state;
    assert_int_equal(gn_newfile_begin(&f, folder, 0600, true, &err),
                     GARNER_INVALID);
    assert_non_null(strstr(err.message, "is a folder"));
    snprintf(path, sizeof path, "%s/none/new", folder);
    assert_int_equal(gn_newfile_begin(&f, path, 0600, true, &err),
                     GARNER_NOTFOUND);
    assert_non_null(strstr(err.message, "none does not exist; make it"));
    snprintf(path, sizeof path, "/proc/new");
    assert_int_equal(gn_newfile_begin(&f, path, 0600, true, &err), GARNER_IO);
    assert_non_null(strstr(err.message, "/proc/new: cannot be made"));
}

static void without_a_slash_it_is_here(void **state)
{
    char before[200];

    (void)state;
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    snprintf(path, sizeof path, "here");
    begin(false);
    assert_int_equal(gn_newfile_keep(&f, &err), GARNER_OK);
    gn_newfile_end(&f);
    assert_string_equal(content("here"), "whole");
    assert_int_equal(chdir(before), 0);
}

static void lost_memory_leaves_nothing(void **state)
{
    unsigned nth = 1;

    (void)state;
    for (;; nth++) {
        gn_mem_fail_at(nth);
        if (gn_newfile_begin(&f, path, 0600, false, &err) == GARNER_OK)
            break;
        assert_int_equal(err.code, GARNER_NOMEM);
        assert_int_equal(files(), 0);
    }
    gn_mem_fail_at(0);
    assert_true(nth > 3);
    gn_newfile_end(&f);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_name, without)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(it_is_there_when_it_is_whole),
        WITH(ended_too_early_it_leaves_nothing),
        WITH(what_is_there_is_replaced_when_told),
        WITH(what_comes_meanwhile_stays),
        WITH(a_sync_that_fails_leaves_what_was),
        WITH(a_place_that_cannot_be_says_why),
        WITH(without_a_slash_it_is_here),
        WITH(lost_memory_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
