/* loop_test.c - several loops as one engine. */
#include "engine/loops_testing.h"

/* Half of the sources on each. */
static void add_some(struct world *w, int count, const char *path,
                     int64_t every_ms)
{
    for (int i = 0; i < count; i++)
        (void)add_on(w, (size_t)i % LOOPS, path, every_ms);
}

static void each_fetches_from_its_hosts(void **state)
{
    struct world *w = begin_loops(serve, NULL);
    struct gn_source_status lines[9];
    int seen = 0;

    (void)state;
    add_some(w, 8, "/a", 0);
    open_engine(w);
    (void)run_engine(w);
    assert_int_equal(w->code, GARNER_OK);
    for (size_t first = 0; first < 8; first += 3) { /* a page at a time */
        const size_t n = gn_engine_sources(w->engine, first, lines, 3);

        assert_int_equal(n, first == 6 ? 2 : 3);
        for (size_t i = 0; i < n; i++)
            seen |= 1 << atoi(lines[i].name + 1);
    }
    assert_int_equal(seen, 255);
    assert_int_equal(gn_engine_sources(w->engine, 8, lines, 9), 0);
    close_engine(w);
    assert_int_equal(w->status.sources, 8);
    assert_int_equal(w->status.totals.stored, 8);
    assert_int_equal(w->status.lateness.count, 8);
    for (size_t i = 0; i < LOOPS; i++)
        assert_int_equal(tcp_server_requests(sites[i]), 4);
    assert_asked(w, "select count(distinct source) from garner_run", "8");
    assert_all_accounted_for(w);
    end_loops(w);
}

static void they_write_one_table(void **state)
{
    static const char *const key[] = {"s", NULL};
    struct world *w = begin_loops(serve, NULL);

    (void)state;
    for (int i = 0; i < 8; i++)
        add_rows(w, add_on(w, (size_t)i % LOOPS, "/a", 5), "t", key,
                 "select :source as s, value as v from json_each(:body)");
    w->options.run_for_ms = 300;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) || ' ' || sum(v) from t", "8 56");
    assert_asked(w,
                 "select coalesce(min(failure), '') from garner_run"
                 " where missed = 0",
                 "");
    assert_all_accounted_for(w);
    end_loops(w);
}

static void orders_find_sources_on_all(void **state)
{
    static const char *const all[] = {"s*"};
    static const char *const two[] = {"s0", "s3"};
    static const char *const unknown[] = {"s0", "x"};
    struct world *w = begin_loops(serve, NULL);
    struct gn_buf told = {0};
    struct gn_standing s;

    (void)state;
    add_some(w, 4, "/a", 5);
    run_beside(w);
    WAIT_FOR(runs(w, "s3") > 0);
    assert_int_equal(
        gn_engine_pause(w->engine, unknown, 2, true, &told, &w->err),
        GARNER_NOTFOUND);
    assert_has(w->err.message, "no source is named \"x\"");
    assert_int_equal(told.size, 0);
    assert_int_equal(gn_engine_pause(w->engine, two, 2, true, &told, &w->err),
                     GARNER_OK);
    assert_has(gn_buf_cstr(&told), "s0\n");
    assert_has(gn_buf_cstr(&told), "s3\n");
    for (int i = 0; i < 4; i++) {
        assert_int_equal(gn_engine_look(w->engine, w->names[i], &s, NULL),
                         GARNER_OK);
        assert_int_equal(s.paused, i == 0 || i == 3);
    }
    assert_int_equal(gn_engine_look(w->engine, "x", &s, NULL), GARNER_NOTFOUND);
    gn_buf_fini(&told);
    assert_int_equal(gn_engine_ask(w->engine, all, 1, true, &told, &w->err),
                     GARNER_OK);
    for (int i = 0; i < 4; i++) {
        char line[16];

        snprintf(line, sizeof line, "s%d\t1\n", i);
        assert_has(gn_buf_cstr(&told), line);
        WAIT_FOR(gn_engine_look(w->engine, w->names[i], &s, NULL) ==
                     GARNER_OK &&
                 s.asked.answered == 1);
    }
    gn_buf_fini(&told);
    stop_loops(w);
}

