/* reload_test.c - another configuration for an engine at work. */
#include <stdatomic.h>

#include "base/arena.h"
#include "base/mem.h"
#include "engine/fixture_test.h"

static atomic_int opened;
static atomic_int asked; /* for "/gate" */

static void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/robots.txt")) {
            tcp_peer_reply(p, "200 OK", "", "user-agent: *\ndisallow: /no\n");
            continue;
        }
        if (tcp_peer_asks(p, "/gate")) {
            atomic_fetch_add(&asked, 1);
            WAIT_FOR(atomic_load(&opened) > 0);
        }
        tcp_peer_reply(p, "200 OK", "ETag: \"a\"\r\n", "[7]");
    }
}

static struct world *start(void)
{
    struct world *w = begin(serve, NULL);

    atomic_store(&opened, 0);
    atomic_store(&asked, 0);
    return w;
}

/* A source that the next change is to have; identity says what it is. */
struct wanted {
    const char *name;
    const char *path;
    int64_t every_ms;
    uint64_t identity;
    const char *table; /* NULL: no rows */
};

static struct gn_config config_of(struct world *w, const struct wanted *list,
                                  size_t count)
{
    struct gn_arena *memory = gn_alloc(sizeof *memory);
    struct gn_config c = {.memory = memory, .source_count = count};

    assert_non_null(memory);
    c.sources = gn_arena_zeroed(memory, count * sizeof c.sources[0]);
    for (size_t i = 0; i < count; i++) {
        struct gn_rows_spec *rows = gn_arena_zeroed(memory, sizeof *rows);

        c.sources[i] = (struct gn_source){
            .name = gn_arena_text(memory, list[i].name),
            .request = {.url = gn_arena_printf(memory, "http://127.0.0.1:%d%s",
                                               tcp_server_port(w->server),
                                               list[i].path)},
            .schedule = {.every_ms = list[i].every_ms},
            .host_concurrency = 9,
            .identity = list[i].identity,
            .rows = rows,
            .row_spec_count = list[i].table != NULL,
            .ack = GARNER_COMMITTED};
        rows->table = gn_arena_text(memory, list[i].table);
        rows->sql = "select value as v from json_each(:body)";
    }
    return c;
}

static enum garner_code change(struct world *w, const struct wanted *list,
                               size_t count, struct gn_changes *n)
{
    struct gn_config c = config_of(w, list, count);
    const enum garner_code code = gn_engine_reload(w->engine, &c, n, &w->err);

    assert_true((c.memory == NULL) == (code == GARNER_OK));
    gn_config_fini(&c);
    return code;
}

#define CHANGE(w, list, n)                                                     \
    do {                                                                       \
        if (change(w, list, sizeof(list) / sizeof((list)[0]), n) != GARNER_OK) \
            fail_msg("%s", (w)->err.message);                                  \
    } while (0)

/* As soon as the change before is over. */
static void change_soon(struct world *w, const struct wanted *list,
                        size_t count)
{
    enum garner_code code = GARNER_BUSY;
    struct gn_changes n;

    WAIT_FOR(code != GARNER_BUSY ||
             (code = change(w, list, count, &n)) != GARNER_BUSY);
    if (code != GARNER_OK)
        fail_msg("%s", w->err.message);
}

static uint64_t runs(struct world *w, const char *name)
{
    struct gn_standing s;

    return gn_engine_look(w->engine, name, &s, NULL) == GARNER_OK ? s.runs : 0;
}

static size_t sources(struct world *w)
{
    return status_of(w).sources;
}

static void stop(struct world *w)
{
    atomic_store(&opened, 1);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_all_accounted_for(w);
    end(w);
}

static void sources_come_and_go(void **state)
{
    static const struct wanted next[] = {{"s1", "/a", 5, 0, NULL},
                                         {"new", "/b", 5, 7, NULL}};
    struct world *w = start();
    struct gn_changes n;
    uint64_t before;

    (void)state;
    add_source(w, "/a", 5);
    add_source(w, "/a", 5);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") > 2 && runs(w, "s1") > 2);
    before = runs(w, "s1");
    CHANGE(w, next, &n);
    assert_int_equal(n.added, 1);
    assert_int_equal(n.removed, 1);
    assert_int_equal(n.same, 1);
    assert_int_equal(n.changed, 0);
    WAIT_FOR(sources(w) == 2 && runs(w, "new") > 3);
    assert_true(runs(w, "s1") >= before); /* it is the same one */
    assert_int_equal(runs(w, "s0"), 0);
    WAIT_FOR(strcmp(ask(w, "select group_concat(name) from garner_source"
                           " where retired = 1"),
                    "s0") == 0);
    stop(w);
}

