/* typed_test.c - lines come back, the last ones, and nobody else reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/typed.h"

static char folder[64];
static char path[128];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/garner-typed-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/a/b/history", folder);
    return 0;
}

static int remove_folder(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void the_path_is_the_users(void **state)
{
    static const struct {
        const char *state;
        const char *home;
        const char *path;
    } cases[] = {
        {"/s", "/h", "/s/garner/history"},
        {NULL, "/h", "/h/.local/state/garner/history"},
        {"", "/h", "/h/.local/state/garner/history"},
        {"s", "/h", "/h/.local/state/garner/history"},
        {NULL, NULL, NULL},
        {"s", "", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *made = gn_typed_path(cases[i].state, cases[i].home);

        if (cases[i].path == NULL)
            assert_null(made);
        else
            assert_string_equal(made, cases[i].path);
        gn_free(made);
    }
}

static void assert_lines(const char *expected)
{
    struct gn_buf lines = {0};

    assert_int_equal(gn_typed_load(path, &lines, NULL), GARNER_OK);
    assert_string_equal(gn_buf_cstr(&lines), expected);
    gn_buf_fini(&lines);
}

static void lines_come_back(void **state)
{
    struct stat found;

    (void)state;
    assert_lines("");
    assert_int_equal(gn_typed_add(path, "select 1;", NULL), GARNER_OK);
    assert_int_equal(gn_typed_add(path, " a secret", NULL), GARNER_OK);
    assert_int_equal(gn_typed_add(path, "", NULL), GARNER_OK);
    assert_int_equal(gn_typed_add(path, "  ", NULL), GARNER_OK);
    assert_int_equal(gn_typed_add(path, ".quit", NULL), GARNER_OK);
    assert_lines("select 1;\n.quit\n");
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
}

static void only_the_last_are_kept(void **state)
{
    FILE *file;
    struct gn_buf lines = {0};
    struct stat found;

    (void)state;
    assert_int_equal(gn_typed_add(path, "0", NULL), GARNER_OK);
    file = fopen(path, "a");
    assert_non_null(file);
    for (int i = 1; i < 2 * GN_TYPED_MOST; i++)
        fprintf(file, "%04d\n", i);
    fclose(file);
    for (int round = 0; round < 3; round++) {
        gn_buf_clear(&lines);
        assert_int_equal(gn_typed_load(path, &lines, NULL), GARNER_OK);
        assert_int_equal(lines.size, GN_TYPED_MOST * 5);
        assert_int_equal(stat(path, &found), 0);
        /* twice as many are left alone; more are not */
        assert_int_equal(found.st_size, round == 0
                                            ? 2 + (2 * GN_TYPED_MOST - 1) * 5
                                            : GN_TYPED_MOST * 5);
        assert_int_equal(
            strncmp(gn_buf_cstr(&lines), round == 0 ? "1000\n" : "1001\n", 5),
            0);
        if (round == 0)
            assert_int_equal(gn_typed_add(path, "2000", NULL), GARNER_OK);
    }
    gn_buf_fini(&lines);
}

static void what_cannot_be_is_said(void **state)
{
    struct garner_error err = {0};
    struct gn_buf lines = {0};

    (void)state;
    assert_int_equal(gn_typed_add(folder, "x", &err), GARNER_IO);
    assert_non_null(strstr(err.message, folder));
    assert_int_equal(gn_typed_load(folder, &lines, &err), GARNER_INVALID);
    assert_int_equal(gn_typed_add("/dev/null/x", "x", &err), GARNER_IO);
    gn_buf_fini(&lines);
}

static void lost_memory(void **state)
{
    struct gn_buf lines = {0};

    (void)state;
    gn_mem_fail_at(1);
    assert_null(gn_typed_path("/s", NULL));
    gn_mem_fail_at(1);
    assert_int_equal(gn_typed_add(path, "x", NULL), GARNER_NOMEM);
    assert_int_equal(gn_typed_add(path, "x", NULL), GARNER_OK);
    gn_mem_fail_at(1);
    assert_int_equal(gn_typed_load(path, &lines, NULL), GARNER_NOMEM);
    gn_mem_fail_at(0);
    gn_buf_fini(&lines);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_path_is_the_users),
        TEST(lines_come_back),
        TEST(only_the_last_are_kept),
        TEST(what_cannot_be_is_said),
        TEST(lost_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
