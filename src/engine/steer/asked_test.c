/* asked_test.c - who asks gets the answer to what he asked. */
#include "engine/fixture_test.h"
#include "engine/steer/asked.h"

static void numbers_go_up_with_what_begins(void **state)
{
    struct gn_asked a = {0};
    bool whole;

    (void)state;
    assert_int_equal(gn_asked_add(&a, false), 1);
    assert_int_equal(gn_asked_add(&a, true), 1); /* the same serves both */
    assert_int_equal(gn_asked_add(&a, false), 1);
    assert_true(a.waits);
    assert_int_equal(gn_asked_begin(&a, &whole), 1);
    assert_true(whole);
    assert_false(a.waits);
    assert_int_equal(gn_asked_add(&a, false), 2); /* the first is under way */
    assert_int_equal(gn_asked_begin(&a, &whole), 2);
    assert_false(whole);
}

static void answers_say_how_it_went(void **state)
{
    const struct gn_run good = {.status = 200, .bytes = 5, .rows = 2};
    const struct gn_run bad = {.status = 404, .bytes = 1, .rows = -1};
    struct gn_asked a = {0};

    (void)state;
    gn_asked_answer(&a, 1, &good, NULL, NULL);
    assert_int_equal(a.answered, 1);
    assert_false(a.last.failed);
    assert_int_equal(a.last.rows, 2);
    assert_string_equal(a.last.error, "");
    gn_asked_answer(&a, 3, &bad, "http", "status 404");
    assert_true(a.last.failed);
    assert_string_equal(a.last.error, "status 404");
    gn_asked_answer(&a, 2, &good, NULL, NULL); /* too late to be of use */
    assert_int_equal(a.answered, 3);
    assert_true(a.last.failed);
    gn_asked_refuse(&a, 0, "out of memory");
    assert_int_equal(a.answered, 3);
    gn_asked_refuse(&a, 4, "out of memory");
    assert_int_equal(a.last.bytes, -1);
    assert_string_equal(a.last.error, "out of memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_go_up_with_what_begins),
        cmocka_unit_test(answers_say_how_it_went),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
