/* spools_test.c - the folder for large bodies. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/spools.h"

static char *folder_for(const char *store)
{
    char *folder;

    assert_int_equal(gn_spools_folder(store, &folder, NULL), GARNER_OK);
    return folder;
}

static void it_is_the_database_s(void **state)
{
    char place[] = "/tmp/gn-spools-XXXXXX";
    char real[PATH_MAX];
    char store[64];
    struct garner_error err;
    char *folder;

    (void)state;
    assert_non_null(mkdtemp(place));
    assert_non_null(realpath(place, real));
    snprintf(store, sizeof store, "sqlite:%s/a.db", place);
    assert_int_equal(gn_spools_folder(store, &folder, &err), GARNER_NOTFOUND);
    assert_null(folder);
    assert_int_equal(fclose(fopen(store + strlen("sqlite:"), "w")), 0);
    folder = folder_for(store);
    assert_string_equal(folder, real);
    gn_free(folder);
    assert_int_equal(unlink(store + strlen("sqlite:")), 0);
    assert_int_equal(rmdir(place), 0);
    folder = folder_for("/tmp"); /* a farm's is beside it */
    assert_string_equal(folder, "/");
    gn_free(folder);
}

static void one_in_memory_has_that_for_temporary_files(void **state)
{
    static const char *const said[] = {"/here", "", NULL};

    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        char *folder;

        /* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread */
        assert_int_equal(said[i] != NULL ? setenv("TMPDIR", said[i], 1)
                                         : unsetenv("TMPDIR"),
                         0);
        /* NOLINTEND(concurrency-mt-unsafe) */
        folder = folder_for(":memory:");
        assert_string_equal(folder, i == 0 ? "/here" : "/var/tmp");
        gn_free(folder);
    }
}

static void without_memory_it_fails(void **state)
{
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned n = 1; code != GARNER_OK; n++) {
        char *folder;

        gn_mem_fail_at(n);
        code = gn_spools_folder("/tmp", &folder, NULL);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        gn_free(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_database_s),
        cmocka_unit_test(one_in_memory_has_that_for_temporary_files),
        cmocka_unit_test(without_memory_it_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
