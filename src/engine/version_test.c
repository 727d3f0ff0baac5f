/* version_test.c - asking for what changed, through a whole engine: what is
 * sent, what is stored of a 304, and which of them are not believed. */
#include <stdatomic.h>

#include "engine/fixture_test.h"
#include "garner/tx.h"

/* What the server does, and what it saw. */
struct site {
    atomic_int version;   /* of what it serves */
    atomic_int asked;     /* requests with a condition */
    atomic_int whole;     /* requests without one */
    atomic_bool liar;     /* says 304 whatever it is asked */
    atomic_bool confused; /* its 304s name another version */
    atomic_bool broken;   /* answers 500 */
    atomic_bool weak;     /* its 304s name the version weakly */
    atomic_bool moved;    /* sends everybody on to /there2, not /there1 */
};

static void tell_304(struct tcp_peer *p, const char *headers)
{
    tcp_peer_text(p, "HTTP/1.1 304 Not Modified\r\n");
    tcp_peer_text(p, headers);
    tcp_peer_text(p, "\r\n");
}

static void answer(struct tcp_peer *p, struct site *s)
{
    const int version = atomic_load(&s->version);
    const char *condition = strstr(p->request, "\r\nIf-None-Match: \"v");
    char headers[128];
    char body[64];

    if (condition != NULL)
        atomic_fetch_add(&s->asked, 1);
    else
        atomic_fetch_add(&s->whole, 1);
    snprintf(headers, sizeof headers, "ETag: %s\"v%d\"\r\n",
             condition != NULL && s->weak ? "W/" : "",
             condition != NULL && s->confused ? 1000 : version);
    snprintf(body, sizeof body, "[{\"id\":1,\"v\":%d}]", version);
    if (s->broken)
        tcp_peer_reply(p, "500 Oh", headers, "out of order");
    else if (s->liar ||
             (condition != NULL &&
              atoi(condition + strlen("\r\nIf-None-Match: \"v")) == version))
        tell_304(p, headers);
    else
        tcp_peer_reply(p, "200 OK", headers, body);
}

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p))
        if (tcp_peer_asks(p, "/moved"))
            tcp_peer_reply(p, "302 Found",
                           s->moved ? "Location: /there2\r\n"
                                    : "Location: /there1\r\n",
                           "");
        else
            answer(p, s);
}

static const char *const key[] = {"id", NULL};

#define ROWS                                                                   \
    "select value->>'$.id' as id, value->>'$.v' as v from json_each(:body)"

static struct world *begin_site(struct site *s, const char *path)
{
    struct world *w;

    memset(s, 0, sizeof *s);
    atomic_store(&s->version, 1);
    w = begin(serve, s);
    add_rows(w, add_source(w, path, 0), "t", key, ROWS);
    return w;
}

static void assert_requests(const struct site *s, int asked, int whole)
{
    assert_int_equal(s->asked, asked);
    assert_int_equal(s->whole, whole);
}

#define LAST(columns) "select " columns " from garner_run order by id desc"

static void a_304_costs_one_row(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(run(w), GARNER_OK);
    assert_requests(&s, 2, 1);
    assert_asked(w, LAST("status || '|' || body"), "304|1");
    assert_asked(w, LAST("bytes is null and rows is null and error is null"),
                 "1");
    assert_asked(w, "select count(*) from garner_run", "3");
    assert_asked(w, "select count(*) from garner_body", "1");
    assert_asked(w, "select etag || answer_body from garner_source", "\"v1\"1");
    assert_int_equal(w->status.totals.not_modified, 1);
    assert_int_equal(w->status.totals.bodies_unchanged, 0);
    assert_int_equal(w->status.store.failed, 0);
    atomic_store(&s.version, 2);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select v from t", "2");
    assert_asked(w, "select etag || answer_body from garner_source", "\"v2\"2");
    end(w);
}

/* In one process: the version counts from its acknowledgement on. */
static void the_same_goes_on_and_on(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");

    (void)state;
    w->sources[0].schedule.every_ms = 5;
    run_beside(w);
    WAIT_FOR(s.asked > 10);
    atomic_store(&s.version, 2);
    WAIT_FOR(strcmp(ask(w, "select v from t"), "2") == 0);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_body", "2");
    assert_asked(w, "select count(*) > 9 from garner_run where status = 304",
                 "1");
    assert_asked(w,
                 "select count(*) from garner_run where body is null and"
                 " missed = 0",
                 "0");
    assert_all_accounted_for(w);
    end(w);
}

static void nothing_is_asked_of_rows_that_are_not_stored(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");

    (void)state;
    store_runs(w, "create table t (id integer primary key,"
                  " v integer check (v > 1))");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, LAST("failure"), "store");
    assert_asked(w, "select etag is null from garner_source", "1");
    atomic_store(&s.version, 2);
    assert_int_equal(run(w), GARNER_OK);
    assert_requests(&s, 0, 2);
    atomic_store(&s.version, 1); /* refused again, so the 2nd one's stays */
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select etag || answer_body from garner_source", "\"v2\"2");
    atomic_store(&s.version, 2);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, LAST("status || '|' || body"), "304|2");
    assert_asked(w, "select v from t", "2");
    end(w);
}

static void nor_while_they_are_on_their_way(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");
    struct garner_tx *tx;
    int whole;

    (void)state;
    w->sources[0].schedule.every_ms = 5;
    run_beside(w);
    WAIT_FOR(s.asked > 2);
    assert_int_equal(garner_begin(w->store, NULL, &tx, NULL), GARNER_OK);
    whole = s.whole;
    atomic_store(&s.version, 2);
    WAIT_FOR(s.whole > whole + 3); /* the first 2 was asked for by the old 1 */
    garner_rollback(tx);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, "select v from t", "2");
    assert_asked(w, "select count(*) from garner_body", "2");
    end(w);
}

