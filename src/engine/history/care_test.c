/* care_test.c - an engine deletes what its sources are to keep no longer. */
#include "engine/fixture_test.h"
#include "engine/history/care.h"

static void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p))
        tcp_peer_reply(p, "200 OK", "", "hello");
}

/* Runs and bodies of long ago, of sources s0 and s1. */
static void add_old(struct world *w)
{
    assert_int_equal(run(w), GARNER_OK); /* makes the tables and the sources */
    store_runs(w, "insert into garner_run (source, url, started)"
                  " with recursive n(i) as (select 1 union all select i + 1"
                  " from n where i < 3000) select 1 + i % 2, 'u', i from n");
    store_runs(w, "insert into garner_body (source, sha256, size, codec, data)"
                  " with recursive n(i) as (select 1 union all select i + 1"
                  " from n where i < 200) select 1 + i % 2, zeroblob(32), 1,"
                  " 'none', x'00' from n");
}

#define OLD(table) "select count(*) from " table " where source = 1"

static void what_is_old_goes_while_it_runs(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    add_source(w, "/", 0)->keep =
        (struct gn_keep){.bodies = 7, .runs_ms = INT64_C(3600000)};
    add_source(w, "/", 0);
    add_old(w);
    w->sources[0].schedule.every_ms = 3600000;
    w->sources[1].schedule.every_ms = 3600000;
    run_beside(w);
    WAIT_FOR(atoi(ask(w, OLD("garner_run"))) <= 2);
    WAIT_FOR(atoi(ask(w, OLD("garner_body"))) <= 8);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, "select count(*) >= 1500 from garner_run where source = 2",
                 "1");
    assert_asked(w, "select count(*) > 100 from garner_body where source = 2",
                 "1");
    end(w);
}

/* One that ends at once makes way, too: step by step, each time. */
static void what_is_old_goes_once_by_once(void **state)
{
    struct world *w = begin(serve, NULL);
    int rounds = 0;

    (void)state;
    add_source(w, "/", 0);
    add_source(w, "/", 0);
    add_old(w);
    w->sources[0].keep.runs_ms = 3600000;
    while (atoi(ask(w, OLD("garner_run") " and started < 10000")) > 0) {
        assert_true(rounds++ < 500);
        assert_int_equal(run(w), GARNER_OK);
    }
    end(w);
}

static void a_fault_is_no_end(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    add_source(w, "/", 0);
    add_source(w, "/", 0);
    add_old(w);
    store_runs(w, "create trigger no before delete on garner_run begin"
                  " select raise(abort, 'no'); end");
    w->sources[0].keep.runs_ms = 3600000;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, OLD("garner_run") " and started < 10000", "1500");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_old_goes_while_it_runs),
        cmocka_unit_test(what_is_old_goes_once_by_once),
        cmocka_unit_test(a_fault_is_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
