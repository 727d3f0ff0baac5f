/* engine_test.c - the whole collector between a scripted server and a store. */
#include "base/clock.h"
#include "engine/fixture_test.h"

/* Replies by path; counts in context, if there is one, what it was asked. */
static void serve(struct tcp_peer *p, void *context)
{
    static const char json[] = "Content-Type: application/json\r\n";

    (void)context;
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/json"))
            tcp_peer_reply(p, "200 OK", json,
                           "[{\"id\":1,\"v\":\"a\"},{\"id\":2,\"v\":\"b\"}]");
        else if (tcp_peer_asks(p, "/404"))
            tcp_peer_reply(p, "404 Not Found", "", "nothing here");
        else if (tcp_peer_asks(p, "/hang"))
            tcp_peer_wait(p);
        else
            tcp_peer_reply(p, "200 OK", "Content-Type: text/plain\r\n",
                           "hello");
    }
}

static void each_fetch_leaves_a_row(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    w->options.loops = 1; /* the numbers of sources are in order */
    add_source(w, "/text", 0);
    add_source(w, "/404", 0);
    add_source(w, "/json", 0);
    snprintf(w->urls[2], sizeof w->urls[2], "http://127.0.0.1:1/refused");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_run", "3");
    assert_asked(w,
                 "select status || failure from garner_run r join garner_source"
                 " s on s.id = r.source where s.name = 's1'",
                 "404http");
    assert_asked(w, "select error from garner_log where source = 's1'",
                 "the server answered with status 404");
    assert_asked(w,
                 "select status is null and failure = 'connect' and bytes is "
                 "null and body is null and error like '%127.0.0.1:1%'"
                 " from garner_log where source = 's2'",
                 "1");
    assert_asked(w,
                 "select data from garner_body b join garner_run r on r.body = "
                 "b.id where r.status = 200",
                 "hello");
    assert_asked(w,
                 "select content_type || size || codec || length(sha256)"
                 " from garner_body where source = 1",
                 "text/plain5none32");
    assert_asked(w,
                 "select count(*) from garner_run where started > 1e15 and"
                 " duration_us > 0 and late_us >= 0",
                 "3");
    assert_int_equal(w->status.totals.stored, 3);
    assert_int_equal(w->status.totals.fetch_failed, 1);
    assert_int_equal(w->status.totals.http_errors, 1);
    assert_all_accounted_for(w);
    end(w);
}

static void nothing_to_do_ends_at_once(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_run", "0");
    end(w);
}

static void once_runs_each_source_once(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    for (int i = 0; i < 100; i++)
        add_source(w, "/text", 10);
    w->options = (struct gn_engine_options){.once = true, .parallel = 1};
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(tcp_server_connections(w->server), 1);
    assert_int_equal(tcp_server_requests(w->server), 100);
    assert_asked(w, "select count(distinct source) from garner_run", "100");
    assert_all_accounted_for(w);
    end(w);
}

static void run_for_ends_by_itself(void **state)
{
    struct world *w = begin(serve, NULL);
    int64_t took_ms;

    (void)state;
    for (int i = 0; i < 4; i++)
        add_source(w, "/text", 20);
    w->options.run_for_ms = 210;
    took_ms = gn_clock_monotonic_ns() / 1000000;
    assert_int_equal(run(w), GARNER_OK);
    took_ms = gn_clock_monotonic_ns() / 1000000 - took_ms;
    assert_in_range(w->status.totals.due, 40, 4 * (took_ms / 20 + 2));
    assert_all_accounted_for(w);
    assert_int_equal(w->status.phase, GN_PHASE_DRAINING);
    end(w);
}

static void a_body_is_kept_once_while_it_stays(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    add_source(w, "/text", 5);
    for (int i = 0; i < 2; i++) { /* the second one remembers the first */
        run_beside(w);
        WAIT_FOR(status_of(w).totals.stored >= 3);
        gn_engine_stop(w->engine);
        assert_int_equal(run_ended(w), GARNER_OK);
    }
    assert_asked(w, "select count(*) from garner_body", "1");
    assert_asked(w, "select count(*) > 4 from garner_run where body = 1", "1");
    assert_asked(w,
                 "select count(*) from garner_run where body is null and"
                 " missed = 0",
                 "0");
    end(w);
}

