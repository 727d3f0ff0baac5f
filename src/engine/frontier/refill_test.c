/* refill_test.c - the next pages read from the store. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/frontier/refill.h"
#include "engine/history/schema.h"

static const struct gn_source source = {.name = "s", .host_concurrency = 1};

/* Pass 3 is under way. */
static struct world *with_pages(void)
{
    struct world *w = begin(NULL, NULL);

    assert_int_equal(gn_schema_open(w->store, &w->err), GARNER_OK);
    store_runs(w, "insert into garner_frontier"
                  " (id, source, url, hash, pass, due, rank, tries) values"
                  " (1, 1, 'http://h/1', 1, 2, 0, 0, 0),"
                  " (2, 1, 'http://h/2', 2, 3, 0, -9, 0)," /* done */
                  " (3, 1, 'http://i/3', 3, 2, 0, -5, 0),"
                  " (4, 2, 'http://h/4', 4, 2, 0, 9, 0)," /* of another */
                  " (5, 1, 'http://h:80/5', 5, 2, 1000, 9, 1),"
                  " (6, 1, 'http://h/6', 6, 2, 9e15, 9, 1)," /* later */
                  " (7, 1, 'http://h/7', 7, 2, 0, 0, 0)");
    return w;
}

/* A new one, which the caller finishes. */
static struct gn_refill *start(struct world *w)
{
    struct gn_refill *r = calloc(1, sizeof *r);

    assert_non_null(r);
    *r = (struct gn_refill){.store = w->store,
                            .like = &source,
                            .source = 1,
                            .spec = 11,
                            .pass = 3,
                            .most = 10};
    TAILQ_INIT(&r->found);
    TAILQ_INIT(&r->delayed);
    return r;
}

static void finish(struct gn_refill *r)
{
    gn_refill_fini(r);
    free(r);
}

static struct gn_refill *read_some(struct world *w, size_t most,
                                   const int64_t *ids, size_t id_count)
{
    struct gn_refill *r = start(w);

    r->most = most;
    r->ids = ids;
    r->id_count = id_count;
    if (gn_refill_run(r, &w->err) != GARNER_OK)
        fail_msg("%s", w->err.message);
    return r;
}

/* The ids of what was found, each with a space after it. */
static void assert_found(const struct gn_refill *r, const char *expected)
{
    const struct gn_page *page;
    char ids[100] = "";
    size_t n = 0;

    TAILQ_FOREACH(page, &r->found, next)
    n += (size_t)snprintf(ids + n, sizeof ids - n, "%d ", (int)page->id);
    assert_string_equal(ids, expected);
}

static void those_that_are_due_come_in_order(void **state)
{
    struct world *w = with_pages();
    struct gn_refill *r = read_some(w, 10, NULL, 0);

    (void)state;
    assert_found(r, "3 1 7 5 ");
    assert_false(r->more);
    assert_true(r->next_due_us == INT64_C(9000000000000000));
    assert_int_equal(r->host_count, 2);
    assert_string_equal(r->hosts[0]->name, "http://i:80");
    assert_string_equal(r->hosts[1]->name, "http://h:80");
    assert_int_equal(TAILQ_FIRST(&r->found)->host_index, 0);
    finish(r);
    end(w);
}

static void those_in_memory_are_left_out(void **state)
{
    static const int64_t ids[] = {1, 3};
    struct world *w = with_pages();
    struct gn_refill *r = read_some(w, 1, ids, 2);

    (void)state;
    assert_found(r, "7 ");
    assert_true(r->more);
    finish(r);
    r = read_some(w, 3, ids, 2);
    assert_found(r, "7 5 ");
    assert_false(r->more);
    finish(r);
    end(w);
}

static void those_that_are_left_are_counted(void **state)
{
    static const int64_t ids[] = {1, 7};
    struct world *w = with_pages();
    struct gn_refill *r = start(w);

    (void)state;
    r->ids = ids;
    r->id_count = 2;
    r->most = 0;
    r->counts = true;
    assert_int_equal(gn_refill_run(r, &w->err), GARNER_OK);
    assert_int_equal(r->left, 5); /* also 1, 7, and 6, which is put off */
    assert_true(r->count_ns > 0);
    assert_found(r, "");
    assert_true(r->more);
    finish(r);
    end(w);
}

