/* where_test.c - which of the operands is the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/where.h"

static void a_store_may_stand_first(void **state)
{
    static const struct {
        const char *store;
        const char *config;
        size_t given;
        size_t least;
        size_t most;
        const char *found;
        size_t left;
    } cases[] = {
        /* [DB] */
        {NULL, NULL, 0, 0, 0, NULL, 0},
        {NULL, NULL, 1, 0, 0, "0", 0},
        {"x", NULL, 0, 0, 0, "x", 0},
        {"x", NULL, 1, 0, 0, "0", 0},
        {NULL, "y", 1, 0, 0, "0", 0},
        /* [DB] SOURCE */
        {NULL, NULL, 1, 1, 1, NULL, 1},
        {NULL, NULL, 2, 1, 1, "0", 1},
        {"x", NULL, 1, 1, 1, "x", 1},
        {"x", "y", 2, 1, 1, "0", 1},
        /* [DB] [SOURCE] */
        {NULL, NULL, 1, 0, 1, "0", 0},
        {NULL, "y", 1, 0, 1, NULL, 1},
        {"x", NULL, 1, 0, 1, "x", 1},
        {NULL, NULL, 2, 0, 1, "0", 1},
        {NULL, "y", 2, 0, 1, "0", 1},
        /* [DB] [SOURCE...] */
        {NULL, NULL, 3, 0, SIZE_MAX, "0", 2},
        {NULL, "y", 3, 0, SIZE_MAX, NULL, 3},
    };
    static const char *const items[] = {"0", "1", "2"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_call call = {.items = items, .count = cases[i].given};
        const struct gn_where_flags flags = {.store = cases[i].store,
                                             .config = cases[i].config};
        const struct gn_where_line line =
            gn_where_line(&call, &flags, cases[i].least, cases[i].most);

        assert_int_equal(line.count, cases[i].left);
        assert_ptr_equal(line.items, items + (cases[i].given - line.count));
        assert_ptr_equal(line.flags.config, cases[i].config);
        if (cases[i].found == NULL)
            assert_null(line.flags.store);
        else
            assert_string_equal(line.flags.store, cases[i].found);
    }
}

static void a_file_is_the_store(void **state)
{
    static const struct {
        const char *first;
        size_t left; /* of two, where flags name a store */
    } cases[] = {
        {"sqlite:x", 1}, {"/tmp", 1}, {"/dev/../etc/passwd", 1}, {"ticker", 2}};
    const struct gn_where_flags flags = {.config = "y"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const items[] = {cases[i].first, "a"};
        const struct gn_call call = {.items = items, .count = 2};
        const struct gn_where_line line = gn_where_sources(&call, &flags);

        assert_int_equal(line.count, cases[i].left);
        assert_ptr_equal(line.flags.store,
                         cases[i].left == 1 ? cases[i].first : NULL);
    }
    assert_int_equal(
        gn_where_sources(&(struct gn_call){.count = 0}, &flags).count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_may_stand_first),
        cmocka_unit_test(a_file_is_the_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
