/* finding_test.c - a finding arrives as it was told, cut if need be. */
#include "store/upkeep/finding_test.h"

static void a_finding_arrives_as_it_is(void **state)
{
    (void)state;
    forget();
    gn_finding(&teller, GARNER_WARNING, "log", "do this", "%d of %s", 7, "x");
    assert_int_equal(found.count, 1);
    assert_int_equal(found.kept[0].grade, GARNER_WARNING);
    assert_string_equal(found.kept[0].topic, "log");
    assert_string_equal(found.kept[0].value, "7 of x");
    assert_string_equal(found.kept[0].advice, "do this");
}

static void a_long_one_is_cut(void **state)
{
    (void)state;
    forget();
    gn_finding(&teller, GARNER_FINE, "log", "", "%0500d", 1);
    assert_int_equal(strlen(found.kept[0].value), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_arrives_as_it_is),
        cmocka_unit_test(a_long_one_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
