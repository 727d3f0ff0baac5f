/* intake_test.c - how a pass begins. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/frontier/intake.h"
#include "engine/history/schema.h"

static atomic_bool stop;

static struct world *with_source(void)
{
    struct world *w = begin(NULL, NULL);

    atomic_store(&stop, false);
    assert_int_equal(gn_schema_open(w->store, &w->err), GARNER_OK);
    store_runs(w, "insert into garner_source (id, name, url) values"
                  " (1, 's', 'u'), (2, 'other', 'u')");
    store_runs(w, "insert into garner_frontier (source, url, hash, pass)"
                  " values (2, 'http://h/other', 1, 0)");
    store_runs(w, "create table list (url)");
    return w;
}

static struct gn_intake take(struct world *w, enum garner_code expected)
{
    struct gn_intake in = {.store = w->store,
                           .urls = {.sql = "select url from list"},
                           .source = 1,
                           .stop = &stop};
    const enum garner_code code = gn_intake_run(&in, &w->err);

    if (code != expected)
        fail_msg("%d: %s", (int)code, w->err.message);
    return in;
}

#define URLS                                                                   \
    "select group_concat(url || ' ' || pass, ',') from (select * from"         \
    " garner_frontier where source = 1 order by url)"

static void the_list_is_entered(void **state)
{
    struct world *w = with_source();
    struct gn_intake in;

    (void)state;
    store_runs(w, "insert into list values ('http://h/a'), ('http://h/b'),"
                  " ('http://h/a#2'), ('x')");
    in = take(w, GARNER_OK);
    assert_int_equal(in.pass, 1);
    assert_false(in.goes_on);
    assert_int_equal(in.total, 2);
    assert_int_equal(in.left, 2);
    assert_int_equal(in.bad, 1);
    assert_asked(w, URLS, "http://h/a 0,http://h/b 0");
    assert_asked(w, "select pass from garner_source where id = 1", "1");
    end(w);
}

static void what_is_left_is_gone_on_with(void **state)
{
    struct world *w = with_source();
    struct gn_intake in;

    (void)state;
    store_runs(w, "insert into list values ('http://h/a'), ('http://h/b')");
    (void)take(w, GARNER_OK);
    store_runs(w, "update garner_frontier set pass = 1 where url like '%a'");
    store_runs(w, "delete from list"); /* which is not looked at now */
    in = take(w, GARNER_OK);
    assert_true(in.goes_on);
    assert_int_equal(in.pass, 1);
    assert_int_equal(in.total, 2);
    assert_int_equal(in.left, 1);
    end(w);
}

static void the_next_pass_has_what_is_listed_then(void **state)
{
    struct world *w = with_source();
    struct gn_intake in;

    (void)state;
    store_runs(w, "insert into list values ('http://h/a'), ('http://h/b')");
    (void)take(w, GARNER_OK);
    store_runs(w, "update garner_frontier set pass = 1, etag = 'e'");
    store_runs(w, "delete from list where url like '%a'");
    store_runs(w, "insert into list values ('http://h/c')");
    in = take(w, GARNER_OK);
    assert_int_equal(in.pass, 2);
    assert_int_equal(in.left, 2);
    assert_asked(w, URLS, "http://h/b 1,http://h/c 1");
    assert_asked(w, "select etag from garner_frontier where url like '%b'",
                 "e");
    assert_asked(w, "select count(*) from garner_frontier where source = 2",
                 "1");
    end(w);
}

/* More than goes into one transaction. */
static void long_lists_take_several_batches(void **state)
{
    struct world *w = with_source();
    struct gn_intake in;

    (void)state;
    store_runs(w, "with recursive n(n) as (select 1 union all select n + 1 from"
                  " n where n < 4500) insert into list select 'http://h/' || n"
                  " from n");
    in = take(w, GARNER_OK);
    assert_int_equal(in.left, 4500);
    store_runs(w, "update garner_frontier set pass = 1 where source = 1");
    store_runs(w, "delete from list where rowid > 10");
    in = take(w, GARNER_OK);
    assert_int_equal(in.total, 10);
    end(w);
}

static void one_that_is_stopped_has_not_begun(void **state)
{
    struct world *w = with_source();

    (void)state;
    store_runs(w, "insert into list values ('http://h/a')");
    atomic_store(&stop, true);
    (void)take(w, GARNER_CANCELED);
    assert_asked(w, "select pass from garner_source where id = 1", "null");
    store_runs(w, "drop table list");
    atomic_store(&stop, false);
    (void)take(w, GARNER_SQL);
    assert_asked(w, "select pass from garner_source where id = 1", "null");
    store_runs(w, "delete from garner_source");
    (void)take(w, GARNER_NOTFOUND);
    end(w);
}

static void lost_memory_is_an_error(void **state)
{
    struct world *w = with_source();
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    store_runs(w, "insert into list values ('http://h/a'), ('http://h/b')");
    for (unsigned n = 1; code != GARNER_OK; n++) {
        struct gn_intake in = {.store = w->store,
                               .urls = {.sql = "select url from list"},
                               .source = 1,
                               .stop = &stop};

        assert_true(n < 500);
        gn_mem_fail_at(n);
        code = gn_intake_run(&in, &w->err);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
    }
    assert_asked(w, URLS, "http://h/a 0,http://h/b 0");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_entered),
        cmocka_unit_test(what_is_left_is_gone_on_with),
        cmocka_unit_test(the_next_pass_has_what_is_listed_then),
        cmocka_unit_test(long_lists_take_several_batches),
        cmocka_unit_test(one_that_is_stopped_has_not_begun),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