/* One loop has nothing more to do long before the other. */
static void they_end_together(void **state)
{
    struct world *w = begin_loops(serve, NULL);
    struct gn_buf told = {0};

    (void)state;
    add_on(w, 0, "/a", 0);
    add_on(w, 1, "/gate", 0);
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored == 1 && atomic_load(&asked) == 1);
    assert_int_equal(gn_engine_ask(w->engine, (const char *const[]){"s0"}, 1,
                                   false, &told, &w->err),
                     GARNER_OK); /* it is there yet */
    gn_buf_fini(&told);
    WAIT_FOR(status_of(w).totals.stored == 2);
    atomic_store(&opened, 1);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(w->status.totals.stored, 3);
    end_loops(w);
}

/* The first sends what is in the outbox, whoever put it there. */
static void the_first_tells_of_all(void **state)
{
    struct world *w = begin_loops(serve, NULL);
    char marks[LOOPS][80];
    struct gn_reach reach[LOOPS];
    const char *argv[LOOPS][3];

    (void)state;
    for (size_t i = 0; i < LOOPS; i++) {
        snprintf(marks[i], sizeof marks[i], "%s/mark%zu", w->folder, i);
        argv[i][0] = "mkdir";
        argv[i][1] = marks[i];
        argv[i][2] = NULL;
        reach[i] = (struct gn_reach){.argv = argv[i], .timeout_ms = LONG_MS};
        add_on(w, i, "/a", 0)->hooks[GN_EVENT_SUCCESS] = &reach[i];
    }
    assert_int_equal(run(w), GARNER_OK);
    for (size_t i = 0; i < LOOPS; i++)
        assert_int_equal(rmdir(marks[i]), 0);
    end_loops(w);
}

static void a_second_stop_cancels_on_all(void **state)
{
    struct world *w = begin_loops(serve, NULL);

    (void)state;
    add_some(w, 4, "/gate", 0);
    run_beside(w);
    WAIT_FOR(atomic_load(&asked) == 4);
    gn_engine_stop(w->engine);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_CANCELED);
    assert_asked(
        w, "select count(*) from garner_run where failure = 'canceled'", "4");
    atomic_store(&opened, 1);
    end_loops(w);
}

/* A source without a host on that loop, where it has nothing to do for long. */
static void add_list_on(struct world *w, size_t loop)
{
    struct gn_source *s = add_source(w, "", 3600000);
    char *name = w->names[w->config.source_count - 1];
    size_t on = LOOPS;

    s->request.url = NULL;
    s->urls.sql = "select 'x' as url where false";
    for (int i = 0; on != loop; i++) {
        snprintf(name, sizeof w->names[0], "list%d", i);
        assert_int_equal(gn_share_of(s, LOOPS, &on, NULL), GARNER_OK);
    }
}

static atomic_bool ended;

static void *run_to_the_end(void *world)
{
    (void)run_engine(world);
    atomic_store(&ended, true);
    return NULL;
}

/* What it is told of its hosts cannot be read in time, which is no end of a
 * drain. */
static void one_that_cannot_start_ends_all(void **state)
{
    struct garner_options options;

    (void)state;
    garner_options_init(&options);
    options.readers = 1;
    options.timeout_ms = 300;
    for (size_t bad = 0; bad < LOOPS; bad++) {
        struct world *w = begin_loops(serve, NULL);
        struct garner_rows *rows;

        atomic_store(&ended, false);
        garner_close(w->store);
        assert_int_equal(garner_open(w->path, &options, &w->store, NULL),
                         GARNER_OK);
        add_on(w, bad, "/a", 3600000);
        add_list_on(w, 1 - bad);
        open_engine(w);
        assert_int_equal(garner_query(w->store, "values (1), (2)",
                                      GARNER_ARGS(), &rows, NULL),
                         GARNER_OK);
        assert_int_equal(pthread_create(&w->thread, NULL, run_to_the_end, w),
                         0);
        WAIT_FOR(atomic_load(&ended));
        assert_int_equal(run_ended(w), GARNER_TIMEOUT);
        assert_has(w->err.message, "read connections were in use");
        garner_rows_close(rows);
        end_loops(w);
    }
}

