/* beside_test.c - which file a store's name leads to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "control/beside.h"

static char folder[PATH_MAX];

static int enter(void **state)
{
    char name[] = "/tmp/gn-beside-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(name));
    assert_non_null(realpath(name, folder));
    assert_int_equal(chdir(folder), 0);
    for (const char *const *f = (const char *const[]){"a.db", "b?c=d", NULL};
         *f != NULL; f++)
        assert_int_equal(fclose(fopen(*f, "w")), 0);
    assert_int_equal(mkdir("farm", 0700), 0);
    assert_int_equal(symlink("a.db", "link.db"), 0);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    assert_int_equal(unlink("a.db") + unlink("b?c=d") + unlink("link.db") +
                         rmdir("farm") + chdir("/") + rmdir(folder),
                     0);
    return 0;
}

static void names_lead_to_files(void **state)
{
    char absolute[PATH_MAX + 32];
    const char *const cases[][2] = {
        {"a.db", "a.db-x"},          {"./a.db", "a.db-x"},
        {"sqlite:a.db", "a.db-x"},   {absolute, "a.db-x"},
        {"link.db", "a.db-x"},       {"b?c=d", "b?c=d-x"},
        {"farm", "farm-x"},          {"farm/", "farm-x"},
        {"farm?shards=4", "farm-x"}, {"sqlite:farm?shards=4", "farm-x"},
    };
    char *path;

    (void)state;
    snprintf(absolute, sizeof absolute, "sqlite://%s/a.db", folder);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gn_beside(cases[i][0], "-x", &path, NULL), GARNER_OK);
        assert_memory_equal(path, folder, strlen(folder));
        assert_string_equal(path + strlen(folder) + 1, cases[i][1]);
        gn_free(path);
    }
}

static void memory_has_none(void **state)
{
    char *path = (char *)"";

    (void)state;
    assert_int_equal(gn_beside(":memory:", "-x", &path, NULL), GARNER_OK);
    assert_null(path);
    assert_int_equal(gn_beside("sqlite::memory:", "-x", &path, NULL),
                     GARNER_OK);
    assert_null(path);
}

static void what_is_not_there_is_said(void **state)
{
    struct garner_error err;
    char *path;

    (void)state;
    assert_int_equal(gn_beside("none.db", "-x", &path, &err), GARNER_NOTFOUND);
    assert_null(path);
    assert_non_null(strstr(err.message, "none.db"));
}

static void without_memory(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    unsigned n = 0;
    char *path;

    (void)state;
    while (code == GARNER_NOMEM) {
        gn_mem_fail_at(++n);
        code = gn_beside("a.db", "-x", &path, NULL);
    }
    gn_mem_fail_at(0);
    assert_int_equal(code, GARNER_OK);
    assert_in_range(n, 3, 9);
    gn_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_lead_to_files),
        cmocka_unit_test(memory_has_none),
        cmocka_unit_test(what_is_not_there_is_said),
        cmocka_unit_test(without_memory),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
