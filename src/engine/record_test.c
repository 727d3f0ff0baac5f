/* record_test.c - the batch of a job, in each of its shapes. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/record.h"

/* A source s0 with rows of table t, and a job of it. */
struct desk {
    struct world *w;
    struct gn_active active;
    struct gn_tables *tables;
    struct gn_table *table;
    struct garner_codec *codec;
    struct gn_query query;
    struct gn_job *job;
};

static void new_job(struct desk *d, const char *body)
{
    d->job = gn_alloc(sizeof *d->job);
    assert_non_null(d->job);
    gn_job_init(d->job, &d->active, NULL, NULL);
    d->job->run.started_us = 1;
    d->job->run.status = 200;
    d->job->run.bytes = (int64_t)strlen(body);
    d->job->body_is_new = true;
    d->job->sha256[0] = (unsigned char)body[0];
}

/* Gives the job one row {n: n}. */
static void give_row(struct desk *d, struct garner_value n)
{
    const char *const names[] = {"n"};

    d->query = (struct gn_query){.sql = ""};
    assert_int_equal(gn_rowset_columns(&d->query.rows, names, 1, NULL),
                     GARNER_OK);
    assert_int_equal(gn_rowset_add(&d->query.rows, &n, NULL), GARNER_OK);
    d->job->extraction.queries = &d->query;
    d->job->extraction.query_count = 1;
}

static struct desk *open_desk(void)
{
    static const char *const key[] = {"n", NULL};
    struct desk *d = calloc(1, sizeof *d);
    struct gn_source *s;

    assert_non_null(d);
    d->w = begin(NULL, NULL);
    assert_int_equal(run(d->w), GARNER_OK); /* makes the tables */
    s = add_source(d->w, "/", 0);
    store_runs(d->w, "insert into garner_source (id, name, url)"
                     " values (1, 's0', 'u')");
    assert_int_equal(gn_tables_new(&d->tables, NULL), GARNER_OK);
    assert_int_equal(gn_tables_find(d->tables, d->w->store,
                                    add_rows(d->w, s, "t", key, ""), &d->table,
                                    NULL),
                     GARNER_OK);
    assert_int_equal(garner_codec_new(&d->codec, NULL), GARNER_OK);
    assert_int_equal(gn_target_new(&s->request, &d->active.target, NULL),
                     GARNER_OK);
    d->active.source = s;
    d->active.tables = &d->table;
    d->active.memory.id = 1;
    return d;
}

static void close_desk(struct desk *d)
{
    gn_target_free(d->active.target);
    garner_codec_free(d->codec);
    gn_tables_free(d->tables);
    end(d->w);
    free(d);
}

static enum garner_code build(struct desk *d, const char *body)
{
    return gn_record_build(d->job, body, body != NULL ? strlen(body) : 0,
                           d->codec, INT64_C(5000000000), &d->w->err);
}

/* Writes the job's batch and frees the job. */
static void write_job(struct desk *d)
{
    /* Unlike the loop, the test may wait for who tends the log. */
    garner_batch_set_timeout(d->job->batch, 20000);
    if (garner_write(d->w->store, d->job->batch, NULL, &d->w->err) != GARNER_OK)
        fail_msg("%s", d->w->err.message);
    gn_job_free(d->job);
}

static void bodies_are_compressed_if_that_helps(void **state)
{
    struct desk *d = open_desk();
    char text[2000];

    (void)state;
    memset(text, 'z', sizeof text);
    text[sizeof text - 1] = '\0';
    new_job(d, "short");
    assert_int_equal(build(d, "short"), GARNER_OK);
    write_job(d);
    new_job(d, text);
    assert_int_equal(build(d, text), GARNER_OK);
    assert_true(d->job->batch_has_body);
    write_job(d);
    assert_asked(d->w,
                 "select group_concat(codec || size || (length(data) < 50))"
                 " from garner_body",
                 "none51,zstd19991");
    assert_asked(d->w, "select group_concat(body) from garner_run", "1,2");
    close_desk(d);
}

static void a_body_that_cannot_be_kept_is_none(void **state)
{
    struct desk *d = open_desk();

    (void)state;
    new_job(d, "gone");
    assert_int_equal(build(d, NULL), GARNER_OK);
    assert_false(d->job->batch_has_body);
    write_job(d);
    assert_asked(d->w, "select bytes || ifnull(body, '-') from garner_run",
                 "4-");
    close_desk(d);
}

