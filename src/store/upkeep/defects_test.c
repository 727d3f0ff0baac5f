/* defects_test.c - versions with and without a defect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/upkeep/defects.h"

/* How many defects of version are about what. */
static int count(const char *version, const char *what)
{
    const struct gn_defect *d;
    size_t at = 0;
    int found = 0;

    while ((d = gn_defect_next(gn_defect_version(version), &at)) != NULL) {
        found += strstr(d->what, what) != NULL;
        assert_true(strlen(d->advice) > 0);
    }
    return found;
}

static void the_lost_commits_are_mended_in_three_branches(void **state)
{
    static const char *const bad[] = {"3.7.0",  "3.40.1", "3.44.5", "3.45.0",
                                      "3.50.6", "3.51.0", "3.51.2"};
    static const char *const good[] = {"3.6.23", "3.44.6", "3.44.7",
                                       "3.50.7", "3.51.3", "3.53.0"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(count(bad[i], "checkpoint beside a commit"), 1);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(count(good[i], "checkpoint beside a commit"), 0);
}

static void others_have_their_versions(void **state)
{
    (void)state;
    assert_int_equal(count("3.43.2", "concat_ws"), 0);
    assert_int_equal(count("3.44.0", "concat_ws"), 1);
    assert_int_equal(count("3.49.1", "concat_ws"), 0);
    assert_int_equal(count("3.50.1", "aggregates"), 1);
    assert_int_equal(count("3.50.2", "aggregates"), 0);
    assert_int_equal(count("3.52.0", "withdrawn"), 1);
    assert_int_equal(count("3.53.0", ""), 0);
}

static void a_version_is_a_number(void **state)
{
    (void)state;
    assert_int_equal(gn_defect_version("3.40.1"), 3040001);
    assert_int_equal(gn_defect_version("3.51.12"), 3051012);
    assert_int_equal(gn_defect_version("nonsense"), 0);
    assert_int_equal(gn_defect_version(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lost_commits_are_mended_in_three_branches),
        cmocka_unit_test(others_have_their_versions),
        cmocka_unit_test(a_version_is_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
