/* reload_test.c - another configuration for an engine at work. */
#include "engine/frontier/crawl_testing.h"
#include "engine/steer/reload_testing.h"

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
    atomic_store(&opened, 1);
    WAIT_FOR(runs(w, "s0") > 3);
    assert_int_equal(atomic_load(&asked), 1);
    assert_asked(w,
                 "select count(*) from garner_run r join garner_source s"
                 " on s.id = r.source where s.name = 's0'"
                 " and r.url like '%/gate' and status = 200",
                 "1");
    assert_asked(w, "select count(retired) from garner_source", "0");
    change_well(w, more, 1);
    WAIT_FOR(sources(w) == 1);
    stop(w);
}

/* Its job is under way all the time. */
static void one_that_is_to_go_may_come_back(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 5, 8, NULL}};
    struct world *w = start();
    struct gn_standing s;
    struct gn_changes n;

    (void)state;
    add_source(w, "/gate", 3600000);
    run_beside(w);
    WAIT_FOR(atomic_load(&asked) == 1);
    change_well(w, next, 0);
    assert_int_equal(gn_engine_look(w->engine, "s0", &s, NULL), GARNER_OK);
    assert_int_equal(s.next, GN_NEXT_GONE);
    CHANGE(w, next, &n);
    assert_int_equal(n.added, 1);
    assert_int_equal(n.removed + n.changed + n.same, 0);
    CHANGE(w, next, &n);
    assert_int_equal(n.same, 1);
    assert_int_equal(sources(w), 1);
    atomic_store(&opened, 1);
    WAIT_FOR(runs(w, "s0") > 3);
    assert_int_equal(atomic_load(&asked), 1);
    assert_asked(w, "select count(retired) from garner_source", "0");
    stop(w);
}

/* One that waits for its robots.txt does not wait for its host then, which may
 * take as long as that says. */
static void one_that_asks_for_robots_goes_when_it_knows(void **state)
{
    static const struct wanted next[] = {{"s1", "/a", 5, 0, NULL}};
    struct world *w;
    struct gn_changes n;

    (void)state;
    robots = "user-agent: *\ncrawl-delay: 3600\n";
    w = start();
    add_source(w, "/a", 3600000)->obeys_robots = true;
    add_source(w, "/a", 5);
    run_beside(w);
    WAIT_FOR(atomic_load(&asked) == 1);
    CHANGE(w, next, &n);
    assert_int_equal(n.removed, 1);
    atomic_store(&opened, 1);
    WAIT_FOR(sources(w) == 1);
    change_well(w, next, 1); /* nothing is under way */
    stop(w);
    robots = NULL;
}

static void nor_does_the_page_of_a_crawl(void **state)
{
    static const struct wanted next[] = {{"s1", "/a", 5, 0, NULL}};
    struct world *w;
    struct crawling c;
    struct gn_changes n;

    (void)state;
    robots = "user-agent: *\n";
    w = start();
    add_source(w, "/gate", 3600000)->obeys_robots = true;
    begin_crawling(&c, &w->sources[0]);
    add_source(w, "/a", 5);
    run_beside(w);
    WAIT_FOR(atomic_load(&asked) == 1);
    CHANGE(w, next, &n);
    assert_int_equal(n.removed, 1);
    atomic_store(&opened, 1);
    WAIT_FOR(sources(w) == 1);
    assert_int_equal(atomic_load(&asked), 1);
    stop_crawl(w);
    robots = NULL;
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
    assert_int_equal(change(w, next, 2, &n), GARNER_OK); /* nothing changes */
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
    assert_int_equal(change(w, bad, 1, &n), GARNER_INVALID);
    assert_has(w->err.message, "garner_run");
    assert_int_equal(sources(w), 2); /* nothing has changed */
    assert_int_equal(runs(w, "s0"), 1);
    assert_int_equal(change(w, half, 3, &n), GARNER_INVALID);
    change_well(w, half, 2);
    WAIT_FOR(runs(w, "more") == 1);
    assert_asked(w, "select v from u", "7");
    stop(w);
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

/* The same for those of a source that was to come, and does not. */
static void a_table_of_one_that_waits(void **state)
{
    static const struct wanted lists[][2] = {
        {{"s0", "/a", 5, 1, "t"}, {"a", "/a", 5, 1, NULL}},
        {{"s0", "/a", 5, 2, "t"}, {"a", "/a", 5, 1, NULL}},
        {{"b", "/a", 5, 1, "t"}, {"a", "/a", 5, 1, NULL}},
        {{"b", "/a", 5, 1, "t"}, {"s0", "/a", 5, 3, NULL}}};
    static const char *const key[] = {"v"};
    struct world *w = start();

    (void)state;
    add_source(w, "/gate", 3600000);
    run_beside(w);
    WAIT_FOR(atomic_load(&asked) == 1);
    for (size_t i = 0; i < 4; i++) {
        struct gn_config c = config_of(w, lists[i], 2);
        struct gn_rows_spec *rows = gn_arena_zeroed(c.memory, sizeof *rows);

        *rows = c.sources[0].rows[0];
        rows->key = key;
        rows->key_count = 1;
        rows->conflict = i == 1 ? GN_CONFLICT_KEEP : GN_CONFLICT_WHOLE;
        for (size_t k = 0; k < 2; k++)
            c.sources[k].rows = rows;
        change_to(w, &c);
    }
    atomic_store(&opened, 1);
    WAIT_FOR(runs(w, "b") > 1 && runs(w, "s0") > 1 && sources(w) == 2);
    assert_asked(w, "select group_concat(v) from t", "7");
    stop(w);
}

/* Two at the same time are made one after the other. */
static void *change_often(void *world)
{
    static const struct wanted next[] = {{"s0", "/a", 3, 0, NULL},
                                         {"x", "/a", 3, 7, NULL}};
    static struct garner_error err;

    for (size_t i = 0; i < 40; i++) {
        struct gn_config c = config_of(world, next, 1 + i % 2);
        struct gn_changes n;

        assert_int_equal(
            gn_engine_reload(((struct world *)world)->engine, &c, &n, &err),
            GARNER_OK);
    }
    return NULL;
}

static void two_at_the_same_time(void **state)
{
    struct world *w = start();
    pthread_t other;

    (void)state;
    add_source(w, "/a", 3);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") > 0);
    assert_int_equal(pthread_create(&other, NULL, change_often, w), 0);
    for (int i = 0; i < 40; i++) {
        const struct wanted list[] = {{"s0", "/a", 3, 0, NULL},
                                      {"x", "/b", 3, 8, NULL}};

        change_well(w, list, 2);
    }
    assert_int_equal(pthread_join(other, NULL), 0);
    WAIT_FOR(sources(w) >= 1 && runs(w, "s0") > 2);
    stop(w);
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
        change_well(w, list, count);
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
        cmocka_unit_test(one_that_is_to_go_may_come_back),
        cmocka_unit_test(one_that_asks_for_robots_goes_when_it_knows),
        cmocka_unit_test(nor_does_the_page_of_a_crawl),
        cmocka_unit_test(what_stays_is_not_disturbed),
        cmocka_unit_test(rows_may_come_with_a_source),
        cmocka_unit_test(a_table_may_be_written_in_another_way),
        cmocka_unit_test(a_table_of_one_that_waits),
        cmocka_unit_test(two_at_the_same_time),
        cmocka_unit_test(changes_in_a_row),
        cmocka_unit_test(without_memory_nothing_changes),
        cmocka_unit_test(an_end_in_the_middle),
        cmocka_unit_test(none_is_made_when_it_does_not_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
