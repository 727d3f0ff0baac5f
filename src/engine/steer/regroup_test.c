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

static enum garner_code ask_for(struct world *w, const char *name)
{
    struct gn_buf told = {0};
    const enum garner_code code =
        gn_engine_ask(w->engine, &name, 1, false, &told, &w->err);

    gn_buf_fini(&told);
    return code;
}

static void change_on(struct world *w, const struct wanted *list,
                      const size_t *loops, size_t count, struct gn_changes *n)
{
    struct gn_config c = config_on(w, list, loops, count);
    const enum garner_code code = gn_engine_reload(w->engine, &c, n, &w->err);

    if (code != GARNER_OK)
        fail_msg("%s", w->err.message);
    assert_null(c.memory);
}

static enum garner_code try_on(struct world *w, const struct wanted *list,
                               const size_t *loops, size_t count)
{
    struct gn_config c = config_on(w, list, loops, count);
    struct gn_changes n;
    const enum garner_code code = gn_engine_reload(w->engine, &c, &n, &w->err);

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

/* Each as soon as nothing of it is under way, whatever others wait for. */
static void those_whose_hosts_change_move(void **state)
{
    static const struct wanted next[] = {{"s0", "/b", 5, 7, NULL},
                                         {"s1", "/b", 5, 7, NULL}};
    static const size_t loops[] = {1, 0};
    static const size_t back[] = {0, 1};
    struct world *w = begin_loops(serve, NULL);
    struct wanted again[] = {next[0], next[1]};
    struct gn_standing s;
    struct gn_changes n;

    (void)state;
    add_on(w, 0, "/gate", 3600000);
    add_on(w, 1, "/a", 5);
    run_beside(w);
    WAIT_FOR(atomic_load(&asked) == 1 && runs(w, "s1") > 0);
    change_on(w, next, loops, 2, &n);
    assert_int_equal(n.changed, 2);
    assert_int_equal(n.removed + n.added, 0);
    WAIT_FOR(tcp_server_requests(sites[0]) > 3 && runs(w, "s1") > 2);
    assert_int_equal(sources(w), 2); /* a job of s0's is not over */
    assert_int_equal(gn_engine_look(w->engine, "s0", &s, NULL), GARNER_OK);
    assert_true(s.running);
    assert_int_equal(s.next, GN_NEXT_CHANGED);
    assert_int_equal(ask_for(w, "s0"), GARNER_BUSY);
    assert_has(w->err.message, "changes as the file has it");
    assert_asked(w, "select count(retired) from garner_source", "0");
    atomic_store(&opened, 1);
    WAIT_FOR(runs(w, "s0") > 2);
    again[1].identity = 8;
    change_on(w, again, back, 2, &n);
    assert_int_equal(n.changed, 2);
    WAIT_FOR(runs(w, "s1") > 2 && tcp_server_requests(sites[1]) > 3);
    assert_asked(w,
                 "select count(*) || ' ' || count(retired)"
                 " from garner_source",
                 "2 0");
    stop_loops(w);
}

/* What is to come instead of a source that has yet to go may change. */
static void a_change_while_one_waits(void **state)
{
    static const struct wanted first[] = {{"s0", "/a", 5, 7, "t"},
                                          {"s1", "/a", 5, 0, NULL}};
    static const struct wanted second[] = {{"s0", "/b", 5, 8, "t"},
                                           {"s1", "/a", 5, 0, NULL},
                                           {"new", "/a", 5, 7, NULL}};
    static const size_t loops[][3] = {{1, 1}, {0, 1, 0}, {1, 1, 0}};
    struct world *w = begin_loops(serve, NULL);
    struct gn_changes n;

    (void)state;
    add_on(w, 0, "/gate", 3600000);
    add_on(w, 1, "/a", 5);
    run_beside(w);
    WAIT_FOR(atomic_load(&asked) == 1);
    change_on(w, first, loops[0], 2, &n);
    assert_int_equal(n.changed, 1);
    change_on(w, first, loops[0], 2, &n);
    assert_int_equal(n.same, 2);
    change_on(w, second, loops[1], 3, &n);
    assert_int_equal(n.changed, 1);
    assert_int_equal(n.added, 1);
    WAIT_FOR(runs(w, "new") > 1);
    change_on(w, &second[1], &loops[1][1], 2, &n);
    assert_int_equal(n.removed, 1);
    assert_int_equal(n.same, 2);
    assert_int_equal(ask_for(w, "s0"), GARNER_NOTFOUND);
    change_on(w, second, loops[2], 3, &n); /* it is there again */
    assert_int_equal(n.added, 1);
    assert_int_equal(n.same, 2);
    assert_int_equal(sources(w), 3);
    atomic_store(&opened, 1);
    WAIT_FOR(runs(w, "s0") > 2);
    assert_int_equal(atomic_load(&asked), 1);
    assert_asked(w,
                 "select count(distinct r.url) from garner_run r"
                 " join garner_source s on s.id = r.source"
                 " where s.name = 's0'",
                 "2");
    assert_asked(w, "select count(retired) from garner_source", "0");
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

/* Whatever moves where, none is lost, nor there twice. */
static void moves_in_a_row(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    struct world *w = begin_loops(serve, NULL);
    uint64_t random = 5;

    (void)state;
    add_on(w, 0, "/a", 3);
    run_beside(w);
    WAIT_FOR(runs(w, "s0") > 0);
    for (int i = 0; i < 40; i++) {
        struct wanted list[7] = {{"s0", "/a", 3, 0, NULL}};
        size_t loops[7] = {0};
        struct gn_changes n;
        size_t count = 1;

        for (size_t k = 0; k < 6; k++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            if (random >> 62 == 0)
                continue;
            loops[count] = (random >> 40) % 2;
            list[count] = (struct wanted){names[k], "/a", 2 + (int64_t)k,
                                          1 + loops[count], NULL};
            count++;
        }
        change_on(w, list, loops, count, &n);
        assert_int_equal(n.added + n.changed + n.same, count);
        WAIT_FOR(i % 8 != 7 || sources(w) == count);
    }
    stop_loops(w);
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
        cmocka_unit_test(those_whose_hosts_change_move),
        cmocka_unit_test(a_change_while_one_waits),
        cmocka_unit_test(all_change_or_none),
        cmocka_unit_test(a_move_that_cannot_be_is_refused),
        cmocka_unit_test(who_hears_of_it_may_come_later),
        cmocka_unit_test(moves_in_a_row),
        cmocka_unit_test(an_end_in_the_middle_of_a_move),
        cmocka_unit_test(without_memory_nothing_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
