/* trial_test.c - answers that are not as expected, through a whole engine: what
 * stays as it was, what is kept of them, and what follows. */
#include <stdatomic.h>

#include "engine/fixture_test.h"

enum page { GOOD, ERROR_PAGE, FEW, BAD_ROWS, MISSING, HUGE, LIE };

/* What the server serves, and what it was asked. */
struct site {
    atomic_int page;
    atomic_int asked; /* requests with a condition */
    atomic_int whole; /* those without one */
};

static void tell_huge(struct tcp_peer *p)
{
    int count = 0;

    tell_large(p, &count);
}

static void answer(struct tcp_peer *p, struct site *s)
{
    static const char json[] =
        "Content-Type: application/json\r\nETag: \"good\"\r\n";
    const bool same = strstr(p->request, "\r\nIf-None-Match: \"good\"") != NULL;

    atomic_fetch_add(same ? &s->asked : &s->whole, 1);
    switch ((enum page)atomic_load(&s->page)) {
    case GOOD:
        if (same)
            tcp_peer_text(p, "HTTP/1.1 304 Not Modified\r\nETag: \"good\"\r\n"
                             "\r\n");
        else
            tcp_peer_reply(p, "200 OK", json,
                           "[{\"id\":1,\"v\":1},{\"id\":2,\"v\":2}]");
        break;
    case ERROR_PAGE:
        tcp_peer_reply(p, "200 OK",
                       "Content-Type: text/html\r\nETag: \"bad\"\r\n",
                       "<h1>Down for maintenance</h1>");
        break;
    case FEW:
        tcp_peer_reply(p, "200 OK", "Content-Type: application/json\r\n",
                       "[{\"id\":3,\"v\":3}]");
        break;
    case BAD_ROWS:
        tcp_peer_reply(p, "200 OK", "Content-Type: application/json\r\n",
                       "[{\"id\":1,\"v\":7},{\"id\":2},{\"id\":1,\"v\":8}]");
        break;
    case MISSING:
        tcp_peer_reply(p, "404 Not Found", "", "[{\"id\":4,\"v\":4}]");
        break;
    case LIE: /* whatever it was asked */
        tcp_peer_text(p, "HTTP/1.1 304 Not Modified\r\n\r\n");
        break;
    case HUGE:
        tell_huge(p);
        break;
    }
}

static void serve(struct tcp_peer *p, void *context)
{
    while (tcp_peer_request(p))
        answer(p, context);
}

static const char *const id[] = {"id", NULL};
#define ROWS                                                                   \
    "select value->>'$.id' as id, value->>'$.v' as v, :status as status"       \
    " from json_each(:body)"

static const struct gn_expect json_only = {
    .match = "\"id\"",
    .not_match = "maintenance",
    .types = (const char *const[]){"application/json"},
    .type_count = 1};

static const char last_run[] =
    "select json_array(status, rows, failure, error, body)"
    " from garner_run order by id desc limit 1";

static void run_with(struct world *w, struct site *s, enum page page)
{
    atomic_store(&s->page, page);
    if (run(w) != GARNER_OK)
        fail_msg("%s", w->err.message);
}

static void an_error_page_changes_nothing(void **state)
{
    struct site site = {.page = GOOD};
    struct world *w = begin(serve, &site);
    struct gn_source *s = add_source(w, "/", 0);

    (void)state;
    add_rows(w, s, "t", id, ROWS);
    s->expect = &json_only;
    s->max_age_ms = 3600000;
    run_with(w, &site, GOOD);
    assert_asked(w, last_run, "[200,2,null,null,1]");
    store_runs(w, "update garner_source set good = 7");
    run_with(w, &site, ERROR_PAGE);
    assert_asked(w, "select good from garner_source", "7");
    assert_asked(w, last_run,
                 "[200,null,\"expect\",\"expected content_type "
                 "application/json, and found text/html\",null]");
    assert_int_equal(w->status.totals.unexpected, 1);
    assert_int_equal(w->status.totals.extract_failed, 0);
    assert_int_equal(w->status.totals.http_errors, 0);
    assert_asked(w, "select group_concat(v) from t", "1,2");
    assert_asked(w, "select count(*) from garner_body", "1");
    assert_asked(w, "select body || etag || answer_body from garner_source",
                 "1\"good\"1");
    assert_asked(w,
                 "select json_array(q.rule, q.rows, q.size, q.content_type,"
                 " cast(q.data as text), r.failure, r.started = q.started)"
                 " from garner_quarantine q join garner_run r on r.id = q.run",
                 "[\"content_type\",null,29,\"text/html\",\"<h1>Down for "
                 "maintenance</h1>\",\"expect\",1]");
    /* the next run asks as if that one had not been */
    run_with(w, &site, GOOD);
    assert_asked(w, last_run, "[304,null,null,null,1]");
    assert_asked(w, "select good > 7 from garner_source", "1");
    assert_int_equal(site.asked, 2);
    assert_int_equal(site.whole, 1);
    assert_int_equal(w->status.totals.unexpected, 0);
    assert_asked(w, "select count(*) from garner_quarantine", "1");
    end(w);
}

