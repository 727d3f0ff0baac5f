/* events_test.c - what runs tell, to whom: by what is in the outbox after them.
 * Nobody there sends it: the hooks' command does not exist. */
#include <stdatomic.h>

#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/history/quarantine.h"

/* What the server says; "": it fails. */
struct site {
    const char *_Atomic body;
    atomic_bool conditional; /* it tells an ETag, and answers 304 to it */
};

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        const char *body = atomic_load(&s->body);

        if (*body == '\0')
            tcp_peer_reply(p, "500 Oh", "", "");
        else if (s->conditional && strstr(p->request, "If-None-Match") != NULL)
            tcp_peer_text(p, "HTTP/1.1 304 Not Modified\r\n\r\n");
        else
            tcp_peer_reply(p, "200 OK", s->conditional ? "ETag: \"1\"\r\n" : "",
                           body);
    }
}

static const char *const no_command[] = {"/no/such/command", NULL};
static const struct gn_reach reach = {.argv = no_command, .timeout_ms = 1000};
static const struct gn_notifier ops = {
    .name = "ops", .reach = {.argv = no_command, .timeout_ms = 1000}};
static const struct gn_notifier *const to_ops[] = {&ops};
static const char *const key[] = {"id", NULL};

static struct world *begin_site(struct site *s, bool with_rows)
{
    struct world *w;
    struct gn_source *source;

    memset(s, 0, sizeof *s);
    w = begin(serve, s);
    source = add_source(w, "/", 0);
    for (int i = 0; i < GN_EVENTS; i++)
        source->hooks[i] = &reach;
    if (with_rows)
        add_rows(w, source, "t", key,
                 "select value as id from json_each(:body, '$.ids')");
    return w;
}

/* Runs the source once, and says what that told: "success change", and "ops:
 * TEXT" for what a notifier is to hear, in a static buffer. */
static const char *told_by(struct world *w, struct site *s, const char *body)
{
    static char told[512];
    char sql[400];
    char before[32];

    snprintf(before, sizeof before, "%s",
             ask(w, "select count(*) from sqlite_master where name ="
                    " 'garner_outbox'"));
    if (strcmp(before, "1") == 0)
        snprintf(before, sizeof before, "%s",
                 ask(w, "select coalesce(max(id), 0) from garner_outbox"));
    atomic_store(&s->body, body);
    assert_int_equal(run(w), GARNER_OK);
    snprintf(sql, sizeof sql,
             "select coalesce(group_concat(iif(recipient is null, event,"
             " recipient || ': ' || text), ' '), '') from (select * from"
             " garner_outbox where id > %s and coalesce(run, 0) ="
             " (select max(id) from garner_run) order by id)",
             before);
    snprintf(told, sizeof told, "%s", ask(w, sql));
    return told;
}

static void hooks_hear_of_events(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, false);

    (void)state;
    assert_string_equal(told_by(w, &s, "a"), "success change");
    assert_string_equal(told_by(w, &s, "a"), "success");
    assert_string_equal(told_by(w, &s, "b"), "success change");
    assert_string_equal(told_by(w, &s, ""), "error");
    assert_string_equal(told_by(w, &s, ""), "error");
    assert_string_equal(told_by(w, &s, "b"), "recover success");
    assert_string_equal(told_by(w, &s, "b"), "success");
    end(w);
}

static void a_304_is_no_change(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, false);

    (void)state;
    atomic_store(&s.conditional, true);
    assert_string_equal(told_by(w, &s, "a"), "success change");
    assert_string_equal(told_by(w, &s, "a"), "success");
    assert_string_equal(told_by(w, &s, ""), "error");
    assert_string_equal(told_by(w, &s, "a"), "recover success");
    assert_asked(w, "select status from garner_run order by id desc limit 1",
                 "304");
    end(w);
}

static void with_rows_they_are_what_changes(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, true);

    (void)state;
    assert_string_equal(told_by(w, &s, "{\"ids\":[1,2]}"), "success change");
    assert_string_equal(told_by(w, &s, "{\"ids\":[2,1],\"at\":5}"), "success");
    assert_string_equal(told_by(w, &s, "{\"ids\":[2,3]}"), "success change");
    assert_string_equal(told_by(w, &s, "no json"), "error");
    assert_string_equal(told_by(w, &s, "{\"ids\":[3,2]}"), "recover success");
    assert_string_equal(told_by(w, &s, "{\"ids\":[]}"), "success change");
    end(w);
}

/* Though its body goes into quarantine, where older ones may have to leave. */
static void what_was_not_expected_is_a_failure(void **state)
{
    static const struct gn_expect expect = {.not_match = "down"};
    struct site s;
    struct world *w = begin_site(&s, false);

    (void)state;
    w->sources[0].expect = &expect;
    assert_string_equal(told_by(w, &s, "a"), "success change");
    for (int i = 0; i < GN_QUARANTINE_MOST + 2; i++)
        assert_string_equal(told_by(w, &s, "down"), "error");
    assert_string_equal(told_by(w, &s, "a"), "recover success");
    end(w);
}

static void notifiers_hear_of_failures(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, false);
    struct gn_source *source = &w->sources[0];

    (void)state;
    for (int i = 0; i < GN_EVENTS; i++)
        source->hooks[i] = NULL;
    source->alert =
        (struct gn_alert_spec){.policy = {2, 0}, .to = to_ops, .to_count = 1};
    assert_string_equal(told_by(w, &s, "a"), "");
    assert_string_equal(told_by(w, &s, ""), "");
    assert_has(told_by(w, &s, ""),
               "ops: s0 fails: the server answered with status 500 (2 times in "
               "a row, since 20");
    assert_string_equal(told_by(w, &s, ""), "");
    assert_has(told_by(w, &s, "a"),
               "ops: s0 works again, after 3 failures since 20");
    assert_string_equal(told_by(w, &s, "a"), "");
    source->alert.policy = (struct gn_alert_policy){1, 1};
    assert_string_equal(told_by(w, &s, ""),
                        "ops: s0 fails: the server answered with status 500");
    assert_has(told_by(w, &s, ""),
               "ops: s0 still fails: the server answered with status 500 (2 "
               "times");
    end(w);
}

/* Whoever is told of nothing pays for nothing. */
static void without_them_nothing_is_kept(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, false);

    (void)state;
    memset(w->sources[0].hooks, 0, sizeof w->sources[0].hooks);
    assert_string_equal(told_by(w, &s, "a"), "");
    assert_string_equal(told_by(w, &s, ""), "");
    assert_asked(w, "select failures is null from garner_source", "1");
    end(w);
}

/* What the store refused was not told: with the rows, nothing is; the run that
 * is stored without them tells that it failed. */
static void what_is_refused_is_untold(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, true);

    (void)state;
    assert_string_equal(told_by(w, &s, "{\"ids\":[1]}"), "success change");
    store_runs(w, "create trigger no before insert on t"
                  " begin select raise(abort, 'closed'); end");
    assert_string_equal(told_by(w, &s, "{\"ids\":[2]}"), "error");
    store_runs(w, "drop trigger no");
    assert_string_equal(told_by(w, &s, "{\"ids\":[2]}"),
                        "recover success change");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hooks_hear_of_events),
        cmocka_unit_test(a_304_is_no_change),
        cmocka_unit_test(with_rows_they_are_what_changes),
        cmocka_unit_test(what_was_not_expected_is_a_failure),
        cmocka_unit_test(notifiers_hear_of_failures),
        cmocka_unit_test(without_them_nothing_is_kept),
        cmocka_unit_test(what_is_refused_is_untold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
