/* survey_test.c - what others are shown. */
#include "engine/fixture_test.h"
#include "engine/survey.h"

static void numbers_of_all_sources_add_up(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_roster r = {0};
    struct gn_flow f = {.store = w->store, .started_wall_us = 77};
    struct gn_status status;

    (void)state;
    add_source(w, "/", 1000);
    add_source(w, "/", 1000);
    assert_int_equal(gn_roster_open(&r, w->store, &w->config, NULL), GARNER_OK);
    gn_mutex_init(&f.lock);
    f.totals.fetched = 9;
    f.body_bytes = 5;
    gn_histogram_add(&f.lateness, 100);
    for (size_t i = 0; i < 2; i++) {
        r.actives[i]->due.due_count = 10;
        r.actives[i]->due.started = 4;
        r.actives[i]->due.missed[GN_MISS_OVERLAP] = 1;
        r.actives[i]->due.missed[GN_MISS_LATE] = 2;
        r.actives[i]->due.missed[GN_MISS_REFUSED] = 3;
        r.actives[i]->pages = (struct gn_pages){7, 2, 1};
        r.actives[i]->due.missed[GN_MISS_STOPPED] = 4;
        r.actives[i]->due.missed[GN_MISS_WAITING] = 5;
        r.actives[i]->due.missed[GN_MISS_ASKED] = 6;
        r.actives[i]->due.missed[GN_MISS_HOST] = 7;
    }
    gn_survey(&f, &r, &status);
    assert_int_equal(status.sources, 2);
    assert_int_equal(status.started_wall_us, 77);
    assert_int_equal(status.totals.fetched, 9);
    assert_int_equal(status.totals.due, 20);
    assert_int_equal(status.totals.started, 8);
    assert_int_equal(status.totals.missed_overlap, 2);
    assert_int_equal(status.totals.missed_late, 4);
    assert_int_equal(status.totals.missed_refused, 6);
    assert_int_equal(status.totals.missed_waiting, 36);
    assert_int_equal(status.pages.total, 14);
    assert_int_equal(status.pages.left, 4);
    assert_int_equal(status.pages.failed, 2);
    assert_int_equal(status.totals.missed_stopped, 8);
    assert_int_equal(status.body_bytes, 5);
    assert_int_equal(status.lateness.count, 1);
    assert_int_equal(status.next_due_us, INT64_MAX);
    assert_true(status.store.batches > 0);
    gn_mutex_fini(&f.lock);
    gn_roster_close(&r);
    end(w);
}

static void long_texts_are_cut_and_times_told(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_roster r = {0};
    struct gn_flow f = {.store = w->store};
    struct gn_source_status line;
    char name[150];

    (void)state;
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    add_source(w, "/", 60000)->name = name;
    assert_int_equal(gn_roster_open(&r, w->store, &w->config, NULL), GARNER_OK);
    gn_mutex_init(&f.lock);
    assert_int_equal(gn_schedule_new(0, 0, &f.schedule, NULL), GARNER_OK);
    assert_int_equal(gn_schedule_add(f.schedule, &r.actives[0]->due,
                                     &w->sources[0].schedule, 0, 0, NULL),
                     GARNER_OK);
    assert_int_equal(gn_survey_sources(&f, &r, 0, &line, 1), 1);
    assert_int_equal(strlen(line.name), sizeof line.name - 1);
    assert_int_equal(line.next_due_us, 0); /* long ago */
    f.closed = true;
    assert_int_equal(gn_survey_sources(&f, &r, 0, &line, 1), 1);
    assert_int_equal(line.next_due_us, INT64_MAX);
    gn_schedule_free(f.schedule);
    gn_mutex_fini(&f.lock);
    gn_roster_close(&r);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_all_sources_add_up),
        cmocka_unit_test(long_texts_are_cut_and_times_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
