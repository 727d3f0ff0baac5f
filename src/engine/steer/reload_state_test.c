/* reload_state_test.c - what is known of sources and hosts when another
 * configuration comes. */
#include "engine/steer/reload_testing.h"

static void paused_ones_stay_so(void **state)
{
    static const char *const name[] = {"s0"};
    static const struct wanted next[] = {{"s0", "/a", 5, 9, NULL}};
    static const struct wanted none[] = {{"x", "/a", 5, 9, NULL}};
    struct world *w = start();
    struct gn_buf told = {0};
    struct gn_standing s;
    struct gn_changes n;

    (void)state;
    add_source(w, "/a", 5);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") > 1);
    assert_int_equal(gn_engine_pause(w->engine, name, 1, true, &told, NULL),
                     GARNER_OK);
    gn_buf_fini(&told);
    CHANGE(w, next, &n);
    WAIT_FOR(gn_engine_look(w->engine, "s0", &s, NULL) == GARNER_OK &&
             s.runs == 0);
    assert_true(s.paused);
    change_well(w, none, 1);
    WAIT_FOR(runs(w, "x") > 1);
    change_well(w, next, 1); /* it comes back */
    WAIT_FOR(gn_engine_look(w->engine, "s0", &s, NULL) == GARNER_OK);
    assert_true(s.paused);
    WAIT_FOR(strcmp(ask(w, "select group_concat(name) from garner_source"
                           " where retired = 1"),
                    "x") == 0);
    stop(w);
}

static void who_asked_before_is_answered(void **state)
{
    static const char *const name[] = {"s0"};
    static const struct wanted next[] = {{"s0", "/a", 5, 9, NULL}};
    struct world *w = start();
    struct gn_buf told = {0};
    struct gn_standing s;
    struct gn_changes n;
    enum garner_code code = GARNER_NOTFOUND;

    (void)state;
    add_source(w, "/gate", 3600000);
    run_beside(w);
    WAIT_FOR(atomic_load(&asked) == 1);
    assert_int_equal(gn_engine_ask(w->engine, name, 1, false, &told, NULL),
                     GARNER_OK); /* behind the one that is under way */
    CHANGE(w, next, &n);
    atomic_store(&opened, 1);
    WAIT_FOR(gn_engine_look(w->engine, "s0", &s, NULL) == GARNER_OK &&
             s.asked.answered == 1 && s.runs > 0);
    assert_true(s.asked.last.failed);
    assert_has(s.asked.last.error, "has changed");
    /* what was looked at may have been the one that goes */
    WAIT_FOR(code == GARNER_OK ||
             (code = gn_engine_ask(w->engine, name, 1, false, &told, NULL)) ==
                 GARNER_OK);
    WAIT_FOR(gn_engine_look(w->engine, "s0", &s, NULL) == GARNER_OK &&
             s.asked.answered == 2);
    assert_false(s.asked.last.failed);
    assert_string_equal(gn_buf_cstr(&told), "s0\t1\ns0\t2\n");
    gn_buf_fini(&told);
    stop(w);
}

static void limits_of_hosts_come_and_go(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 5, 0, NULL},
                                         {"n1", "/a", 5, 1, NULL},
                                         {"n2", "/a", 5, 1, NULL}};
    static const struct wanted last[] = {{"s0", "/a", 5, 0, NULL},
                                         {"n1", "/a", 5, 2, NULL},
                                         {"n2", "/a", 5, 2, NULL}};
    struct world *w = start();
    struct gn_config c;
    uint64_t before;

    (void)state;
    add_source(w, "/a", 5);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") > 0);
    c = config_of(w, next, 3);
    for (size_t i = 1; i < 3; i++) {
        c.sources[i].host_interval_ms = 3600000;
        c.sources[i].host_bytes = 1 << 20;
    }
    change_to(w, &c);
    WAIT_FOR(runs(w, "n1") + runs(w, "n2") == 1);
    before = runs(w, "s0");
    WAIT_FOR(runs(w, "s0") > before + 20);
    assert_int_equal(runs(w, "n1") + runs(w, "n2"), 1);
    c = config_of(w, last, 3); /* what waits for an hour goes at once */
    change_to(w, &c);
    WAIT_FOR(runs(w, "n1") > 5 && runs(w, "n2") > 5);
    stop(w);
}

