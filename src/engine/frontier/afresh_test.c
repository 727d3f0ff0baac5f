/* afresh_test.c - a pass that is not gone on with. */
#include "engine/fixture_test.h"
#include "engine/frontier/afresh.h"
#include "engine/frontier/intake.h"

static atomic_bool stop;

static struct gn_intake take(struct world *w)
{
    static const char *const starts[] = {"http://h/"};
    static const struct gn_crawl crawl = {.starts = starts, .start_count = 1};
    struct gn_intake in = {
        .store = w->store, .crawl = &crawl, .source = 1, .stop = &stop};

    assert_int_equal(gn_intake_run(&in, &w->err), GARNER_OK);
    return in;
}

static void the_next_pass_begins_anew(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_intake in;

    (void)state;
    assert_int_equal(gn_afresh(w->store, "c", &w->err), GARNER_OK);
    store_runs(w, "insert into garner_source (id, name, url) values"
                  " (1, 'c', 'u'), (2, 'other', 'u')");
    assert_int_equal(gn_afresh(w->store, "c", &w->err), GARNER_OK);
    assert_asked(w, "select count(pass) from garner_source", "0");
    in = take(w);
    assert_int_equal(in.pass, 2);
    store_runs(w, "insert into garner_frontier (source, url, hash, pass)"
                  " values (1, 'http://h/done', 1, 2),"
                  " (1, 'http://h/left', 2, 1)");
    assert_true(take(w).goes_on);
    assert_int_equal(gn_afresh(w->store, "c", &w->err), GARNER_OK);
    in = take(w);
    assert_false(in.goes_on);
    assert_int_equal(in.left, 1); /* its start */
    assert_int_equal(in.total, 1);
    store_runs(w, "update garner_frontier set pass = pass + 1"
                  " where url = 'http://h/'");
    assert_int_equal(gn_intake_close(&in, &w->err), GARNER_OK);
    assert_asked(w, "select group_concat(url) from garner_frontier",
                 "http://h/");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_pass_begins_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