static void one_with_a_job_goes_when_that_has_ended(void **state)
{
    static const struct wanted next[] = {{"s1", "/a", 5, 0, NULL},
                                         {"s0", "/a", 5, 8, NULL}};
    static const struct wanted more[] = {{"s1", "/a", 5, 0, NULL}};
    struct world *w = start();
    struct gn_changes n;
    uint64_t before;

    (void)state;
    add_source(w, "/gate", 3600000);
    add_source(w, "/a", 5);
    run_beside(w);
    WAIT_FOR(atomic_load(&asked) == 1);
    CHANGE(w, next, &n);
    assert_int_equal(n.changed, 1);
    before = runs(w, "s1");
    WAIT_FOR(runs(w, "s1") > before + 5);
    assert_int_equal(sources(w), 2); /* its job is under way yet */
    assert_int_equal(change(w, more, 1, &n), GARNER_BUSY);
    assert_has(w->err.message, "under way");
    atomic_store(&opened, 1);
    WAIT_FOR(runs(w, "s0") > 3);
    assert_int_equal(atomic_load(&asked), 1);
    assert_asked(w,
                 "select count(*) from garner_run r join garner_source s"
                 " on s.id = r.source where s.name = 's0'"
                 " and r.url like '%/gate' and status = 200",
                 "1");
    assert_asked(w, "select count(retired) from garner_source", "0");
    change_soon(w, more, 1);
    WAIT_FOR(sources(w) == 1);
    stop(w);
}

static void what_stays_is_not_disturbed(void **state)
{
    static const struct wanted next[] = {{"s0", "/gate", 3600000, 0, NULL},
                                         {"new", "/a", 0, 7, NULL}};
    struct world *w = start();
    struct gn_changes n;

    (void)state;
    add_source(w, "/gate", 3600000);
    run_beside(w);
    WAIT_FOR(atomic_load(&asked) == 1);
    CHANGE(w, next, &n);
    WAIT_FOR(runs(w, "new") == 1);
    WAIT_FOR(change(w, next, 2, &n) == GARNER_OK); /* nothing changes */
    assert_int_equal(n.same, 2);
    assert_int_equal(n.added + n.changed + n.removed, 0);
    atomic_store(&opened, 1);
    WAIT_FOR(runs(w, "s0") == 1);
    assert_int_equal(tcp_server_requests(w->server), 2);
    assert_int_equal(atomic_load(&asked), 1);
    stop(w);
}

static void rows_may_come_with_a_source(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 3600000, 0, NULL},
                                         {"new", "/a", 0, 7, "t"}};
    static const struct wanted bad[] = {{"new", "/a", 0, 8, "garner_run"}};
    static const struct wanted half[] = {{"s0", "/a", 3600000, 0, NULL},
                                         {"more", "/a", 0, 8, "u"},
                                         {"new", "/a", 0, 8, "garner_run"}};
    struct world *w = start();
    struct gn_changes n;

    (void)state;
    add_source(w, "/a", 3600000);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") == 1);
    CHANGE(w, next, &n);
    WAIT_FOR(runs(w, "new") == 1);
    assert_asked(w, "select v from t", "7");
    WAIT_FOR(change(w, bad, 1, &n) == GARNER_INVALID);
    assert_has(w->err.message, "garner_run");
    assert_int_equal(sources(w), 2); /* nothing has changed */
    assert_int_equal(runs(w, "s0"), 1);
    WAIT_FOR(change(w, half, 3, &n) == GARNER_INVALID);
    change_soon(w, half, 2);
    WAIT_FOR(runs(w, "more") == 1);
    assert_asked(w, "select v from u", "7");
    stop(w);
}

/* Changes to c, whatever it has. */
static void change_to(struct world *w, struct gn_config *c)
{
    enum garner_code code = GARNER_BUSY;
    struct gn_changes n;

    WAIT_FOR(code != GARNER_BUSY ||
             (code = gn_engine_reload(w->engine, c, &n, &w->err)) !=
                 GARNER_BUSY);
    if (code != GARNER_OK)
        fail_msg("%s", w->err.message);
}

