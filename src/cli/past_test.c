/* past_test.c - runs and their bodies, found by number and by time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/past.h"
#include "garner/write.h"

#define SECOND INT64_C(1000000)

static struct garner_store *store;
static struct garner_error err;

static void do_it(const char *sql)
{
    if (garner_exec(store, sql, GARNER_ARGS(), NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static int with_store(void **state)
{
    (void)state;
    return garner_open(":memory:", NULL, &store, NULL) == GARNER_OK ? 0 : -1;
}

static int without_store(void **state)
{
    (void)state;
    garner_close(store);
    return 0;
}

/* Source s: body 1 at 10 s, an error page at 20 s, body 3 at 30 s and 40 s. */
static void fill(void)
{
    do_it("create table garner_source (id integer primary key, name)");
    do_it("create table garner_body (id integer primary key, codec, data,"
          " base)");
    do_it("create table garner_run (id integer primary key, source, url,"
          " started, failure, error, body)");
    do_it("insert into garner_source values (1, 's'), (2, 'new')");
    do_it("insert into garner_body values (1, 'none', x'6f6e65', null),"
          " (2, 'none', x'6f682021', null), (3, 'none', x'7468726565', null)");
    do_it("insert into garner_run values (1, 1, 'u', 10000000, null, null, 1),"
          " (2, 1, 'u', 20000000, 'http', 'status 404', 2),"
          " (3, 1, 'u', 25000000, 'timeout', 'too slow', null),"
          " (4, 1, 'u', 30000000, null, null, 3),"
          " (5, 1, 'u', 40000000, null, null, 3),"
          " (6, 9, 'u', 40000000, null, null, 8)");
    do_it("insert into garner_body values (9, 'file', x'2f61', null)");
    do_it("insert into garner_run values (9, 9, 'u', 50000000, null, null, 9)");
}

static void assert_is(struct gn_past *past, enum garner_code code, int64_t run,
                      const char *data)
{
    if (code != GARNER_OK)
        fail_msg("%s", err.message);
    assert_int_equal(past->run, run);
    assert_int_equal(past->size, strlen(data));
    assert_memory_equal(past->data, data, strlen(data));
    gn_past_fini(past);
    assert_null(past->data);
}

static void assert_none(enum garner_code code, const char *why)
{
    assert_int_equal(code, GARNER_NOTFOUND);
    if (strstr(err.message, why) == NULL)
        fail_msg("%s", err.message);
}

static void by_number(void **state)
{
    struct gn_past past;

    (void)state;
    assert_none(gn_past_run(store, 1, &past, &err), "there are no runs in it");
    fill();
    assert_int_equal(gn_past_run(store, 4, &past, &err), GARNER_OK);
    assert_string_equal(past.source, "s");
    assert_string_equal(past.started, "1970-01-01 00:00:30.000");
    assert_int_equal(past.body, 3);
    assert_is(&past, GARNER_OK, 4, "three");
    assert_is(&past, gn_past_run(store, 2, &past, &err), 2, "oh !");
    assert_none(gn_past_run(store, 3, &past, &err), "run 3 got no body: too");
    assert_none(gn_past_run(store, 6, &past, &err), "or it was deleted");
    assert_none(gn_past_run(store, 9, &past, &err),
                "the body of run 9 was saved to a file: /a");
    assert_none(gn_past_run(store, 7, &past, &err), "there is no run 7");
}

static void by_time(void **state)
{
    struct gn_past past;

    (void)state;
    fill();
    assert_is(&past, gn_past_at(store, "s", INT64_MAX, 0, &past, &err), 5,
              "three");
    assert_is(&past, gn_past_at(store, "s", 39 * SECOND, 0, &past, &err), 4,
              "three");
    assert_is(&past, gn_past_at(store, "s", 29 * SECOND, 0, &past, &err), 1,
              "one");
    assert_is(&past, gn_past_at(store, "s", INT64_MAX, 3, &past, &err), 1,
              "one");
    assert_is(&past, gn_past_first(store, "s", &past, &err), 1, "one");
    assert_none(gn_past_at(store, "s", 9 * SECOND, 0, &past, &err),
                "s has no such body");
    assert_none(gn_past_first(store, "new", &past, &err), "no such body");
    assert_none(gn_past_first(store, "t", &past, &err), "no source is named t");
}

static void numbers(void **state)
{
    static const char *const bad[] = {"",   "0",  "-1", "+1",
                                      " 1", "1x", "x",  "99999999999999999999"};
    int64_t n;

    (void)state;
    assert_true(gn_past_number("1234", &n));
    assert_int_equal(n, 1234);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gn_past_number(bad[i], &n));
}

static void moments(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } good[] = {
        {"1970-01-02", 86400 * SECOND},
        {"1970-01-02 01:00", 90000 * SECOND},
        {"1970-01-02T01:00:05Z", 90005 * SECOND},
        {"10s", 90 * SECOND},
    };
    static const char *const bad[] = {
        "", "12", "yesterday", "1970-13-01", "1970-01-02 soon", "now"};
    int64_t us;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(
            gn_past_moment(store, good[i].text, 100 * SECOND, &us, &err),
            GARNER_OK);
        assert_int_equal(us, good[i].us);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(gn_past_moment(store, bad[i], 0, &us, &err),
                         GARNER_INVALID);
        assert_non_null(strstr(err.message, "is no time"));
    }
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_store, without_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(by_number),
        WITH(by_time),
        WITH(numbers),
        WITH(moments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
