/* cookies_test.c - what servers set comes back to them, from fetch to fetch and
 * from run to run. */
#include <stdatomic.h>

#include "base/mem.h"
#include "engine/cookies.h"
#include "engine/fixture_test.h"

/* The server counts by a cookie: it answers what it was told, and sets one
 * more. */
struct site {
    atomic_bool broken;    /* answers 500 */
    atomic_bool unchanged; /* answers 304 to who asks so */
    atomic_bool forgets;   /* takes its cookie back */
};

static void count(struct tcp_peer *p, void *context)
{
    const struct site *s = context;

    while (tcp_peer_request(p)) {
        const char *cookie = strstr(p->request, "\r\nCookie: ");
        const char *n = cookie != NULL ? strstr(cookie, "n=") : NULL;
        char headers[160];
        char body[200];

        snprintf(headers, sizeof headers,
                 "ETag: \"v\"\r\nSet-Cookie: n=%d; Max-Age=%d\r\n",
                 n != NULL ? atoi(n + 2) + 1 : 1, s->forgets ? 0 : 1000000);
        snprintf(body, sizeof body, "%.*s",
                 cookie != NULL ? (int)strcspn(cookie + 10, "\r") : 4,
                 cookie != NULL ? cookie + 10 : "none");
        if (s->broken) {
            tcp_peer_reply(p, "500 Oh", headers, body);
        } else if (s->unchanged &&
                   strstr(p->request, "If-None-Match") != NULL) {
            tcp_peer_text(p, "HTTP/1.1 304 Not Modified\r\n");
            tcp_peer_text(p, headers);
            tcp_peer_text(p, "\r\n");
        } else {
            tcp_peer_reply(p, "200 OK", headers, body);
        }
    }
}

static struct world *begin_site(struct site *s)
{
    struct world *w;

    memset(s, 0, sizeof *s);
    w = begin(count, s);
    add_source(w, "/", 0)->request.keeps_cookies = true;
    return w;
}

#define LAST(column) "select " column " from garner_run order by id desc"
/* The text of the last run's body. */
#define TOLD                                                                   \
    "select cast(b.data as text) from garner_run r"                            \
    " join garner_body b on b.id = r.body order by r.id desc"
/* The cookie's value, of the first source. */
#define STORED "select substr(cookies, -2, 1) from garner_source where id = 1"

static void they_are_kept_from_run_to_run(void **state)
{
    struct site site;
    struct world *w = begin_site(&site);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, TOLD, "none");
    assert_asked(w, STORED, "1");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, TOLD, "n=1");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, TOLD, "n=2");
    assert_asked(w, STORED, "3");
    site.forgets = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select cookies from garner_source", "null");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, TOLD, "none");
    end(w);
}

static void a_failure_and_a_304_bring_them_too(void **state)
{
    struct site site;
    struct world *w = begin_site(&site);

    (void)state;
    site.broken = true;
    (void)run(w);
    assert_asked(w, LAST("failure"), "http");
    assert_asked(w, STORED, "1");
    site.broken = false;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, TOLD, "n=1");
    site.unchanged = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, LAST("status"), "304");
    assert_asked(w, LAST("failure"), "null");
    assert_asked(w, "select count(*) from garner_run", "3");
    assert_asked(w, STORED, "3");
    end(w);
}

static void what_is_stored_without_its_rows_has_them(void **state)
{
    struct site site;
    struct world *w = begin_site(&site);

    (void)state;
    store_runs(w, "create table t (a text check (a = 'x'))");
    add_rows(w, &w->sources[0], "t", NULL, "select :body as a");
    (void)run(w);
    assert_asked(w, LAST("failure"), "store");
    assert_asked(w, STORED, "1");
    end(w);
}

static void each_source_has_its_own(void **state)
{
    struct site site;
    struct world *w = begin_site(&site);

    (void)state;
    add_source(w, "/", 0);
    assert_int_equal(run(w), GARNER_OK);
    add_source(w, "/", 0)->request.keeps_cookies = true;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select group_concat(ifnull(substr(cookies, -2, 1), '-'),"
                 " '') from (select cookies from garner_source order by id)",
                 "2-1");
    end(w);
}

