/* chain_test.c - sources whose answers go on on further pages, through a whole
 * engine. */
#include <stdatomic.h>

#include "base/mem.h"
#include "engine/fixture_test.h"

/* A site of pages /?p=1 to last, with the numbers 10p and 10p + 1 each; their
 * version is an ETag of page 1. */
struct site {
    int last;                /* constant: the last page ... */
    int then;                /* ... and to which it leads; 0: none */
    atomic_int version;      /* 0: it has no ETag */
    atomic_int fails_at;     /* requests for that page fail ... */
    atomic_int failures;     /* ... so many times */
    atomic_int conditions;   /* requests for another version alone */
    atomic_int gate;         /* that page waits; ... */
    atomic_bool opened;      /* ... until it is opened */
    atomic_int requests[40]; /* of each page */
    bool link;               /* constant: a header says where the next one is */
};

static int number_of(const struct tcp_peer *p)
{
    const char *at = strstr(p->request, "?p=");

    return at != NULL ? atoi(at + 3) : 1;
}

static void answer(struct tcp_peer *p, struct site *s, int page)
{
    const int to = page < s->last ? page + 1 : s->then;
    const int version = atomic_load(&s->version);
    char headers[128] = "";
    char body[128];
    size_t n = 0;

    if (page == 1 && version > 0)
        n = (size_t)snprintf(headers, sizeof headers, "ETag: \"v%d\"\r\n",
                             version);
    if (to > 0 && s->link)
        snprintf(headers + n, sizeof headers - n,
                 "Link: </?p=%d>; rel=\"next\"\r\n", to);
    if (to > 0)
        snprintf(body, sizeof body, "{\"ids\":[%d,%d],\"next\":\"?p=%d\"}",
                 page * 10, page * 10 + 1, to);
    else
        snprintf(body, sizeof body, "{\"ids\":[%d,%d]}", page * 10,
                 page * 10 + 1);
    tcp_peer_reply(p, "200 OK", headers, body);
}

static bool is_same(struct tcp_peer *p, struct site *s)
{
    char condition[64];

    if (strstr(p->request, "If-None-Match") == NULL)
        return false;
    atomic_fetch_add(&s->conditions, 1);
    snprintf(condition, sizeof condition, "If-None-Match: \"v%d\"",
             atomic_load(&s->version));
    return strstr(p->request, condition) != NULL;
}

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        const int page = number_of(p);

        atomic_fetch_add(&s->requests[page], 1);
        if (page == atomic_load(&s->gate))
            WAIT_FOR(atomic_load(&s->opened));
        if (page == atomic_load(&s->fails_at) &&
            atomic_fetch_add(&s->failures, -1) > 0)
            tcp_peer_reply(p, "503 Oh", "", "");
        else if (is_same(p, s))
            tcp_peer_text(p, "HTTP/1.1 304 Not Modified\r\n\r\n");
        else
            answer(p, s, page);
    }
}

static const char *const key[] = {"id", NULL};

#define NEXT "select :body->>'$.next'"

/* The source s0, whose next page SQL or a header says. */
static struct gn_source *begin_site(struct world **w, struct site *s, int last)
{
    struct gn_source *source;

    memset(s, 0, sizeof *s);
    s->last = last;
    *w = begin(serve, s);
    source = add_source(*w, "/", 0);
    add_rows(*w, source, "t", key,
             "select value as id, :page as page from json_each(:body, "
             "'$.ids')");
    source->next.sql = NEXT;
    source->next.most = 100;
    return source;
}

#define RUNS                                                                   \
    "select group_concat(page || ':' || coalesce(status, '-') || ':' ||"       \
    " attempt || ':' || coalesce(rows, '-') || ':' || coalesce(failure, ''),"  \
    " ' ') from (select * from garner_run order by id)"
#define IDS                                                                    \
    "select group_concat(id || '/' || page, ' ') from (select * from t order"  \
    " by id)"

