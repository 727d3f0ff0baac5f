/* pass_test.c - passes over many URLs, by an engine. */
#include "base/mem.h"
#include "engine/frontier/pass_testing.h"

enum { PAGES = 1100 /* more than are read at once */ };

static void each_is_asked_once_a_pass(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_pages(w, PAGES);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, COUNTS, "1100 1100 1100 0");
    assert_asked(w, "select count(*) from t", "1100");
    assert_asked(w, "select count(*) from garner_frontier where pass = 1",
                 "1100");
    /* The next time it is asked for what changed alone. */
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, COUNTS, "2200 1100 1100 1100");
    assert_asked(w,
                 "select group_concat(distinct body is not null)"
                 " from garner_run",
                 "1");
    assert_int_equal(tcp_server_requests(w->server), 2 * PAGES);
    assert_int_equal(w->status.totals.due, 1);
    assert_int_equal(w->status.totals.stored, PAGES);
    /* ... unless something else is made of it now. */
    w->rows[0].sql = "select :url as url, 2 as n";
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, COUNTS, "3300 1100 2200 1100");
    end(w);
}

/* What is left of a pass is gone on with; the list is read for the next. */
static void one_that_was_begun_goes_on(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_pages(w, 10);
    assert_int_equal(run(w), GARNER_OK);
    store_runs(w, "update garner_source set pass = 2");
    store_runs(w, "update garner_frontier set pass = 2 where id <= 7");
    store_runs(w, "delete from list");
    w->sources[0].schedule.every_ms = 3600000; /* not because it is due */
    w->sources[0].schedule.window = NULL;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored == 3);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, COUNTS, "13 10 10 3");
    assert_asked(w, "select min(pass) || max(pass) from garner_frontier", "22");
    w->sources[0].schedule.every_ms = 0;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, COUNTS, "13 10 10 3");
    assert_asked(w, "select count(*) from garner_frontier", "0");
    end(w);
}

static void without_its_list_it_fails(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    w->sources[0].urls = (struct gn_urls){.file = "/no/such/file"};
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select failure || ': ' || error || ', ' || url"
                 " from garner_run",
                 "urls: urls: file /no/such/file: No such file or directory, "
                 "/no/such/file");
    assert_all_accounted_for(w);
    end(w);
}

/* It counts as running until its pass is over. */
static void slots_meanwhile_are_missed(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    atomic_store(&s.hold, true);
    w->sources[0].schedule.every_ms = 1;
    add_pages(w, 3);
    add_url(w, "/slow");
    run_beside(w);
    WAIT_FOR(status_of(w).totals.missed_overlap > 3);
    assert_int_equal(status_of(w).totals.started, 1);
    atomic_store(&s.hold, false);
    WAIT_FOR(status_of(w).totals.started > 1);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    end(w);
}

/* Not for what hosts asked for before. */
static void once_does_not_wait_for_what_was_before(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_url(w, "/a");
    w->sources[0].host_interval_ms = 3600000;
    w->options.once = true;
    assert_int_equal(run(w), GARNER_OK);
    run_beside(w);
    WAIT_FOR(tcp_server_requests(w->server) == 2);
    assert_int_equal(run_ended(w), GARNER_OK);
    end(w);
}

/* Whatever allocation fails, the run ends, and each page is done. */
static void lost_memory_ends_nothing_but_its_fetch(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_pages(w, 3);
    assert_int_equal(run(w), GARNER_OK);
    for (unsigned nth = 1; nth <= 150; nth++)
        run_without_memory(w, nth);
    assert_int_equal(run(w), GARNER_OK); /* nothing is broken since */
    assert_asked(w,
                 "select count(*) from garner_frontier where pass ="
                 " (select pass from garner_source)",
                 "3");
    assert_asked(w, "select count(*) from t", "3");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_asked_once_a_pass),
        cmocka_unit_test(one_that_was_begun_goes_on),
        cmocka_unit_test(without_its_list_it_fails),
        cmocka_unit_test(slots_meanwhile_are_missed),
        cmocka_unit_test(once_does_not_wait_for_what_was_before),
        cmocka_unit_test(lost_memory_ends_nothing_but_its_fetch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
