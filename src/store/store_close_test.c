/* store_close_test.c - garner_close while something that reads is open: it
 * ends, and can still be asked, and closed. */
#include "store/door_test.h"

#include <sched.h>

#include "base/thread.h"

#define ENDLESS                                                                \
    "with recursive n(i) as (select 1 union all select i + 1 from n) "         \
    "select count(*) from n"

static void rows_of_three(void)
{
    exec("create table t(a integer primary key, b)");
    exec("insert into t values (1, 'one'), (2, 'two'), (3, zeroblob(9000))");
}

static struct garner_rows *query(const char *sql)
{
    struct garner_rows *rows;

    assert_int_equal(garner_query(store, sql, NULL, 0, &rows, NULL), GARNER_OK);
    return rows;
}

static void step(struct garner_rows *rows, int64_t number)
{
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    assert_int_equal(garner_column(rows, 0).integer, number);
}

static void is_closed(struct garner_rows *rows)
{
    struct garner_error err;

    assert_int_equal(garner_next(rows, &err), GARNER_CLOSED);
    assert_non_null(strstr(err.message, "its store was closed"));
    assert_int_equal(garner_next(rows, &err), GARNER_MISUSE);
    garner_rows_set_timeout(rows, 5);
    garner_rows_cancel(rows);
    garner_rows_close(rows);
}

static void shut(void)
{
    garner_close(store);
    store = NULL;
}

static void a_cursor_ends_and_its_row_stays(void **state)
{
    struct garner_rows *fresh;
    struct garner_rows *stepped;
    struct garner_rows *over;

    (void)state;
    rows_of_three();
    fresh = query("select a from t");
    stepped = query("select a, b as bee from t order by a");
    step(stepped, 1);
    step(stepped, 2);
    over = query("select a from t where a = 3");
    step(over, 3);
    assert_int_equal(garner_next(over, NULL), GARNER_DONE);
    shut();
    assert_int_equal(garner_column(stepped, 0).integer, 2);
    assert_int_equal(garner_column(stepped, 1).bytes.size, 3);
    assert_string_equal(garner_column_name(stepped, 1), "bee");
    is_closed(stepped);
    is_closed(fresh);
    assert_int_equal(garner_next(over, NULL), GARNER_DONE);
    garner_rows_close(over);
}

static void what_was_read_whole_stays(void **state)
{
    struct garner_rows *rows;

    (void)state;
    rows_of_three();
    rows = query("select a from t order by a");
    step(rows, 1);
    shut();
    step(rows, 2);
    step(rows, 3);
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    garner_rows_close(rows);
}

struct stepper {
    struct garner_rows *rows;
    struct garner_error err;
    enum garner_code code;
    pthread_t thread;
};

static void *step_once(void *argument)
{
    struct stepper *s = argument;

    s->code = garner_next(s->rows, &s->err);
    return NULL;
}

static void one_that_works_is_waited_for(void **state)
{
    struct stepper s = {.rows = query(ENDLESS)};
    struct garner_stats stats;

    (void)state;
    assert_int_equal(gn_thread_start(&s.thread, step_once, &s, NULL),
                     GARNER_OK);
    do {
        sched_yield();
        garner_stats(store, &stats);
    } while (stats.reader_thread == 0);
    shut();
    gn_thread_join(s.thread);
    assert_int_equal(s.code, GARNER_CLOSED);
    assert_non_null(strstr(s.err.message, "its store was closed"));
    garner_rows_close(s.rows);
}

static void a_blob_ends_too(void **state)
{
    struct garner_blob *blob;
    struct garner_error err;
    char data[16];

    (void)state;
    rows_of_three();
    assert_int_equal(garner_blob_open(store, "t", "b", 3, &blob, NULL),
                     GARNER_OK);
    assert_int_equal(garner_blob_read(blob, 0, data, sizeof data, NULL),
                     GARNER_OK);
    shut();
    assert_int_equal(garner_blob_read(blob, 0, data, sizeof data, &err),
                     GARNER_CLOSED);
    assert_int_equal(garner_blob_size(blob), 9000);
    garner_blob_close(blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_cursor_ends_and_its_row_stays, with_store),
        WITH(one_that_works_is_waited_for, with_store),
        WITH(a_blob_ends_too, with_store),
        WITH(what_was_read_whole_stays, with_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
