/* timehint_test.c - hints, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/timehint.h"

static void good_ones(void **state)
{
    static const struct {
        const char *text;
        int minutes;
        enum gn_timehint_order order;
    } cases[] = {
        {"dmy", 0, GN_TIMEHINT_DAY_FIRST},
        {"MDY", 0, GN_TIMEHINT_MONTH_FIRST},
        {"CET", 60, GN_TIMEHINT_UNKNOWN},
        {"-03:30", -210, GN_TIMEHINT_UNKNOWN},
        {"GMT+1", 60, GN_TIMEHINT_UNKNOWN},
        {"  dmy  +0200 ", 120, GN_TIMEHINT_DAY_FIRST},
        {"EST mdy", -300, GN_TIMEHINT_MONTH_FIRST},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_timehint h;

        assert_true(gn_timehint_read(cases[i].text, strlen(cases[i].text), &h));
        assert_int_equal(h.offset_s, cases[i].minutes * 60);
        assert_int_equal(h.order, cases[i].order);
    }
}

static void bad_ones(void **state)
{
    static const char *const wrong[] = {
        "",       " ",      "x",   "dmy dmy",     "CET GMT", "+01 +02",
        "+99:00", "dmy,",   "%d",  "+",           "+01:",    "+01:0",
        "+01:60", "GMT+1x", "IST", "dmy CET +01",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct gn_timehint h;

        if (gn_timehint_read(wrong[i], strlen(wrong[i]), &h))
            fail_msg("\"%s\"", wrong[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones),
        cmocka_unit_test(bad_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
