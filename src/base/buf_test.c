/* buf_test.c - growth, and lost memory remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static void appends_follow_one_another(void **state)
{
    struct gn_buf b = {0};
    char *taken;

    (void)state;
    assert_string_equal(gn_buf_cstr(&b), "");
    gn_buf_text(&b, "a");
    gn_buf_byte(&b, '\0');
    gn_buf_append(&b, NULL, 0);
    gn_buf_append(&b, "bc", 2);
    gn_buf_printf(&b, "%d-%s", 12, "x");
    assert_int_equal(b.size, 8);
    assert_memory_equal(b.data, "a\0bc12-x", 9);
    taken = gn_buf_take(&b);
    assert_memory_equal(taken, "a\0bc12-x", 9);
    assert_int_equal(b.size, 0);
    assert_null(b.data);
    gn_free(taken);
    gn_buf_fini(&b);
}

static void it_grows_far(void **state)
{
    struct gn_buf b = {0};
    char long_text[3000];

    (void)state;
    memset(long_text, 'y', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    for (int i = 0; i < 1000; i++) {
        gn_buf_byte(&b, 'x');
        gn_buf_printf(&b, "%s", long_text);
    }
    assert_int_equal(b.size, 3000 * 1000);
    assert_int_equal(strlen(gn_buf_cstr(&b)), b.size);
    assert_int_equal(b.data[3000], 'x');
    gn_buf_clear(&b);
    assert_string_equal(gn_buf_cstr(&b), "");
    assert_true(b.room > 0);
    assert_null(gn_buf_take(&b)); /* nothing in it */
    assert_null(b.data);
}

static void lost_memory_is_remembered(void **state)
{
    struct gn_buf b = {0};

    (void)state;
    gn_buf_text(&b, "kept");
    gn_mem_fail_at(1);
    gn_buf_printf(&b, "%1000d", 1);
    gn_buf_text(&b, "not appended, though there is room");
    assert_true(gn_buf_failed(&b));
    assert_string_equal(gn_buf_cstr(&b), "kept");
    assert_false(gn_buf_reserve(&b, 1));
    gn_buf_clear(&b);
    assert_false(gn_buf_failed(&b));
    gn_buf_text(&b, "again");
    assert_string_equal(gn_buf_cstr(&b), "again");
    assert_false(gn_buf_reserve(&b, SIZE_MAX - 10)); /* no such room */
    assert_true(gn_buf_failed(&b));
    assert_null(gn_buf_take(&b));
    assert_null(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_follow_one_another),
        cmocka_unit_test(it_grows_far),
        cmocka_unit_test(lost_memory_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
