/* stale_test.c - sources whose last good run is too old, through a whole
 * engine: told while everything hangs, and over restarts. */
#include <stdatomic.h>

#include "engine/fixture_test.h"

enum { HOUR_MS = 3600000 };

/* What the server does, and what was logged. */
struct site {
    atomic_bool hangs; /* all but /tick */
    atomic_int stale;  /* lines of the log that say so ... */
    atomic_int fresh;  /* ... and that it is over */
};

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/fail"))
            tcp_peer_reply(p, "500 Oh", "", "");
        else if (s->hangs && !tcp_peer_asks(p, "/tick"))
            tcp_peer_wait(p);
        else
            tcp_peer_reply(p, "200 OK", "", "hello");
    }
}

static void count_line(void *context, const char *line)
{
    struct site *s = context;

    atomic_fetch_add(&s->stale, strstr(line, "stale: no good run") != NULL);
    atomic_fetch_add(&s->fresh, strstr(line, "fresh again") != NULL);
}

static struct world *begin_site(struct site *s)
{
    struct world *w;

    memset(s, 0, sizeof *s);
    w = begin(serve, s);
    gn_log_set_sink(count_line, s);
    return w;
}

static void stop(struct world *w)
{
    gn_engine_stop(w->engine);
    gn_engine_stop(w->engine); /* it does not wait for what hangs */
    assert_int_equal(run_ended(w), GARNER_CANCELED);
    gn_log_set_sink(ignore_line, NULL);
}

static struct gn_source_status line(struct world *w, size_t i)
{
    struct gn_source_status line;

    assert_int_equal(gn_engine_sources(w->engine, i, &line, 1), 1);
    return line;
}

static void it_is_told_while_all_hangs_and_when_it_is_over(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);
    struct gn_source *source = add_source(w, "/", 5);
    uint64_t ticks;

    (void)state;
    source->max_age_ms = 60;
    source->request.limits.total_ms = 20;
    add_source(w, "/tick", 1);
    atomic_store(&s.hangs, true);
    run_beside(w);
    WAIT_FOR(atomic_load(&s.stale) == 1);
    assert_true(line(w, 0).stale);
    assert_int_equal(line(w, 0).good_us, 0);
    assert_false(line(w, 1).stale);
    assert_int_equal(status_of(w).stale, 1);
    /* once, however long it goes on */
    ticks = line(w, 1).runs;
    WAIT_FOR(line(w, 1).runs > ticks + 50);
    assert_int_equal(atomic_load(&s.stale), 1);
    assert_int_equal(atomic_load(&s.fresh), 0);
    atomic_store(&s.hangs, false);
    WAIT_FOR(atomic_load(&s.fresh) >= 1);
    assert_true(line(w, 0).good_us > 0);
    WAIT_FOR(!line(w, 0).stale);
    atomic_store(&s.hangs, true);
    WAIT_FOR(atomic_load(&s.stale) >= 2);
    stop(w);
    end(w);
}

/* Nobody sends what is in the outbox: the command does not exist. */
static void it_is_told_to_whom_the_source_names(void **state)
{
    static const char *const no_command[] = {"/no/such/command", NULL};
    static const struct gn_reach reach = {.argv = no_command,
                                          .timeout_ms = 1000};
    static const struct gn_notifier ops = {
        .name = "ops", .reach = {.argv = no_command, .timeout_ms = 1000}};
    static const struct gn_notifier *const to_ops[] = {&ops};
    struct site s;
    struct world *w = begin_site(&s);
    struct gn_source *source = add_source(w, "/", 0);

    (void)state;
    source->max_age_ms = 50;
    source->hooks[GN_EVENT_STALE] = &reach;
    source->alert.to = to_ops;
    source->alert.to_count = 1;
    source->alert.policy.after = 1000;
    atomic_store(&s.hangs, true);
    run_beside(w);
    WAIT_FOR(strcmp(ask(w, "select count(*) from garner_outbox"), "2") == 0);
    /* tried at once, though no run ended */
    WAIT_FOR(strcmp(ask(w, "select count(*) from garner_outbox where"
                           " recipient is null and outcome is not null"),
                    "1") == 0);
    stop(w);
    assert_asked(w,
                 "select group_concat(event || coalesce(run, '-') ||"
                 " coalesce(recipient, '-') || (text like 's0 is stale: no good"
                 " run for %, which is more than 50ms'))"
                 " from (select * from garner_outbox order by id)",
                 "stale--1,stale-ops1");
    end(w);
}

/* One run, which goes well, ends it before it is told. */
static void what_was_old_at_the_start_has_some_time(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_source(w, "/", 0)->max_age_ms = HOUR_MS;
    add_source(w, "/tick", 1)->max_age_ms = 200;
    assert_int_equal(
        gn_engine_new(w->store, &w->config, &w->options, &w->engine, &w->err),
        GARNER_OK);
    close_engine(w);
    store_runs(w, "update garner_source set watched = 0");
    atomic_store(&s.hangs, true);
    run_beside(w);
    assert_true(line(w, 0).stale);
    WAIT_FOR(line(w, 1).runs > 300);
    stop(w);
    assert_int_equal(atomic_load(&s.stale), 0);
    end(w);
}

static void failing_runs_make_none_fresh(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add_source(w, "/fail", 5)->max_age_ms = 50;
    run_beside(w);
    WAIT_FOR(status_of(w).stale == 1);
    WAIT_FOR(line(w, 0).runs > 10);
    assert_int_equal(line(w, 0).good_us, 0);
    stop(w);
    assert_asked(w, "select good from garner_source", "null");
    end(w);
}

static void its_age_is_kept_over_restarts(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);
    struct gn_source *source = add_source(w, "/", 0);

    (void)state;
    source->max_age_ms = HOUR_MS;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select json_array(s.good = r.started + r.duration_us,"
                 " s.max_age, s.watched > 0 and s.watched < s.good)"
                 " from garner_source s join garner_run r on r.source = s.id",
                 "[1,3600000000,1]");
    assert_int_equal(w->status.stale, 0);
    store_runs(w, "update garner_source set good = good - 7200000000,"
                  " watched = watched - 7200000000");
    atomic_store(&s.hangs, true);
    open_engine(w);
    assert_int_equal(status_of(w).stale, 1);
    assert_true(line(w, 0).good_us > 0);
    close_engine(w);
    /* what is looked after from now on only, counts from now */
    source->max_age_ms = 0;
    open_engine(w);
    assert_int_equal(status_of(w).stale, 0);
    close_engine(w);
    assert_asked(w, "select max_age from garner_source", "null");
    source->max_age_ms = HOUR_MS;
    open_engine(w);
    assert_int_equal(status_of(w).stale, 0);
    close_engine(w);
    /* but not when the age alone is another */
    store_runs(w, "update garner_source set good = null,"
                  " watched = watched - 7200000000");
    source->max_age_ms = HOUR_MS / 2;
    open_engine(w);
    assert_int_equal(status_of(w).stale, 1);
    close_engine(w);
    gn_log_set_sink(ignore_line, NULL);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_told_while_all_hangs_and_when_it_is_over),
        cmocka_unit_test(it_is_told_to_whom_the_source_names),
        cmocka_unit_test(what_was_old_at_the_start_has_some_time),
        cmocka_unit_test(failing_runs_make_none_fresh),
        cmocka_unit_test(its_age_is_kept_over_restarts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
