/* freshness_test.c - what replies say of how long they will do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch/freshness.h"

#define DATE "date: Thu, 26 Nov 2026 10:00:00 GMT\n"
/* 2026-11-26 10:00:00 UTC */
#define CAME_US (INT64_C(1795687200) * 1000000)

static const struct {
    const char *headers;
    int64_t fresh_s;
} replies[] = {
    {"", 0},
    {"etag: \"x\"\n", 0},
    {"cache-control: max-age=3600\n", 3600},
    {"cache-control: MAX-AGE=3600\n", 3600},
    {"cache-control: public, max-age=3600 , must-revalidate\n", 3600},
    {"cache-control: max-age=\"3600\"\n", 3600},
    {"cache-control:max-age=60", 60},
    {"cache-control: public\ncache-control: max-age=60\n", 60},
    {"cache-control: max-age=60, max-age=60\n", 60},
    {"cache-control: max-age=0\n", 0},
    /* a private copy is not a shared one */
    {"cache-control: s-maxage=3600\n", 0},
    {"cache-control: x-max-age=3600\n", 0},
    {"cache-control: private=\"a, max-age=60\"\n", 0},
    {"cache-control: private=\"a\\\", max-age=60\", max-age=7\n", 7},
    /* may not be relied on */
    {"cache-control: max-age=3600, no-store\n", 0},
    {"cache-control: no-cache, max-age=3600\n", 0},
    {"cache-control: no-cache=\"set-cookie\", max-age=3600\n", 0},
    /* is not as it should be */
    {"cache-control: max-age=60, max-age=61\n", 0},
    {"cache-control: max-age\n", 0},
    {"cache-control: max-age=\n", 0},
    {"cache-control: max-age=-1\n", 0},
    {"cache-control: max-age=1.5\n", 0},
    {"cache-control: max-age=1h\n", 0},
    {"cache-control: max-age=\"60\n", 0},
    {"cache-control: max-age=60\nage: old\n", 0},
    {"cache-control: max-age=60\ndate: now\n", 0},
    {"cache-control: ,,, =, \" \n", 0},
    /* more than anybody means */
    {"cache-control: max-age=99999999999999999999\n", 315360000},
    /* its age */
    {DATE "cache-control: max-age=3600\n", 3600},
    {"cache-control: max-age=3600\nage: 600\n", 3000},
    {"cache-control: max-age=3600\nage: 4000\n", 0},
    {"date: Thu, 26 Nov 2026 09:50:00 GMT\n"
     "cache-control: max-age=3600\nage: 10\n",
     3000},
    /* clocks that are not ours */
    {"date: Thu, 26 Nov 2025 10:00:00 GMT\ncache-control: max-age=3600\n", 0},
    {"date: Fri, 26 Nov 2027 10:00:00 GMT\ncache-control: max-age=3600\n",
     3600},
    /* Expires */
    {DATE "expires: Thu, 26 Nov 2026 11:00:00 GMT\n", 3600},
    {"expires: Thu, 26 Nov 2026 11:00:00 GMT\n", 3600},
    {"date: Fri, 26 Nov 2027 10:00:00 GMT\n"
     "expires: Fri, 26 Nov 2027 10:10:00 GMT\n",
     600},
    {DATE "expires: Thu, 26 Nov 2026 11:00:00 GMT\n"
          "cache-control: max-age=60\n",
     60},
    {DATE "expires: Thu, 26 Nov 2026 09:00:00 GMT\n", 0},
    {DATE "expires: 0\n", 0},
    {DATE "expires: -1\n", 0},
    {DATE "expires: Thu, 26 Nov 2026 11:00:00 GMT and a lot more, at "
          "least a hundred bytes that mean nothing at all\n",
     0},
};

static void replies_are_fresh_for_so_long(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++)
        if (gn_freshness_ms(replies[i].headers, CAME_US, 0) !=
            replies[i].fresh_s * 1000)
            fail_msg(
                "%s: %lld ms", replies[i].headers,
                (long long)gn_freshness_ms(replies[i].headers, CAME_US, 0));
}

/* It may have been made when its request was sent. */
static void the_way_counts(void **state)
{
    (void)state;
    assert_int_equal(gn_freshness_ms("cache-control: max-age=3600\n",
                                     CAME_US - 2500000, 2500000),
                     3597000);
    assert_int_equal(gn_freshness_ms("cache-control: max-age=3600\nage: 5\n",
                                     CAME_US - 1000000, 1000000),
                     3594000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_fresh_for_so_long),
        cmocka_unit_test(the_way_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
