/* page_test.c - pages and their rows. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/frontier/page.h"
#include "engine/history/schema.h"

static struct garner_batch *new_batch(void)
{
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    return batch;
}

static int64_t written(struct world *w, struct garner_batch *batch)
{
    struct garner_result result = {0};

    if (garner_write(w->store, batch, &result, &w->err) != GARNER_OK)
        fail_msg("%s", w->err.message);
    garner_batch_free(batch);
    return result.changes;
}

static struct world *with_tables(void)
{
    struct world *w = begin(NULL, NULL);

    assert_int_equal(gn_schema_open(w->store, &w->err), GARNER_OK);
    return w;
}

static void list(struct world *w, const char *url, int64_t pass)
{
    struct garner_batch *batch = new_batch();

    assert_int_equal(gn_page_add_listed(batch, 1, url, strlen(url), pass, NULL),
                     GARNER_OK);
    (void)written(w, batch);
}

static void a_listed_url_is_left_once(void **state)
{
    struct world *w = with_tables();

    (void)state;
    list(w, "http://h/a", 3);
    list(w, "http://h/b", 3);
    list(w, "http://h/a", 3);
    assert_asked(w, "select count(*) from garner_frontier", "2");
    assert_asked(w, "select min(pass) || max(listed) from garner_frontier",
                 "23");
    store_runs(w, "update garner_frontier set pass = 3");
    list(w, "http://h/a", 4);
    assert_asked(w,
                 "select group_concat(url || pass || listed) from"
                 " garner_frontier order by id",
                 "http://h/a34,http://h/b33");
    end(w);
}

static void an_end_settles_it(void **state)
{
    struct world *w = with_tables();
    struct garner_batch *batch = new_batch();
    struct gn_page_end how = {.pass = 2,
                              .due_us = 500,
                              .tries = 1,
                              .done_us = 7,
                              .status = 503,
                              .failure = "http"};

    (void)state;
    list(w, "http://h/a", 3);
    store_runs(w, "insert into garner_source (id, name, url, body)"
                  " values (1, 's', 'u', 42)");
    assert_int_equal(gn_page_add_end(batch, 1, &how, NULL), GARNER_OK);
    assert_int_equal(written(w, batch), 1);
    assert_asked(w,
                 "select pass || '|' || due || '|' || tries || '|' || done ||"
                 " '|' || status || failure || failures ||"
                 " ifnull(body, '-') || ifnull(etag, '-') from garner_frontier",
                 "2|500|1|7|503http0--");

    batch = new_batch();
    how = (struct gn_page_end){.pass = 3,
                               .done_us = 8,
                               .status = 200,
                               .has_new_body = true,
                               .has_version = true,
                               .version = {"\"e\"", NULL},
                               .answer_url = "http://h/b",
                               .spec = 99};
    assert_int_equal(gn_page_add_end(batch, 1, &how, NULL), GARNER_OK);
    assert_int_equal(written(w, batch), 1);
    assert_asked(w,
                 "select pass || '|' || due || tries || '|' || status ||"
                 " ifnull(failure, '-') || body || etag ||"
                 " ifnull(modified, '-') || answer_url || spec"
                 " from garner_frontier",
                 "3|00|200-42\"e\"-http://h/b99");

    batch = new_batch(); /* a failure for good; the version stays */
    how = (struct gn_page_end){
        .pass = 4, .failure = "timeout", .left_alone = true};
    assert_int_equal(gn_page_add_end(batch, 1, &how, NULL), GARNER_OK);
    assert_int_equal(written(w, batch), 1);
    assert_asked(w,
                 "select failures || etag || ifnull(status, '-') || left_alone"
                 " from garner_frontier",
                 "1\"e\"-1");
    end(w);
}

static void a_304_speaks_of_what_is_stored(void **state)
{
    struct world *w = with_tables();
    struct garner_batch *batch = new_batch();
    const struct gn_run run = {
        .source = 1, .page = 1, .url = "http://h/a", .status = 304};
    const struct gn_validators is = {"\"e\"", NULL};
    const struct gn_validators was = {"\"d\"", NULL};

    (void)state;
    list(w, "http://h/a", 1);
    store_runs(w, "update garner_frontier set etag = '\"e\"', body = 5");
    assert_int_equal(gn_history_add_unmodified(batch, &run, &was, NULL),
                     GARNER_OK);
    assert_int_equal(written(w, batch), 0);
    batch = new_batch();
    assert_int_equal(gn_history_add_unmodified(batch, &run, &is, NULL),
                     GARNER_OK);
    assert_int_equal(written(w, batch), 1);
    assert_asked(w, "select status || ifnull(body, '-') from garner_run",
                 "304-"); /* that body was pruned: the rows are still of it */
    batch = new_batch();
    assert_int_equal(gn_page_add_delay(batch, 1, 77, NULL), GARNER_OK);
    assert_int_equal(written(w, batch), 1);
    assert_asked(w, "select due from garner_frontier", "77");
    end(w);
}

static void a_copy_has_its_own_texts(void **state)
{
    char url[] = "http://h/";
    const struct gn_page page = {
        .id = 4, .url = url, .version = {"e", NULL}, .answer_url = "http://i/"};
    struct gn_page *copy = gn_page_copy(&page);

    (void)state;
    assert_non_null(copy);
    url[0] = 'x';
    assert_int_equal(copy->id, 4);
    assert_string_equal(copy->url, "http://h/");
    assert_string_equal(copy->version.etag, "e");
    assert_null(copy->version.modified);
    assert_string_equal(copy->answer_url, "http://i/");
    gn_free(copy);
    gn_mem_fail_at(1);
    assert_null(gn_page_copy(&page));
    gn_mem_fail_at(0);
}

static void find(struct world *w, const char *url, int64_t pass, int depth)
{
    struct garner_batch *batch = new_batch();
    const struct gn_page_found found = {
        .url = url, .size = strlen(url), .pass = pass, .depth = depth};

    assert_int_equal(gn_page_add_found(batch, 1, &found, NULL), GARNER_OK);
    (void)written(w, batch);
}

static void what_is_found_is_left_once_a_crawl(void **state)
{
    struct world *w = with_tables();

    (void)state;
    find(w, "http://h/", 2, 0);
    find(w, "http://h/a", 2, 1);
    find(w, "http://h/a", 2, 5); /* it stays as near as it was */
    assert_asked(w, "select group_concat(pass || depth) from garner_frontier",
                 "10,11");
    store_runs(w, "update garner_frontier set pass = 2");
    find(w, "http://h/", 2, 3); /* it is done */
    assert_asked(w, "select count(*) from garner_frontier where pass = 1", "0");
    find(w, "http://h/", 4, 0); /* the next crawl */
    assert_asked(w, "select group_concat(pass || depth) from garner_frontier",
                 "30,21");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listed_url_is_left_once),
        cmocka_unit_test(an_end_settles_it),
        cmocka_unit_test(a_304_speaks_of_what_is_stored),
        cmocka_unit_test(a_copy_has_its_own_texts),
        cmocka_unit_test(what_is_found_is_left_once_a_crawl),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
