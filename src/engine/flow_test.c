/* flow_test.c - from a fetch to its delivery: sizes, redirects, lost memory. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/record.h"
#include "garner/codec.h"

/* "/large": a new body each time; "/page": 4000 bytes. */
static void serve(struct tcp_peer *p, void *context)
{
    int count = 0;

    (void)context;
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/large")) {
            tell_large(p, &count);
        } else if (tcp_peer_asks(p, "/page")) {
            char page[4001];

            memset(page, 'p', sizeof page - 1);
            page[sizeof page - 1] = '\0';
            tcp_peer_reply(p, "200 OK", "", page);
        } else if (tcp_peer_asks(p, "/empty")) {
            tcp_peer_reply(p, "200 OK", "", "");
        } else if (tcp_peer_asks(p, "/redirect")) {
            tcp_peer_reply(p, "302 Found", "Location: /there\r\n", "");
        } else {
            tcp_peer_reply(p, "200 OK", "", "[1,2]");
        }
    }
}

static void large_bodies_are_packed_beside_the_loop(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    add_source(w, "/large", 0);
    add_rows(w, add_source(w, "/large", 0), "t", NULL,
             "select value as n, length(:body) as size from json_each(:body)");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_run where failure is null",
                 "2");
    assert_asked(w, "select size from t", "300000");
    assert_asked(w,
                 "select count(*) from garner_body where codec = 'zstd' and"
                 " length(data) < 1000 and size = 300000 and"
                 " length(body_of(id)) = 300000",
                 "2");
    assert_int_equal(w->status.body_bytes, 0);
    end(w);
}

static void an_empty_body_is_a_body(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    add_source(w, "/empty", 0);
    add_rows(w, add_source(w, "/empty", 0), "t", NULL,
             "select value from json_each(:body)");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select sum(size) || count(*) from garner_body", "02");
    assert_has(ask(w, "select error from garner_run where failure = 'sql'"),
               "empty");
    end(w);
}

/* Below the size from which on a body is not kept in memory for the next one,
 * too. */
static void what_leaves_memory_becomes_the_same(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    w->options.spool = w->folder;
    add_source(w, "/large", 0);
    add_rows(w, add_source(w, "/large", 0), "t", NULL,
             "select value as n, length(:body) as size from json_each(:body)");
    add_source(w, "/page", 0);
    add_rows(w, add_source(w, "/page", 0), "u", NULL,
             "select length(:body) as size");
    for (size_t i = 0; i < w->config.source_count; i++)
        w->sources[i].request.limits.memory_bytes = 1000;
    for (int i = 0; i < 3; i++)
        assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select count(*) from garner_run where failure is null",
                 "12");
    assert_asked(w, "select group_concat(distinct size) from t", "300000");
    assert_asked(w, "select group_concat(distinct size) from u", "4000");
    assert_asked(w,
                 "select group_concat(n) from (select size || ':' || count(*)"
                 " as n from garner_body where length(body_of(id)) = size"
                 " group by size)",
                 "4000:2,300000:6");
    assert_int_equal(w->status.body_bytes, 0);
    end(w);
}

static void redirects_are_told(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    add_rows(w, add_source(w, "/redirect", 0), "t", NULL,
             "select :url as url, :final_url as final");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select url like '%/there' from garner_run", "1");
    assert_asked(w,
                 "select url like '%/redirect' and final like '%/there'"
                 " from t",
                 "1");
    end(w);
}

/* Whatever allocation fails, the run ends, and tells. */
static void lost_memory_ends_nothing_but_its_fetch(void **state)
{
    static const char *const key[] = {"n", NULL};
    struct world *w = begin(serve, NULL);

    (void)state;
    w->options.spool = w->folder; /* used each other time */
    add_rows(w, add_source(w, "/large", 0), "t", key,
             "select value as n, :headers as h from json_each(:body)");
    add_source(w, "/", 0);
    for (unsigned nth = 1; nth <= 120; nth++) {
        w->sources[0].request.limits.memory_bytes = nth % 2 == 0 ? 1000 : LARGE;
        run_without_memory(w, nth);
    }
    assert_int_equal(run(w), GARNER_OK); /* nothing is broken since */
    assert_asked(w,
                 "select count(*) from garner_run where failure is null and"
                 " id > (select max(id) - 2 from garner_run)",
                 "2");
    assert_asked(w,
                 "select count(*) from garner_run r left join garner_body b on"
                 " b.id = r.body where r.body is not null and"
                 " (b.id is null or b.size <> r.bytes or b.source <> r.source)",
                 "0");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_bodies_are_packed_beside_the_loop),
        cmocka_unit_test(an_empty_body_is_a_body),
        cmocka_unit_test(what_leaves_memory_becomes_the_same),
        cmocka_unit_test(redirects_are_told),
        cmocka_unit_test(lost_memory_ends_nothing_but_its_fetch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
