/* sift_test.c - rows that a table refuses: left out, kept apart, and when
 * neither helps. */
#include "engine/fixture_test.h"

static const char *const key[] = {"id", NULL};
static const char *answer; /* to all that is asked */

static void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p))
        tcp_peer_reply(p, "200 OK", "", answer);
}

#define SQL                                                                    \
    "select value->>'$.id' as id, value->>'$.n' as n from json_each(:body)"
#define OUTCOME                                                                \
    "select rows || ' ' || bad_rows || ' ' || coalesce(failure, 'good') from"  \
    " garner_run order by id desc limit 1"
#define STORED                                                                 \
    "select group_concat(x, ' ') from (select id || ':' || n as x from t"      \
    " order by id)"

/* Of rows 1 to 6, four are refused, each for another reason. */
static const char bad[] =
    "[{\"id\":1,\"n\":1},{\"id\":2,\"n\":\"two\"},{\"id\":3,\"n\":-3},"
    "{\"id\":4},{\"id\":5,\"n\":5},{\"id\":6,\"n\":1}]";

static struct world *begin_with(enum gn_bad_rows bad_rows,
                                enum gn_conflict conflict)
{
    struct world *w = begin(serve, NULL);
    struct gn_rows_spec *rows;

    store_runs(w, "create table t (id integer primary key, n integer not null"
                  " unique check (n > 0), valid_from integer, valid_to"
                  " integer) strict");
    rows = add_rows(w, add_source(w, "/", 0), "t", key, SQL);
    rows->bad_rows = bad_rows;
    rows->conflict = conflict;
    answer = bad;
    return w;
}

static void they_are_left_out_and_counted(void **state)
{
    struct world *w = begin_with(GN_BAD_ROWS_SKIP, GN_CONFLICT_UPDATE);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, OUTCOME, "2 4 good");
    assert_asked(w, STORED, "1:1 5:5");
    assert_asked(w, "select count(*) from garner_quarantine", "0");
    answer = "[{\"id\":1,\"n\":2},{\"id\":7,\"n\":7}]";
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, OUTCOME, "2 0 good");
    assert_asked(w, STORED, "1:2 5:5 7:7");
    end(w);
}

static void they_are_kept_apart_with_the_reason(void **state)
{
    struct world *w = begin_with(GN_BAD_ROWS_QUARANTINE, GN_CONFLICT_UPDATE);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, OUTCOME, "2 4 good");
    assert_asked(w, STORED, "1:1 5:5");
    assert_asked(w,
                 "select q.rule || (r.id = q.run) || (q.source = r.source) ||"
                 " (q.started = r.started) from garner_quarantine q,"
                 " garner_run r",
                 "bad_rows111");
    assert_asked(
        w,
        "select group_concat((value->>'$.table') || (value->>'$.row.id')"
        " || ' ' || (value->>'$.error'), '; ') from"
        " garner_quarantine, json_each(rows)",
        "t2 cannot store TEXT value in INTEGER column t.n; "
        "t3 CHECK constraint failed: n > 0; "
        "t4 NOT NULL constraint failed: t.n; "
        "t6 UNIQUE constraint failed: t.n");
    end(w);
}

static void none_is_written_if_nothing_is_said(void **state)
{
    struct world *w = begin_with(GN_BAD_ROWS_FAIL, GN_CONFLICT_UPDATE);

    (void)state;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select failure || bad_rows from garner_run", "store0");
    assert_has(ask(w, "select error from garner_run"),
               "row 2 of table t (id 2): cannot store TEXT value");
    assert_asked(w, "select count(*) from t", "0");
    end(w);
}

/* One that is there already is refused as well. */
static void so_is_what_stands_against_another(void **state)
{
    struct world *w = begin_with(GN_BAD_ROWS_SKIP, GN_CONFLICT_ERROR);

    (void)state;
    store_runs(w, "insert into t (id, n) values (5, 50)");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, OUTCOME, "1 5 good");
    assert_asked(w, STORED, "1:1 5:50");
    end(w);
}

static void rows_without_a_key_are_left_out(void **state)
{
    struct world *w = begin_with(GN_BAD_ROWS_QUARANTINE, GN_CONFLICT_UPDATE);

    (void)state;
    answer = "[{\"n\":1},{\"id\":2,\"n\":2},{\"n\":3},{\"id\":4,\"n\":-4}]";
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, OUTCOME, "1 3 good");
    assert_asked(w, STORED, "2:2");
    assert_asked(w,
                 "select group_concat((value->>'$.row.n') || ' ' ||"
                 " (value->>'$.error'), '; ') from garner_quarantine,"
                 " json_each(rows)",
                 "1 NULL in column id, the key of table t; 3 NULL in column"
                 " id, the key of table t; -4 CHECK constraint failed: n > 0");
    w->rows[0].bad_rows = GN_BAD_ROWS_FAIL;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select failure || bad_rows from garner_run where id = 2",
                 "rows0");
    end(w);
}

