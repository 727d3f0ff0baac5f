/* notify_test.c - whole engines whose sources have hooks: real commands are
 * run, a real server hears of webhooks, and the store knows what became of
 * them. */
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "engine/fixture_test.h"
#include "schedule/window.h"

/* A site that is fetched, and one that is told. */
struct site {
    atomic_int hooks;   /* requests to /hook */
    atomic_int refused; /* so many of those fail */
    char said[9000];    /* the last of them; guarded by lock */
    pthread_mutex_t lock;
};

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/hook")) {
            pthread_mutex_lock(&s->lock);
            snprintf(s->said, sizeof s->said, "%s", p->request);
            pthread_mutex_unlock(&s->lock);
            tcp_peer_reply(p,
                           atomic_fetch_add(&s->hooks, 1) < s->refused
                               ? "500 Oh"
                               : "204 No Content",
                           "", "");
        } else if (tcp_peer_asks(p, "/broken")) {
            tcp_peer_reply(p, "500 Oh", "", "");
        } else {
            tcp_peer_reply(p, "200 OK", "", "{\"ids\":[7,8]}");
        }
    }
}

static struct world *begin_site(struct site *s, const char *path)
{
    struct world *w;

    memset(s, 0, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    w = begin(serve, s);
    add_source(w, path, 0);
    return w;
}

/* The shell's script; one at a time. */
static struct gn_reach *command(struct gn_reach *r, const char *argv[4],
                                const char *script)
{
    argv[0] = "sh";
    argv[1] = "-c";
    argv[2] = script;
    argv[3] = NULL;
    *r = (struct gn_reach){.argv = argv, .timeout_ms = LONG_MS};
    return r;
}

static void hook_url(struct world *w, char url[64], struct gn_reach *r)
{
    snprintf(url, 64, "http://127.0.0.1:%d/hook", tcp_server_port(w->server));
    *r = (struct gn_reach){.webhook = {.url = url}, .timeout_ms = LONG_MS};
}

static void a_command_gets_the_rows(void **state)
{
    static const char *const key[] = {"id", NULL};
    struct site s;
    struct world *w = begin_site(&s, "/");
    struct gn_reach r;
    const char *argv[4];

    (void)state;
    add_rows(w, &w->sources[0], "t", key,
             "select value as id from json_each(:body, '$.ids')");
    w->sources[0].hooks[GN_EVENT_CHANGE] =
        command(&r, argv,
                "echo $GARNER_EVENT $GARNER_SOURCE $GARNER_RUN $GARNER_STATUS "
                "$GARNER_ROWS; cat");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select output from garner_outbox",
                 "change s0 1 200 2\n{\"id\":7}\n{\"id\":8}\n");
    assert_asked(w, "select outcome from garner_outbox", "exit status 0");
    assert_asked(w,
                 "select done is not null and rows is null and run = 1"
                 " from garner_outbox",
                 "1");
    end(w);
}

static void a_command_that_fails_runs_once(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/broken");
    struct gn_reach r;
    const char *argv[4];

    (void)state;
    w->sources[0].hooks[GN_EVENT_ERROR] =
        command(&r, argv, "echo \"$GARNER_ERROR\"; exit 9");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select outcome || ': ' || output || tries"
                 " from garner_outbox where done is not null",
                 "exit status 9: the server answered with status 500\n0");
    argv[0] = "/no/such/command";
    assert_int_equal(run(w), GARNER_OK);
    assert_has(ask(w, "select outcome from garner_outbox order by id desc"),
               "/no/such/command cannot be run: no such file");
    assert_asked(w, "select count(*) from garner_outbox where done is null",
                 "0");
    end(w);
}

static void a_request_says_it_in_json(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");
    struct gn_reach r;
    char url[64];

    (void)state;
    hook_url(w, url, &r);
    w->sources[0].hooks[GN_EVENT_SUCCESS] = &r;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select outcome from garner_outbox where done is not null",
                 "status 204");
    assert_has(s.said, "POST /hook HTTP/1.1");
    assert_has(s.said, "Content-Type: application/json");
    assert_has(s.said, "{\"id\":1,\"event\":\"success\",\"source\":\"s0\"");
    assert_has(s.said, "\"rows\":[]}");
    end(w);
}

/* An engine that is asked to stop meanwhile sends it again after its next
 * start. */
static void a_request_that_fails_is_made_again(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");
    struct gn_reach r;
    char url[64];

    (void)state;
    s.refused = 1;
    hook_url(w, url, &r);
    w->sources[0].hooks[GN_EVENT_SUCCESS] = &r;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select tries || outcome from garner_outbox",
                 "1status 500");
    assert_int_equal(atomic_load(&s.hooks), 1);
    store_runs(w, "update garner_outbox set due = 0");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_outbox where done is null",
                 "0");
    assert_asked(w, "select tries || outcome from garner_outbox where id = 1",
                 "1status 204");
    assert_int_equal(atomic_load(&s.hooks), 3); /* and one of the second run */
    end(w);
}