static void each_page_is_a_run(void **state)
{
    struct site s;
    struct world *w;

    (void)state;
    (void)begin_site(&w, &s, 3);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, RUNS, "1:200:1:2: 2:200:1:2: 3:200:1:2:");
    assert_asked(w, IDS, "10/1 11/1 20/2 21/2 30/3 31/3");
    assert_asked(w,
                 "select group_concat(substr(url, instr(url, '/?'))) from"
                 " garner_run where page > 1",
                 "/?p=2,/?p=3");
    assert_asked(w,
                 "select group_concat(body_of(body), ' ') from (select body"
                 " from garner_run order by id desc limit 2)",
                 "{\"ids\":[30,31]} {\"ids\":[20,21],\"next\":\"?p=3\"}");
    assert_asked(w,
                 "select r.page from garner_source s join garner_run r on"
                 " r.body = s.body",
                 "1");
    assert_int_equal(w->status.totals.due, 1);
    assert_int_equal(w->status.totals.fetched, 3);
    assert_int_equal(w->status.totals.retried, 0);
    assert_int_equal(w->status.sources, 1);
    assert_all_accounted_for(w);
    end(w);
}

static void a_header_says_where(void **state)
{
    struct site s;
    struct world *w;
    struct gn_source *source = begin_site(&w, &s, 3);

    (void)state;
    s.link = true;
    source->next = (struct gn_sequel){.link = true, .most = 100};
    source->row_spec_count = 0;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, RUNS, "1:200:1:-: 2:200:1:-: 3:200:1:-:");
    assert_all_accounted_for(w);
    end(w);
}

static void there_are_so_many_at_most(void **state)
{
    struct site s;
    struct world *w;
    struct gn_source *source = begin_site(&w, &s, 30);

    (void)state;
    source->next.most = 2;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, RUNS, "1:200:1:2: 2:200:1:2:");
    source->next.most = 1;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_run", "3");
    end(w);
}

static void pages_without_end_are_an_error(void **state)
{
    struct site s;
    struct world *w;

    (void)state;
    (void)begin_site(&w, &s, 3);
    s.then = 2;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, RUNS, "1:200:1:2: 2:200:1:2: 3:200:1:2: 4:-:1:-:next");
    assert_asked(w,
                 "select error like '%/?p=2, was one of these before%' from"
                 " garner_run where failure = 'next'",
                 "1");
    assert_asked(w, "select count(*) from t", "6");
    assert_all_accounted_for(w);
    end(w);
}

static void what_is_no_page_is_an_error(void **state)
{
    static const struct {
        const char *sql;
        const char *word;
        const char *error;
    } cases[] = {
        {"select 'ftp://h/'", "next", "neither http nor https"},
        {"select 7", "sql", "next: its first column is a number"},
        {"select json_extract(:body, '$[')", "sql", "next: query 2 of 2: "},
        {"select :body where 0", "", ""},
        {"select ''", "", ""},
        {"select null", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct site s;
        struct world *w;
        struct gn_source *source = begin_site(&w, &s, 3);

        source->next.sql = cases[i].sql;
        assert_int_equal(run(w), GARNER_OK);
        assert_asked(w,
                     "select coalesce(failure, '') from garner_run"
                     " order by id desc limit 1",
                     cases[i].word);
        assert_has(ask(w, "select coalesce(error, '') from garner_run"
                          " order by id desc limit 1"),
                   cases[i].error);
        assert_all_accounted_for(w);
        end(w);
    }
}

static void sql_is_checked_first(void **state)
{
    struct site s;
    struct world *w;
    struct gn_source *source = begin_site(&w, &s, 3);

    (void)state;
    source->next.sql = "select :nobody";
    assert_int_equal(
        gn_engine_new(w->store, &w->config, &w->options, &w->engine, &w->err),
        GARNER_SQL);
    assert_has(w->err.message, ":nobody");
    end(w);
}

static void a_page_is_tried_again_by_itself(void **state)
{
    struct site s;
    struct world *w;
    struct gn_source *source = begin_site(&w, &s, 3);

    (void)state;
    source->retry =
        (struct gn_backoff){.times = 2, .least_ms = 1, .most_ms = 2};
    atomic_store(&s.fails_at, 2);
    atomic_store(&s.failures, 2);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, RUNS,
                 "1:200:1:2: 2:503:1:-:http 2:503:2:-:http 2:200:3:2: "
                 "3:200:1:2:");
    assert_int_equal(atomic_load(&s.requests[1]), 1);
    assert_all_accounted_for(w);
    atomic_store(&s.failures, 3);
    assert_int_equal(run(w), GARNER_OK); /* from the first one on */
    assert_int_equal(atomic_load(&s.requests[1]), 2);
    assert_int_equal(atomic_load(&s.requests[2]), 6);
    assert_int_equal(atomic_load(&s.requests[3]), 1);
    end(w);
}

