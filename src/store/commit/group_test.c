/* group_test.c - the rules of a group, as tables. */
#include "store/fixture_test.h"

#include "store/commit/group.h"

static const struct gn_group_limits limits = {
    .statements = 10, .bytes = 1000, .gather_ns = 500};

static void a_ticket_joins_while_the_limits_hold(void **state)
{
    static const struct {
        struct gn_group group;
        size_t statements;
        size_t bytes;
        bool alone;
        bool admitted;
    } cases[] = {
        {{0, 0, 0, false}, 1, 100, false, true},
        {{0, 0, 0, false}, 99, 9999, false, true}, /* the first always may */
        {{0, 0, 0, false}, 0, 0, true, true},
        {{1, 1, 100, false}, 1, 100, false, true},
        {{9, 9, 900, false}, 1, 100, false, true},  /* exactly full */
        {{9, 9, 900, false}, 2, 100, false, false}, /* one too many */
        {{9, 9, 900, false}, 1, 101, false, false}, /* one byte too many */
        {{1, 99, 9999, false}, 1, 1, false, false}, /* a large first */
        {{1, 99, 9999, false}, 0, 0, false, false},
        {{1, 1, 1, false}, 0, 0, true, false}, /* wants to be alone */
        {{1, 0, 0, true}, 1, 1, false, false}, /* is alone */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (gn_group_admits(&cases[i].group, &limits, cases[i].statements,
                            cases[i].bytes,
                            cases[i].alone) != cases[i].admitted)
            fail_msg("case %zu", i);
}

static void a_group_gathers_until_full_or_late(void **state)
{
    static const struct {
        size_t statements;
        size_t bytes;
        int64_t now_ns;
        int64_t wait_ns;
    } cases[] = {
        {1, 10, 7000, 500},  /* just came */
        {1, 10, 7499, 1},    /* nearly */
        {1, 10, 7500, 0},    /* its time is up */
        {1, 10, 90000, 0},   /* long past it */
        {9, 999, 7000, 500}, /* nearly full */
        {10, 10, 7000, 0},   /* full of statements */
        {1, 1000, 7000, 0},  /* full of bytes */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (gn_group_gather_ns(&limits, cases[i].statements, cases[i].bytes,
                               7000, cases[i].now_ns) != cases[i].wait_ns)
            fail_msg("case %zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_joins_while_the_limits_hold),
        cmocka_unit_test(a_group_gathers_until_full_or_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
