/* history_test.c - what is kept of sources, runs and bodies. */
#include "engine/fixture_test.h"
#include "engine/history/history.h"
#include "engine/history/schema.h"

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

    assert_int_equal(gn_history_add_source(batch, name, url, 7, NULL),
                     GARNER_OK);
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

/* Keeps data as what differs from the last body, if that has this hash. */
static enum garner_code keep_against(struct world *w,
                                     const unsigned char *sha256,
                                     const unsigned char *base)
{
    const struct gn_body body = {.sha256 = sha256,
                                 .codec = "zstd",
                                 .data = "data",
                                 .data_size = 4,
                                 .size = 9,
                                 .base = base};
    struct garner_batch *batch = new_batch();
    enum garner_code code;

    assert_int_equal(gn_history_add_body(batch, 1, &body, NULL), GARNER_OK);
    code = garner_write(w->store, batch, NULL, &w->err);
    garner_batch_free(batch);
    return code;
}

static void a_base_is_the_last_body_and_stays(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    enter(w, "a", "http://a/");
    assert_int_equal(keep_against(w, sha_b, sha_a), GARNER_CONSTRAINT);
    keep(w, 1, sha_a, "x", false);
    assert_int_equal(keep_against(w, sha_b, sha_a), GARNER_OK);
    assert_asked(w,
                 "select base || ' ' || s.body from garner_body b,"
                 " garner_source s where b.id = 2",
                 "1 2");
    assert_int_equal(keep_against(w, sha_a, sha_a), GARNER_CONSTRAINT);
    assert_asked(w, "select count(*) from garner_body", "2");
    assert_int_equal(garner_exec(w->store,
                                 "delete from garner_body where id = 1",
                                 GARNER_ARGS(), NULL, &w->err),
                     GARNER_CONSTRAINT);
    assert_has(w->err.message, "garner prune");
    store_runs(w, "delete from garner_body where id = 2");
    store_runs(w, "delete from garner_body where id = 1");
    end(w);
}

static struct gn_memory recall(struct world *w, const char *name)
{
    struct gn_memory memory = {0};

    if (gn_history_recall(w->store, name, &memory, &w->err) != GARNER_OK)
        fail_msg("%s", w->err.message);
    return memory;
}

static void set_version(struct world *w, const struct gn_validators *v)
{
    struct garner_batch *batch = new_batch();

    assert_int_equal(gn_history_add_version(batch, 1, v, "http://b/", NULL),
                     GARNER_OK);
    write_batch(w, batch);
}

static void a_version_is_of_a_body_that_is_kept(void **state)
{
    static const struct gn_validators both = {"\"a\"", "then"};
    static const struct gn_validators none = {0};
    struct world *w = begin(NULL, NULL);
    struct gn_memory m;

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    enter(w, "a", "http://a/");
    keep(w, 1, sha_a, "x", true);
    set_version(w, &both);
    keep(w, 1, sha_b, "an error page", true);
    enter(w, "a", "http://a/"); /* the same source again */
    m = recall(w, "a");
    assert_string_equal(m.etag, "\"a\"");
    assert_string_equal(m.modified, "then");
    assert_string_equal(m.answer_url, "http://b/");
    assert_memory_equal(m.sha256, sha_b, 32);
    gn_memory_forget(&m);
    store_runs(w, "delete from garner_body where id = 1");
    m = recall(w, "a");
    assert_true(m.etag == NULL && m.modified == NULL && m.has_body);
    gn_memory_forget(&m);
    set_version(w, &none);
    assert_asked(w,
                 "select etag is null and modified is null and answer_url is"
                 " null and answer_body is null from garner_source",
                 "1");
    end(w);
}

static void another_source_of_a_name_has_no_version(void **state)
{
    static const struct gn_validators v = {"\"a\"", NULL};
    struct world *w = begin(NULL, NULL);

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    for (int i = 0; i < 2; i++) {
        struct garner_batch *batch = new_batch();

        enter(w, "a", "http://a/");
        keep(w, 1, sha_a, "x", true);
        set_version(w, &v);
        assert_asked(w, "select etag from garner_source", "\"a\"");
        assert_int_equal(gn_history_add_source(
                             batch, "a", i == 0 ? "http://c/" : "http://a/",
                             i == 0 ? 7 : 8, NULL),
                         GARNER_OK);
        write_batch(w, batch);
        assert_asked(w,
                     "select etag is null and answer_body is null and body = 1"
                     " from garner_source",
                     "1");
    }
    end(w);
}

static int64_t write_unmodified(struct world *w,
                                const struct gn_validators *asked)
{
    const struct gn_run r = {.source = 1,
                             .url = "http://a/",
                             .started_us = 5,
                             .status = 304,
                             .attempt = 2};
    struct garner_batch *batch = new_batch();
    struct garner_result result;

    assert_int_equal(gn_history_add_unmodified(batch, &r, asked, NULL),
                     GARNER_OK);
    assert_int_equal(garner_write(w->store, batch, &result, NULL), GARNER_OK);
    garner_batch_free(batch);
    return result.changes;
}

static void a_304_is_a_row_while_what_it_means_is_there(void **state)
{
    static const struct gn_validators v = {"\"a\"", "then"};
    static const struct gn_validators weak = {"W/\"a\"", "then"};
    static const struct gn_validators none = {NULL, NULL};
    struct world *w = begin(NULL, NULL);
    struct garner_batch *batch = new_batch();

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    enter(w, "a", "http://a/");
    keep(w, 1, sha_a, "x", true);
    set_version(w, &v);
    keep(w, 1, sha_b, "an error page", true);
    assert_int_equal(write_unmodified(w, &v), 1);
    assert_asked(w,
                 "select status || body || attempt || (bytes is null and rows "
                 "is null and"
                 " failure is null) from garner_run",
                 "304121");
    assert_int_equal(write_unmodified(w, &weak), 0);
    assert_int_equal(gn_history_add_renewal(batch, 1, &none, &weak, NULL),
                     GARNER_OK); /* it has another one by now */
    write_batch(w, batch);
    assert_int_equal(write_unmodified(w, &v), 1);
    batch = new_batch();
    assert_int_equal(gn_history_add_renewal(batch, 1, &v, &weak, NULL),
                     GARNER_OK);
    write_batch(w, batch);
    assert_int_equal(write_unmodified(w, &weak), 1);
    store_runs(w, "delete from garner_body where id = 1");
    assert_int_equal(write_unmodified(w, &weak), 0);
    end(w);
}

static void sources_keep_their_id_and_body(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_memory memory;

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
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
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
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
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
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
        cmocka_unit_test(a_base_is_the_last_body_and_stays),
        cmocka_unit_test(a_version_is_of_a_body_that_is_kept),
        cmocka_unit_test(another_source_of_a_name_has_no_version),
        cmocka_unit_test(a_304_is_a_row_while_what_it_means_is_there),
        cmocka_unit_test(sources_keep_their_id_and_body),
        cmocka_unit_test(only_a_new_body_is_kept),
        cmocka_unit_test(runs_say_null_for_what_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
