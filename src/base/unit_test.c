/* unit_test.c - tables of what is accepted, refused, and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/random.h"
#include "base/unit.h"

static void durations_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"0", 0},
        {"0.0", 0},
        {"0s", 0},
        {"1ms", 1},
        {"900ms", 900},
        {"5s", 5000},
        {"1.5s", 1500},
        {"0.001s", 1},
        {"2m", 120000},
        {"1.5h", 5400000},
        {"30d", INT64_C(2592000000)},
        {"2w", 1209600000},
        {"007s", 7000},
        {"9223372036854775807ms", INT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = -1;

        assert_int_equal(gn_unit_duration(cases[i].text, &ms, NULL), GARNER_OK);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void what_is_no_duration_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "s",
        "5",
        "5 s",
        " 5s",
        "5s ",
        "-5s",
        "+5s",
        "5S",
        "5sec",
        "1e3s",
        "1.s",
        ".5s",
        "1..5s",
        "0.5ms",
        "0.0001s",
        "1.0000001h",
        "0x10s",
        "1:30",
        "1h30m",
        "9223372036854775808ms",
        "99999999999999999999s",
        "15250284452472w",
        "inf",
        "nan",
        "5\xc2\xb5s",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err;
        int64_t ms;

        assert_int_equal(gn_unit_duration(cases[i], &ms, &err), GARNER_INVALID);
        assert_non_null(strstr(err.message, cases[i]));
    }
}

static void sizes_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t bytes;
    } cases[] = {
        {"0", 0},
        {"512", 512},
        {"512B", 512},
        {"10MB", 10000000},
        {"4GiB", INT64_C(4) << 30},
        {"1.5KiB", 1536},
        {"0.3KiB", 307}, /* whole bytes below */
        {"1kB", 1000},
        {"2GB", INT64_C(2000000000)},
        {"3TB", INT64_C(3000000000000)},
        {"1MiB", 1 << 20},
        {"8388607TiB", INT64_C(8388607) << 40},
        {"1.999999TiB", INT64_C(2199022156040)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t bytes = -1;

        assert_int_equal(gn_unit_size(cases[i].text, &bytes, NULL), GARNER_OK);
        assert_int_equal(bytes, cases[i].bytes);
    }
}

static void what_is_no_size_is_refused(void **state)
{
    static const char *const cases[] = {
        "",    "B",     "4G",    "4 GiB", "-1",         "4gib",
        "1PB", "1.MB",  "1e6",   ".5MB",  "8388608TiB", "9223372036854775808",
        "1k",  "1.2.3", "1MiB ",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err;
        int64_t bytes;

        assert_int_equal(gn_unit_size(cases[i], &bytes, &err), GARNER_INVALID);
        assert_non_null(strstr(err.message, cases[i]));
    }
}

static void durations_are_written_short_and_exact(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {1, "1ms"},
        {900, "900ms"},
        {1000, "1s"},
        {1500, "1.5s"},
        {1001, "1.001s"},
        {1010, "1.01s"},
        {59999, "59.999s"},
        {10001, "10.001s"},
        {60000, "1m"},
        {90000, "90s"},
        {5400000, "90m"},
        {3600000, "1h"},
        {129600000, "36h"},
        {86400000, "1d"},
        {604800000, "1w"},
        {INT64_C(2592000000), "30d"},
        {-1500, "-1.5s"},
        {INT64_MAX, "9223372036854775.807s"},
        {INT64_MIN, "-9223372036854775.808s"},
    };
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gn_unit_format_duration(cases[i].ms, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void a_duration_written_is_read_the_same(void **state)
{
    uint64_t seed = 4;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        const int64_t scale = i % 3 == 0 ? 1 : i % 3 == 1 ? 50 : 15000;
        const int64_t ms = (int64_t)(gn_random_next(&seed) >> 33) * scale;
        char text[32];
        int64_t again;

        gn_unit_format_duration(ms, text);
        assert_int_equal(gn_unit_duration(text, &again, NULL), GARNER_OK);
        assert_int_equal(again, ms);
    }
}

static void sizes_are_written_for_people(void **state)
{
    static const struct {
        int64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},
        {1023, "1023 B"},
        {1024, "1.0 KiB"},
        {1536, "1.5 KiB"},
        {10239, "10 KiB"},
        {10240, "10 KiB"},
        {1048575, "1.0 MiB"},
        {1048576, "1.0 MiB"},
        {INT64_C(123) << 20, "123 MiB"},
        {INT64_MAX, "8.0 EiB"},
        {INT64_MIN, "-8.0 EiB"},
        {-1536, "-1.5 KiB"},
    };
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gn_unit_format_size(cases[i].bytes, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(sizes_are_read),
        cmocka_unit_test(what_is_no_size_is_refused),
        cmocka_unit_test(durations_are_written_short_and_exact),
        cmocka_unit_test(a_duration_written_is_read_the_same),
        cmocka_unit_test(sizes_are_written_for_people),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