static void who_keeps_none_any_more_has_none(void **state)
{
    struct site site;
    struct world *w = begin_site(&site);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, STORED, "1");
    w->sources[0].request.keeps_cookies = false;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select cookies from garner_source", "null");
    assert_asked(w, TOLD, "none");
    end(w);
}

static void those_of_its_own_are_not_stored(void **state)
{
    struct site site;
    struct world *w = begin_site(&site);

    (void)state;
    w->sources[0].request.cookies = "own=hushhush; n=7";
    assert_int_equal(run(w), GARNER_OK);
    assert_has(ask(w, TOLD), "own=hushhush");
    assert_has(ask(w, TOLD), "n=7");
    assert_asked(w, "select cookies from garner_source", "null");
    assert_int_equal(run(w), GARNER_OK);
    assert_has(ask(w, TOLD), "n=7");
    end(w);
}

static void one_that_is_not_stored_is_told_again(void **state)
{
    const struct gn_source source = {.name = "s"};
    const struct gn_request r = {.url = "http://h/", .keeps_cookies = true};
    struct gn_buf jar = {0};
    const struct gn_response response = {.cookies = &jar};
    const struct gn_response none = {.cookies = NULL};
    struct gn_active active = {.source = &source};
    struct gn_job job = {.active = &active};

    (void)state;
    assert_int_equal(gn_target_new(&r, &active.target, NULL), GARNER_OK);
    gn_cookies_take(&job, &none);
    assert_false(job.changes_jar);
    gn_buf_text(&jar, "h\tFALSE\t/\tFALSE\t0\ta\tb\n");
    gn_cookies_take(&job, &response);
    assert_true(job.changes_jar);
    gn_cookies_settled(&job, false);
    job.changes_jar = false;
    gn_cookies_take(&job, &response);
    assert_true(job.changes_jar); /* the same, but is it in the store? */
    gn_cookies_settled(&job, true);
    job.changes_jar = false;
    gn_cookies_take(&job, &response);
    assert_false(job.changes_jar);
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_buf_text(&jar, "h\tFALSE\t/\tFALSE\t0\tc\td\n");
        gn_mem_fail_at(nth);
        gn_cookies_take(&job, &response);
        gn_mem_fail_at(0);
        assert_false(job.changes_jar); /* it goes on with what it had */
        assert_string_equal(active.jar, "h\tFALSE\t/\tFALSE\t0\ta\tb\n");
    }
    gn_cookies_close(&active);
    gn_target_free(active.target);
    gn_buf_fini(&jar);
}

static void lost_memory_is_an_error(void **state)
{
    struct site site;
    struct world *w = begin_site(&site);
    enum garner_code code = GARNER_NOMEM;
    unsigned nth;

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    for (nth = 1; code == GARNER_NOMEM && nth < 100; nth++) {
        struct gn_active active = {.source = &w->sources[0],
                                   .memory = {.id = 1}};
        struct gn_active *const actives[] = {&active};

        assert_int_equal(
            gn_target_new(&w->sources[0].request, &active.target, NULL),
            GARNER_OK);
        gn_mem_fail_at(nth);
        code = gn_cookies_open(w->store, actives, 1, &w->err);
        gn_mem_fail_at(0);
        gn_cookies_close(&active);
        gn_target_free(active.target);
    }
    assert_int_equal(code, GARNER_OK);
    assert_true(nth > 3);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_kept_from_run_to_run),
        cmocka_unit_test(a_failure_and_a_304_bring_them_too),
        cmocka_unit_test(what_is_stored_without_its_rows_has_them),
        cmocka_unit_test(each_source_has_its_own),
        cmocka_unit_test(who_keeps_none_any_more_has_none),
        cmocka_unit_test(those_of_its_own_are_not_stored),
        cmocka_unit_test(one_that_is_not_stored_is_told_again),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
