/* timezone_test.c - names of zones, known and not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/timezone.h"

static void names(void **state)
{
    static const struct {
        const char *name;
        int hundredths; /* of an hour; 9999: there is none */
    } cases[] = {
        {"GMT", 0},    {"z", 0},      {"ut", 0},       {"EST", -500},
        {"pdt", -700}, {"CEST", 200}, {"NST", -350},   {"ACST", 950},
        {"A", 0},      {"J", 9999},   {"a", 9999},     {"IST", 9999},
        {"", 9999},    {"CES", 9999}, {"CESTX", 9999}, {"Europe", 9999},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *name = cases[i].name;
        int offset = -1;
        const bool found = gn_timezone_find(name, strlen(name), &offset);

        if (found != (cases[i].hundredths != 9999) ||
            (found && offset != cases[i].hundredths * 36))
            fail_msg("%s: %d %d", name, found, offset);
    }
}

static void offsets(void **state)
{
    static const struct {
        const char *text;
        int minutes; /* 9999: it is none */
        size_t read; /* bytes */
    } cases[] = {
        {"+1", 60, 2},       {"-01", -60, 3},     {"+0130", 90, 5},
        {"+130", 90, 4},     {"-01:30x", -90, 6}, {"+1:30", 90, 5},
        {"+0000", 0, 5},     {"+15:59", 959, 6},  {"+16", 9999, 3},
        {"+01:60", 9999, 6}, {"+", 9999, 1},      {"+x", 9999, 1},
        {"+01:", 9999, 4},   {"+01:3", 9999, 4},  {"+01:300", 9999, 4},
        {"+01300", 9999, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *at = cases[i].text;
        int offset = -1;
        const bool found = gn_timezone_offset(&at, at + strlen(at), &offset);

        if (found != (cases[i].minutes != 9999) ||
            (found && offset != cases[i].minutes * 60) ||
            (size_t)(at - cases[i].text) != cases[i].read)
            fail_msg("%s: %d %d", cases[i].text, found, offset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(offsets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