static void what_is_known_of_a_host_counts_for_who_comes(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 5, 0, NULL},
                                         {"no", "/no", 5, 1, NULL},
                                         {"off", "/a", 5, 1, NULL}};
    struct world *w = start();
    struct gn_standing s;
    struct gn_config c;
    char sql[300];

    (void)state;
    add_source(w, "/a", 5);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") > 0);
    snprintf(sql, sizeof sql,
             "insert into garner_host (name, requests, not_modified, errors,"
             " bytes, failures, openings, off_until) values"
             " ('http://localhost:%d', 1, 0, 1, 0, 0, 0,"
             " (unixepoch() + 1000) * 1000000)",
             tcp_server_port(w->server));
    store_runs(w, sql);
    c = config_of(w, next, 3);
    c.sources[1].obeys_robots = true;
    c.sources[2].request.url = gn_arena_printf(
        c.memory, "http://localhost:%d/a", tcp_server_port(w->server));
    c.sources[2].host_failures = 3;
    c.sources[2].retry.most_ms = 3600000;
    change_to(w, &c);
    WAIT_FOR(runs(w, "no") > 2);
    assert_asked(w,
                 "select group_concat(distinct failure) from garner_run r join"
                 " garner_source s on s.id = r.source where s.name = 'no'"
                 " and failure <> 'missed'",
                 "robots");
    WAIT_FOR(gn_engine_look(w->engine, "off", &s, NULL) == GARNER_OK &&
             s.off_us > 0);
    assert_int_equal(s.runs, 0);
    assert_int_equal(s.off_for, GN_MISS_ASKED);
    assert_true(s.off_us > 900 * INT64_C(1000000));
    stop(w);
}

static void a_cron_line_comes_with_what_it_missed(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 5, 0, NULL},
                                         {"due", "/a", 0, 1, NULL},
                                         {"new", "/a", 0, 1, NULL}};
    struct world *w = start();
    struct gn_standing s;
    struct gn_cron line;
    struct gn_config c;

    (void)state;
    assert_int_equal(gn_cron_parse("@yearly", &line, NULL), GARNER_OK);
    add_source(w, "/a", 5);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") > 0);
    store_runs(w, "insert into garner_source (name, url, next_due)"
                  " values ('due', 'u', 1)");
    c = config_of(w, next, 3);
    c.sources[1].schedule = c.sources[2].schedule =
        (struct gn_spec){.cron = &line, .once = true};
    change_to(w, &c);
    WAIT_FOR(runs(w, "due") == 1);
    assert_int_equal(gn_engine_look(w->engine, "new", &s, NULL), GARNER_OK);
    assert_int_equal(s.next, GN_NEXT_SLOT);
    assert_true(s.next_us < 366 * INT64_C(86400000000));
    assert_int_equal(s.runs, 0);
    WAIT_FOR(strcmp(ask(w, "select next_due > unixepoch() * 1000000 from"
                           " garner_source where name = 'due'"),
                    "1") == 0);
    stop(w);
}

static atomic_int stale; /* lines of the log that say so of "old" */

static void count_stale(void *context, const char *text)
{
    (void)context;
    atomic_fetch_add(&stale, strstr(text, "old") != NULL &&
                                 strstr(text, "stale: no good run") != NULL);
}

static void ages_and_what_is_kept_count_from_then_on(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 5, 0, NULL},
                                         {"old", "/gate", 5, 1, NULL},
                                         {"kept", "/a", 3600000, 1, NULL}};
    struct world *w = start();
    struct gn_config c;

    (void)state;
    atomic_store(&stale, 0);
    gn_log_set_sink(count_stale, NULL);
    add_source(w, "/a", 5);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") > 0);
    store_runs(w, "insert into garner_source (id, name, url)"
                  " values (1000, 'kept', 'u')");
    store_runs(w, "insert into garner_run (source, url, started)"
                  " values (1000, 'u', 1), (1000, 'u', 2)");
    c = config_of(w, next, 3);
    c.sources[1].max_age_ms = 30;
    c.sources[2].keep.runs_ms = 3600000;
    change_to(w, &c);
    WAIT_FOR(atomic_load(&stale) == 1);
    WAIT_FOR(strcmp(ask(w, "select count(*) from garner_run where source = 1000"
                           " and started < 3"),
                    "0") == 0);
    stop(w);
    gn_log_set_sink(ignore_line, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paused_ones_stay_so),
        cmocka_unit_test(who_asked_before_is_answered),
        cmocka_unit_test(limits_of_hosts_come_and_go),
        cmocka_unit_test(what_is_known_of_a_host_counts_for_who_comes),
        cmocka_unit_test(a_cron_line_comes_with_what_it_missed),
        cmocka_unit_test(ages_and_what_is_kept_count_from_then_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