static void rows_are_written_by_sql(void **state)
{
    static const char *const key[] = {"id", NULL};
    struct world *w = begin(serve, NULL);
    struct gn_source *s = add_source(w, "/json", 0);

    (void)state;
    add_rows(w, s, "t", key,
             "select value->>'$.id' as id, value->>'$.v' as v,"
             " :status as status, :source as source, :url = :final_url as same,"
             " :content_type as type, :fetched_at > 1e9 as at,"
             " :headers->>'$.content-type' as header from json_each(:body)");
    for (int i = 0; i < 2; i++)
        assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select group_concat(id || v) from t", "1a,2b");
    assert_asked(w,
                 "select status || source || same || type || at || header from "
                 "t",
                 "200s01application/json1application/json");
    assert_asked(w, "select sum(rows) from garner_run", "4");
    assert_int_equal(w->status.totals.rows, 2);
    end(w);
}

static void bad_json_keeps_the_body(void **state)
{
    struct world *w = begin(serve, NULL);
    struct gn_source *s = add_source(w, "/text", 0);

    (void)state;
    add_rows(w, s, "t", NULL, "select value from json_each(:body)");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select failure from garner_run", "sql");
    assert_has(ask(w, "select error from garner_run"), "not JSON");
    assert_asked(w, "select data from garner_body", "hello");
    assert_asked(w, "select rows from garner_run", "null");
    assert_asked(w, "select count(*) from sqlite_schema where name = 't'", "0");
    assert_int_equal(w->status.totals.extract_failed, 1);
    end(w);
}

static void a_stop_lets_fetches_end(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    for (int i = 0; i < 8; i++)
        add_source(w, "/text", 10);
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored >= 16);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_run where failure <> 'missed'",
                 "0");
    assert_all_accounted_for(w);
    end(w);
}

static void a_stop_before_the_start_counts(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    add_source(w, "/text", 1000);
    open_engine(w);
    gn_engine_stop(w->engine);
    (void)run_engine(w);
    close_engine(w);
    assert_int_equal(w->code, GARNER_OK);
    end(w);
}

static void a_second_stop_cancels(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    for (int i = 0; i < 5; i++)
        add_source(w, "/hang", 20);
    run_beside(w);
    WAIT_FOR(tcp_server_requests(w->server) == 5);
    gn_engine_stop(w->engine);
    WAIT_FOR(status_of(w).phase == GN_PHASE_DRAINING);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_CANCELED);
    assert_asked(
        w, "select count(*) from garner_run where failure = 'canceled'", "5");
    assert_all_accounted_for(w);
    end(w);
}

static void a_drain_has_an_end(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    add_source(w, "/hang", 0);
    w->options.drain_ms = 20;
    w->options.run_for_ms = 20;
    assert_int_equal(run(w), GARNER_TIMEOUT);
    assert_has(w->err.message, "20 ms");
    assert_asked(w, "select failure from garner_run", "canceled");
    end(w);
}

static void what_a_slow_server_misses_is_counted(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    for (int i = 0; i < 3; i++)
        add_source(w, i < 2 ? "/hang" : "/text", 5);
    w->sources[0].request.limits.total_ms = 60;
    w->sources[1].request.limits.total_ms = 60;
    run_beside(w);
    WAIT_FOR(status_of(w).totals.missed_overlap > 20 &&
             status_of(w).totals.fetch_failed > 0);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w,
                 "select count(*) > 0 from garner_run where failure = 'timeout'"
                 " and missed = 0",
                 "1");
    assert_asked(w,
                 "select count(*) > 0 from garner_run where failure = 'missed'"
                 " and error = 'the last run was still going on'",
                 "1");
    assert_all_accounted_for(w);
    end(w);
}