static void notifiers_hear_of_all_at_once(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/broken");
    struct gn_notifier all[2] = {{.name = "ops"},
                                 {.name = "me", .digest_ms = 3600000}};
    const struct gn_notifier *to[] = {&all[0], &all[1]};
    const char *argv[4];
    char url[64];

    (void)state;
    add_source(w, "/broken", 0);
    command(&all[0].reach, argv, "cat");
    hook_url(w, url, &all[1].reach);
    w->config.notifiers = all;
    w->config.notifier_count = 2;
    for (int i = 0; i < 2; i++)
        w->sources[i].alert =
            (struct gn_alert_spec){.policy = {1, 1}, .to = to, .to_count = 2};
    /* As if "me" had heard something just now: what follows gathers. */
    assert_int_equal(run(w), GARNER_OK);
    store_runs(w, "update garner_outbox set done ="
                  " cast(unixepoch('now') as integer) * 1000000"
                  " where recipient = 'me'");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select count(*) from garner_outbox where recipient = 'me'"
                 " and done is null",
                 "2");
    assert_asked(w,
                 "select group_concat(output, '') from (select output from"
                 " garner_outbox where recipient = 'ops' order by source"
                 " limit 1)",
                 "s0 fails: the server answered with status 500\n");
    store_runs(w, "update garner_outbox set done = 1 where done is not null");
    for (int i = 0; i < 2; i++)
        w->sources[i].alert.policy.repeat_us = 0; /* nothing new is told */
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_outbox where done is null",
                 "0");
    assert_has(s.said, "{\"text\":\"s"); /* either may have been first */
    assert_has(s.said, "s0 still fails: ");
    assert_has(s.said, "s1 still fails: ");
    assert_has(s.said, " UTC)\\ns");
    end(w);
}

/* What comes about in quiet hours is told when they are over. */
static void quiet_hours_are_kept(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/broken");
    struct gn_notifier ops = {.name = "ops"};
    const struct gn_notifier *to[] = {&ops};
    struct gn_window hours;
    const char *argv[4];

    (void)state;
    command(&ops.reach, argv, "cat");
    assert_int_equal(gn_window_parse("00:00-24:00", &hours, NULL), GARNER_OK);
    ops.quiet = &hours;
    w->config.notifiers = &ops;
    w->config.notifier_count = 1;
    w->sources[0].alert =
        (struct gn_alert_spec){.policy = {1, 0}, .to = to, .to_count = 1};
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_outbox where done is null",
                 "1");
    ops.quiet = NULL;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_outbox where done is null",
                 "0");
    end(w);
}

/* Neither is one who is to hear of it again kept waiting for their end. */
static void one_in_quiet_hours_delays_no_other(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/broken");
    struct gn_notifier all[2] = {{.name = "ops"}, {.name = "me"}};
    const struct gn_notifier *to[] = {&all[0], &all[1]};
    struct gn_window hours;
    const char *argv[4];
    char url[64];

    (void)state;
    s.refused = 1;
    command(&all[0].reach, argv, "cat");
    hook_url(w, url, &all[1].reach);
    assert_int_equal(gn_window_parse("00:00-24:00", &hours, NULL), GARNER_OK);
    all[0].quiet = &hours;
    w->config.notifiers = all;
    w->config.notifier_count = 2;
    w->sources[0].schedule.every_ms = 3600000; /* no other run helps */
    w->sources[0].alert =
        (struct gn_alert_spec){.policy = {1, 0}, .to = to, .to_count = 2};
    run_beside(w);
    WAIT_FOR(atomic_load(&s.hooks) == 2);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w,
                 "select group_concat(recipient) from garner_outbox"
                 " where done is null",
                 "ops");
    end(w);
}

/* The one that is under way is ended, and is sent again at the next start. */
static void a_second_stop_leaves_it_for_later(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");
    struct gn_reach r;
    const char *argv[4];
    char script[200];
    char file[80];

    (void)state;
    snprintf(file, sizeof file, "%s/began", w->folder);
    snprintf(script, sizeof script, "touch %s; exec sleep 1000", file);
    w->sources[0].hooks[GN_EVENT_SUCCESS] = command(&r, argv, script);
    run_beside(w);
    WAIT_FOR(access(file, F_OK) == 0);
    gn_engine_stop(w->engine);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_CANCELED);
    assert_asked(w, "select count(*) from garner_outbox where done is null",
                 "1");
    w->sources[0].hooks[GN_EVENT_SUCCESS] = command(&r, argv, "echo again");
    w->sources[0].request.url = "http://127.0.0.1:1/";
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select output from garner_outbox", "again\n");
    assert_int_equal(unlink(file), 0);
    end(w);
}

static void what_nobody_waits_for_is_done_with(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");
    struct gn_reach r;
    const char *argv[4];

    (void)state;
    w->sources[0].hooks[GN_EVENT_SUCCESS] = command(&r, argv, "true");
    assert_int_equal(run(w), GARNER_OK);
    store_runs(w, "update garner_outbox set event = 'recover', done = null");
    w->sources[0].request.url = "http://127.0.0.1:1/";
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select outcome from garner_outbox",
                 "nobody is to hear of it any more");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_gets_the_rows),
        cmocka_unit_test(a_command_that_fails_runs_once),
        cmocka_unit_test(a_request_says_it_in_json),
        cmocka_unit_test(a_request_that_fails_is_made_again),
        cmocka_unit_test(notifiers_hear_of_all_at_once),
        cmocka_unit_test(quiet_hours_are_kept),
        cmocka_unit_test(one_in_quiet_hours_delays_no_other),
        cmocka_unit_test(a_second_stop_leaves_it_for_later),
        cmocka_unit_test(what_nobody_waits_for_is_done_with),
    };

    signal(SIGPIPE, SIG_IGN); /* as main does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