/* What is done is not even read, however much that is. */
static void an_index_finds_them(void **state)
{
    struct world *w = with_pages();
    struct garner_rows *rows;

    (void)state;
    assert_int_equal(
        garner_query(w->store,
                     "explain query plan select f.id from garner_frontier f"
                     " left join garner_body b on b.id = f.body"
                     " where f.source = 1 and f.pass = 3 - 1 and f.due <= 5"
                     " order by f.due, f.rank, f.id limit 9",
                     GARNER_ARGS(), &rows, NULL),
        GARNER_OK);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    assert_has(garner_column(rows, 3).bytes.data,
               "INDEX garner_frontier_next (source=? AND pass=? AND due<?)");
    while (garner_next(rows, NULL) == GARNER_ROW)
        assert_null(strstr(garner_column(rows, 3).bytes.data, "B-TREE"));
    garner_rows_close(rows);
    end(w);
}

static void a_version_answers_to_what_was_asked(void **state)
{
    struct world *w = with_pages();
    const struct gn_page *page;
    struct gn_refill *r;

    (void)state;
    store_runs(w, "insert into garner_body"
                  " (id, source, sha256, size, codec, data)"
                  " values (8, 1, zeroblob(32), 0, 'none', x'')");
    store_runs(w, "update garner_frontier set spec = id, etag = 'e',"
                  " answer_url = url, body = 8 where id in (3, 7)");
    store_runs(w, "update garner_frontier set spec = 11 where id = 3");
    r = read_some(w, 10, NULL, 0);
    assert_found(r, "3 1 7 5 ");
    page = TAILQ_FIRST(&r->found);
    assert_string_equal(page->version.etag, "e");
    assert_string_equal(page->answer_url, "http://i/3");
    assert_true(page->has_body);
    page = TAILQ_NEXT(TAILQ_NEXT(page, next), next); /* 7 */
    assert_null(page->version.etag);
    assert_true(page->has_body);
    finish(r);
    end(w);
}

static void those_that_are_put_off_are_written_first(void **state)
{
    struct world *w = with_pages();
    const struct gn_page late = {
        .id = 3, .url = "", .off_until_us = INT64_C(8000000000000000)};
    struct gn_refill *r = start(w);
    struct gn_page *page = gn_page_copy(&late);

    (void)state;
    assert_non_null(page);
    TAILQ_INSERT_TAIL(&r->delayed, page, next);
    assert_int_equal(gn_refill_run(r, &w->err), GARNER_OK);
    assert_true(TAILQ_EMPTY(&r->delayed));
    assert_found(r, "1 7 5 ");
    assert_true(r->next_due_us == late.off_until_us);
    finish(r);
    end(w);
}

static void lost_memory_is_an_error(void **state)
{
    struct world *w = with_pages();
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned n = 1; code != GARNER_OK; n++) {
        struct gn_refill *r = start(w);

        assert_true(n < 500);
        gn_mem_fail_at(n);
        code = gn_refill_run(r, &w->err);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        finish(r);
    }
    end(w);
}

static void each_page_has_its_host(void **state)
{
    struct world *w = with_pages();
    struct gn_refill *r;
    const struct gn_page *page;
    char name[40];

    (void)state;
    store_runs(w, "delete from garner_frontier");
    store_runs(w, "with recursive n(n) as (select 0 union all select n + 1 from"
                  " n where n < 99) insert into garner_frontier (source, url,"
                  " hash, pass) select 1, 'http://h' || (n * 7 % 13) || '/',"
                  " n, 2 from n");
    r = read_some(w, 200, NULL, 0);
    assert_int_equal(r->found_count, 100);
    assert_int_equal(r->host_count, 13);
    TAILQ_FOREACH(page, &r->found, next)
    {
        snprintf(name, sizeof name, "%.*s:80", (int)strlen(page->url) - 1,
                 page->url);
        assert_string_equal(r->hosts[page->host_index]->name, name);
    }
    finish(r);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_that_are_due_come_in_order),
        cmocka_unit_test(those_in_memory_are_left_out),
        cmocka_unit_test(those_that_are_left_are_counted),
        cmocka_unit_test(an_index_finds_them),
        cmocka_unit_test(a_version_answers_to_what_was_asked),
        cmocka_unit_test(those_that_are_put_off_are_written_first),
        cmocka_unit_test(lost_memory_is_an_error),
        cmocka_unit_test(each_page_has_its_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
