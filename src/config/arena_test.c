/* arena_test.c - pieces that stay, align, and fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "config/arena.h"

enum { PIECES = 5000 };

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    static unsigned char *pieces[PIECES];
    static size_t sizes[PIECES];
    struct gn_arena a = {0};
    uint64_t seed = 1;

    (void)state;
    for (size_t i = 0; i < PIECES; i++) {
        sizes[i] = gn_random_next(&seed) % (i % 100 == 0 ? 100000 : 200);
        pieces[i] = gn_arena_alloc(&a, sizes[i]);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t n = 0; n < sizes[i]; n++)
            assert_int_equal(pieces[i][n], 0);
        memset(pieces[i], (int)(i % 255 + 1), sizes[i]);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t n = 0; n < sizes[i]; n++)
            assert_int_equal(pieces[i][n], i % 255 + 1);
    gn_arena_fini(&a);
    assert_null(a.chunks);
}

static void copies_end_with_a_nul(void **state)
{
    struct gn_arena a = {0};
    char big[3000];

    (void)state;
    memset(big, 'x', sizeof big);
    assert_string_equal(gn_arena_strdup(&a, "abc"), "abc");
    assert_string_equal(gn_arena_memdup(&a, "abc", 2), "ab");
    assert_string_equal(gn_arena_memdup(&a, NULL, 0), "");
    assert_null(gn_arena_strdup(&a, NULL));
    assert_string_equal(gn_arena_printf(&a, "%s-%d", "a", 12), "a-12");
    for (int i = 0; i < 100; i++)
        assert_int_equal(strlen(gn_arena_memdup(&a, big, (size_t)(i * 30))),
                         i * 30);
    assert_false(a.failed);
    gn_arena_fini(&a);
}

static void lost_memory_is_remembered(void **state)
{
    struct gn_arena a = {0};

    (void)state;
    assert_non_null(gn_arena_alloc(&a, 10));
    gn_mem_fail_at(1);
    assert_null(gn_arena_alloc(&a, 100000));
    assert_true(a.failed);
    assert_null(gn_arena_strdup(&a, "would fit"));
    gn_arena_fini(&a);
    assert_false(a.failed);
    assert_null(gn_arena_alloc(&a, SIZE_MAX));
    gn_arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(copies_end_with_a_nul),
        cmocka_unit_test(lost_memory_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
