/* dump_test.c - values as SQL; that sqlite3 reads tables back is in
 * tests/export_test.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "cli/dump.h"

static void values_read_back_as_they_are(void **state)
{
    const struct {
        struct garner_value value;
        const char *sql;
    } cases[] = {
        {garner_null(), "NULL"},
        {garner_integer(-7), "-7"},
        {garner_integer(INT64_MAX), "9223372036854775807"},
        {garner_integer(INT64_MIN), "-9223372036854775807-1"},
        {garner_real(2), "2.0"},
        {garner_real(0.1), "0.1"},
        {garner_real(1e300), "1e+300"},
        {garner_real(INFINITY), "9e999"},
        {garner_real(-INFINITY), "-9e999"},
        {garner_text(""), "''"},
        {garner_text("it's '"), "'it''s '''"},
        {garner_text_n("a\0b", 3), "CAST(X'610062' AS TEXT)"},
        {garner_blob("", 0), "X''"},
        {garner_blob("\x00\xfe", 2), "X'00FE'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf sql = {0};

        gn_dump_value(&sql, &cases[i].value);
        assert_string_equal(gn_buf_cstr(&sql), cases[i].sql);
        gn_buf_fini(&sql);
    }
}

static void lost_memory_shows(void **state)
{
    const struct garner_value value = garner_integer(1);
    struct gn_buf sql = {0};

    (void)state;
    gn_mem_fail_at(1);
    gn_dump_value(&sql, &value);
    gn_mem_fail_at(0);
    assert_true(gn_buf_failed(&sql));
    gn_buf_fini(&sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_read_back_as_they_are),
        cmocka_unit_test(lost_memory_shows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
