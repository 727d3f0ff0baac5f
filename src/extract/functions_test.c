/* functions_test.c - every function is there, and is written about. */
#include "extract/fixture_test.h"

static void tables_can_be_used(void **state)
{
    size_t i = 0;

    (void)state;
    for (const char *name; (name = gn_functions_table(i)) != NULL; i++) {
        char sql[100];
        struct gn_buf out;

        /* told apart from "no such table" by its own message, or by rows */
        sqlite3_snprintf(sizeof sql, sql, "select 1 from %s", name);
        out = ask_n(sql, "", 0);
        assert_null(strstr(gn_buf_cstr(&out), "no such"));
        assert_non_null(strstr(gn_buf_cstr(&out), "argument 1 is missing"));
        gn_buf_fini(&out);
    }
    assert_true(i >= 2);
}

static void lost_memory_is_an_error(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    unsigned nth = 0;

    (void)state;
    while (code == GARNER_NOMEM && nth < 50) {
        struct gn_sandbox s;

        gn_mem_fail_at(++nth);
        code = gn_sandbox_open(&s, NULL);
        gn_mem_fail_at(0);
        gn_sandbox_close(&s);
    }
    assert_int_equal(code, GARNER_OK);
    assert_true(nth > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_can_be_used),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