static void bodies_are_matched_before_their_sql_runs(void **state)
{
    static const struct gn_expect no_id = {.match = "\"id\""};
    static const struct gn_expect fine = {.not_match = "maintenance"};
    struct site site = {.page = ERROR_PAGE};
    struct world *w = begin(serve, &site);
    struct gn_source *s = add_source(w, "/", 0);

    (void)state;
    add_rows(w, s, "t", id, ROWS);
    s->expect = &fine;
    run_with(w, &site, ERROR_PAGE);
    assert_asked(
        w, last_run,
        "[200,null,\"expect\",\"expected not_match \\\"maintenance\\\" "
        "nowhere in the body, and found \\\"<h1>Down for "
        "^maintenance</h1>\\\"\",null]");
    s->expect = &no_id;
    run_with(w, &site, ERROR_PAGE);
    assert_asked(w, "select group_concat(rule) from garner_quarantine",
                 "not_match,match");
    run_with(w, &site, GOOD);
    assert_asked(w, last_run, "[200,2,null,null,1]");
    end(w);
}

/* A source without SQL, with bodies that another thread compresses. */
static void bodies_without_rows_are_matched_too(void **state)
{
    static const struct gn_expect number = {.match = "^\\[ *\\d+"};
    static const struct gn_expect other = {.match = "^<"};
    static const struct gn_expect small = {.max_size = 1000};
    struct site site = {.page = HUGE};
    struct world *w = begin(serve, &site);
    struct gn_source *s = add_source(w, "/", 0);

    (void)state;
    s->expect = &number;
    run_with(w, &site, HUGE);
    assert_asked(w, last_run, "[200,null,null,null,1]");
    s->expect = &other;
    run_with(w, &site, HUGE);
    assert_asked(w, "select failure from garner_run order by id desc limit 1",
                 "expect");
    s->expect = &small;
    run_with(w, &site, HUGE);
    assert_asked(w,
                 "select group_concat(rule || ' ' || size || ' ' || codec)"
                 " from garner_quarantine",
                 "match 300000 zstd,max_size 300000 zstd");
    assert_asked(w, "select max(length(data)) < 1000 from garner_quarantine",
                 "1");
    assert_asked(w, "select length(unzstd(data)) from garner_quarantine",
                 "300000");
    assert_asked(w, "select count(*) from garner_body", "1");
    end(w);
}

static void rows_that_break_a_rule_are_shown(void **state)
{
    static const char *const columns[] = {"v"};
    static const struct gn_rows_expect two = {
        .min_rows = 2, .max_rows = -1, .max_drop = -1};
    static const struct gn_rows_expect full = {.max_rows = -1,
                                               .max_drop = -1,
                                               .not_null = columns,
                                               .not_null_count = 1};
    static const struct gn_rows_expect different = {
        .max_rows = -1, .max_drop = -1, .unique = id, .unique_count = 1};
    struct site site = {.page = GOOD};
    struct world *w = begin(serve, &site);
    struct gn_rows_spec *rows =
        add_rows(w, add_source(w, "/", 0), "t", id, ROWS);

    (void)state;
    rows->expect = &two;
    run_with(w, &site, GOOD);
    run_with(w, &site, FEW);
    assert_asked(w, last_run,
                 "[200,null,\"expect\",\"expected min_rows 2 of table t, and "
                 "found 1\",null]");
    rows->expect = &full;
    run_with(w, &site, BAD_ROWS);
    rows->expect = &different;
    run_with(w, &site, BAD_ROWS);
    assert_asked(w, "select group_concat(rule || rows) from garner_quarantine",
                 "min_rows[{\"id\":3,\"v\":3,\"status\":200}],"
                 "not_null[{\"id\":2,\"v\":null,\"status\":200}],"
                 "unique[{\"id\":1,\"v\":7,\"status\":200},"
                 "{\"id\":1,\"v\":8,\"status\":200}]");
    assert_asked(w, "select group_concat(v) from t", "1,2");
    rows->expect = NULL;
    run_with(w, &site, BAD_ROWS);
    assert_asked(w, "select group_concat(v) from t", "8");
    end(w);
}

