/* away_test.c - who comes to a host that is left alone by then, above all by a
 * redirect: nothing is lost by that. */
#include "engine/away.h"

#include <stdatomic.h>

#include "engine/fixture_test.h"
#include "engine/frontier/crawl_testing.h"

/* "/busy" asks for time, once somebody is at "/old", which leads to "/new"
 * as soon as that is let go; "/flaky" is like that one, but fails at first.
 * "/lead" leads to "/held", by another name of this host, which asks for
 * time when it is let go. */
struct site {
    char here[64]; /* its URL, without a path */
    atomic_int olds;
    atomic_int flaky;
    atomic_int leads;
    atomic_int held;
    atomic_bool go;
    atomic_bool calm; /* nobody asks for time any more */
    const char *time; /* that is asked for; constant */
};

static void lead(struct tcp_peer *p, const char *to, const char *path)
{
    char line[128];

    snprintf(line, sizeof line, "Location: %s%s\r\n", to, path);
    tcp_peer_reply(p, "302 Found", line, "");
}

static void page(struct tcp_peer *p, const char *more, const char *body)
{
    char lines[128];

    snprintf(lines, sizeof lines, "Content-Type: text/html\r\n%s", more);
    tcp_peer_reply(p, "200 OK", lines, body);
}

static void ask_for_time(struct tcp_peer *p, const struct site *s)
{
    if (s->calm)
        page(p, "", "calm");
    else
        tcp_peer_reply(p, "429 Enough", s->time, "");
}

/* false: it leads nowhere. */
static bool lead_on(struct tcp_peer *p, struct site *s)
{
    const bool flaky = tcp_peer_asks(p, "/flaky");

    if (flaky && s->flaky++ == 0) {
        tcp_peer_reply(p, "503 No", "", "");
    } else if (flaky || tcp_peer_asks(p, "/old")) {
        s->olds++;
        WAIT_FOR(s->go);
        lead(p, "", "/new");
    } else if (tcp_peer_asks(p, "/lead")) {
        s->leads++;
        lead(p, s->here, "/held");
    } else {
        return false;
    }
    return true;
}

static void answer(struct tcp_peer *p, struct site *s)
{
    if (tcp_peer_asks(p, "/busy")) {
        WAIT_FOR(s->olds > 0);
        ask_for_time(p, s);
    } else if (tcp_peer_asks(p, "/held")) {
        s->held++;
        WAIT_FOR(s->go);
        ask_for_time(p, s);
    } else if (tcp_peer_asks(p, "/first")) {
        page(p, "Link: </old>; rel=next\r\n", "1");
    } else if (tcp_peer_asks(p, "/start")) {
        page(p, "",
             "<a href=/busy>1</a><a href=/old>2</a><a href=/a>3</a>"
             "<a href=/b>4</a>");
    } else {
        page(p, "", "x");
    }
}

static void serve(struct tcp_peer *p, void *context)
{
    while (tcp_peer_request(p))
        if (!lead_on(p, context))
            answer(p, context);
}

static struct world *begin_site(struct site *s)
{
    struct world *w;

    memset(s, 0, sizeof *s);
    s->time = "Retry-After: 3600\r\n";
    w = begin(serve, s);
    snprintf(s->here, sizeof s->here, "http://127.0.0.1:%d",
             tcp_server_port(w->server));
    return w;
}

static struct gn_source *add(struct world *w, const char *path)
{
    struct gn_source *source = add_source(w, path, 0);

    source->host_concurrency = 9;
    source->retry.least_ms = source->retry.most_ms = 1;
    return source;
}

/* Lets go who is to be led on, once their host, which failed so often, is left
 * alone. */
static void let_go(struct world *w, struct site *s, uint64_t failed)
{
    run_beside(w);
    WAIT_FOR(s->olds > 0 && status_of(w).totals.http_errors == failed);
    s->go = true;
}

static void stop(struct world *w)
{
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_all_accounted_for(w);
}

/* Runs it another time, when all of that is over. */
static void run_later(struct world *w, struct site *s)
{
    s->calm = true;
    store_runs(w, "update garner_host set off_until = null");
    store_runs(w, "update garner_source set off_until = 1");
    store_runs(w, "update garner_frontier set due = 0");
    assert_int_equal(run(w), GARNER_OK);
}

#define FAILED "select count(*) from garner_run where failure = 'connect'"
#define CAME                                                                   \
    "select coalesce(group_concat(status || ':' || attempt), 'none')"          \
    " from garner_run where url like '%/new'"

static void a_page_is_asked_for_later(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);
    struct crawling c;

    (void)state;
    begin_crawling(&c, add(w, "/start"));
    let_go(w, &s, 1);
    WAIT_FOR(strcmp(ask(w, "select count(*) from garner_frontier"
                           " where url like '%/old' and due > 0"),
                    "1") == 0 ||
             strcmp(ask(w, FAILED), "0") != 0);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, FAILED, "0");
    run_later(w, &s);
    assert_asked(w, CAME, "200:1");
    end(w);
}