static void nor_when_they_were_refused_a_moment_ago(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");

    (void)state;
    store_runs(w, "create table t (id integer primary key,"
                  " v integer check (v > 1))");
    w->sources[0].schedule.every_ms = 40; /* time to settle between */
    run_beside(w);
    WAIT_FOR(status_of(w).totals.stored > 4);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_int_equal(s.asked, 0);
    end(w);
}

static void errors_leave_the_version_alone(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    atomic_store(&s.broken, true);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, LAST("status || failure || body"), "500http2");
    atomic_store(&s.broken, false);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, LAST("status || '|' || body"), "304|1");
    end(w);
}

static void another_extraction_wants_the_body_again(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    w->rows[0].sql = "select 1 as id, 7 as v";
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select v from t", "7");
    w->sources[0].unconditional = true;
    for (int i = 0; i < 2; i++)
        assert_int_equal(run(w), GARNER_OK);
    assert_requests(&s, 0, 4);
    assert_asked(w, "select etag is null from garner_source", "1");
    end(w);
}

static void a_body_that_is_gone_is_fetched_again(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    store_runs(w, "delete from garner_body");
    assert_int_equal(run(w), GARNER_OK);
    assert_requests(&s, 0, 2);
    assert_asked(w, "select count(*) from garner_body", "1");
    end(w);
}

/* Between the question and the answer. */
static void or_that_goes_while_garner_runs(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");
    int whole;

    (void)state;
    w->sources[0].schedule.every_ms = 5;
    run_beside(w);
    WAIT_FOR(s.asked > 2);
    whole = s.whole;
    store_runs(w, "delete from garner_body");
    WAIT_FOR(s.whole > whole);
    WAIT_FOR(strcmp(ask(w, "select count(*) from garner_body"), "1") == 0);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w,
                 "select count(*) > 0 from garner_run where status = 304"
                 " and body is null",
                 "1");
    assert_asked(w,
                 "select count(*) from garner_run where failure is not null"
                 " and missed = 0",
                 "0");
    assert_all_accounted_for(w);
    end(w);
}

static void a_304_of_another_version_is_not_believed(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    atomic_store(&s.confused, true);
    assert_int_equal(run(w), GARNER_OK);
    assert_requests(&s, 1, 2);
    assert_asked(w, LAST("status || '|' || body"), "200|1");
    assert_asked(w, "select count(*) from garner_run", "2");
    assert_int_equal(w->status.totals.fetched, 1);
    assert_int_equal(w->status.fetching, 0);
    end(w);
}

static void nor_one_from_another_place(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/moved");

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(run(w), GARNER_OK);
    assert_requests(&s, 1, 1);
    assert_asked(w, LAST("status || '|' || body"), "304|1");
    assert_asked(w, "select url like '%/there1' from garner_run", "1");
    atomic_store(&s.moved, true);
    assert_int_equal(run(w), GARNER_OK);
    assert_requests(&s, 1, 2);
    assert_asked(w, LAST("status || '|' || body"), "200|1");
    assert_int_equal(run(w), GARNER_OK);
    assert_requests(&s, 2, 2);
    end(w);
}

static void nor_one_that_was_not_asked_for(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");

    (void)state;
    w->sources[0].unconditional = true;
    assert_int_equal(run(w), GARNER_OK);
    atomic_store(&s.liar, true);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(run(w), GARNER_OK);
        assert_asked(w, LAST("status || failure || (body is null)"),
                     "304protocol1");
        assert_int_equal(w->status.totals.fetch_failed, 1);
        assert_int_equal(w->status.totals.extract_failed, 0);
    }
    assert_requests(&s, 0, 3);
    assert_asked(w, LAST("error"),
                 "the server answered with status 304, not modified, to a "
                 "request for any version");
    end(w);
}

static void ones_own_condition_is_ones_own_matter(void **state)
{
    static const char *const headers[] = {"If-None-Match: \"v1\"", NULL};
    struct site s;
    struct world *w = begin_site(&s, "/");

    (void)state;
    w->sources[0].request.headers = headers;
    for (int i = 0; i < 2; i++)
        assert_int_equal(run(w), GARNER_OK);
    assert_requests(&s, 2, 0);
    assert_asked(w, LAST("status || (body is null and failure is null)"),
                 "3041");
    end(w);
}

static void a_304_may_renew_the_version(void **state)
{
    struct site s;
    struct world *w = begin_site(&s, "/");

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    atomic_store(&s.weak, true);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, LAST("status || '|' || body"), "304|1");
    assert_asked(w, "select etag || answer_body from garner_source",
                 "W/\"v1\"1");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_304_costs_one_row),
        cmocka_unit_test(the_same_goes_on_and_on),
        cmocka_unit_test(nothing_is_asked_of_rows_that_are_not_stored),
        cmocka_unit_test(nor_while_they_are_on_their_way),
        cmocka_unit_test(nor_when_they_were_refused_a_moment_ago),
        cmocka_unit_test(errors_leave_the_version_alone),
        cmocka_unit_test(another_extraction_wants_the_body_again),
        cmocka_unit_test(a_body_that_is_gone_is_fetched_again),
        cmocka_unit_test(or_that_goes_while_garner_runs),
        cmocka_unit_test(a_304_of_another_version_is_not_believed),
        cmocka_unit_test(nor_one_from_another_place),
        cmocka_unit_test(nor_one_that_was_not_asked_for),
        cmocka_unit_test(ones_own_condition_is_ones_own_matter),
        cmocka_unit_test(a_304_may_renew_the_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