static void a_304_speaks_of_all_pages(void **state)
{
    struct site s;
    struct world *w;

    (void)state;
    (void)begin_site(&w, &s, 3);
    atomic_store(&s.version, 1);
    atomic_store(&s.fails_at, 3);
    atomic_store(&s.failures, 1);
    assert_int_equal(run(w), GARNER_OK); /* the last page fails */
    assert_asked(w, "select coalesce(etag, '-') from garner_source", "-");
    assert_int_equal(run(w), GARNER_OK); /* so that all is fetched */
    assert_int_equal(atomic_load(&s.conditions), 0);
    assert_asked(w, "select etag from garner_source", "\"v1\"");
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(atomic_load(&s.conditions), 1);
    assert_int_equal(atomic_load(&s.requests[2]), 2);
    assert_asked(w,
                 "select status || ':' || page || ':' || body_of(body) from"
                 " garner_run order by id desc limit 1",
                 "304:1:{\"ids\":[10,11],\"next\":\"?p=2\"}");
    atomic_store(&s.version, 2);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select etag from garner_source", "\"v2\"");
    assert_int_equal(atomic_load(&s.requests[3]), 3);
    end(w);
}

static void it_goes_on_within_one_engine(void **state)
{
    struct site s;
    struct world *w;
    struct gn_source *source = begin_site(&w, &s, 2);

    (void)state;
    atomic_store(&s.version, 1);
    source->schedule.every_ms = 5;
    run_beside(w);
    WAIT_FOR(atomic_load(&s.conditions) > 2);
    atomic_store(&s.version, 2);
    WAIT_FOR(atomic_load(&s.requests[2]) > 1);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w,
                 "select count(*) from garner_run where failure is not null"
                 " and missed = 0",
                 "0");
    assert_all_accounted_for(w);
    end(w);
}

static void due_times_meanwhile_overlap(void **state)
{
    struct site s;
    struct world *w;
    struct gn_source *source = begin_site(&w, &s, 3);

    (void)state;
    source->schedule.every_ms = 5;
    atomic_store(&s.gate, 3);
    run_beside(w);
    WAIT_FOR(atomic_load(&s.requests[3]) > 0);
    WAIT_FOR(status_of(w).totals.missed_overlap > 2);
    assert_int_equal(atomic_load(&s.requests[1]), 1);
    gn_engine_stop(w->engine);
    atomic_store(&s.opened, true);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, "select count(*) from t", "6");
    assert_int_equal(w->status.totals.missed_refused, 0);
    assert_all_accounted_for(w);
    end(w);
}

static void a_stop_ends_it_after_a_page(void **state)
{
    struct site s;
    struct world *w;

    (void)state;
    (void)begin_site(&w, &s, 3);
    atomic_store(&s.gate, 2);
    run_beside(w);
    WAIT_FOR(atomic_load(&s.requests[2]) > 0);
    gn_engine_stop(w->engine);
    WAIT_FOR(status_of(w).phase == GN_PHASE_DRAINING);
    atomic_store(&s.opened, true);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_asked(w, RUNS, "1:200:1:2: 2:200:1:2:");
    assert_all_accounted_for(w);
    end(w);
}

