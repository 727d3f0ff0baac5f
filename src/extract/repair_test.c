/* repair_test.c - texts that are UTF-8, and others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/repair.h"

static void good_text_is_left(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    assert_int_equal(gn_repair("a\xc3\xa4", 3, &out), GARNER_DONE);
    assert_int_equal(gn_repair("", 0, &out), GARNER_DONE);
    assert_int_equal(gn_repair("a\0b", 3, &out), GARNER_DONE);
    assert_int_equal(out.size, 0);
}

static void broken_text_is_repaired(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    assert_int_equal(gn_repair("a\xff\xc3", 3, &out), GARNER_OK);
    assert_string_equal(out.data, "a\xef\xbf\xbd\xef\xbf\xbd");
    gn_buf_clear(&out);
    assert_int_equal(gn_repair("\xed\xa0\x80z", 4, &out), GARNER_OK);
    assert_string_equal(out.data, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
    gn_buf_fini(&out);
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_repair("\xff", 1, &out), GARNER_NOMEM);
    gn_mem_fail_at(0);
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_text_is_left),
        cmocka_unit_test(broken_text_is_repaired),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