/* Each of the world's sources is due, running or not. */
static bool all_are_due(struct world *w)
{
    struct gn_source_status lines[MOST_SOURCES];
    const size_t count = gn_engine_sources(w->engine, 0, lines, MOST_SOURCES);
    bool due = true;

    for (size_t i = 0; i < count; i++)
        due = due && lines[i].next_due_us == 0;
    return due;
}

static void what_finds_no_room_is_counted(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    for (int i = 0; i < 4; i++)
        add_source(w, "/hang", 5);
    w->options.parallel = 2;
    w->options.loops = 1;
    w->options.drain_ms = 1;
    run_beside(w);
    WAIT_FOR(status_of(w).fetching == 2 && all_are_due(w));
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_TIMEOUT);
    assert_true(w->status.totals.missed_stopped >= 2);
    assert_asked(w,
                 "select count(*) from garner_run where error = 'garner was"
                 " stopped'",
                 "2");
    assert_asked(
        w, "select count(*) from garner_run where failure = 'canceled'", "2");
    assert_all_accounted_for(w);
    end(w);
}

static void sources_that_cannot_be_are_refused(void **state)
{
    struct world *w = begin(serve, NULL);
    struct gn_engine *e;
    struct gn_source *s = add_source(w, "/json", 0);

    (void)state;
    add_rows(w, s, "t", NULL, "select nonsense from json_each(:body)");
    assert_int_equal(
        gn_engine_new(w->store, &w->config, &w->options, &e, &w->err),
        GARNER_SQL);
    assert_has(w->err.message, "s0: ");
    assert_has(w->err.message, "nonsense");
    assert_null(e);
    end(w);
}

static void status_tells_of_each_source(void **state)
{
    struct gn_source_status lines[MOST_SOURCES];
    struct world *w = begin(serve, NULL);

    (void)state;
    for (int i = 0; i < 70; i++)
        add_source(w, i == 69 ? "/404" : "/text", 0);
    open_engine(w);
    assert_int_equal(gn_engine_sources(w->engine, 0, lines, 100), 70);
    assert_int_equal(lines[0].next_due_us, INT64_MAX);
    (void)run_engine(w);
    assert_int_equal(gn_engine_sources(w->engine, 60, lines, 100), 10);
    assert_string_equal(lines[9].name, "s69");
    assert_int_equal(lines[9].status, 404);
    assert_int_equal(lines[9].failures, 1);
    assert_string_equal(lines[9].error, "the server answered with status 404");
    assert_string_equal(lines[0].error, "");
    assert_int_equal(lines[0].last_bytes, 5);
    assert_int_equal(gn_engine_sources(w->engine, 70, lines, 100), 0);
    close_engine(w);
    assert_int_equal(w->status.sources, 70);
    assert_int_equal(w->status.fetching, 0);
    assert_int_equal(w->status.storing, 0);
    assert_int_equal(w->status.body_bytes, 0);
    assert_true(w->status.resident_bytes > 0);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fetch_leaves_a_row),
        cmocka_unit_test(nothing_to_do_ends_at_once),
        cmocka_unit_test(once_runs_each_source_once),
        cmocka_unit_test(run_for_ends_by_itself),
        cmocka_unit_test(a_body_is_kept_once_while_it_stays),
        cmocka_unit_test(rows_are_written_by_sql),
        cmocka_unit_test(bad_json_keeps_the_body),
        cmocka_unit_test(a_stop_lets_fetches_end),
        cmocka_unit_test(a_stop_before_the_start_counts),
        cmocka_unit_test(a_second_stop_cancels),
        cmocka_unit_test(a_drain_has_an_end),
        cmocka_unit_test(what_a_slow_server_misses_is_counted),
        cmocka_unit_test(what_finds_no_room_is_counted),
        cmocka_unit_test(sources_that_cannot_be_are_refused),
        cmocka_unit_test(status_tells_of_each_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