static void who_asks_hears_of_all_pages(void **state)
{
    struct site s;
    struct world *w;
    struct gn_source *source = begin_site(&w, &s, 3);
    const char *name = "s0";
    struct gn_standing standing;
    struct gn_buf told = {0};

    (void)state;
    source->schedule.every_ms = 86400000;
    run_beside(w);
    WAIT_FOR(atomic_load(&s.requests[3]) == 1);
    assert_int_equal(gn_engine_ask(w->engine, &name, 1, true, &told, &w->err),
                     GARNER_OK);
    gn_buf_fini(&told);
    do
        assert_int_equal(gn_engine_look(w->engine, name, &standing, NULL),
                         GARNER_OK);
    while (standing.asked.answered == 0);
    assert_int_equal(standing.asked.last.rows, 6);
    assert_false(standing.asked.last.failed);
    assert_int_equal(atomic_load(&s.requests[3]), 2);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    end(w);
}

static const char *const no_command[] = {"/no/such/command", NULL};
static const struct gn_reach reach = {.argv = no_command, .timeout_ms = 1000};

#define TOLD                                                                   \
    "select group_concat(event || ':' || (select page from garner_run r where" \
    " r.id = o.run), ' ') from (select * from garner_outbox order by id) o"

static void it_is_told_of_all_pages_at_once(void **state)
{
    struct site s;
    struct world *w;
    struct gn_source *source = begin_site(&w, &s, 2);

    (void)state;
    for (int i = 0; i < GN_EVENTS; i++)
        source->hooks[i] = &reach;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, TOLD, "success:2 change:2");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, TOLD, "success:2 change:2 success:2");
    atomic_store(&s.fails_at, 2);
    atomic_store(&s.failures, 1);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, TOLD, "success:2 change:2 success:2 error:2");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, TOLD,
                 "success:2 change:2 success:2 error:2 recover:2 success:2");
    s.last = 3;
    assert_int_equal(run(w), GARNER_OK);
    assert_has(ask(w, TOLD), "success:2 success:3 change:3");
    end(w);
}

static void the_age_is_that_of_the_last_page(void **state)
{
    struct site s;
    struct world *w;
    struct gn_source *source = begin_site(&w, &s, 2);

    (void)state;
    source->max_age_ms = 86400000;
    atomic_store(&s.fails_at, 2);
    atomic_store(&s.failures, 1);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select good is null from garner_source", "1");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select good is null from garner_source", "0");
    end(w);
}

static void rows_that_are_refused_end_it(void **state)
{
    struct site s;
    struct world *w;

    (void)state;
    (void)begin_site(&w, &s, 3);
    store_runs(w, "create table t (id integer primary key, page integer"
                  " check (page <> 2))");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, RUNS, "1:200:1:2: 2:200:1:-:store");
    assert_asked(w, "select count(*) from t", "2");
    assert_all_accounted_for(w);
    end(w);
}

static void one_fetch_at_a_time_waits_for_the_host(void **state)
{
    struct site s;
    struct world *w;
    struct gn_source *source = begin_site(&w, &s, 3);

    (void)state;
    source->host_concurrency = 1;
    add_source(w, "/?p=9", 0)->host_concurrency = 1;
    w->options.parallel = 1;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from t", "6");
    assert_all_accounted_for(w);
    end(w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_page_is_a_run),
        cmocka_unit_test(a_header_says_where),
        cmocka_unit_test(there_are_so_many_at_most),
        cmocka_unit_test(pages_without_end_are_an_error),
        cmocka_unit_test(what_is_no_page_is_an_error),
        cmocka_unit_test(sql_is_checked_first),
        cmocka_unit_test(a_page_is_tried_again_by_itself),
        cmocka_unit_test(a_304_speaks_of_all_pages),
        cmocka_unit_test(it_goes_on_within_one_engine),
        cmocka_unit_test(due_times_meanwhile_overlap),
        cmocka_unit_test(a_stop_ends_it_after_a_page),
        cmocka_unit_test(who_asks_hears_of_all_pages),
        cmocka_unit_test(it_is_told_of_all_pages_at_once),
        cmocka_unit_test(the_age_is_that_of_the_last_page),
        cmocka_unit_test(rows_that_are_refused_end_it),
        cmocka_unit_test(one_fetch_at_a_time_waits_for_the_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
