/* regroup_test.c - another configuration for an engine with two loops. */
#include "engine/loops_testing.h"

/* One source on each loop, at work. */
static struct world *begin_pair(int64_t every_ms)
{
    struct world *w = begin_loops(serve, NULL);

    add_on(w, 0, "/a", every_ms);
    add_on(w, 1, "/a", every_ms);
    run_beside(w);
    return w;
}

static bool both_run(struct world *w)
{
    return runs(w, "s0") > 0 && runs(w, "s1") > 0;
}

/* As soon as the change before is over. */
static enum garner_code reload(struct world *w, struct gn_config *c,
                               struct gn_changes *n)
{
    enum garner_code code = GARNER_BUSY;

    WAIT_FOR(code != GARNER_BUSY ||
             (code = gn_engine_reload(w->engine, c, n, &w->err)) !=
                 GARNER_BUSY);
    return code;
}

static void change_on(struct world *w, const struct wanted *list,
                      const size_t *loops, size_t count, struct gn_changes *n)
{
    struct gn_config c = config_on(w, list, loops, count);
    const enum garner_code code = reload(w, &c, n);

    if (code != GARNER_OK)
        fail_msg("%s", w->err.message);
    assert_null(c.memory);
}

static enum garner_code try_on(struct world *w, const struct wanted *list,
                               const size_t *loops, size_t count)
{
    struct gn_config c = config_on(w, list, loops, count);
    struct gn_changes n;
    const enum garner_code code = reload(w, &c, &n);

    assert_true((c.memory == NULL) == (code == GARNER_OK));
    gn_config_fini(&c);
    return code;
}

static void sources_come_and_go_on_both(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 5, 0, NULL},
                                         {"s1", "/b", 5, 7, NULL},
                                         {"new0", "/a", 5, 1, "t"},
                                         {"new1", "/a", 5, 1, "t"}};
    static const size_t loops[] = {0, 1, 0, 1};
    struct world *w = begin_loops(serve, NULL);
    struct gn_changes n;

    (void)state;
    add_on(w, 0, "/a", 5);
    add_on(w, 1, "/a", 5);
    add_on(w, 1, "/a", 5);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") > 1 && runs(w, "s1") > 1 && runs(w, "s2") > 1);
    change_on(w, next, loops, 4, &n);
    assert_int_equal(n.added, 2);
    assert_int_equal(n.changed, 1);
    assert_int_equal(n.removed, 1);
    assert_int_equal(n.same, 1);
    WAIT_FOR(runs(w, "new0") > 1 && runs(w, "new1") > 1 && sources(w) == 4);
    WAIT_FOR(strcmp(ask(w, "select group_concat(name) from garner_source"
                           " where retired = 1"),
                    "s2") == 0);
    change_on(w, next, loops, 4, &n);
    assert_int_equal(n.same, 4);
    change_on(w, next, loops, 0, &n);
    assert_int_equal(n.removed, 4);
    assert_int_equal(run_ended(w), GARNER_OK); /* nothing is left */
    assert_all_accounted_for(w);
    end_loops(w);
}

static void one_whose_host_changes_moves(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 5, 0, NULL},
                                         {"s1", "/b", 5, 7, NULL}};
    static const size_t loops[] = {0, 0};
    static const size_t back[] = {0, 1};
    struct world *w = begin_loops(serve, NULL);
    struct wanted again[] = {next[0], next[1]};
    struct gn_changes n;
    struct gn_config c;

    (void)state;
    add_on(w, 0, "/a", 5);
    add_on(w, 1, "/gate", 3600000);
    run_beside(w);
    WAIT_FOR(atomic_load(&asked) == 1 && runs(w, "s0") > 0);
    change_on(w, next, loops, 2, &n);
    assert_int_equal(n.changed, 1);
    assert_int_equal(n.removed + n.added, 0);
    c = config_on(w, next, back, 2);
    assert_int_equal(gn_engine_reload(w->engine, &c, &n, &w->err), GARNER_BUSY);
    assert_has(w->err.message, "under way");
    gn_config_fini(&c);
    assert_int_equal(sources(w), 2); /* its job is not over */
    atomic_store(&opened, 1);
    WAIT_FOR(runs(w, "s1") > 2);
    WAIT_FOR(sources(w) == 2);
    again[1].identity = 8;
    change_on(w, again, back, 2, &n);
    assert_int_equal(n.changed, 1);
    WAIT_FOR(tcp_server_requests(sites[1]) > 3);
    assert_asked(w,
                 "select count(*) || ' ' || count(retired)"
                 " from garner_source",
                 "2 0");
    stop_loops(w);
}

