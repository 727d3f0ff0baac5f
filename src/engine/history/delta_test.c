/* delta_test.c - pages that change little take little room, and come back. */
#include <limits.h>
#include <openssl/sha.h>
#include <stdatomic.h>

#include "base/random.h"
#include "engine/fixture_test.h"
#include "engine/history/delta.h"

enum { PAGE = 20000, LARGE_PAGE = 200000, ENOUGH = 20 };

/* A server that gives the next page when the one before is stored: while one is
 * on its way, the next is kept whole. */
struct site {
    atomic_int count;  /* pages that were asked for */
    atomic_int stored; /* runs; INT_MAX: it waits no more */
};

/* Words of which none follows from the one before, but for a counter in the
 * middle; with /noise all of it is another each time. */
static void tell_page(struct tcp_peer *p, int size, int count)
{
    uint64_t seed = tcp_peer_asks(p, "/noise") ? (uint64_t)count : 1;
    char *text = malloc((size_t)size + 1);
    char head[64];
    int at = 0;

    assert_non_null(text);
    while (at < size)
        at += snprintf(text + at, (size_t)(size + 1 - at), "<p>%llx</p>\n",
                       (unsigned long long)gn_random_next(&seed));
    at = snprintf(head, sizeof head, "[version %d]", count);
    memcpy(text + size / 2, head, (size_t)at);
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
             size);
    tcp_peer_text(p, head);
    tcp_peer_send(p, text, (size_t)size);
    free(text);
}

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        const int before = atomic_fetch_add(&s->count, 1);

        WAIT_FOR(atomic_load(&s->stored) >= before);
        tell_page(p, tcp_peer_asks(p, "/large") ? LARGE_PAGE : PAGE,
                  before + 1);
    }
}

/* The whole of what body_of gives has the hash that was kept. */
static void assert_bodies_are_right(struct world *w)
{
    struct garner_rows *rows;
    unsigned char sha256[32];
    enum garner_code code;
    int count = 0;

    assert_int_equal(garner_query(w->store,
                                  "select sha256, body_of(id), size"
                                  " from garner_body",
                                  GARNER_ARGS(), &rows, NULL),
                     GARNER_OK);
    while ((code = garner_next(rows, &w->err)) == GARNER_ROW) {
        const struct garner_value body = garner_column(rows, 1);

        assert_int_equal(body.bytes.size, garner_column(rows, 2).integer);
        SHA256(body.bytes.data, body.bytes.size, sha256);
        assert_memory_equal(garner_column(rows, 0).bytes.data, sha256, 32);
        count++;
    }
    if (code != GARNER_DONE)
        fail_msg("%s", w->err.message);
    garner_rows_close(rows);
    assert_true(count > 0);
}

#define DEPTHS                                                                 \
    "with recursive c(id, base, depth) as (select id, base, 0 from"            \
    " garner_body union all select c.id, b.base, depth + 1 from c"             \
    " join garner_body b on b.id = c.base)"

static bool has_stored(struct world *w, struct site *s, int enough)
{
    const int stored = (int)status_of(w).totals.stored;

    atomic_store(&s->stored, stored);
    return stored >= enough;
}

static void stop(struct world *w, struct site *s)
{
    atomic_store(&s->stored, INT_MAX);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
}

/* Fetches path until there are enough bodies. */
static void collect(struct world *w, struct site *s, const char *path,
                    int enough)
{
    add_source(w, path, 1);
    run_beside(w);
    WAIT_FOR(has_stored(w, s, enough));
    stop(w, s);
    assert_all_accounted_for(w);
    assert_asked(w, "select count(failure) from garner_run where missed = 0",
                 "0");
}

static void a_page_that_changes_little_takes_little(void **state)
{
    struct site s = {0};
    struct world *w = begin(serve, &s);

    (void)state;
    collect(w, &s, "/page", ENOUGH);
    assert_bodies_are_right(w);
    assert_asked(
        w, "select sum(length(data)) * 20 < sum(size) from garner_body", "1");
    assert_asked(w, DEPTHS " select max(depth) from c", "15");
    assert_asked(w,
                 "select count(*) from garner_body"
                 " where base is not null and base <> id - 1",
                 "0");
    assert_int_equal(w->status.body_bytes, 0);
    end(w);
}

