/* holder_test.c - who holds it, in one line of UTF-8, nonsense or not. */
#include "store/fixture_test.h"

#include "base/random.h"
#include "base/utf8.h"
#include "store/commit/holder.h"

static struct gn_holder holder;

static const char *described(int64_t now_ns)
{
    static char text[GN_HOLDER_TEXT];

    memset(text, 'x', sizeof text);
    gn_holder_describe(&holder, now_ns, text);
    assert_non_null(memchr(text, '\0', sizeof text));
    for (const char *at = text; *at != '\0';) {
        const size_t length = gn_utf8_length(at, strlen(at));

        assert_true(length > 0);
        assert_true(length > 1 || (*at >= ' ' && *at != 127));
        at += length;
    }
    return text;
}

static void it_says_who_since_when_and_what(void **state)
{
    (void)state;
    assert_string_equal(described(0),
                        "other writes took until the deadline; it "
                        "was not run");
    holder = (struct gn_holder){.pid = 5, .since_ns = 1000};
    assert_string_equal(described(INT64_C(1234567) * 1000000 + 1000),
                        "process 5 has had its turn to write for 1,234,567 ms; "
                        "end its transaction");
    gn_holder_run(&holder, "update t\n  set a = 'é'", 23);
    assert_string_equal(described(1000),
                        "process 5 has had its turn to write for 0 ms; end its "
                        "transaction: update t   set a = 'é'");
    holder.thread = 77;
    assert_string_equal(
        described(1999999999),
        "the transaction of thread 77 (process 5) has held the "
        "database for 1,999 ms; end it sooner: update t   set a "
        "= 'é'");
    gn_holder_run(&holder, "select", 6); /* shorter than the one before */
    assert_true(gn_holder_runs(&holder, "select", 6));
    assert_false(gn_holder_runs(&holder, "selec", 5));
    assert_false(gn_holder_runs(&holder, "select 1", 8));
    assert_non_null(strstr(described(999999), " 0 ms; end it sooner: select"));
    holder = (struct gn_holder){.sql = "select 1"};
    assert_string_equal(described(0),
                        "other writes took until the deadline; it "
                        "was not run: select 1");
}

static void a_long_statement_is_cut(void **state)
{
    char sql[1000];

    (void)state;
    memset(sql, 'a', sizeof sql);
    for (size_t size = GN_HOLDER_SQL - 10; size < sizeof sql; size++) {
        gn_holder_run(&holder, sql, size);
        assert_true(gn_holder_runs(&holder, sql, size));
        assert_true(strlen(described(0)) >= GN_HOLDER_SQL - 10);
    }
    for (size_t i = 0; i < sizeof sql; i++)
        sql[i] = "é"[i % 2];
    for (size_t size = GN_HOLDER_SQL - 10; size < sizeof sql; size++) {
        gn_holder_run(&holder, sql, size);
        (void)described(0);
    }
}

static void nonsense_is_text_still(void **state)
{
    uint64_t bits = 1;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        unsigned char *byte = (unsigned char *)&holder;

        for (size_t i = 0; i < sizeof holder; i++)
            byte[i] = (unsigned char)(gn_random_next(&bits) | (round & 1));
        (void)described((int64_t)(gn_random_next(&bits) >> 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_who_since_when_and_what),
        cmocka_unit_test(a_long_statement_is_cut),
        cmocka_unit_test(nonsense_is_text_still),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
