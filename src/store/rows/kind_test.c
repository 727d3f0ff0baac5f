/* kind_test.c - what all kinds of cursor share: why one ended. */
#include "store/fixture_test.h"

#include "base/error.h"
#include "store/rows/kind.h"

static const struct gn_rows_kind nothing;

static struct garner_rows *new_rows(void)
{
    struct garner_rows *rows;

    assert_int_equal(gn_kind_new(&nothing, "select 7", 0, &rows, NULL),
                     GARNER_OK);
    return rows;
}

static void what_it_was_canceled_for_is_told(void **state)
{
    struct garner_rows *rows = new_rows();
    struct garner_error err;

    (void)state;
    assert_false(gn_kind_is_stopped(rows));
    (void)gn_lease_claim(&rows->lease, GN_STOP_CANCELED);
    assert_true(gn_kind_is_stopped(rows));
    assert_int_equal(gn_kind_explain(rows, GARNER_TIMEOUT, &err),
                     GARNER_CANCELED);
    assert_non_null(strstr(err.message, "select 7"));
    gn_kind_free(rows);
}

static void what_it_was_too_old_for_is_told(void **state)
{
    struct garner_rows *rows = new_rows();
    struct garner_error err;

    (void)state;
    rows->age_ns = INT64_C(5000000);
    (void)gn_lease_claim(&rows->lease, GN_STOP_OLD);
    (void)gn_lease_claim(&rows->lease, GN_STOP_CANCELED); /* not the first */
    assert_int_equal(gn_kind_stopped(rows, &err), GARNER_TIMEOUT);
    assert_non_null(strstr(err.message, "open for 5 ms"));
    assert_non_null(strstr(err.message, "max_read_age_ms"));
    gn_kind_free(rows);
}

static void a_deadline_that_passed_is_told(void **state)
{
    struct garner_rows *rows = new_rows();
    struct garner_error err;

    (void)state;
    rows->deadline_ns = 1;
    rows->given_ms = 30;
    assert_int_equal(gn_kind_explain(rows, GARNER_TIMEOUT, &err),
                     GARNER_TIMEOUT);
    assert_non_null(strstr(err.message, "the 30 ms of"));
    gn_kind_free(rows);
}

static void other_errors_speak_for_themselves(void **state)
{
    struct garner_rows *rows = new_rows();
    struct garner_error err;

    (void)state;
    (void)gn_fail(&err, GARNER_IO, "the disk is on fire");
    rows->deadline_ns = 1;
    assert_int_equal(gn_kind_explain(rows, GARNER_IO, &err), GARNER_IO);
    assert_string_equal(err.message, "the disk is on fire");
    rows->deadline_ns = INT64_MAX;
    assert_int_equal(gn_kind_explain(rows, GARNER_BUSY, &err), GARNER_BUSY);
    assert_string_equal(err.message, "the disk is on fire");
    gn_kind_free(rows);
}

static void it_needs_memory(void **state)
{
    struct garner_rows *rows;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_kind_new(&nothing, "", 0, &rows, NULL), GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_null(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_was_canceled_for_is_told),
        cmocka_unit_test(what_it_was_too_old_for_is_told),
        cmocka_unit_test(a_deadline_that_passed_is_told),
        cmocka_unit_test(other_errors_speak_for_themselves),
        cmocka_unit_test(it_needs_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
