/* sole_test.c - one at a time, and free again as soon as it is dead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control/sole.h"

static char folder[32];
static char database[64];
static char path[80];

static int enter(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/gn-sole-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(database, sizeof database, "%s/a.db", folder);
    snprintf(path, sizeof path, "%s-collector", database);
    assert_int_equal(fclose(fopen(database, "w")), 0);
    assert_int_equal(chmod(database, 0664), 0);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    (void)unlink(path);
    assert_int_equal(unlink(database) + rmdir(folder), 0);
    return 0;
}

static int take(void)
{
    struct garner_error err;
    int file;

    if (gn_sole_take(database, path, &file, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return file;
}

static void the_second_is_told_of_the_first(void **state)
{
    const int file = take();
    struct garner_error err;
    char pid[40];
    int second;

    (void)state;
    assert_int_equal(gn_sole_take(database, path, &second, &err), GARNER_BUSY);
    assert_int_equal(second, -1);
    snprintf(pid, sizeof pid, "process id %ld ", (long)getpid());
    assert_non_null(strstr(err.message, pid));
    assert_non_null(strstr(err.message, "since 20"));
    gn_sole_leave(file);
    gn_sole_leave(take());
    gn_sole_leave(-1);
}

/* Whoever may write the database may collect into it. */
static void it_is_as_open_as_the_database(void **state)
{
    const int file = take();
    struct stat st;

    (void)state;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0664);
    gn_sole_leave(file);
}

static void death_gives_it_back(void **state)
{
    const pid_t parent = getpid();
    int ready[2];
    pid_t child;
    char byte;
    int second;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        int file;

        /* it ends with this test at the latest, whatever comes of that */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
            gn_sole_take(database, path, &file, NULL) != GARNER_OK)
            _exit(1);
        (void)!write(ready[1], "x", 1);
        for (;;)
            (void)pause();
    }
    (void)close(ready[1]); /* the child's alone: its end is seen */
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(gn_sole_take(database, path, &second, NULL), GARNER_BUSY);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    gn_sole_leave(take());
    (void)close(ready[0]);
}

static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void a_file_of_others_does_no_harm(void **state)
{
    static const char *const texts[] = {"", "pid", "pid 99999999999999999999",
                                        "\xff\xfe", "pid 5\nsince %s%n\n"};
    struct garner_error err;
    int second;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const int file = take();

        write_file(texts[i]);
        assert_int_equal(gn_sole_take(database, path, &second, &err),
                         GARNER_BUSY);
        assert_non_null(strstr(err.message, "collects into"));
        gn_sole_leave(file);
    }
}

static void what_cannot_be_opened_is_said(void **state)
{
    struct garner_error err;
    int file;

    (void)state;
    (void)unlink(path);
    assert_int_equal(symlink(database, path), 0);
    assert_int_equal(gn_sole_take(database, path, &file, &err), GARNER_IO);
    assert_non_null(strstr(err.message, path));
    assert_int_equal(gn_sole_take(database, "/nowhere/x", &file, &err),
                     GARNER_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_is_told_of_the_first),
        cmocka_unit_test(it_is_as_open_as_the_database),
        cmocka_unit_test(death_gives_it_back),
        cmocka_unit_test(a_file_of_others_does_no_harm),
        cmocka_unit_test(what_cannot_be_opened_is_said),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
