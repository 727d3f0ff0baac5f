/* quota_test.c - which limits count, and what is said of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/quota.h"

static void what_is_not_given_is_as_the_worker_has_it(void **state)
{
    const struct gn_quota others = {1, 2, 3, 4};
    const struct gn_quota none = {0};
    const struct gn_quota some = {.time_ms = 10, .rows_bytes = 30};
    const struct gn_quota all = {10, 20, 30, 40};
    struct gn_quota l;

    (void)state;
    l = gn_quota_or(&none, &others);
    assert_memory_equal(&l, &others, sizeof l);
    l = gn_quota_or(&all, &others);
    assert_memory_equal(&l, &all, sizeof l);
    l = gn_quota_or(&some, &others);
    assert_int_equal(l.time_ms, 10);
    assert_int_equal(l.memory_bytes, 2);
    assert_int_equal(l.rows_bytes, 30);
    assert_int_equal(l.length_bytes, 4);
}

static void each_names_its_key(void **state)
{
    static const struct {
        enum gn_quota_part which;
        enum garner_code code;
        const char *message;
    } cases[] = {
        {GN_QUOTA_TIME, GARNER_TIMEOUT,
         "the SQL was stopped: it took longer than 1.5s, its limit: ask for "
         "less, or raise limits.time"},
        {GN_QUOTA_MEMORY, GARNER_FULL,
         "the SQL needs more than 2.0 MiB of memory, its limit: sort, group or "
         "join less, or raise limits.memory"},
        {GN_QUOTA_ROWS, GARNER_FULL,
         "after 7 rows the rows of one answer take more than 3.0 KiB, the "
         "limit: select less, or raise limits.rows"},
        {GN_QUOTA_LENGTH, GARNER_FULL,
         "the SQL makes a text or a blob of more than 100 B, its limit: make "
         "less, or raise limits.length"},
    };
    const struct gn_quota limits = {1500, 2 << 20, 3 << 10, 100};
    struct garner_error err;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gn_quota_exceeded(&limits, cases[i].which, 7, &err),
                         cases[i].code);
        assert_string_equal(err.message, cases[i].message);
    }
}

static void what_nobody_can_raise_is_no_key(void **state)
{
    const struct gn_quota most = {.length_bytes = GN_QUOTA_LENGTH_MOST};
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_quota_exceeded(&most, GN_QUOTA_LENGTH, 0, &err),
                     GARNER_FULL);
    assert_null(strstr(err.message, "limits.length"));
    assert_non_null(strstr(err.message, "the most that SQLite can have"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_given_is_as_the_worker_has_it),
        cmocka_unit_test(each_names_its_key),
        cmocka_unit_test(what_nobody_can_raise_is_no_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