static void but_a_pass_by_hand_waits_for_nothing(void **state)
{
    static const int at_once[] = {2, 1}; /* then some wait for their host */
    struct crawling c;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct site s;
        struct world *w = begin_site(&s);

        begin_crawling(&c, add(w, "/start"));
        w->sources[0].host_concurrency = at_once[i];
        w->options.by_hand = true;
        s.olds = i == 1;
        let_go(w, &s, 1);
        WAIT_FOR(status_of(w).totals.stored == 5);
        assert_int_equal(run_ended(w), GARNER_OK);
        assert_asked(w, CAME, "200:1");
        end(w);
    }
}

static void nor_does_a_source_that_is_asked_for(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add(w, "/busy");
    add(w, "/old");
    w->options.by_hand = true;
    let_go(w, &s, 1);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, CAME, "200:0");
    end(w);
}

static void a_retry_that_is_led_there_is_still_to_come(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add(w, "/busy");
    add(w, "/flaky")->retry.times = 1;
    let_go(w, &s, 2);
    WAIT_FOR(status_of(w).fetching == 0);
    assert_int_equal(status_of(w).totals.retried, 0);
    stop(w);
    assert_asked(w, "select count(*) from garner_run", "2");
    assert_asked(w, "select tried from garner_source where id = 2", "1");
    run_later(w, &s);
    assert_asked(w, CAME, "200:2");
    end(w);
}

/* Its attempts are those that came to an end. */
static void and_is_no_further_one_then(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    s.time = "Retry-After: 1\r\n";
    add(w, "/busy");
    add(w, "/flaky")->retry.times = 1;
    let_go(w, &s, 2);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, CAME, "200:2");
    assert_int_equal(w->status.totals.retried, 1);
    assert_all_accounted_for(w);
    end(w);
}

/* As often as others that fail. */
static void a_source_that_is_led_there_is_tried_again(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add(w, "/busy");
    add(w, "/old")->retry.times = 1;
    let_go(w, &s, 1);
    WAIT_FOR(strcmp(ask(w, FAILED), "1") == 0);
    stop(w);
    assert_asked(w, "select tried from garner_source where id = 2", "1");
    run_later(w, &s);
    assert_asked(w, CAME " and failure is null", "200:2");
    end(w);
}

static void what_is_made_up_for_waits(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add(w, "/busy");
    add(w, "/old");
    w->options.until_idle = true;
    let_go(w, &s, 1);
    WAIT_FOR(status_of(w).fetching == 0);
    stop(w);
    assert_asked(w, "select count(*) from garner_run", "1");
    end(w);
}

/* Its due time had a run. */
static void but_a_further_page_does_not(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);
    struct gn_source *source;

    (void)state;
    add(w, "/busy");
    source = add(w, "/first");
    source->next.link = true;
    source->next.most = 5;
    w->options.until_idle = true;
    let_go(w, &s, 1);
    WAIT_FOR(status_of(w).fetching == 0);
    stop(w);
    assert_asked(w, FAILED " and page = 2", "1");
    end(w);
}

static void nor_does_what_must_not_be_sent_twice(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);

    (void)state;
    add(w, "/busy");
    add(w, "/old")->request.method = "POST";
    w->sources[1].retry.times = 1;
    w->options.until_idle = true;
    let_go(w, &s, 1);
    WAIT_FOR(status_of(w).fetching == 0);
    stop(w);
    assert_asked(w, FAILED, "1");
    assert_asked(w, "select tried is null from garner_source where id = 2",
                 "1");
    end(w);
}

/* It is left alone only when others wait there already. */
static void so_it_is_for_who_waited_there(void **state)
{
    struct site s;
    struct world *w = begin_site(&s);
    char url[64];

    (void)state;
    snprintf(url, sizeof url, "http://localhost:%d/lead",
             tcp_server_port(w->server));
    for (int i = 0; i < 2; i++) {
        struct gn_source *source = add(w, "");

        source->request.url = url;
        source->host_concurrency = 1;
    }
    run_beside(w);
    WAIT_FOR(s.leads == 2 && s.held == 1 && status_of(w).fetching == 1);
    s.go = true;
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(s.held, 1);
    assert_asked(w, FAILED, "1");
    assert_all_accounted_for(w);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_asked_for_later),
        cmocka_unit_test(but_a_pass_by_hand_waits_for_nothing),
        cmocka_unit_test(nor_does_a_source_that_is_asked_for),
        cmocka_unit_test(a_retry_that_is_led_there_is_still_to_come),
        cmocka_unit_test(and_is_no_further_one_then),
        cmocka_unit_test(a_source_that_is_led_there_is_tried_again),
        cmocka_unit_test(what_is_made_up_for_waits),
        cmocka_unit_test(but_a_further_page_does_not),
        cmocka_unit_test(nor_does_what_must_not_be_sent_twice),
        cmocka_unit_test(so_it_is_for_who_waited_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