static void so_does_a_large_one(void **state)
{
    struct site s = {0};
    struct world *w = begin(serve, &s);

    (void)state;
    collect(w, &s, "/large", 8);
    assert_bodies_are_right(w);
    assert_asked(w, "select sum(base is null) from garner_body", "1");
    assert_asked(w,
                 "select max(length(data)) < 1000 from garner_body"
                 " where base is not null",
                 "1");
    end(w);
}

static void each_time_it_is_started_anew(void **state)
{
    struct site s = {.stored = INT_MAX};
    struct world *w = begin(serve, &s);

    (void)state;
    add_source(w, "/page", 0);
    for (int i = 0; i < 18; i++)
        assert_int_equal(run(w), GARNER_OK);
    assert_asked(w,
                 "select group_concat(id) from garner_body where base is"
                 " null",
                 "1,17");
    assert_bodies_are_right(w);
    end(w);
}

/* Where there is no memory for last bodies, they are read back. */
static void without_memory_for_it(void **state)
{
    struct site s = {0};
    struct world *w = begin(serve, &s);

    (void)state;
    w->options.max_body_bytes = PAGE;
    collect(w, &s, "/page", 5);
    assert_bodies_are_right(w);
    assert_asked(w, "select sum(base is null) from garner_body", "1");
    end(w);
}

static void what_changes_much_is_kept_whole(void **state)
{
    struct site s = {0};
    struct world *w = begin(serve, &s);

    (void)state;
    collect(w, &s, "/noise", 5);
    assert_bodies_are_right(w);
    assert_asked(w, "select count(base) from garner_body", "0");
    end(w);
}

/* Somebody has changed what the source has last, behind the engine's back. */
static void lose_bases(struct site *s, const char *path)
{
    struct world *w = begin(serve, s);

    add_source(w, path, 1);
    run_beside(w);
    for (int i = 1; i <= 5; i++) {
        WAIT_FOR(has_stored(w, s, i * 3));
        store_runs(w, "update garner_source set body = null");
    }
    WAIT_FOR(has_stored(w, s, 18));
    stop(w, s);
    assert_bodies_are_right(w);
    assert_asked(w, "select count(failure) from garner_run where missed = 0",
                 "0");
    assert_asked(w,
                 "select count(*) from garner_run r left join garner_body b on"
                 " b.id = r.body where missed = 0 and b.source is not r.source",
                 "0");
    assert_asked(w, "select sum(base is null) >= 6 from garner_body", "1");
    assert_asked(w, "select count(base) >= 5 from garner_body", "1");
    end(w);
}

static void without_its_base_it_is_kept_whole(void **state)
{
    struct site s[2] = {0};

    (void)state;
    lose_bases(&s[0], "/page");
    lose_bases(&s[1], "/large");
}

/* None may be kept against one that the store has refused. */
static void a_batch_that_fails_is_nobodys_base(void **state)
{
    struct site s = {0};
    struct world *w = begin(serve, &s);

    (void)state;
    store_runs(w, "create table t (n)");
    store_runs(w, "create trigger no before insert on t when new.n % 3 = 0"
                  " begin select raise(abort, 'no'); end");
    add_rows(w, add_source(w, "/page", 1), "t", NULL,
             "select cast(substr(:body, instr(:body, '[version ') + 9) as"
             " integer) as n");
    run_beside(w);
    WAIT_FOR(has_stored(w, &s, ENOUGH));
    stop(w, &s);
    assert_bodies_are_right(w);
    assert_asked(
        w,
        "select count(*) from garner_run where missed = 0 and"
        " (body is null or failure is not null and failure <> 'store')",
        "0");
    assert_asked(w, "select count(base) > 10 from garner_body", "1");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_that_changes_little_takes_little),
        cmocka_unit_test(so_does_a_large_one),
        cmocka_unit_test(each_time_it_is_started_anew),
        cmocka_unit_test(without_memory_for_it),
        cmocka_unit_test(what_changes_much_is_kept_whole),
        cmocka_unit_test(without_its_base_it_is_kept_whole),
        cmocka_unit_test(a_batch_that_fails_is_nobodys_base),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
