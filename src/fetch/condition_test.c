/* condition_test.c - the lines of a condition, before other headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/condition.h"

static void some_headers_are_conditions(void **state)
{
    static const char *const those[] = {"If-None-Match: a", "range: b",
                                        "IF-RANGE:"};
    static const char *const others[] = {"If-None-Matches: a", "Rang: b", ":",
                                         "Accept: range"};

    (void)state;
    for (size_t i = 0; i < sizeof those / sizeof those[0]; i++)
        assert_true(gn_condition_is(those[i], strcspn(those[i], ":")));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(gn_condition_is(others[i], strcspn(others[i], ":")));
}

static void it_is_known_for_what_it_asks(void **state)
{
    static const struct {
        struct gn_validators v;
        bool same;
    } cases[] = {
        {{"\"a\"", "then"}, true},   {{"\"a\"", NULL}, false},
        {{NULL, "then"}, false},     {{"\"b\"", "then"}, false},
        {{"\"a\"", "later"}, false}, {{"\"a\"", "the"}, false},
        {{NULL, NULL}, false},
    };
    struct curl_slist *headers = curl_slist_append(NULL, "A: b");
    struct curl_slist *lines = NULL;

    (void)state;
    assert_true(gn_condition_add_version(&lines, &cases[0].v));
    gn_condition_join(lines, headers);
    assert_string_equal(lines->data, "If-None-Match: \"a\"");
    assert_string_equal(lines->next->data, "If-Modified-Since: then");
    assert_ptr_equal(lines->next->next, headers);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_condition_is_version(lines, headers, &cases[i].v),
                         cases[i].same);
    gn_condition_drop(lines, headers);
    assert_string_equal(headers->data, "A: b"); /* it was not freed */
    assert_false(gn_condition_is_version(NULL, headers, &cases[0].v));
    curl_slist_free_all(headers);
}

/* A line that goes on is not the version's alone. */
static void one_of_a_part_is_another(void **state)
{
    const struct gn_validators etag = {"\"a\"", NULL};
    struct curl_slist *lines = NULL;

    (void)state;
    assert_true(gn_condition_add_version(&lines, &etag));
    assert_true(gn_condition_is_version(lines, NULL, &etag));
    assert_true(gn_condition_add(&lines, "Range", "bytes=5-"));
    assert_false(gn_condition_is_version(lines, NULL, &etag));
    gn_condition_join(lines, NULL);
    gn_condition_drop(lines, NULL);
    gn_condition_join(NULL, NULL);
    gn_condition_drop(NULL, NULL);
}

static void without_memory_it_keeps_what_it_has(void **state)
{
    const struct gn_validators v = {"\"a\"", "then"};
    struct curl_slist *lines = NULL;

    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_mem_fail_at(nth);
        assert_false(gn_condition_add_version(&lines, &v));
        gn_mem_fail_at(0);
    }
    assert_string_equal(lines->data, "If-None-Match: \"a\"");
    assert_null(lines->next);
    gn_condition_drop(lines, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_headers_are_conditions),
        cmocka_unit_test(it_is_known_for_what_it_asks),
        cmocka_unit_test(one_of_a_part_is_another),
        cmocka_unit_test(without_memory_it_keeps_what_it_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