/* Where an answer takes away what it lacks, it must have something. */
static void too_few_that_are_left_fail(void **state)
{
    static const enum gn_conflict ways[] = {GN_CONFLICT_WHOLE,
                                            GN_CONFLICT_HISTORY};
    static const struct gn_rows_expect one = {
        .min_rows = 1, .max_rows = -1, .max_drop = -1};

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct world *w = begin_with(GN_BAD_ROWS_SKIP, ways[i]);

        if (ways[i] == GN_CONFLICT_HISTORY) {
            store_runs(w, "drop table t");
            store_runs(w, "create table t (id integer, n integer check"
                          " (n > 0), valid_from integer not null, valid_to"
                          " integer, primary key (id, valid_from))");
        }
        w->rows[0].expect = &one;
        answer = "[{\"id\":1,\"n\":1},{\"id\":2,\"n\":-2}]";
        assert_int_equal(run(w), GARNER_OK);
        assert_asked(w, OUTCOME, "1 1 good");
        answer = "[{\"id\":3,\"n\":-1},{\"id\":4,\"n\":-2}]";
        assert_int_equal(run(w), GARNER_OK);
        assert_asked(w,
                     "select failure || bad_rows from garner_run where"
                     " id = 2",
                     "store0");
        assert_asked(w,
                     "select id || ':' || n || coalesce(valid_to, '') from"
                     " t",
                     "1:1");
        answer = "[{\"n\":1},{\"n\":2}]";
        assert_int_equal(run(w), GARNER_OK);
        assert_asked(w,
                     "select failure || bad_rows from garner_run where"
                     " id = 3",
                     "rows0");
        assert_asked(w, "select count(*) from t", "1");
        end(w);
    }
}

/* Each set of rows has its own way; a source's are written together. */
static void several_sets_go_together(void **state)
{
    struct world *w = begin_with(GN_BAD_ROWS_SKIP, GN_CONFLICT_UPDATE);
    struct gn_rows_spec both[2] = {w->rows[0]};

    (void)state;
    store_runs(w, "create table u (id integer primary key, n integer check"
                  " (n <> 5))");
    both[1] = (struct gn_rows_spec){
        .table = "u", .key = key, .key_count = 1, .sql = SQL};
    w->sources[0].rows = both;
    w->sources[0].row_spec_count = 2;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select failure || bad_rows from garner_run", "store0");
    assert_has(ask(w, "select error from garner_run"), "row 2 of table t");
    assert_asked(w, "select count(*) from t", "0");
    both[1].bad_rows = GN_BAD_ROWS_SKIP;
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, OUTCOME, "7 5 good");
    assert_asked(w, STORED, "1:1 5:5");
    assert_asked(w, "select group_concat(id) from u", "1,2,3,4,6");
    end(w);
}

/* What a trigger does to all of it is of no row's making. */
static void what_ends_the_transaction_fails(void **state)
{
    struct world *w = begin_with(GN_BAD_ROWS_SKIP, GN_CONFLICT_UPDATE);

    (void)state;
    store_runs(w, "create trigger r before insert on t when new.n = 5 begin"
                  " select raise(rollback, 'all of it'); end");
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select failure || bad_rows from garner_run", "store0");
    assert_asked(w, "select count(*) from t", "0");
    end(w);
}

static void a_new_column_is_tried_too(void **state)
{
    struct world *w = begin_with(GN_BAD_ROWS_SKIP, GN_CONFLICT_UPDATE);

    (void)state;
    w->rows[0].sql = "select value->>'$.id' as id, value->>'$.n' as n, 7 as"
                     " fresh from json_each(:body)";
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, OUTCOME, "2 4 good");
    assert_asked(w, "select sum(fresh) from t", "14");
    end(w);
}

/* Whatever allocation fails, none that is good is left out for it. */
static void lost_memory_leaves_out_no_good_row(void **state)
{
    struct world *w = begin_with(GN_BAD_ROWS_QUARANTINE, GN_CONFLICT_UPDATE);

    (void)state;
    for (unsigned nth = 1; nth <= 180; nth += 3)
        run_without_memory(w, nth);
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, OUTCOME, "2 4 good");
    assert_asked(w,
                 "select count(*) from garner_run where failure is null and"
                 " (rows <> 2 or bad_rows <> 4)",
                 "0");
    assert_asked(w, STORED, "1:1 5:5");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_left_out_and_counted),
        cmocka_unit_test(they_are_kept_apart_with_the_reason),
        cmocka_unit_test(none_is_written_if_nothing_is_said),
        cmocka_unit_test(so_is_what_stands_against_another),
        cmocka_unit_test(rows_without_a_key_are_left_out),
        cmocka_unit_test(too_few_that_are_left_fail),
        cmocka_unit_test(several_sets_go_together),
        cmocka_unit_test(what_ends_the_transaction_fails),
        cmocka_unit_test(a_new_column_is_tried_too),
        cmocka_unit_test(lost_memory_leaves_out_no_good_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
