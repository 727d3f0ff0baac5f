/* outbox_test.c - messages in the store: put, read in order, done with. */
#include "engine/fixture_test.h"
#include "engine/tell/outbox.h"

/* A store with its tables, and two sources of which each has a run. */
static struct world *begin_box(void)
{
    struct world *w = begin(NULL, NULL);

    assert_int_equal(run(w), GARNER_OK); /* makes the tables */
    store_runs(w, "insert into garner_source (id, name, url)"
                  " values (1, 'a', 'ua'), (2, 'b', 'ub')");
    return w;
}

/* A batch with a run of source, if any (else an insert of nothing). */
static struct garner_batch *new_batch(int64_t source, bool any)
{
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(
        garner_batch_add(
            batch,
            "insert into garner_run (source, url, started, status,"
            " rows) select ?1, 'u', 5, 200, 3 where ?2",
            GARNER_ARGS(garner_integer(source), garner_integer(any)), NULL),
        GARNER_OK);
    return batch;
}

static void put(struct garner_batch *batch, int64_t source, bool first,
                enum gn_event event, const char *to, int64_t now_us)
{
    struct gn_buf rows = {0};

    gn_buf_text(&rows, "{}\n");
    assert_int_equal(
        gn_outbox_add(batch,
                      &(struct gn_notice){source, event, to,
                                          to != NULL ? "words" : NULL,
                                          to != NULL ? NULL : &rows, now_us},
                      first, NULL),
        GARNER_OK);
    gn_buf_fini(&rows);
}

static void write_batch(struct world *w, struct garner_batch *batch)
{
    if (garner_write(w->store, batch, NULL, &w->err) != GARNER_OK)
        fail_msg("%s", w->err.message);
    garner_batch_free(batch);
}

static void put_hook(struct world *w, int64_t source, enum gn_event event,
                     int64_t now_us)
{
    struct garner_batch *batch = new_batch(source, true);

    put(batch, source, true, event, NULL, now_us);
    write_batch(w, batch);
}

/* The ids that are read, "1 2", in a static buffer. */
static const char *read_ids(struct world *w, const char *to, int64_t now_us,
                            size_t most)
{
    static char ids[80];
    struct gn_message list[10];
    size_t count;

    assert_int_equal(
        gn_outbox_read(w->store, to, now_us, most, list, &count, NULL),
        GARNER_OK);
    ids[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%lld",
                 i > 0 ? " " : "", (long long)list[i].id);
        gn_message_fini(&list[i]);
    }
    return ids;
}

static void finish(struct world *w, int64_t id, int64_t source,
                   const struct gn_outcome *o)
{
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(gn_outbox_add_outcome(batch, id, source, o, NULL),
                     GARNER_OK);
    write_batch(w, batch);
}

static void a_message_tells_of_its_run(void **state)
{
    struct world *w = begin_box();
    struct garner_batch *batch = new_batch(2, true);
    struct gn_message m[2];
    size_t count;

    (void)state;
    put(batch, 2, true, GN_EVENT_CHANGE, NULL, 70);
    put(batch, 2, false, GN_EVENT_ERROR, "ops", 70);
    write_batch(w, batch);
    assert_int_equal(gn_outbox_read(w->store, NULL, 70, 2, m, &count, NULL),
                     GARNER_OK);
    assert_int_equal(count, 1);
    assert_int_equal(m[0].id, 1);
    assert_int_equal(m[0].source_id, 2);
    assert_int_equal(m[0].run, 1);
    assert_int_equal(m[0].event, GN_EVENT_CHANGE);
    assert_null(m[0].recipient);
    assert_null(m[0].text);
    assert_string_equal(m[0].rows, "{}\n");
    assert_int_equal(m[0].created_us, 70);
    assert_int_equal(m[0].tries, 0);
    assert_string_equal(m[0].source, "b");
    assert_string_equal(m[0].url, "u");
    assert_int_equal(m[0].status, 200);
    assert_int_equal(m[0].row_count, 3);
    gn_message_fini(&m[0]);
    assert_int_equal(gn_outbox_read(w->store, "ops", 70, 2, m, &count, NULL),
                     GARNER_OK);
    assert_int_equal(count, 1);
    assert_int_equal(m[0].run, 1);
    assert_string_equal(m[0].recipient, "ops");
    assert_string_equal(m[0].text, "words");
    gn_message_fini(&m[0]);
    end(w);
}

/* The file that its run wrote; else that of the body it speaks of. */
static void a_message_tells_of_its_file(void **state)
{
    static const char *const files[] = {"/new", "/first", NULL};
    struct world *w = begin_box();
    struct gn_message m;
    size_t count;

    (void)state;
    store_runs(w,
               "insert into garner_body (id, source, sha256, size, codec,"
               " data) values (1, 1, x'', 3, 'file', cast('/first' as blob)),"
               " (2, 1, x'', 3, 'none', x'00')");
    put_hook(w, 1, GN_EVENT_CHANGE, 70);
    for (int i = 0; i < 3; i++) {
        store_runs(w, i == 0   ? "update garner_run set body = 1, file = '/new'"
                      : i == 1 ? "update garner_run set file = null"
                               : "update garner_run set body = 2");
        assert_int_equal(
            gn_outbox_read(w->store, NULL, 70, 1, &m, &count, NULL), GARNER_OK);
        assert_int_equal(count, 1);
        if (files[i] != NULL)
            assert_string_equal(m.file, files[i]);
        else
            assert_null(m.file);
        gn_message_fini(&m);
    }
    end(w);
}

