/* cell_test.c - values that may be NULL. */
#include "engine/history/cell.h"

#include "engine/fixture_test.h"

static void what_is_not_known_is_null(void **state)
{
    (void)state;
    assert_int_equal(gn_cell_integer(7, true).integer, 7);
    assert_int_equal(gn_cell_integer(0, true).type, GARNER_INTEGER);
    assert_int_equal(gn_cell_integer(7, false).type, GARNER_NULL);
}

static void null_is_what_stands_for_it(void **state)
{
    (void)state;
    assert_int_equal(gn_cell_integer_or(garner_integer(0), -1), 0);
    assert_int_equal(gn_cell_integer_or(garner_null(), -1), -1);
    assert_int_equal(gn_cell_integer_or(garner_text("7"), 5), 5);
}

static void a_text_is_copied(void **state)
{
    char text[] = "abc";
    char *copy;

    (void)state;
    assert_true(gn_cell_copy(garner_text_n(text, 2), &copy));
    text[0] = 'x';
    assert_string_equal(copy, "ab");
    gn_free(copy);
    assert_true(gn_cell_copy(garner_text(""), &copy));
    assert_string_equal(copy, "");
    gn_free(copy);
    assert_true(gn_cell_copy(garner_null(), &copy));
    assert_null(copy);
    assert_true(gn_cell_copy(garner_integer(7), &copy));
    assert_null(copy);
    gn_mem_fail_at(1);
    assert_false(gn_cell_copy(garner_text("abc"), &copy));
    gn_mem_fail_at(0);
    assert_null(copy);
}

static void a_query_gives_one_integer(void **state)
{
    static const struct {
        const char *sql;
        int64_t found;
        enum garner_code code;
    } cases[] = {
        {"select ?1 + 1", 8, GARNER_OK},
        {"select value from json_each('[2,3]') where ?1", 2, GARNER_OK},
        {"select null where ?1", 5, GARNER_OK},
        {"select 1 where ?1 = 0", 5, GARNER_OK},
        {"select nothing", 5, GARNER_SQL},
    };
    struct world *w = begin(NULL, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t found = 5;

        assert_int_equal(gn_cell_ask(w->store, cases[i].sql,
                                     GARNER_ARGS(garner_integer(7)), &found,
                                     NULL),
                         cases[i].code);
        assert_int_equal(found, cases[i].found);
    }
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_known_is_null),
        cmocka_unit_test(null_is_what_stands_for_it),
        cmocka_unit_test(a_text_is_copied),
        cmocka_unit_test(a_query_gives_one_integer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