/* What one loop cannot do, none does. */
static void all_change_or_none(void **state)
{
    struct world *w = begin_pair(5);
    struct gn_changes n;

    (void)state;
    WAIT_FOR(both_run(w));
    store_runs(w, "create table doubled (v)");
    store_runs(w, "create view seen as select 1 as v");
    for (size_t bad = 0; bad < LOOPS; bad++) {
        struct wanted next[] = {{"s0", "/b", 5, 7 + bad, "t"},
                                {"s1", "/b", 5, 7 + bad, "u"}};
        static const size_t loops[] = {0, 1};

        next[bad].table = "seen";
        assert_int_equal(try_on(w, next, loops, 2), GARNER_INVALID);
        assert_has(w->err.message, "seen");
        WAIT_FOR(both_run(w));
        next[bad].table = next[1 - bad].table;
        change_on(w, next, loops, 2, &n); /* nothing is left of it */
        assert_int_equal(n.changed, 2);
        WAIT_FOR(both_run(w));
    }
    stop_loops(w);
}

/* A source is not let go before it is known that it can come back. */
static void a_move_that_cannot_be_is_refused(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 5, 0, NULL},
                                         {"s1", "/b", 5, 7, "t"}};
    static const size_t loops[] = {0, 0};
    struct world *w = begin_pair(5);
    struct gn_rows_spec rows;
    struct gn_changes n;
    struct gn_config c;

    (void)state;
    WAIT_FOR(both_run(w));
    c = config_on(w, next, loops, 2);
    rows = c.sources[1].rows[0];
    rows.sql = "select nothing";
    c.sources[1].rows = &rows;
    assert_int_equal(gn_engine_reload(w->engine, &c, &n, &w->err), GARNER_SQL);
    assert_has(w->err.message, "s1");
    gn_config_fini(&c);
    assert_true(runs(w, "s1") > 0);
    stop_loops(w);
}

static void who_hears_of_it_may_come_later(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 3600000, 0, NULL},
                                         {"s1", "/b", 5, 7, NULL}};
    static const size_t loops[] = {0, 1};
    struct world *w = begin_pair(3600000);
    char mark[80];
    const char *argv[] = {"mkdir", "-p", mark, NULL};
    const struct gn_reach reach = {.argv = argv, .timeout_ms = LONG_MS};
    struct gn_changes n;
    struct gn_config c;

    (void)state;
    snprintf(mark, sizeof mark, "%s/mark", w->folder);
    WAIT_FOR(status_of(w).totals.stored == 2);
    c = config_on(w, next, loops, 2);
    c.sources[1].hooks[GN_EVENT_SUCCESS] = &reach;
    assert_int_equal(gn_engine_reload(w->engine, &c, &n, &w->err), GARNER_OK);
    WAIT_FOR(access(mark, F_OK) == 0);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(rmdir(mark), 0);
    end_loops(w);
}

static void an_end_in_the_middle_of_a_move(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 5, 7, NULL},
                                         {"s1", "/a", 5, 7, NULL}};
    static const size_t loops[] = {1, 0};
    struct gn_changes n;

    (void)state;
    for (int i = 0; i < 6; i++) {
        struct world *w = begin_loops(serve, NULL);

        add_on(w, 0, "/gate", 3600000);
        add_on(w, 1, "/a", 5);
        run_beside(w);
        WAIT_FOR(atomic_load(&asked) == 1 && runs(w, "s1") > 0);
        change_on(w, next, loops, 2, &n);
        assert_int_equal(n.changed, 2);
        if (i % 2 == 0)
            atomic_store(&opened, 1);
        gn_engine_stop(w->engine);
        atomic_store(&opened, 1);
        assert_int_equal(run_ended(w), GARNER_OK);
        end_loops(w);
    }
}

static void without_memory_nothing_changes(void **state)
{
    static const struct wanted next[] = {{"s0", "/a", 5, 0, NULL},
                                         {"s1", "/b", 5, 7, NULL}};
    static const size_t loops[] = {0, 0};
    struct world *w = begin_pair(3600000);

    (void)state;
    WAIT_FOR(status_of(w).totals.stored == 2 && status_of(w).storing == 0);
    for (unsigned at = 1; at < 8; at++) { /* those of the asking thread */
        struct gn_config c = config_on(w, next, loops, 2);
        struct gn_changes n;

        gn_mem_fail_at(at);
        assert_int_equal(gn_engine_reload(w->engine, &c, &n, &w->err),
                         GARNER_NOMEM);
        gn_mem_fail_at(0);
        assert_non_null(c.memory);
        gn_config_fini(&c);
        assert_int_equal(status_of(w).totals.stored, 2);
    }
    stop_loops(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_come_and_go_on_both),
        cmocka_unit_test(one_whose_host_changes_moves),
        cmocka_unit_test(all_change_or_none),
        cmocka_unit_test(a_move_that_cannot_be_is_refused),
        cmocka_unit_test(who_hears_of_it_may_come_later),
        cmocka_unit_test(an_end_in_the_middle_of_a_move),
        cmocka_unit_test(without_memory_nothing_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