/* Of the source, and of its last run, if it has one. */
static void what_is_stale_tells_of_the_last_run(void **state)
{
    struct world *w = begin_box();
    struct garner_batch *batch;
    struct gn_message m[2];
    size_t count;

    (void)state;
    store_runs(w, "insert into garner_run (source, url, started, status,"
                  " failure, error) values (2, 'first', 1, 200, null, null),"
                  " (2, 'last', 2, 503, 'http', 'oh'),"
                  " (3, 'other', 3, 200, null, null)");
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    for (int64_t source = 1; source <= 2; source++)
        assert_int_equal(
            gn_outbox_add_alone(batch,
                                &(struct gn_notice){.source = source,
                                                    .event = GN_EVENT_STALE,
                                                    .created_us = 7},
                                NULL),
            GARNER_OK);
    write_batch(w, batch);
    assert_int_equal(gn_outbox_read(w->store, NULL, 7, 2, m, &count, NULL),
                     GARNER_OK);
    assert_int_equal(count, 2);
    assert_int_equal(m[0].run, 0);
    assert_string_equal(m[0].url, "ua");
    assert_int_equal(m[0].status, 0);
    assert_int_equal(m[1].run, 2);
    assert_string_equal(m[1].url, "ub");
    assert_int_equal(m[1].status, 503);
    assert_string_equal(m[1].failure, "http");
    assert_string_equal(m[1].error, "oh");
    gn_message_fini(&m[0]);
    gn_message_fini(&m[1]);
    end(w);
}

static void without_its_run_there_is_no_message(void **state)
{
    struct world *w = begin_box();
    struct garner_batch *batch = new_batch(2, false);

    (void)state;
    put(batch, 2, true, GN_EVENT_CHANGE, NULL, 70);
    put(batch, 2, false, GN_EVENT_ERROR, "ops", 70);
    write_batch(w, batch);
    assert_asked(w, "select count(*) from garner_outbox", "0");
    end(w);
}

static void each_source_has_one_hook_at_a_time(void **state)
{
    struct world *w = begin_box();

    (void)state;
    put_hook(w, 1, GN_EVENT_SUCCESS, 10);
    put_hook(w, 1, GN_EVENT_SUCCESS, 11);
    put_hook(w, 2, GN_EVENT_SUCCESS, 12);
    put_hook(w, 2, GN_EVENT_SUCCESS, 13);
    assert_string_equal(read_ids(w, NULL, 100, 10), "1 3");
    assert_string_equal(read_ids(w, NULL, 100, 1), "1");
    assert_string_equal(read_ids(w, NULL, 11, 10), "1"); /* 3 is not due */
    finish(w, 1, 1, &(struct gn_outcome){true, 20, "exit status 0", "said"});
    assert_string_equal(read_ids(w, NULL, 100, 10), "2 3");
    finish(w, 2, 1, &(struct gn_outcome){false, 200, "status 500", NULL});
    assert_string_equal(read_ids(w, NULL, 100, 10), "3");
    assert_string_equal(read_ids(w, NULL, 200, 10), "2 3");
    assert_asked(w,
                 "select group_concat(id || ':' || tries || ':' ||"
                 " coalesce(done, '-') || ':' || coalesce(outcome, '-') || ':'"
                 " || coalesce(output, '-') || ':' || (rows is null), ' ')"
                 " from garner_outbox where source = 1",
                 "1:0:20:exit status 0:said:1 2:1:-:status 500:-:0");
    end(w);
}

static void a_notifier_hears_in_order(void **state)
{
    struct world *w = begin_box();
    int64_t at_us;

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct garner_batch *batch = new_batch(1, true);

        put(batch, 1, true, GN_EVENT_ERROR, "ops", 10 + i);
        put(batch, 1, false, GN_EVENT_ERROR, "me", 10 + i);
        write_batch(w, batch);
    }
    assert_string_equal(read_ids(w, "ops", 100, 10), "1 3 5");
    assert_string_equal(read_ids(w, "me", 100, 2), "2 4");
    assert_string_equal(read_ids(w, "you", 100, 2), "");
    finish(w, 1, 1, &(struct gn_outcome){false, 200, "no", NULL});
    assert_string_equal(read_ids(w, "ops", 100, 10), ""); /* 3 waits for 1 */
    assert_string_equal(read_ids(w, "ops", 200, 10), "1 3 5");
    assert_int_equal(gn_outbox_next(w->store, 9, &at_us, NULL), GARNER_OK);
    assert_int_equal(at_us, 10);
    /* those that wait for something else hide none that is due later */
    assert_int_equal(gn_outbox_next(w->store, 100, &at_us, NULL), GARNER_OK);
    assert_int_equal(at_us, 200);
    assert_int_equal(gn_outbox_last(w->store, "ops", &at_us, NULL), GARNER_OK);
    assert_int_equal(at_us, 0);
    finish(w, 1, 1, &(struct gn_outcome){true, 300, "yes", NULL});
    assert_int_equal(gn_outbox_last(w->store, "ops", &at_us, NULL), GARNER_OK);
    assert_int_equal(at_us, 300);
    end(w);
}

