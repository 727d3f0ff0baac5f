/* deliver_test.c - what a store that refuses, waits or changes under our hands
 * does to the runs. */
#include <sqlite3.h>

#include "engine/ids_testing.h"

enum { CROWD = 60 };

/* So that they are all answered at once. */
static void wait_for_all(struct tcp_peer *p)
{
    WAIT_FOR(tcp_server_requests(p->server) == CROWD);
}

static void serve(struct tcp_peer *p, void *context)
{
    int *count = context;

    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/bad")) {
            wait_for_all(p);
            tcp_peer_reply(p, "200 OK", json, "[{\"id\":1},{\"id\":\"x\"}]");
        } else if (tcp_peer_asks(p, "/wide")) {
            wait_for_all(p);
            tcp_peer_reply(p, "200 OK", json, "[{\"id\":7,\"more\":1.5}]");
        } else if (tcp_peer_asks(p, "/turns")) {
            tcp_peer_reply(p, "200 OK", json, ++*count % 3 == 0 ? "1" : "22");
        } else {
            tell_id(p, count);
        }
    }
}

static void refused_rows_leave_the_run_and_its_body(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    store_runs(w, "create table t (id integer primary key)");
    store_runs(w, "create trigger no before insert on t begin"
                  " select raise(abort, 'not here'); end");
    add_rows(w, add_source(w, "/", 0), "t", id, IDS);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select failure from garner_run", "store");
    assert_has(ask(w, "select error from garner_run"), "not here");
    assert_asked(w, "select rows from garner_run", "null");
    assert_asked(w,
                 "select data from garner_body b join garner_run r on r.body ="
                 " b.id",
                 "[{\"id\":3}]");
    assert_asked(w, "select count(*) from t", "0");
    assert_int_equal(w->status.totals.store_failed, 1);
    assert_int_equal(w->status.totals.stored, 1);
    assert_int_equal(w->status.totals.rows, 0);
    store_runs(w, "drop trigger no");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from t", "1");
    assert_asked(w, "select count(*) from garner_body", "1");
    end(w);
}

static void bodies_are_the_runs_own(void **state)
{
    int count = 0;
    struct world *w = begin(serve, &count);

    (void)state;
    store_runs(w, "create table t (id integer primary key)");
    store_runs(w, "create trigger no before insert on t when new.id % 3 = 0"
                  " begin select raise(abort, 'no'); end");
    add_rows(w, add_source(w, "/count", 1), "t", id, IDS);
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored >= 60);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_all_accounted_for(w);
    assert_asked(w,
                 "select count(*) from garner_run r join garner_body b on"
                 " b.id = r.body where rows = 1 and not exists"
                 " (select * from t where id = b.data->>'$[0].id')",
                 "0");
    assert_asked(w,
                 "select count(*) from garner_run r join garner_body b on"
                 " b.id = r.body where failure = 'store' and"
                 " b.data->>'$[0].id' % 3 <> 0",
                 "0");
    assert_asked(w,
                 "select count(*) - count(distinct body) from garner_run where"
                 " missed = 0",
                 "0");
    end(w);
}

/* Back and forth faster than the store acknowledges. */
static void bodies_that_come_again_are_told_apart(void **state)
{
    int count = 0;
    struct world *w = begin(serve, &count);

    (void)state;
    add_source(w, "/turns", 1);
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored >= 100);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w,
                 "select count(*) from garner_run r left join garner_body b on"
                 " b.id = r.body where missed = 0 and r.bytes is not b.size",
                 "0");
    assert_asked(w,
                 "select count(*) from garner_body b join garner_body a on"
                 " b.id = a.id + 1 where a.sha256 = b.sha256",
                 "0");
    end(w);
}

static bool is_there(struct world *w, const char *table)
{
    char sql[96];

    snprintf(sql, sizeof sql,
             "select count(*) from sqlite_schema where name = '%s'", table);
    return strcmp(ask(w, sql), "1") == 0;
}