/* ... nor does anybody wait for it to change. */
static void one_that_could_not_start_takes_no_change(void **state)
{
    static const struct wanted next[] = {{"s0", "/b", 0, 7, NULL}};
    struct world *w = begin_loops(serve, NULL);
    unsigned at = 0;

    (void)state;
    w->options.loops = 1;
    add_on(w, 0, "/a", 0);
    do {
        struct gn_config c = config_on(w, next, (const size_t[]){0}, 1);
        struct gn_changes n;

        open_engine(w);
        gn_mem_fail_at(++at);
        (void)run_engine(w);
        gn_mem_fail_at(0);
        assert_int_equal(gn_engine_reload(w->engine, &c, &n, &w->err),
                         GARNER_CLOSED);
        gn_config_fini(&c);
        close_engine(w);
    } while (w->code == GARNER_NOMEM);
    assert_int_equal(w->code, GARNER_OK);
    assert_true(at > 2);
    end_loops(w);
}

static void count(void *context)
{
    atomic_fetch_add((atomic_int *)context, 1);
}

static void it_beats_while_all_do(void **state)
{
    struct world *w = begin_loops(serve, NULL);
    atomic_int beats = 0;

    (void)state;
    w->options.beat = count;
    w->options.beat_context = &beats;
    w->options.beat_ms = 1;
    add_some(w, 2, "/a", 3600000);
    run_beside(w);
    WAIT_FOR(atomic_load(&beats) > 3);
    stop_loops(w);
}

static void what_cannot_be_is_refused(void **state)
{
    struct world *w = begin_loops(serve, NULL);

    (void)state;
    add_some(w, 4, "/a", 0);
    for (int i = 2; i < 4; i++)
        add_rows(w, &w->sources[i], "t", NULL,
                 i == 2 ? "select 1 as v" : "select nothing");
    assert_int_equal(
        gn_engine_new(w->store, &w->config, &w->options, &w->engine, &w->err),
        GARNER_SQL);
    assert_has(w->err.message, "s3");
    w->rows[3].sql = "select 2 as v";
    w->rows[3].conflict = GN_CONFLICT_KEEP; /* s2 is on the other loop */
    assert_int_equal(
        gn_engine_new(w->store, &w->config, &w->options, &w->engine, &w->err),
        GARNER_INVALID);
    assert_has(w->err.message, "table t is written in two ways");
    end_loops(w);
}

static void lost_memory_is_an_error(void **state)
{
    struct world *w = begin_loops(serve, NULL);
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    atomic_store(&opened, 1);
    add_some(w, 2, "/a", 0);
    for (unsigned at = 1; code == GARNER_NOMEM; at++) {
        gn_mem_fail_at(at);
        code = gn_engine_new(w->store, &w->config, &w->options, &w->engine,
                             &w->err);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
    }
    gn_engine_free(w->engine);
    for (unsigned at = 1; at < 40; at++)
        run_without_memory(w, at);
    end_loops(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fetches_from_its_hosts),
        cmocka_unit_test(they_write_one_table),
        cmocka_unit_test(orders_find_sources_on_all),
        cmocka_unit_test(they_end_together),
        cmocka_unit_test(the_first_tells_of_all),
        cmocka_unit_test(a_second_stop_cancels_on_all),
        cmocka_unit_test(one_that_cannot_start_ends_all),
        cmocka_unit_test(one_that_could_not_start_takes_no_change),
        cmocka_unit_test(it_beats_while_all_do),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