static void nothing_is_due_in_an_empty_box(void **state)
{
    struct world *w = begin_box();
    int64_t at_us;

    (void)state;
    assert_int_equal(gn_outbox_next(w->store, 0, &at_us, NULL), GARNER_OK);
    assert_true(at_us == INT64_MAX);
    assert_string_equal(read_ids(w, NULL, INT64_MAX, 10), "");
    end(w);
}

static void the_last_that_are_done_are_kept(void **state)
{
    struct world *w = begin_box();

    (void)state;
    put_hook(w, 2, GN_EVENT_SUCCESS, 9);
    finish(w, 1, 2, &(struct gn_outcome){true, 9, "", NULL});
    put_hook(w, 1, GN_EVENT_SUCCESS, 10); /* it is not done */
    for (int i = 0; i < GN_OUTBOX_KEPT + 5; i++) {
        put_hook(w, 1, GN_EVENT_SUCCESS, 11);
        finish(w, 3 + i, 1, &(struct gn_outcome){true, 12, "", NULL});
    }
    assert_asked(w,
                 "select group_concat(n) from (select source || ':' || count(*)"
                 " as n from garner_outbox group by source, done is null"
                 " order by source, done is null)",
                 "1:20,1:1,2:1");
    assert_asked(w,
                 "select min(id) from garner_outbox where source = 1"
                 " and done is not null",
                 "8");
    end(w);
}

/* A hook that is slower than what it hears of does not fill the database. */
static void the_last_that_wait_are_kept(void **state)
{
    struct world *w = begin_box();

    (void)state;
    put_hook(w, 2, GN_EVENT_SUCCESS, 9);
    put_hook(w, 1, GN_EVENT_SUCCESS, 9);
    store_runs(w, "with recursive n(i) as (select 1 union all select i + 1 from"
                  " n where i < 1002) insert into garner_outbox (source, event,"
                  " recipient, created, due) select 1, 'success', iif(i = 1,"
                  " 'ops', null), 9, 9 from n");
    finish(w, 2, 1, &(struct gn_outcome){true, 20, "exit status 0", NULL});
    assert_asked(w,
                 "select count(*) || ' ' || min(id) from garner_outbox"
                 " where source = 1 and done is null and recipient is null",
                 "1000 5");
    assert_asked(w, "select outcome from garner_outbox where id = 4",
                 "given up: 1000 newer ones wait for this hook");
    assert_asked(w,
                 "select count(*) from garner_outbox where done is null and"
                 " (source = 2 or recipient = 'ops')",
                 "2");
    end(w);
}

/* Those that are done with are many: the questions that gn_outbox_read and
 * gn_outbox_last ask pass them over, by an index. */
static void what_waits_is_found_among_many(void **state)
{
    static const char *const asked[] = {
        "select min(id) from garner_outbox where done is null"
        " and recipient is null group by source",
        "select id from garner_outbox o where o.done is null"
        " and o.recipient = 'ops' order by o.id limit 1",
        "select max(done) from garner_outbox where recipient = 'ops'",
    };
    static const char *const by[] = {
        "USING INDEX garner_outbox_waits",
        "USING COVERING INDEX garner_outbox_told (recipient=? AND done=?)",
        "USING COVERING INDEX garner_outbox_told (recipient=?)",
    };
    struct world *w = begin_box();

    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct garner_rows *rows;
        char sql[300];

        snprintf(sql, sizeof sql, "explain query plan %s", asked[i]);
        assert_int_equal(
            garner_query(w->store, sql, GARNER_ARGS(), &rows, NULL), GARNER_OK);
        for (bool found = false; !found;) {
            if (garner_next(rows, NULL) != GARNER_ROW)
                fail_msg("%s: not by %s", asked[i], by[i]);
            found = strstr(garner_column(rows, 3).bytes.data, by[i]) != NULL;
        }
        garner_rows_close(rows);
    }
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_tells_of_its_run),
        cmocka_unit_test(a_message_tells_of_its_file),
        cmocka_unit_test(what_is_stale_tells_of_the_last_run),
        cmocka_unit_test(without_its_run_there_is_no_message),
        cmocka_unit_test(each_source_has_one_hook_at_a_time),
        cmocka_unit_test(a_notifier_hears_in_order),
        cmocka_unit_test(nothing_is_due_in_an_empty_box),
        cmocka_unit_test(the_last_that_are_done_are_kept),
        cmocka_unit_test(the_last_that_wait_are_kept),
        cmocka_unit_test(what_waits_is_found_among_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