static void a_table_that_changes_is_looked_at_again(void **state)
{
    int count = 0;
    struct world *w = begin(serve, &count);
    struct gn_source_status line;

    (void)state;
    add_rows(w, add_source(w, "/count", 5), "t", id, IDS);
    run_beside(w);
    WAIT_FOR(status_of(w).totals.rows >= 3);
    store_runs(w, "drop table t");
    WAIT_FOR(is_there(w, "t"));
    store_runs(w, "alter table t rename column id to other");
    WAIT_FOR(gn_engine_sources(w->engine, 0, &line, 1) == 1 &&
             line.failures >= 3);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w,
                 "select group_concat(distinct failure) from garner_run where"
                 " missed = 0",
                 "rows");
    assert_asked(w, "select error from garner_run where failure = 'rows'",
                 "table t has no column id, which is to be its key: add one to"
                 " it (alter table), or name another key or table");
    end(w);
}

/* Each batch that fails was to create the table; those behind it in the queue
 * count on that. */
static void one_failure_does_not_spread(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    for (int i = 0; i < CROWD; i++)
        add_rows(w, add_source(w, i % 6 > 0 ? "/bad" : "/wide", 0), "t", id,
                 i % 6 > 0 ? IDS
                           : "select value->>'$.id' as id, value->>'$.more'"
                             " as more from json_each(:body)");
    w->options.parallel = CROWD;
    w->options.loops = 1; /* that has room for all */
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select group_concat(distinct failure) || count(*)"
                 " from garner_run where rows is null",
                 "store50");
    assert_asked(w, "select count(*) from garner_run where rows = 1", "10");
    assert_asked(w, "select id || more from t", "71.5");
    end(w);
}

static void a_full_store_is_waited_for(void **state)
{
    struct garner_options options;
    int count = 0;
    struct world *w = begin(serve, &count);

    (void)state;
    garner_close(w->store);
    garner_options_init(&options);
    options.queue_statements = 1;
    options.gather_ms = 0;
    assert_int_equal(garner_open(w->path, &options, &w->store, NULL),
                     GARNER_OK);
    add_source(w, "/count", 2);
    for (int i = 0; i < 20; i++)
        add_source(w, "/", 10);
    w->options.run_for_ms = 100;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_run where failure <> 'missed'",
                 "0");
    assert_asked(w,
                 "select count(*) from garner_run where missed = 0"
                 " and body is null",
                 "0");
    assert_all_accounted_for(w);
    end(w);
}

static void a_foreign_lock_is_waited_for(void **state)
{
    int count = 0;
    struct world *w = begin(serve, &count);
    sqlite3 *foreign;
    uint64_t stored;

    (void)state;
    for (int i = 0; i < 4; i++)
        add_rows(w, add_source(w, "/", 10), "t", id, IDS);
    assert_int_equal(sqlite3_open(w->path, &foreign), SQLITE_OK);
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored >= 4);
    assert_int_equal(sqlite3_busy_timeout(foreign, LONG_MS), SQLITE_OK);
    assert_int_equal(sqlite3_exec(foreign, "begin immediate", NULL, NULL, NULL),
                     SQLITE_OK);
    WAIT_FOR(status_of(w).storing >= 40);
    stored = status_of(w).totals.stored;
    assert_int_equal(sqlite3_exec(foreign, "commit", NULL, NULL, NULL),
                     SQLITE_OK);
    WAIT_FOR(status_of(w).totals.stored >= stored + 40);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(sqlite3_close(foreign), SQLITE_OK);
    assert_asked(w, "select count(*) from garner_run where failure <> 'missed'",
                 "0");
    assert_all_accounted_for(w);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_rows_leave_the_run_and_its_body),
        cmocka_unit_test(bodies_are_the_runs_own),
        cmocka_unit_test(bodies_that_come_again_are_told_apart),
        cmocka_unit_test(a_table_that_changes_is_looked_at_again),
        cmocka_unit_test(one_failure_does_not_spread),
        cmocka_unit_test(a_full_store_is_waited_for),
        cmocka_unit_test(a_foreign_lock_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
