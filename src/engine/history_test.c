/* history_test.c - garner's own tables. */
#include "engine/fixture_test.h"
#include "engine/history.h"

static const unsigned char sha_a[32] = {'a'};
static const unsigned char sha_b[32] = {'b'};

static struct garner_batch *new_batch(void)
{
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    return batch;
}

static void write_batch(struct world *w, struct garner_batch *batch)
{
    if (garner_write(w->store, batch, NULL, &w->err) != GARNER_OK)
        fail_msg("%s", w->err.message);
    garner_batch_free(batch);
}

static void enter(struct world *w, const char *name, const char *url)
{
    struct garner_batch *batch = new_batch();

    assert_int_equal(gn_history_add_source(batch, name, url, NULL), GARNER_OK);
    write_batch(w, batch);
}

static void keep(struct world *w, int64_t source, const unsigned char *sha256,
                 const char *data, bool is_known)
{
    const struct gn_body body = {.is_known = is_known,
                                 .sha256 = sha256,
                                 .content_type = "text/plain",
                                 .codec = "none",
                                 .data = data,
                                 .data_size = strlen(data),
                                 .size = strlen(data)};
    struct garner_batch *batch = new_batch();

    assert_int_equal(gn_history_add_body(batch, source, &body, NULL),
                     GARNER_OK);
    write_batch(w, batch);
}

static void tables_are_made_once(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(gn_history_open(w->store, NULL), GARNER_OK);
    assert_asked(w,
                 "select group_concat(name) from (select name from"
                 " sqlite_schema where name like 'garner_%' order by name)",
                 "garner_body,garner_log,garner_meta,garner_run,garner_source");
    assert_asked(w, "select value from garner_meta where key = 'version'", "1");
    end(w);
}

static void newer_tables_are_left_alone(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    assert_int_equal(gn_history_open(w->store, NULL), GARNER_OK);
    store_runs(w, "update garner_meta set value = 2 where key = 'version'");
    assert_int_equal(gn_history_open(w->store, &w->err), GARNER_UNSUPPORTED);
    assert_has(w->err.message, "version 2");
    end(w);
}

static void sources_keep_their_id_and_body(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_memory memory;

    (void)state;
    assert_int_equal(gn_history_open(w->store, NULL), GARNER_OK);
    enter(w, "a", "http://a/");
    enter(w, "b", "http://b/");
    assert_int_equal(gn_history_recall(w->store, "b", &memory, NULL),
                     GARNER_OK);
    assert_int_equal(memory.id, 2);
    assert_false(memory.has_body);
    keep(w, 2, sha_a, "x", true);
    enter(w, "b", "http://new/");
    assert_int_equal(gn_history_recall(w->store, "b", &memory, NULL),
                     GARNER_OK);
    assert_int_equal(memory.id, 2);
    assert_true(memory.has_body);
    assert_memory_equal(memory.sha256, sha_a, 32);
    assert_asked(w, "select url from garner_source where id = 2",
                 "http://new/");
    assert_int_equal(gn_history_recall(w->store, "c", &memory, &w->err),
                     GARNER_NOTFOUND);
    end(w);
}

static void only_a_new_body_is_kept(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    assert_int_equal(gn_history_open(w->store, NULL), GARNER_OK);
    enter(w, "s", "http://s/");
    enter(w, "t", "http://t/");
    keep(w, 1, sha_a, "a", false);
    keep(w, 1, sha_a, "a", true);
    assert_asked(w, "select count(*) from garner_body", "1");
    keep(w, 2, sha_a, "a", false); /* another source's */
    keep(w, 1, sha_b, "b", true);
    keep(w, 1, sha_b, "b", true);
    keep(w, 1, sha_a, "a", true); /* as once before */
    assert_asked(w, "select group_concat(source || data, '') from garner_body",
                 "1a2a1b1a");
    assert_asked(w, "select group_concat(body) from garner_source", "4,2");
    end(w);
}

static void runs_say_null_for_what_is_not_known(void **state)
{
    struct world *w = begin(NULL, NULL);
    const struct gn_run good = {.source = 1,
                                .url = "http://s/",
                                .started_us = 1000000,
                                .late_us = 2,
                                .duration_us = 1500,
                                .status = 200,
                                .bytes = 1,
                                .rows = 0};
    const struct gn_run bad = {.source = 1,
                               .url = "http://s/",
                               .failure = "timeout",
                               .error = "too long",
                               .bytes = -1,
                               .rows = -1};
    struct garner_batch *batch = new_batch();

    (void)state;
    assert_int_equal(gn_history_open(w->store, NULL), GARNER_OK);
    enter(w, "s", "http://s/");
    keep(w, 1, sha_a, "a", true);
    assert_int_equal(gn_history_add_run(batch, &good, true, NULL), GARNER_OK);
    assert_int_equal(gn_history_add_run(batch, &bad, false, NULL), GARNER_OK);
    assert_int_equal(
        gn_history_add_missed(batch, 1, "http://s/", 3000000, 7, "busy", NULL),
        GARNER_OK);
    write_batch(w, batch);
    assert_asked(w,
                 "select json_array(started, status, ms, bytes, rows,"
                 " failure, error, url, body, missed) from garner_log where"
                 " id = 1",
                 "[\"1970-01-01 00:00:01.000\",200,1.5,1,0,null,null,"
                 "\"http://s/\",1,0]");
    assert_asked(w,
                 "select json_array(status, bytes, rows, failure, error,"
                 " body, missed) from garner_run where id = 2",
                 "[null,null,null,\"timeout\",\"too long\",null,0]");
    assert_asked(w,
                 "select json_array(started, status, duration_us, failure,"
                 " error, missed) from garner_run where id = 3",
                 "[3000000,null,null,\"missed\",\"busy\",7]");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_made_once),
        cmocka_unit_test(newer_tables_are_left_alone),
        cmocka_unit_test(sources_keep_their_id_and_body),
        cmocka_unit_test(only_a_new_body_is_kept),
        cmocka_unit_test(runs_say_null_for_what_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