static void a_status_may_be_expected(void **state)
{
    static const struct gn_statuses known[] = {{200, 200}, {404, 404}};
    static const struct gn_statuses only[] = {{404, 404}};
    static const struct gn_expect both = {.statuses = known, .status_count = 2};
    static const struct gn_expect gone = {.statuses = only, .status_count = 1};
    struct site site = {.page = MISSING};
    struct world *w = begin(serve, &site);
    struct gn_source *s = add_source(w, "/", 0);

    (void)state;
    add_rows(w, s, "t", id, ROWS);
    run_with(w, &site, MISSING);
    assert_asked(w, "select failure from garner_run", "http");
    s->expect = &both;
    run_with(w, &site, MISSING);
    assert_asked(w, last_run, "[404,1,null,null,1]");
    assert_asked(w, "select id || ' ' || status from t", "4 404");
    assert_int_equal(w->status.totals.http_errors, 0);
    s->expect = &gone;
    run_with(w, &site, GOOD);
    assert_asked(w, last_run,
                 "[200,null,\"expect\",\"expected status 404, and found "
                 "200\",null]");
    assert_asked(w, "select etag from garner_source", "null");
    end(w);
}

static void a_304_is_no_answer_to_be_tried(void **state)
{
    static const struct gn_statuses ok[] = {{200, 200}};
    static const struct gn_expect expect = {
        .match = "x", .statuses = ok, .status_count = 1, .min_size = 1};
    struct site site = {.page = LIE};
    struct world *w = begin(serve, &site);

    (void)state;
    add_source(w, "/", 0)->expect = &expect;
    run_with(w, &site, LIE);
    assert_asked(w, "select failure from garner_run", "protocol");
    assert_asked(w, "select count(*) from garner_quarantine", "0");
    assert_int_equal(w->status.totals.unexpected, 0);
    assert_int_equal(w->status.totals.fetch_failed, 1);
    end(w);
}

/* What the store has is held against a new expectation, too. */
static void another_expectation_asks_again(void **state)
{
    static const struct gn_expect better = {.match = "price"};
    struct site site = {.page = GOOD};
    struct world *w = begin(serve, &site);
    struct gn_source *s = add_source(w, "/", 0);

    (void)state;
    add_rows(w, s, "t", id, ROWS);
    run_with(w, &site, GOOD);
    s->expect = &better;
    run_with(w, &site, GOOD);
    assert_int_equal(site.whole, 2);
    assert_asked(w, last_run,
                 "[200,null,\"expect\",\"expected match \\\"price\\\" in the "
                 "body, and found none in \\\"[{\\\"id\\\":1,\\\"v\\\":1},"
                 "{\\\"id\\\":2,\\\"v\\\":2}]\\\"\",null]");
    /* though it is the body that the store has as the last good one */
    assert_asked(w, "select body from garner_source", "1");
    assert_asked(w, "select count(*) from garner_quarantine", "1");
    end(w);
}

static void good_and_bad_runs_in_turn_leave_all_in_order(void **state)
{
    static const struct gn_rows_expect two = {
        .min_rows = 2, .max_rows = -1, .max_drop = -1};
    struct site site = {.page = GOOD};
    struct world *w = begin(serve, &site);
    struct gn_source *s = add_source(w, "/", 2);
    struct gn_rows_spec *rows = add_rows(w, s, "t", NULL, ROWS);

    (void)state;
    rows->expect = &two;
    s->expect = &json_only;
    s->unconditional = true;
    run_beside(w);
    for (uint64_t n = 10; n <= 120; n += 10) {
        atomic_store(&site.page, n % 30 == 0    ? GOOD
                                 : n % 30 == 10 ? ERROR_PAGE
                                                : FEW);
        WAIT_FOR(status_of(w).totals.stored >= n);
    }
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_all_accounted_for(w);
    assert_asked(w, "select count(distinct v) from t", "2");
    assert_asked(w, "select count(*) from garner_body", "1");
    assert_asked(w,
                 "select count(*) from garner_run where missed = 0 and"
                 " (failure is null) <> (body is not null and rows = 2)",
                 "0");
    assert_asked(
        w, "select count(*) = (select sum(rows) from garner_run) from t", "1");
    assert_asked(w, "select count(*) from garner_quarantine", "20");
    assert_asked(w,
                 "select count(*) from garner_quarantine q left join"
                 " garner_run r on r.id = q.run and r.failure = 'expect' and"
                 " r.started = q.started where r.id is null",
                 "0");
    assert_true(w->status.totals.unexpected >= 40);
    assert_int_equal(w->status.totals.extract_failed, 0);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_page_changes_nothing),
        cmocka_unit_test(bodies_are_matched_before_their_sql_runs),
        cmocka_unit_test(bodies_without_rows_are_matched_too),
        cmocka_unit_test(rows_that_break_a_rule_are_shown),
        cmocka_unit_test(a_status_may_be_expected),
        cmocka_unit_test(a_304_is_no_answer_to_be_tried),
        cmocka_unit_test(another_expectation_asks_again),
        cmocka_unit_test(good_and_bad_runs_in_turn_leave_all_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
