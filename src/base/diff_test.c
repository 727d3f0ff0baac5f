/* diff_test.c - what is left of both is the same, and it is as much as can be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diff.h"
#include "base/mem.h"
#include "base/random.h"

enum { SMALL = 12, LARGE = 60000 };

/* Compares two sequences; what is the same in both must be. Returns how many
 * elements are gone or fresh. */
static size_t differ(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
    bool *gone = calloc(n + 1, 1);
    bool *fresh = calloc(m + 1, 1);
    const struct gn_diff d = {a, n, b, m, gone, fresh};
    size_t count = 0;
    size_t y = 0;

    assert_non_null(gone);
    assert_non_null(fresh);
    assert_int_equal(gn_diff(&d, NULL), GARNER_OK);
    for (size_t x = 0; x < n; x++) {
        if (gone[x]) {
            count++;
            continue;
        }
        for (; y < m && fresh[y]; y++)
            count++;
        assert_true(y < m);
        assert_int_equal(a[x], b[y]);
        y++;
    }
    for (; y < m; y++) {
        assert_true(fresh[y]);
        count++;
    }
    free(fresh);
    free(gone);
    return count;
}

static size_t differ_text(const char *a, const char *b)
{
    uint32_t x[32];
    uint32_t y[32];

    for (size_t i = 0; i < strlen(a); i++)
        x[i] = (uint32_t)a[i];
    for (size_t i = 0; i < strlen(b); i++)
        y[i] = (uint32_t)b[i];
    return differ(x, strlen(a), y, strlen(b));
}

static void known_ones(void **state)
{
    static const struct {
        const char *before;
        const char *after;
        size_t count;
    } cases[] = {
        {"", "", 0},
        {"a", "a", 0},
        {"", "abc", 3},
        {"abc", "", 3},
        {"abc", "xyz", 6},
        {"abc", "abxc", 1},
        {"abcabba", "cbabac", 5} /* the paper's */,
        {"abcd", "bcda", 2},
        {"aaaa", "aa", 2},
        {"xaxbxc", "abc", 3},
        {"ab", "ba", 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(differ_text(cases[i].before, cases[i].after),
                         cases[i].count);
}

/* n + m without twice the longest common subsequence. */
static size_t least(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
    size_t common[SMALL + 1][SMALL + 1] = {0};

    for (size_t x = 1; x <= n; x++)
        for (size_t y = 1; y <= m; y++) {
            const size_t up = common[x - 1][y];
            const size_t left = common[x][y - 1];

            common[x][y] = a[x - 1] == b[y - 1] ? common[x - 1][y - 1] + 1
                           : up > left          ? up
                                                : left;
        }
    return n + m - 2 * common[n][m];
}

static void it_is_the_shortest(void **state)
{
    uint64_t seed = 7;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        const size_t n = gn_random_next(&seed) % (SMALL + 1);
        const size_t m = gn_random_next(&seed) % (SMALL + 1);
        const uint32_t letters = (uint32_t)(gn_random_next(&seed) % 4) + 1;
        uint32_t a[SMALL];
        uint32_t b[SMALL];

        for (size_t x = 0; x < n; x++)
            a[x] = (uint32_t)gn_random_next(&seed) % letters;
        for (size_t y = 0; y < m; y++)
            b[y] = (uint32_t)gn_random_next(&seed) % letters;
        assert_int_equal(differ(a, n, b, m), least(a, n, b, m));
    }
}

/* Where all differs it would take hours to find the shortest. */
static void large_ones_end(void **state)
{
    uint32_t *a = calloc(LARGE, sizeof *a);
    uint32_t *b = calloc(LARGE, sizeof *b);
    uint64_t seed = 7;

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    for (size_t i = 0; i < LARGE; i++) {
        a[i] = (uint32_t)gn_random_next(&seed) % 1000;
        b[i] = (uint32_t)gn_random_next(&seed) % 1000;
    }
    assert_true(differ(a, LARGE, b, LARGE) < (size_t)2 * LARGE);
    memcpy(b, a, LARGE * sizeof *a);
    b[LARGE / 2] = 1000;
    assert_int_equal(differ(a, LARGE, b, LARGE), 2);
    free(a);
    free(b);
}

static void lost_memory_is_an_error(void **state)
{
    const uint32_t one = 1;
    bool gone;
    bool fresh;
    const struct gn_diff d = {&one, 1, &one, 1, &gone, &fresh};

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_diff(&d, NULL), GARNER_NOMEM);
    assert_int_equal(gn_diff(&d, NULL), GARNER_OK);
    assert_true(!gone && !fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_ones),
        cmocka_unit_test(it_is_the_shortest),
        cmocka_unit_test(large_ones_end),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