/* A table is another's, or has another key, once those that wrote it go. */
static void a_table_may_be_written_in_another_way(void **state)
{
    static const struct wanted list[] = {{"a", "/a", 5, 1, "t"}};
    static const struct wanted other[] = {{"b", "/a", 5, 1, "t"}};
    static const char *const key[] = {"v"};
    struct world *w = start();
    struct gn_config c;

    (void)state;
    add_source(w, "/a", 3600000);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") == 1);
    for (int i = 0; i < 4; i++) {
        struct gn_rows_spec *rows;

        c = config_of(w, i < 3 ? list : other, 1);
        c.sources[0].identity = 1 + (uint64_t)i;
        rows = gn_arena_zeroed(c.memory, sizeof *rows);
        *rows = c.sources[0].rows[0];
        rows->key = key;
        rows->key_count = 1;
        rows->conflict = i % 2 == 0 ? GN_CONFLICT_WHOLE : GN_CONFLICT_KEEP;
        c.sources[0].rows = rows;
        change_to(w, &c);
        WAIT_FOR(runs(w, i < 3 ? "a" : "b") > 1);
    }
    assert_asked(w, "select group_concat(v) from t", "7");
    stop(w);
}

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
    change_soon(w, none, 1);
    WAIT_FOR(runs(w, "x") > 1);
    change_soon(w, next, 1); /* it comes back */
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
             s.host_fails);
    assert_int_equal(s.runs, 0);
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

/* Many changes in a row, while fetches go on and others look. */
static void changes_in_a_row(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    struct world *w = start();
    uint64_t random = 5;

    (void)state;
    atomic_store(&opened, 1);
    add_source(w, "/a", 3);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") > 0);
    for (int i = 0; i < 60; i++) {
        struct wanted list[7] = {{"s0", "/a", 3, 0, NULL}};
        struct gn_source_status lines[8];
        struct gn_totals totals;
        size_t count = 1;

        for (size_t k = 0; k < 6; k++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            if (random >> 62 != 0)
                list[count++] = (struct wanted){names[k], "/a", 2 + (int64_t)k,
                                                1 + (random >> 40) % 2, NULL};
        }
        change_soon(w, list, count);
        (void)gn_engine_sources(w->engine, 0, lines, 8);
        totals = status_of(w).totals;
        assert_true(totals.due >= totals.started);
    }
    stop(w);
}

static void without_memory_nothing_changes(void **state)
{
    static const struct wanted next[] = {{"new", "/a", 0, 7, NULL}};
    struct world *w = start();
    struct gn_changes n;
    int failures = 0;

    (void)state;
    add_source(w, "/a", 3600000);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") == 1);
    WAIT_FOR(status_of(w).storing == 0);
    for (unsigned at = 1; at < 4; at++) { /* those of the asking thread */
        struct gn_config c = config_of(w, next, 1);
        enum garner_code code;

        gn_mem_fail_at(at);
        code = gn_engine_reload(w->engine, &c, &n, &w->err);
        gn_mem_fail_at(0);
        failures += code == GARNER_NOMEM;
        gn_config_fini(&c);
        assert_int_equal(code, GARNER_NOMEM);
        assert_int_equal(runs(w, "s0"), 1);
    }
    assert_int_equal(failures, 3);
    stop(w);
}

static void an_end_in_the_middle(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 5, 8, NULL},
                                         {"new", "/a", 5, 8, NULL}};
    struct gn_changes n;

    (void)state;
    for (int i = 0; i < 8; i++) {
        struct world *w = start();

        add_source(w, "/gate", 3600000);
        run_beside(w);
        WAIT_FOR(atomic_load(&asked) == 1);
        CHANGE(w, next, &n);
        gn_engine_stop(w->engine);
        atomic_store(&opened, 1);
        assert_int_equal(run_ended(w), GARNER_OK);
        end(w);
    }
}

static void none_is_made_when_it_does_not_run(void **state)
{
    static const struct wanted next[] = {{"new", "/a", 5, 8, NULL}};
    struct world *w = start();
    struct gn_changes n;

    (void)state;
    add_source(w, "/a", 0);
    open_engine(w);
    assert_int_equal(change(w, next, 1, &n), GARNER_CLOSED);
    (void)run_engine(w);
    assert_int_equal(change(w, next, 1, &n), GARNER_CLOSED);
    close_engine(w);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_come_and_go),
        cmocka_unit_test(one_with_a_job_goes_when_that_has_ended),
        cmocka_unit_test(what_stays_is_not_disturbed),
        cmocka_unit_test(rows_may_come_with_a_source),
        cmocka_unit_test(a_table_may_be_written_in_another_way),
        cmocka_unit_test(paused_ones_stay_so),
        cmocka_unit_test(who_asked_before_is_answered),
        cmocka_unit_test(limits_of_hosts_come_and_go),
        cmocka_unit_test(what_is_known_of_a_host_counts_for_who_comes),
        cmocka_unit_test(a_cron_line_comes_with_what_it_missed),
        cmocka_unit_test(ages_and_what_is_kept_count_from_then_on),
        cmocka_unit_test(changes_in_a_row),
        cmocka_unit_test(without_memory_nothing_changes),
        cmocka_unit_test(an_end_in_the_middle),
        cmocka_unit_test(none_is_made_when_it_does_not_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
