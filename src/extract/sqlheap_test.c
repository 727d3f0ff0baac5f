/* sqlheap_test.c - what SQLite takes on a thread is counted, and bounded. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "extract/sqlheap.h"

static int install(void **state)
{
    (void)state;
    return gn_sqlheap_install() ? 0 : 1;
}

static void a_watch_counts_and_bounds(void **state)
{
    struct gn_sqlheap m = {.limit = 100000};
    void *a;
    void *b;

    (void)state;
    gn_sqlheap_watch(&m);
    a = sqlite3_malloc(60000);
    assert_non_null(a);
    assert_in_range(m.used, 60000, 70000);
    assert_null(sqlite3_malloc(60000));
    assert_true(m.exceeded);
    m.exceeded = false;
    b = sqlite3_realloc(a, 200000); /* it stays as it was */
    assert_null(b);
    assert_true(m.exceeded);
    a = sqlite3_realloc(a, 90000);
    assert_non_null(a);
    assert_in_range(m.used, 90000, 100000);
    sqlite3_free(a);
    assert_int_equal(m.used, 0);
    assert_in_range(m.peak, 90000, 100000);
    gn_sqlheap_watch(NULL);
    gn_sqlheap_trim(&m);
}

static void what_was_there_before_is_not_counted(void **state)
{
    struct gn_sqlheap m = {.limit = 10000};
    void *before = sqlite3_malloc(60000);
    void *a;

    (void)state;
    assert_non_null(before);
    gn_sqlheap_watch(&m);
    a = sqlite3_malloc(5000);
    sqlite3_free(before);
    assert_in_range(m.peak, 5000, 6000);
    assert_true(m.used < 0);
    sqlite3_free(a);
    gn_sqlheap_watch(NULL);
    a = sqlite3_malloc(1 << 20);
    assert_non_null(a);
    sqlite3_free(a);
    assert_false(m.exceeded);
}

static void *take_much(void *context)
{
    void *p = sqlite3_malloc(1 << 20);

    *(bool *)context = p != NULL;
    sqlite3_free(p);
    return NULL;
}

static void other_threads_are_not_bound(void **state)
{
    struct gn_sqlheap m = {.limit = 100};
    pthread_t thread;
    bool got = false;

    (void)state;
    gn_sqlheap_watch(&m);
    assert_int_equal(pthread_create(&thread, NULL, take_much, &got), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    gn_sqlheap_watch(NULL);
    assert_true(got);
    assert_int_equal(m.peak, 0);
}

/* A connection that was refused memory goes on once it needs less. */
static void sqlite_lives_on(void **state)
{
    static const char doubling[] =
        "with recursive n(s) as (select 'aaaaaaaa' union all select s || s "
        "from n) select max(length(s)) from n";
    struct gn_sqlheap m = {.limit = 8 << 20};
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    gn_sqlheap_watch(&m);
    assert_int_equal(sqlite3_exec(db, doubling, NULL, NULL, NULL),
                     SQLITE_NOMEM);
    assert_true(m.exceeded);
    assert_in_range(m.peak, 1 << 20, 8 << 20);
    assert_true(m.used < 1 << 20);
    assert_int_equal(sqlite3_exec(db, "select 1", NULL, NULL, NULL), SQLITE_OK);
    gn_sqlheap_watch(NULL);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_watch_counts_and_bounds),
        cmocka_unit_test(what_was_there_before_is_not_counted),
        cmocka_unit_test(other_threads_are_not_bound),
        cmocka_unit_test(sqlite_lives_on),
    };

    return cmocka_run_group_tests(tests, install, NULL);
}