static void rows_without_a_key_leave_the_run(void **state)
{
    struct desk *d = open_desk();

    (void)state;
    new_job(d, "[null]");
    give_row(d, garner_null());
    assert_int_equal(build(d, "[null]"), GARNER_OK);
    write_job(d);
    assert_asked(d->w, "select failure from garner_run", "rows");
    assert_has(ask(d->w, "select error from garner_run"), "NULL in column n");
    assert_asked(d->w, "select count(*) from garner_body", "1");
    assert_true(gn_table_is_known(d->table));
    close_desk(d);
}

static void a_failed_batch_is_forgotten(void **state)
{
    struct desk *d = open_desk();

    (void)state;
    d->active.due.missed[GN_MISS_LATE] = 3;
    d->active.not_stored = 2;
    new_job(d, "[1]");
    give_row(d, garner_integer(1));
    assert_true(gn_record_keeps_body(d->job));
    assert_int_equal(build(d, "[1]"), GARNER_OK);
    assert_true(d->job->changes_table);
    assert_int_equal(d->active.losses_told[GN_MISS_LATE], 3);
    gn_record_ended(d->job, false);
    assert_int_equal(d->active.losses_told[GN_MISS_LATE], 0);
    assert_int_equal(d->active.losses_told[GN_NOT_STORED], 0);
    assert_false(gn_table_is_known(d->table));
    assert_true(gn_record_needs_preparation(d->job));
    gn_record_prepare(d->job, d->w->store);
    gn_record_learn(d->job);
    assert_true(gn_table_is_known(d->table));
    d->active.losses_told_ns = 0;
    assert_int_equal(build(d, "[1]"), GARNER_OK);
    write_job(d);
    assert_asked(d->w,
                 "select group_concat(missed || error) from garner_run where"
                 " missed > 0",
                 "3the next slot came before this one was looked at,"
                 "2the store did not take the run");
    assert_asked(d->w, "select n from t", "1");
    close_desk(d);
}

static void losses_are_told_once_a_second(void **state)
{
    struct desk *d = open_desk();

    (void)state;
    d->active.due.missed[GN_MISS_OVERLAP] = 1;
    d->active.losses_told_ns = INT64_C(4500000000);
    new_job(d, "a");
    assert_int_equal(build(d, "a"), GARNER_OK);
    write_job(d);
    assert_asked(d->w, "select sum(missed) from garner_run", "0");
    d->active.losses_told_ns = INT64_C(4000000000);
    new_job(d, "a");
    assert_int_equal(build(d, "a"), GARNER_OK);
    write_job(d);
    assert_asked(d->w, "select sum(missed) from garner_run", "1");
    close_desk(d);
}

static void a_table_gone_wrong_fails_the_rows(void **state)
{
    struct desk *d = open_desk();

    (void)state;
    gn_table_forget(d->table);
    store_runs(d->w, "create view t as select 1 as n");
    new_job(d, "[1]");
    give_row(d, garner_integer(1));
    assert_true(gn_record_needs_preparation(d->job));
    gn_record_prepare(d->job, d->w->store);
    gn_record_learn(d->job);
    assert_false(gn_record_needs_preparation(d->job));
    assert_int_equal(build(d, "[1]"), GARNER_OK);
    write_job(d);
    assert_asked(d->w, "select failure || error from garner_run",
                 "rowst is a view; name a table, or a new one");
    close_desk(d);
}

/* Large ones are freed as soon as they are in the batch, unless they may be
 * needed again. */
static void large_bodies_are_prepared(void **state)
{
    struct desk *d = open_desk();

    (void)state;
    for (int rows = 0; rows < 2; rows++) {
        new_job(d, rows ? "b" : "a");
        d->job->body_size = GN_RECORD_LARGE;
        d->job->body = gn_alloc(GN_RECORD_LARGE);
        assert_non_null(d->job->body);
        if (rows)
            give_row(d, garner_integer(rows));
        assert_true(gn_record_needs_preparation(d->job));
        gn_record_prepare(d->job, d->w->store);
        gn_record_learn(d->job);
        assert_false(gn_record_needs_preparation(d->job));
        assert_int_equal(d->job->body != NULL, rows);
        assert_true(d->job->batch_has_body);
        assert_int_equal(build(d, NULL), GARNER_OK);
        write_job(d);
    }
    assert_asked(d->w, "select group_concat(codec || size) from garner_body",
                 "zstd65536,zstd65536");
    assert_asked(d->w, "select n from t", "1");
    close_desk(d);
}

