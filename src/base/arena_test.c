/* arena_test.c - pieces don't overlap, are aligned, and are freed at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/mem.h"

enum { PIECES = 3000 };

static void pieces_are_aligned_and_apart(void **state)
{
    _Alignas(16) char first[100];
    struct gn_arena a;
    static unsigned char *pieces[PIECES];

    (void)state;
    gn_arena_init(&a, first, sizeof first);
    for (size_t i = 0; i < PIECES; i++) {
        pieces[i] = gn_arena_alloc(&a, i % 500);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], (int)(i & 0xff), i % 500);
    }
    assert_ptr_equal(pieces[0], first);
    for (size_t i = 0; i < PIECES; i++)
        for (size_t j = 0; j < i % 500; j++)
            assert_int_equal(pieces[i][j], i & 0xff);
    gn_arena_clear(&a);
    assert_int_equal(a.held, 0);
    assert_ptr_equal(gn_arena_alloc(&a, 8), first);
}

static void nothing_and_much_can_be_cut(void **state)
{
    struct gn_arena a;

    (void)state;
    gn_arena_init(&a, NULL, 0);
    assert_non_null(gn_arena_alloc(&a, 0));
    assert_non_null(gn_arena_alloc(&a, 10 << 20));
    assert_null(gn_arena_alloc(&a, SIZE_MAX));
    assert_null(gn_arena_alloc(&a, SIZE_MAX - 40));
    assert_null(gn_arena_copy(&a, "", SIZE_MAX));
    assert_string_equal(gn_arena_copy(&a, "abcd", 3), "abc");
    gn_arena_clear(&a);
    assert_false(a.failed);
}

static void texts_and_zeroes_are_made(void **state)
{
    struct gn_arena a = {0};

    (void)state;
    memset(gn_arena_alloc(&a, 1000), 'x', 1000);
    for (int i = 0; i < 100; i++) {
        const char *piece = gn_arena_zeroed(&a, 100);

        for (size_t j = 0; j < 100; j++)
            assert_int_equal(piece[j], 0);
    }
    assert_string_equal(gn_arena_text(&a, "abc"), "abc");
    assert_string_equal(gn_arena_printf(&a, "%s-%d", "a", 12), "a-12");
    assert_null(gn_arena_text(&a, NULL));
    assert_false(a.failed);
    gn_arena_clear(&a);
}

static void a_list_is_copied_with_its_end(void **state)
{
    static const char *const texts[] = {"a", "bc"};
    struct gn_arena a = {0};
    const char **copies = gn_arena_texts(&a, texts, 2);

    (void)state;
    assert_string_equal(copies[0], "a");
    assert_string_equal(copies[1], "bc");
    assert_ptr_not_equal(copies[1], texts[1]);
    assert_null(copies[2]);
    assert_null(gn_arena_texts(&a, NULL, 0)[0]);
    gn_arena_clear(&a);
    gn_mem_fail_at(1);
    assert_null(gn_arena_texts(&a, texts, 2));
    gn_mem_fail_at(0);
    assert_true(a.failed);
    gn_arena_clear(&a);
}

static void rewound_it_keeps_its_largest_chunk(void **state)
{
    _Alignas(16) char first[64];
    struct gn_arena a;
    const char *large;

    (void)state;
    gn_arena_init(&a, first, sizeof first);
    assert_ptr_equal(gn_arena_alloc(&a, 64), first);
    gn_arena_rewind(&a);
    assert_ptr_equal(gn_arena_alloc(&a, 64), first);
    gn_arena_alloc(&a, 100);
    large = gn_arena_alloc(&a, 3 << 20);
    gn_arena_alloc(&a, 100);
    for (int i = 0; i < 3; i++) {
        gn_arena_rewind(&a);
        gn_mem_fail_at(1);
        assert_ptr_equal(gn_arena_alloc(&a, 1 << 20), large);
        assert_ptr_equal(gn_arena_alloc(&a, 2 << 20), large + (1 << 20));
        gn_mem_fail_at(0);
        assert_non_null(gn_arena_alloc(&a, 1)); /* a new, smaller chunk */
    }
    gn_arena_clear(&a);
    assert_ptr_equal(gn_arena_alloc(&a, 64), first);
}

static void lost_memory_leaves_the_arena_whole(void **state)
{
    struct gn_arena a;

    (void)state;
    gn_arena_init(&a, NULL, 0);
    gn_mem_fail_at(1);
    assert_null(gn_arena_zeroed(&a, 8));
    assert_true(a.failed);
    assert_non_null(gn_arena_alloc(&a, 8));
    gn_arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_apart),
        cmocka_unit_test(nothing_and_much_can_be_cut),
        cmocka_unit_test(texts_and_zeroes_are_made),
        cmocka_unit_test(a_list_is_copied_with_its_end),
        cmocka_unit_test(rewound_it_keeps_its_largest_chunk),
        cmocka_unit_test(lost_memory_leaves_the_arena_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
