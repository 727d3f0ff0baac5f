/* mem_test.c - copies, growth, and memory lost on order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"

static void memory_is_zeroed_and_grows(void **state)
{
    char *p = gn_alloc(100);

    (void)state;
    assert_non_null(p);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(p[i], 0);
    memset(p, 'x', 100);
    p = gn_realloc(p, 100000);
    assert_non_null(p);
    assert_int_equal(p[99], 'x');
    p = gn_realloc(p, 0); /* still memory, not freed */
    assert_non_null(p);
    gn_free(p);
    gn_free(NULL);
}

static void copies_end_with_a_nul(void **state)
{
    char *text = gn_strdup("abc");
    char *bytes = gn_memdup("a\0bc", 3);
    char *none = gn_memdup(NULL, 0);

    (void)state;
    assert_string_equal(text, "abc");
    assert_memory_equal(bytes, "a\0b\0", 4);
    assert_string_equal(none, "");
    assert_null(gn_memdup("a", SIZE_MAX));
    gn_free(text);
    gn_free(bytes);
    gn_free(none);
}

static void the_chosen_allocation_fails_once(void **state)
{
    void *p;
    void *q;

    (void)state;
    gn_mem_fail_at(3);
    p = gn_alloc(1);
    assert_non_null(p);
    p = gn_realloc(p, 2);
    assert_non_null(p);
    assert_null(gn_realloc(p, 3)); /* p is as it was */
    q = gn_strdup("after");
    assert_non_null(q);
    gn_free(p);
    gn_free(q);
    gn_mem_fail_at(1);
    assert_null(gn_strdup("x"));
    gn_mem_fail_at(1);
    gn_mem_fail_at(0);
    p = gn_alloc(1);
    assert_non_null(p);
    gn_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_grows),
        cmocka_unit_test(copies_end_with_a_nul),
        cmocka_unit_test(the_chosen_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