/* A job of a body of which the source's last one differs in a byte. */
static void new_delta_job(struct desk *d, size_t size)
{
    char *body;

    new_job(d, "b");
    body = gn_alloc(size);
    assert_non_null(body);
    body[0] = 'b';
    d->job->body = body;
    d->job->body_size = size;
    d->job->wants_base = true;
    d->job->base.sha256[0] = 'a';
}

static void a_body_may_be_kept_against_the_last_one(void **state)
{
    struct desk *d = open_desk();

    (void)state;
    new_job(d, "a");
    d->job->body = gn_alloc(3000);
    assert_non_null(d->job->body);
    d->job->body_size = 3000;
    assert_int_equal(
        gn_record_build(d->job, d->job->body, 3000, d->codec, 0, &d->w->err),
        GARNER_OK);
    assert_true(gn_record_keeps_body(d->job)); /* the next one's base */
    write_job(d);
    new_delta_job(d, GN_RECORD_LARGE);
    assert_true(gn_record_needs_preparation(d->job));
    gn_record_prepare(d->job, d->w->store);
    assert_false(gn_record_needs_preparation(d->job));
    assert_true(d->job->batch_has_body && d->job->is_delta);
    assert_true(gn_record_keeps_body(d->job)); /* should its base be gone */
    assert_int_equal(build(d, NULL), GARNER_OK);
    write_job(d);
    assert_asked(d->w,
                 "select base || ' ' || length(body_of(2))"
                 " from garner_body where id = 2",
                 "1 65536");
    close_desk(d);
}

static void lost_memory_for_the_last_one_keeps_it_whole(void **state)
{
    struct desk *d = open_desk();

    (void)state;
    store_runs(d->w, "insert into garner_body values (1, 1, cast('a' ||"
                     " zeroblob(31) as blob), 1100, null, 'none',"
                     " zeroblob(1100), null)");
    store_runs(d->w, "update garner_source set body = 1");
    for (unsigned nth = 1; nth <= 12; nth++) {
        enum garner_code code;

        new_delta_job(d, 1100);
        assert_true(gn_record_needs_preparation(d->job));
        gn_mem_fail_at(nth);
        gn_record_prepare(d->job, d->w->store);
        gn_mem_fail_at(0);
        assert_false(gn_record_needs_preparation(d->job));
        gn_mem_fail_at(nth);
        code = gn_record_build(d->job, d->job->body, 1100, d->codec, 0,
                               &d->w->err);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        gn_record_ended(d->job, false);
        gn_job_free(d->job);
    }
    close_desk(d);
}

static void lost_memory_is_an_error(void **state)
{
    struct desk *d = open_desk();

    (void)state;
    for (unsigned nth = 1; nth <= 12; nth++) {
        enum garner_code code;

        new_job(d, "[1]");
        give_row(d, garner_integer(1));
        (void)gn_record_needs_preparation(d->job);
        gn_mem_fail_at(nth);
        gn_record_prepare(d->job, d->w->store);
        gn_mem_fail_at(0);
        gn_record_learn(d->job);
        gn_mem_fail_at(nth);
        code = build(d, "[1]");
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        gn_record_ended(d->job, false);
        gn_job_free(d->job);
    }
    close_desk(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_compressed_if_that_helps),
        cmocka_unit_test(a_body_that_cannot_be_kept_is_none),
        cmocka_unit_test(rows_without_a_key_leave_the_run),
        cmocka_unit_test(a_failed_batch_is_forgotten),
        cmocka_unit_test(losses_are_told_once_a_second),
        cmocka_unit_test(a_table_gone_wrong_fails_the_rows),
        cmocka_unit_test(large_bodies_are_prepared),
        cmocka_unit_test(a_body_may_be_kept_against_the_last_one),
        cmocka_unit_test(lost_memory_for_the_last_one_keeps_it_whole),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
