/* settle_test.c - what is known of runs once they have ended, well or not. */
#include <sqlite3.h>

#include "engine/ids_testing.h"

static void serve(struct tcp_peer *p, void *context)
{
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/cut")) {
            tcp_peer_text(p, "HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nx");
            return;
        }
        tell_id(p, context);
    }
}

static void runs_that_cannot_be_stored_are_counted(void **state)
{
    int count = 0;
    struct world *w = begin(serve, &count);

    (void)state;
    add_source(w, "/count", 5);
    w->options.run_for_ms = 1;
    assert_int_equal(run(w), GARNER_OK); /* makes the tables */
    w->options.run_for_ms = 0;
    store_runs(w, "delete from garner_run");
    store_runs(w, "create table gate (x)");
    store_runs(w, "create trigger no before insert on garner_run when"
                  " new.missed = 0 and not exists (select * from gate) begin"
                  " select raise(abort, 'shut'); end");
    run_beside(w);
    WAIT_FOR(status_of(w).totals.store_failed >= 3);
    store_runs(w, "insert into gate values (1)");
    WAIT_FOR(status_of(w).totals.stored >= 3);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_all_accounted_for(w);
    assert_asked(w,
                 "select sum(missed) >= 3 from garner_run where"
                 " error = 'the store did not take the run'",
                 "1");
    /* the bodies that came with them are not taken for stored */
    assert_asked(w,
                 "select count(*) from garner_run r left join garner_body b"
                 " on b.id = r.body where r.failure is null and b.id is null",
                 "0");
    end(w);
}

/* Whatever fails, it is one error, of one kind. */
static void a_failed_run_is_in_one_total(void **state)
{
    struct world *w = begin(serve, NULL);
    const struct gn_totals *t = &w->status.totals;

    (void)state;
    add_rows(w, add_source(w, "/", 0), "t", id, "select null as id");
    add_rows(w, add_source(w, "/", 0), "u", NULL,
             "select value as x from json_each(substr(:body, 2))");
    add_source(w, "/cut", 0);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select group_concat(failure || status) from"
                 " (select * from garner_run order by source)",
                 "rows200,sql200,protocol500");
    assert_int_equal(t->extract_failed, 2);
    assert_int_equal(t->fetch_failed, 1);
    assert_int_equal(t->http_errors + t->store_failed, 0);
    assert_int_equal(t->stored, 3);
    end(w);
}

static int warnings;
static int recoveries;

static void count_lines(void *unused, const char *line)
{
    (void)unused;
    warnings += strstr(line, "not this one") != NULL &&
                strstr(line, "; later runs went well") != NULL;
    recoveries += strstr(line, "works again") != NULL;
}

/* The first is refused, and its record comes back behind the others. */
static void what_failed_before_does_not_hide_what_went_well(void **state)
{
    struct gn_source_status line;
    int count = 0;
    struct world *w = begin(serve, &count);
    sqlite3 *foreign;

    (void)state;
    store_runs(w, "create table t (id integer primary key)");
    store_runs(w, "create trigger no before insert on t when new.id = 1 begin"
                  " select raise(abort, 'not this one'); end");
    warnings = recoveries = 0;
    gn_log_set_sink(count_lines, NULL);
    add_rows(w, add_source(w, "/count", 5), "t", id, IDS);
    assert_int_equal(sqlite3_open(w->path, &foreign), SQLITE_OK);
    open_engine(w);
    assert_int_equal(sqlite3_exec(foreign, "begin immediate", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(pthread_create(&w->thread, NULL, run_engine, w), 0);
    WAIT_FOR(status_of(w).storing >= 3);
    gn_engine_stop(w->engine);
    assert_int_equal(sqlite3_exec(foreign, "commit", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(foreign), SQLITE_OK);
    assert_int_equal(pthread_join(w->thread, NULL), 0);
    assert_int_equal(gn_engine_sources(w->engine, 0, &line, 1), 1);
    close_engine(w);
    assert_int_equal(w->code, GARNER_OK);
    assert_string_equal(line.error, "");
    assert_int_equal(line.failures, 1);
    assert_int_equal(warnings, 1);
    assert_int_equal(recoveries, 0);
    assert_asked(w, "select count(*) from garner_run where failure = 'store'",
                 "1");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_that_cannot_be_stored_are_counted),
        cmocka_unit_test(a_failed_run_is_in_one_total),
        cmocka_unit_test(what_failed_before_does_not_hide_what_went_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
