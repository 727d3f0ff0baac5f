/* host_history_test.c - what is kept of hosts is added up, or replaced. */
#include "engine/fixture_test.h"
#include "engine/history/schema.h"
#include "engine/host/host_history.h"

static void keep(struct world *w, const char *name,
                 const struct gn_host_row *row)
{
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(gn_host_history_add(batch, name, row, NULL), GARNER_OK);
    assert_int_equal(garner_write(w->store, batch, NULL, NULL), GARNER_OK);
    garner_batch_free(batch);
}

static struct gn_host_row recalled(struct world *w, const char *name)
{
    struct gn_host_row row;

    assert_int_equal(gn_host_history_recall(w->store, name, &row, NULL),
                     GARNER_OK);
    return row;
}

static void counters_add_up_and_the_rest_is_replaced(void **state)
{
    const struct gn_host_row first = {{3, 1, 2, 1000}, 50, 2, 1, 70, 80, 90};
    const struct gn_host_row second = {{1, 0, 1, 24}, 60, 0, 0, 0, 0, 95};
    const struct gn_host_row third = {{0, 0, 0, 0}, 0, 1, 0, 0, 0, 0};
    struct world *w = begin(NULL, NULL);
    struct gn_host_row row;

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    keep(w, "http://a:80", &first);
    keep(w, "http://b:80", &second);
    row = recalled(w, "http://a:80");
    assert_memory_equal(&row, &first, sizeof row);
    keep(w, "http://a:80", &second);
    assert_asked(w,
                 "select requests || ' ' || not_modified || ' ' || errors ||"
                 " ' ' || bytes || ' ' || since || ' ' || last || ' ' ||"
                 " failures || ' ' || openings || ' ' || next ||"
                 " coalesce(open_until, off_until, '!')"
                 " from garner_host where name = 'http://a:80'",
                 "4 1 3 1024 50 60 0 0 95!");
    keep(w, "http://a:80", &third);
    row = recalled(w, "http://a:80");
    assert_int_equal(row.last_us, 60);
    assert_int_equal(row.cost.requests, 4);
    assert_int_equal(row.failures, 1);
    assert_int_equal(row.next_us, 0);
    assert_asked(w, "select count(*) from garner_host", "2");
    end(w);
}

static void nothing_is_known_of_a_new_one(void **state)
{
    const struct gn_host_row nothing = {.last_us = 0};
    struct world *w = begin(NULL, NULL);
    struct gn_host_row row;
    struct garner_error err;

    (void)state;
    assert_int_equal(
        gn_host_history_recall(w->store, "http://a:80", &row, &err),
        GARNER_SQL); /* no tables */
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    row = recalled(w, "http://a:80");
    assert_memory_equal(&row, &nothing, sizeof row);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_add_up_and_the_rest_is_replaced),
        cmocka_unit_test(nothing_is_known_of_a_new_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
