/* books_test.c - what is booked of a group, and what is not. */
#include "store/fixture_test.h"

#include "store/commit/books.h"

static struct gn_books books;
static struct gn_ticket tickets[4];
static struct gn_ticket *group[4];
static struct garner_stats stats;

/* Tickets of one statement that began at 100, 200, 300 and 400 ns. */
static int fresh(void **state)
{
    (void)state;
    books = (struct gn_books){0};
    stats = (struct garner_stats){0};
    for (int i = 0; i < 4; i++) {
        tickets[i] =
            (struct gn_ticket){.count = 1, .start_ns = (i + 1) * INT64_C(100)};
        group[i] = &tickets[i];
    }
    return 0;
}

static void each_wait_runs_from_its_own_start(void **state)
{
    (void)state;
    gn_books_group(&books, group, 4, 410, 380);
    gn_books_report(&books, &stats);
    assert_int_equal(stats.wait_ns.count, 4);
    assert_int_equal(stats.wait_ns.sum, 310 + 210 + 110 + 10);
    assert_int_equal(stats.wait_ns.max, 310);
    assert_in_range(stats.wait_ns.p50, 110, 117); /* 10, 110, 210, 310 */
    assert_int_equal(stats.wait_ns.p99, 310);
    assert_int_equal(stats.group_batches.count, 1);
    assert_int_equal(stats.group_batches.max, 4);
    assert_int_equal(stats.sync_ns.count, 1);
    assert_int_equal(stats.sync_ns.p50, 30);
}

static void failures_and_flushes_do_not_count(void **state)
{
    (void)state;
    tickets[0].code = GARNER_CONSTRAINT;
    tickets[1].count = 0;
    gn_books_group(&books, group, 4, 500, 0);
    gn_books_report(&books, &stats);
    assert_int_equal(stats.wait_ns.count, 2);
    assert_int_equal(stats.wait_ns.max, 200);
    assert_int_equal(stats.group_batches.p99, 2);
    assert_int_equal(stats.sync_ns.count, 0);
}

static void nothing_acknowledged_is_no_group(void **state)
{
    (void)state;
    tickets[0].count = 0;
    gn_books_group(&books, group, 1, 500, 0);
    gn_books_report(&books, &stats);
    assert_int_equal(stats.group_batches.count, 0);
    assert_int_equal(stats.wait_ns.max, 0);
}

static void the_middle_is_told_from_the_worst(void **state)
{
    (void)state;
    for (int i = 0; i < 98; i++)
        gn_books_group(&books, group, 1, 1100, 0); /* waits of 1,000 */
    for (int i = 0; i < 2; i++)
        gn_books_group(&books, group, 4, 1000000, 0);
    gn_books_report(&books, &stats);
    assert_int_equal(stats.group_batches.count, 100);
    assert_int_equal(stats.group_batches.p50, 1);
    assert_int_equal(stats.group_batches.p99, 4);
    assert_in_range(stats.wait_ns.p50, 1000, 1070);
    assert_in_range(stats.wait_ns.p99, 999000, 999900);
    assert_int_equal(stats.wait_ns.max, 999900);
}

#define WITH(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(each_wait_runs_from_its_own_start),
        WITH(failures_and_flushes_do_not_count),
        WITH(nothing_acknowledged_is_no_group),
        WITH(the_middle_is_told_from_the_worst),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
